/* sorting.h - what xsort does: puts the events of each tape in order of time;
 * see tape/sort.h.
 *
 * The functions are those of a struct filter, whose state a struct sorting is.
 */
#ifndef APP_SORTING_H
#define APP_SORTING_H

#include "cli/run.h"
#include "tape/sort.h"

enum late { LATE_ERROR, LATE_DROP };

struct sorting {
    /* What the options say. */
    int64_t window; /* nanoseconds; 0: wholly */
    int late;       /* enum late */
    const char *directory;
    uint64_t memory; /* MiB */

    /* private */
    struct tape_sort sort;
    uint64_t dropped; /* of all tapes */
    uint64_t missing; /* of this tape, */
    int64_t since;    /* the earliest of them */
};

/* Before the options are parsed. */
void sorting_init(struct sorting *x);

int sorting_prepare(void *state, struct run *run);
int sorting_begin(void *state, struct run *run, struct tape_header *header);
int sorting_event(void *state, struct run *run, const struct event *event);
int sorting_batch(void *state, struct run *run, const struct event **event);
int sorting_block(void *state, struct run *run);
int sorting_end(void *state, struct run *run, enum tape_status status);
void sorting_failed(void *state, struct run *run, int exit_class);
int sorting_finish(void *state, struct run *run);
void sorting_destroy(void *state);

#endif
