/* runs.h - events in order, in runs on disk, merged into one.
 *
 *      runs_open
 *      runs_start, runs_put ...     for each run, its records in order
 *      runs_merge, runs_next ...    all of them, in order
 *      runs_close
 *
 * Records are ordered by key; of equal keys those of the run started first come
 * first.
 *
 * Memory: RUNS_BUFFER for each run while they are merged.
 */
#ifndef TAPE_RUNS_H
#define TAPE_RUNS_H

#include "base/tournament.h"
#include "io/spill.h"
#include "tape/event.h"
#include "tape/frame.h"

struct sort_record {
    int64_t key;
    uint64_t seq;
    struct event event; /* the whole of it follows */
};

#define RECORD_HEAD (offsetof(struct sort_record, event))
#define RUNS_BUFFER (RECORD_HEAD + EVENT_MAX)

struct run_reader; /* a run that is being read */

struct runs {
    struct spill spill;
    uint64_t *starts; /* where each begins in the spill; owned */
    size_t count, capacity;

    /* while they are merged */
    struct run_reader *readers; /* owned */
    struct tournament turns;
    struct run_reader *last; /* whose record was handed out */
};

/* directory: as of spill_open. 0 or -1. */
int runs_open(struct runs *runs, const char *directory,
              struct failure *failure);
/* Fine on one whose spill.fd is -1. */
void runs_close(struct runs *runs);

int runs_start(struct runs *runs, struct failure *failure);
int runs_put(struct runs *runs, int64_t key, uint64_t seq,
             const struct event *event, struct failure *failure);

/* No more is put.  There is at least one run, and none is empty. 0 or -1. */
int runs_merge(struct runs *runs, struct failure *failure);

/* The next record, valid until the next call: 1; 0 after the last; -1. */
int runs_next(struct runs *runs, const struct sort_record **record,
              struct failure *failure);

#endif
