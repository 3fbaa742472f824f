/* log.h - an event store: a directory of segments, stream after stream.
 *
 *      000001-000000000001.seg    stream 1 from its event 1 on
 *      000001-000004194305.seg    and on
 *      000001-000000000001.idx    where the events of a segment are; made
 *                                 again from the segment when missing
 *      000002-000000000001.seg    the stream that came next
 *      lock                       held by whoever writes
 *
 * Everything that is known is in the segments.  See log_segment.h for what is
 * in one, log_write.h for writing, log_read.h for reading events.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "log/segment.h"
#include "tape/header.h"

struct log_stream {
    unsigned ordinal;
    size_t first, count;            /* its segments */
    char name[TAPE_STREAM_MAX + 1]; /* "" until log_name or log_find */
};

struct log {
    char *path;                   /* owned */
    struct log_segment *segments; /* by stream and first seq; owned */
    size_t segment_count;
    struct log_stream *streams; /* in order of their ordinals; owned */
    size_t stream_count;
    char *foreign;   /* a file that is not of a store, or NULL; owned */
    char **leftover; /* paths of temporary files of ours; owned */
    size_t leftover_count;
};

/* Lists a store.  1; 0 when there is no such directory; -1. Nothing is read of
 * the segments.  One whose index is there is listed even if it is gone: whoever
 * reads it fails. */
int log_open(struct log *log, const char *path, struct failure *failure);
void log_free(struct log *log);

/* The path of a file in the store, in memory that the caller frees. */
char *log_path(const struct log *log, const char *name,
               struct failure *failure);

/* Adds a segment that was just made, as the last of its stream, which must be
 * there or be the next.  NULL without memory. */
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
    return &log->segments[stream->first + i];
}

static inline struct log_segment *
log_last_segment(const struct log *log, const struct log_stream *stream)
{
    return log_segment_of(log, stream, stream->count - 1);
}

/* Streams are numbered from 1 on without a hole: the number of that one, which
 * is the i-th of the list, is the one that has to come. 0 or -1. */
int log_check_number(const struct log *log, size_t i, struct failure *failure);

/* The same of all. */
int log_check_numbers(const struct log *log, struct failure *failure);

/* Says that the segment of a stream that begins with event first is missing,
 * and the events up to last with it, or 0: all that come. -1. */
int log_fail_missing(const struct log *log, const struct log_stream *stream,
                     uint64_t first, uint64_t last, struct failure *failure);

/* How a stream ended, by the END of its last segment: 1; 0 when it has none
 * (it was cut off, or is still being written); -1, also when the segment that
 * should come next is missing. */
int log_status(const struct log *log, const struct log_stream *stream,
               enum tape_status *status, int *exit_class,
               struct failure *failure);

/* One of its segments and the one before it follow on each other, as far as
 * what is loaded of them tells. */
int log_check_follows(const struct log *log, const struct log_stream *stream,
                      size_t segment, struct failure *failure);

#endif
