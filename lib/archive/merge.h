/* merge.h - the events of one stream of an archive, in the order of their
 * seqs again.
 *
 * Parts are opened when their first seq comes up, so memory is that of the
 * parts that overlap there, whatever the length of the stream.
 */
#ifndef ARCHIVE_MERGE_H
#define ARCHIVE_MERGE_H

#include "archive/archive.h"

struct merge_part {
    const struct part_facts *facts;
    struct part_reader *reader; /* NULL: not open */
};

struct merge {
    const struct archive *archive;
    struct part_filter filter;
    struct pool *ahead;         /* threads to load with; NULL: none */
    struct merge_part *waiting; /* by first seq; owned */
    uint32_t waiting_count, waiting_next;
    struct part_reader **heap; /* by seq; owned */
    uint32_t heap_count;
    const struct event *event; /* in hand */
    uint64_t seq;
    uint64_t parts_read, parts_skipped, groups_read, groups_skipped;
};

/* The parts of a stream that can hold what is wanted.  Set ahead then, to have
 * row groups loaded before their turn. */
int merge_open(struct merge *merge, const struct archive *archive,
               const char *stream, const struct part_filter *filter,
               struct failure *failure);
void merge_close(struct merge *merge);

/* The next event: 1; 0 after the last; -1. */
int merge_next(struct merge *merge, struct failure *failure);

/* After merge_next: takes with the event in hand those that lie behind it in
 * memory and have the next seqs, at most max and none above last.  How many;
 * *end is behind them. */
uint32_t merge_run(struct merge *merge, uint32_t max, uint64_t last,
                   const struct event **end);

#endif
