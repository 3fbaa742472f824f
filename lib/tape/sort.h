/* sort.h - the events of a tape in order of time, and of seq at the same time.
 *
 *      tape_sort_init
 *      tape_sort_begin                       at each HEADER
 *      tape_sort_add ...                     its events
 *      tape_sort_release                     with a window, now and then
 *      tape_sort_end                         at its END
 *      tape_sort_free
 *
 * Wholly: what does not fit in SORT_MEMORY goes to a file without a name, in
 * runs that are in order, and is merged at the end (runs.h).
 *
 * With a window an event may come later than others by up to so much time: it
 * is handed out as soon as none before it can follow.  Later than that it is
 * late and is not taken.  The result does not depend on when tape_sort_release
 * is called.
 *
 * The key of an event is its time; one without time stays after the one that
 * it follows.  Definitions stay before their first use: aside.h.
 *
 * Memory: wholly, SORT_MEMORY, and while runs are merged 64 KiB for each, so a
 * thousandth of the tape; with a window, what it holds, up to SORT_WINDOW_MAX.
 * To that comes what is defined, some 200 bytes for each.
 */
#ifndef TAPE_SORT_H
#define TAPE_SORT_H

#include "tape/aside.h"
#include "tape/runs.h"
#include "tape/writer.h"

#define SORT_MEMORY     (UINT64_C(64) << 20) /* bytes */
#define SORT_WINDOW_MAX (UINT64_C(1) << 30)

struct sort_entry {
    uint64_t key;    /* ordered as unsigned numbers */
    uint64_t offset; /* in held: its seq, then the event */
};

struct tape_sort {
    int64_t window;        /* nanoseconds; 0: wholly */
    const char *directory; /* for what does not fit; NULL: spill.h */
    uint64_t memory;       /* bytes; at first SORT_MEMORY */

    int64_t newest;  /* time so far; TIME_NULL: none */
    int64_t late_by; /* after SORT_LATE: how much before newest it is */

    /* private */
    int64_t previous; /* the key of the event before */
    char *held;       /* events in memory; owned */
    size_t used, held_capacity;
    struct sort_entry *entries, *spare; /* of them; owned */
    size_t count, entry_capacity, spare_capacity;
    size_t settled; /* so many were left by the last release */
    struct runs runs;
    struct aside aside;
};

enum sort_result { SORT_TAKEN = 0, SORT_LATE };

void tape_sort_init(struct tape_sort *sort);
void tape_sort_free(struct tape_sort *sort);
void tape_sort_begin(struct tape_sort *sort);

/* Takes an event, complete, not raw; an enum sort_result, or -1. */
int tape_sort_add(struct tape_sort *sort, const struct event *event,
                  uint64_t seq, struct failure *failure);

/* Writes what no event that is not late can precede, if that is worth the
 * while; with now set, in any case. 0 or -1. */
int tape_sort_release(struct tape_sort *sort, struct tape_writer *writer,
                      bool now, struct failure *failure);

/* Writes all that is held. 0 or -1. */
int tape_sort_end(struct tape_sort *sort, struct tape_writer *writer,
                  struct failure *failure);

#endif
