/* log.h - an event store: a directory of segments, stream after stream.
 *
 *      000001-000000000001.seg    stream 1 from its event 1 on
 *      000001-000004194305.seg    from event 4194305 on; the digits grow when
 *                                 they must, names sort as numbers
 *      000001-000000000001.idx    where the events of a segment are; made
 *                                 again from the segment when missing
 *      000002-000000000001.seg    the stream that came next
 *      lock                       held by whoever writes, beside the lock on
 *                                 the directory itself
 *
 * Everything that is known is in the segments.  See segment.h for what is in
 * one, write.h for writing, read.h for reading events.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "io/root.h"
#include "log/segment.h"
#include "tape/header.h"

struct log_stream {
    unsigned ordinal;
    size_t first, count;            /* its segments */
    char name[TAPE_STREAM_MAX + 1]; /* "" until log_name or log_find */
};

struct log {
    struct root root;
    uint64_t id; /* of the store, as its first segment with one has it; 0 */
    struct log_segment *segments; /* by stream and first event; owned */
    size_t segment_count, segment_capacity;
    struct log_stream *streams; /* in order of their ordinals; owned */
    size_t stream_count, stream_capacity;
    char *foreign;   /* a file that is not of a store, or NULL; owned */
    char **leftover; /* paths of temporary files of ours; owned */
    size_t leftover_count, leftover_capacity;

    /* Set by who only reads: a damaged segment counts as if it ended where the
     * damage begins; who gets there finds the failure in segment->fault. */
    bool lenient;
};

/* Lists a store.  1; 0 when there is no such directory; -1. Nothing is read of
 * the segments.  One whose index is there is listed even if it is gone: whoever
 * reads it fails. */
int log_open(struct log *log, const char *path, struct failure *failure);
void log_free(struct log *log);

/* Lists it again: what came since is added, all else stays as it is, but for
 * where streams and segments lie in memory. 0 or -1. */
int log_refresh(struct log *log, struct failure *failure);

/* Looks at a segment, or loads it, as log_segment_load does; lenient, with
 * what precedes damage. */
int log_load(struct log *log, struct log_segment *segment,
             enum log_index_part part, struct failure *failure);

/* Adds a segment that was just made, as the last of its stream, which must be
 * there or be the next.  NULL if out of memory. */
struct log_segment *log_add_segment(struct log *log, unsigned ordinal,
                                    uint64_t first_seq,
                                    struct failure *failure);

/* The name of a stream is filled in. 0 or -1. */
int log_name(const struct log *log, struct log_stream *stream,
             struct failure *failure);

/* The stream of that name: 1, 0 when there is none, -1. */
int log_find(struct log *log, const char *name, struct log_stream **stream,
             struct failure *failure);

static inline struct log_segment *
log_segment_of(const struct log *log, const struct log_stream *stream, size_t i)
{
    assert(i < stream->count && stream->first + i < log->segment_count);
    return &log->segments[stream->first + i];
}

static inline struct log_segment *
log_last_segment(const struct log *log, const struct log_stream *stream)
{
    return log_segment_of(log, stream, stream->count - 1);
}

/* Streams are numbered from 1 on without a hole: the i-th of the list has the
 * number that has to come. 0 or -1. */
int log_check_number(const struct log *log, size_t i, struct failure *failure);

/* The same of all. */
int log_check_numbers(const struct log *log, struct failure *failure);

/* Says that the segment of a stream that begins with event first is missing,
 * and the events up to last with it, or 0: all that come. -1. */
int log_fail_missing(const struct log *log, const struct log_stream *stream,
                     uint64_t first, uint64_t last, struct failure *failure);

/* The segment of a stream that begins with event first is there, listed or
 * not: 0; else that it is missing, as log_fail_missing. */
int log_check_begun(const struct log *log, const struct log_stream *stream,
                    uint64_t first, struct failure *failure);

/* How a stream ended, by the END of its last segment: 1; 0 when it has none
 * (it was cut off, or is still being written); -1, also when the segment that
 * should come next is missing. */
int log_status(struct log *log, const struct log_stream *stream,
               enum tape_status *status, int *exit_class,
               struct failure *failure);

/* One of its segments belongs to this store and this stream, and follows the
 * one before it, which is loaded: its events, and the chain of mark.h. */
int log_check_follows(struct log *log, const struct log_stream *stream,
                      size_t segment, struct failure *failure);

#endif
