/* source.h - the streams of an event store, one after the other, as a
 * source of tapes.
 */
#ifndef LOG_SOURCE_H
#define LOG_SOURCE_H

#include "log/read.h"
#include "tape/source.h"

struct log_source {
    struct tape_source source;
    /* Called at the end of what is stored of a stream without END, to wait a
     * moment for more: 1 to look again, 0 when stopped, -1.  NULL: such an end
     * is a failure. */
    int (*wait)(void *owner, struct failure *failure);
    void *owner;

    /* private */
    struct log log;
    bool raw;
    size_t at;    /* the current stream, or the next one */
    size_t until; /* this one is not wanted, and none after it */
    bool in_tape; /* it has begun */
    bool open;    /* the cursor is */
    uint64_t seq; /* where to open it */
    struct log_cursor cursor;
    struct tape_header header;
};

/* Opens the store at path.  raw: see reader.h.  -1 also when it has no stream,
 * or none of the name in only.  It is not moved from then on. */
int log_source_open(struct log_source *from, const char *path, const char *only,
                    bool raw, struct failure *failure);
void log_source_close(struct log_source *from);

#endif
