/* replay.h - writes what a source hands out, at once or at its pace.
 *
 * The events are those of the source, and its HEADER and END; only clock
 * events may come between them, and then it is another stream.  Definitions
 * that come before a part are written at once: pace and clock begin with the
 * part itself.
 */
#ifndef LOG_REPLAY_H
#define LOG_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "io/pace.h"
#include "tape/source.h"
#include "tape/writer.h"

struct replay {
    /* Set before. */
    int64_t clock;       /* interval of clock events; 0: none.  Where two
                          * events are further apart than pace.max_gap, there
                          * are none for what exceeds it */
    struct pace pace;    /* its speed 0: as fast as it goes */
    const char *options; /* for the provenance */
    struct tape_writer *writer;
    bool (*stopped)(void *owner);  /* SIGTERM came */
    void (*progress)(void *owner); /* called now and then */
    void *owner;

    /* What was done. */
    struct pace_late late;
    uint64_t taken, written; /* events, those of ended tapes */
    uint64_t selected;       /* of the taken: not definitions before a part */

    /* private */
    int64_t batch;      /* deadline of the first event not sent on; 0: none */
    int64_t taken_up;   /* when that was, on the pace's clock */
    int64_t clock_time; /* of the last clock event */
};

/* Writes all tapes of the source, until it is over or the program stopped.  A
 * tape that failed is a failure. */
int replay_source(struct replay *replay, struct tape_source *source,
                  struct failure *failure);

/* For a source that waits for more: sends on what there is, and waits a
 * moment. 1; 0 when stopped; -1. */
int replay_wait(void *replay, struct failure *failure);

#endif
