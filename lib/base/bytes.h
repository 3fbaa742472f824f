/* bytes.h - bytes in memory that grow as they are appended to.
 *
 * Being out of memory is sticky: later calls do nothing, bytes_ok reports it.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* A zeroed one is empty. */
struct bytes {
    unsigned char *bytes; /* owned */
    size_t size, capacity;
    bool failed;
};

void bytes_free(struct bytes *growing);

/* Forgets the bytes, keeps the memory. */
void bytes_clear(struct bytes *growing);

/* Room for size more bytes after the last, not counted yet; NULL if out of
 * memory.  Follow with growing->size += what was used. */
unsigned char *bytes_room(struct bytes *growing, size_t size);

void bytes_put(struct bytes *growing, const void *bytes, size_t size);
void bytes_put_byte(struct bytes *growing, unsigned byte);
void bytes_put_text(struct bytes *growing, const char *text);
void bytes_put_format(struct bytes *growing, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* 0, or -1 with the failure set if memory ran out at some point. */
int bytes_ok(const struct bytes *growing, struct failure *failure);

#endif
