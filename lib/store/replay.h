/* replay.h - writes a part of a stream, at once or at its pace.
 *
 * All of a stream, and a part from its beginning on, keeps its name, seq and
 * HEADER.  A part that begins later needs definitions before its first event,
 * which the stream does not have there: it is a stream of its own, named
 * NAME/from-SEQ, so that nobody takes its seqs for those of the whole.
 */
#ifndef STORE_REPLAY_H
#define STORE_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "io/pace.h"
#include "store/log.h"
#include "tape/definitions.h"
#include "tape/writer.h"

struct replay {
    /* What to write, set before. */
    int64_t from, to;          /* TIME_NULL: no limit */
    uint64_t from_seq, to_seq; /* 0: no limit */
    bool bare;                 /* no definitions: name and seq stay */
    bool follow;               /* wait for more of a store */
    int64_t clock;             /* 0: no clock events */
    struct pace pace;          /* its speed 0: as fast as it goes */
    const char *options;       /* for the provenance */
    struct tape_writer *writer;
    bool (*stopped)(void *owner);  /* SIGTERM came */
    void (*progress)(void *owner); /* called now and then */
    void *owner;

    /* What was done. */
    struct pace_late late;
    uint64_t taken, written; /* events, those of ended tapes */
    bool began;              /* a tape, any */
    bool over;               /* the part in hand: a limit was reached */

    /* Of the tape before its part begins. */
    struct definitions definitions;

    /* private */
    int64_t batch;      /* deadline of the first event not sent on; 0: none */
    int64_t taken_up;   /* when that was, on the pace's clock */
    int64_t clock_time; /* of the last clock event */
};

void replay_free(struct replay *replay);

/* Begins the output for the part of a stream that starts with event seq;
 * definitions has what the stream defined before. */
int replay_begin(struct replay *replay, const struct tape_header *header,
                 uint64_t seq, struct failure *failure);

/* Writes the events [first, end), the first of them with seq, up to where the
 * part is over or the program stopped. */
int replay_events(struct replay *replay, const struct event *first,
                  const struct event *end, uint64_t seq,
                  struct failure *failure);

/* Sends on what there is. */
int replay_flush(struct replay *replay, struct failure *failure);

/* Ends the part; status is that of the stream it is of.  Of a stream that
 * failed that is the failure; where names it. */
int replay_end(struct replay *replay, enum tape_status status, int exit_class,
               const char *where, struct failure *failure);

/* Writes a part of no events, for when nothing is in the range at all. */
int replay_nothing(struct replay *replay, const struct tape_header *header,
                   const char *where, struct failure *failure);

/* Writes the parts of all streams of an event store, or of the one named. */
int replay_log(struct replay *replay, const char *path, const char *stream,
               struct failure *failure);

#endif
