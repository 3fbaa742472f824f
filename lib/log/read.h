/* read.h - the events of one stream of an event store, in order, from
 * any one on.
 */
#ifndef LOG_READ_H
#define LOG_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "io/input.h"
#include "log/log.h"
#include "tape/reader.h"

struct log_cursor {
    /* After log_cursor_next: events, as they lie on the tape unless complete is
     * set. */
    const struct event *first, *end;
    uint64_t first_seq; /* of the first */

    uint64_t seq;   /* of the next event to come */
    uint64_t bytes; /* read so far */
    bool complete;  /* events are to be completed, see reader.h; set before
                     * the first log_cursor_next */

    /* private */
    struct log *log;
    struct log_stream *stream;
    size_t segment; /* of the stream, the current one */
    bool opened;    /* the segment is */
    struct input input;
    struct tape_reader reader;
};

/* Begins before event seq of a stream. 0, or -1 when the stream does not have
 * that event and it is not its next. */
int log_cursor_open(struct log_cursor *cursor, struct log *log,
                    struct log_stream *stream, uint64_t seq,
                    struct failure *failure);
void log_cursor_close(struct log_cursor *cursor);

/* Events, at least one: 1; 0 at the end of what is stored; -1. */
int log_cursor_next(struct log_cursor *cursor, struct failure *failure);

enum log_more {
    LOG_MORE_ENDED,   /* the stream ended here */
    LOG_MORE_NOTHING, /* it has no END; nothing has come yet */
    LOG_MORE_EVENTS,  /* log_cursor_next may have some now */
};

/* After 0: looks whether more was written meanwhile; an enum log_more, or -1.
 * The log may be listed again, and its streams lie elsewhere then. */
int log_cursor_more(struct log_cursor *cursor, struct failure *failure);

/* The first event of a stream whose time is not before time: 1 with its seq;
 * 0 when there is none, *seq is then the number after the last; -1. */
int log_find_time(struct log *log, struct log_stream *stream, int64_t time,
                  uint64_t *seq, struct failure *failure);

/* The sequence number of a stream's first event, and of the one that would
 * come next. */
int log_range(struct log *log, const struct log_stream *stream, uint64_t *first,
              uint64_t *next, struct failure *failure);

/* Calls take for each definition of the stream before seq, in order; those of
 * one segment are loaded at a time. */
int log_definitions(struct log *log, struct log_stream *stream, uint64_t seq,
                    int (*take)(void *owner, const struct event *definition,
                                struct failure *failure),
                    void *owner, struct failure *failure);

#endif
