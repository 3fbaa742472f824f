/* merge.h - the events of one stream of an archive, in the order of their
 * sequence numbers again.
 *
 * Parts are opened when their first sequence number comes up, so memory is
 * that of the parts that overlap there, whatever the length of the stream.
 *
 * Of a part that is read the SHA-256 is compared, at the latest when it ends:
 * a caller that passes events on as they come knows before the last of them.  A
 * part that a compaction takes away meanwhile is read on in what it was merged
 * into.
 */
#ifndef ARCHIVE_MERGE_H
#define ARCHIVE_MERGE_H

#include "archive/archive.h"
#include "archive/part_reader.h"

struct merge_part {
    struct part part;
    struct part_reader *reader; /* NULL: not open */
};

struct merge {
    const struct archive *archive;
    char *stream; /* owned */
    struct part_filter filter;

    /* set after merge_open, before the first event */
    struct pool *ahead; /* threads to load with; NULL: none */
    bool unverified;    /* SHA-256 is not compared */
    /* Parts that are passed over.  NULL: none. */
    bool (*skips)(void *owner, const struct part *part);
    void *owner;

    struct merge_part *waiting; /* by first sequence number; owned */
    uint32_t waiting_count, waiting_next;
    struct merge_part **heap; /* by sequence number; owned */
    uint32_t heap_count;
    const struct event *event; /* current */
    uint64_t seq;              /* of the last that was handed out */
    bool handed_out;           /* any */
    unsigned tries;            /* times that it started over */
    uint64_t parts_read, parts_skipped, groups_read, groups_skipped;
};

/* Of the parts of a stream those that can hold what is wanted.  Close it in
 * either case. */
int merge_open(struct merge *merge, const struct archive *archive,
               const char *stream, const struct part_filter *filter,
               struct failure *failure);
void merge_close(struct merge *merge);

/* Whether a part can hold what a filter selects, by what its manifest says:
 * definitions are no exception here. */
bool merge_may_want(const struct part_filter *filter, const struct part *part);

/* The next event: 1; 0 after the last; -1. */
int merge_next(struct merge *merge, struct failure *failure);

/* After merge_next: takes with the current event those that lie after it in
 * memory and have the next sequence numbers, at most max and none above last.
 * How many; *end is after them. */
uint32_t merge_run(struct merge *merge, uint32_t max, uint64_t last,
                   const struct event **end);

#endif
