/* bytes.h - bytes in memory that grow as they are appended to.
 *
 * Running out of memory is sticky: later calls do nothing, and bytes_ok
 * reports it.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/failure.h"

/* A zeroed one is empty. */
struct bytes {
    unsigned char *bytes; /* owned */
    size_t size;          /* of what was appended */
    size_t capacity;      /* == size once memory ran out */
    bool failed;
};

void bytes_free(struct bytes *growing);

/* Forgets the bytes, keeps the memory. */
void bytes_clear(struct bytes *growing);

/* The slow way of bytes_room. */
unsigned char *bytes_grow(struct bytes *growing, size_t size);

/* Room for size more bytes after the last, not counted yet; NULL if out of
 * memory.  Follow with growing->size += what was used. */
static inline unsigned char *
bytes_room(struct bytes *growing, size_t size)
{
    if (__builtin_expect(
            !growing->bytes || growing->capacity - growing->size < size, 0))
        return bytes_grow(growing, size);
    return growing->bytes + growing->size;
}

static inline void
bytes_put(struct bytes *growing, const void *bytes, size_t size)
{
    unsigned char *room = size ? bytes_room(growing, size) : NULL;

    if (!room)
        return;
    memcpy(room, bytes, size);
    growing->size += size;
}

static inline void
bytes_put_byte(struct bytes *growing, unsigned byte)
{
    unsigned char one = (unsigned char)byte;

    bytes_put(growing, &one, 1);
}

/* printf appended. */
void bytes_put_format(struct bytes *growing, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* 0, or -1 with the failure set if memory ran out at some point. */
int bytes_ok(const struct bytes *growing, struct failure *failure);

/* ---- text ---------------------------------------------------------------- */

static inline void
bytes_put_text(struct bytes *growing, const char *text)
{
    bytes_put(growing, text, strlen(text));
}

/* As bytes_room.  Follow with bytes_end. */
static inline char *
bytes_text_room(struct bytes *growing, size_t size)
{
    return (char *)bytes_room(growing, size);
}

/* The text now ends where what was written into the room does. */
static inline void
bytes_end(struct bytes *growing, const char *end)
{
    size_t size = (size_t)(end - (char *)growing->bytes);

    assert(size >= growing->size && size <= growing->capacity);
    growing->size = size;
}

#endif
