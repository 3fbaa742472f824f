/* buffer.h - bytes that grow at the end.
 */
#ifndef FORMAT_BUFFER_H
#define FORMAT_BUFFER_H

#include <stdlib.h>
#include <string.h>

#include "base/failure.h"

/* A zeroed struct buffer is empty. */
struct buffer {
    char *bytes; /* owned */
    size_t used, capacity;
};

/* Makes room for size more bytes; where they go, or NULL with the failure
 * set. */
char *buffer_grow(struct buffer *buffer, size_t size, struct failure *failure);

static inline char *
buffer_room(struct buffer *buffer, size_t size, struct failure *failure)
{
    if (!buffer->bytes || buffer->capacity - buffer->used < size)
        return buffer_grow(buffer, size, failure);
    return buffer->bytes + buffer->used;
}

/* Appends bytes; 0 or -1. */
static inline int
buffer_put(struct buffer *buffer, const void *bytes, size_t size,
           struct failure *failure)
{
    char *room;

    if (size == 0)
        return 0;
    room = buffer_room(buffer, size, failure);
    if (!room)
        return -1;
    memcpy(room, bytes, size);
    buffer->used += size;
    return 0;
}

static inline void
buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){NULL, 0, 0};
}

#endif
