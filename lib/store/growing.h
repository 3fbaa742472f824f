/* growing.h - bytes in memory that grow as they are appended to.
 *
 * Lack of memory is sticky: later calls do nothing and growing_ok tells.
 */
#ifndef STORE_GROWING_H
#define STORE_GROWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* A zeroed one is empty. */
struct growing {
    unsigned char *bytes; /* owned */
    size_t size, capacity;
    bool failed;
};

void growing_free(struct growing *growing);

/* Forgets the bytes, keeps the memory. */
void growing_clear(struct growing *growing);

/* Room for size more bytes behind the last, not counted yet; NULL without
 * memory.  Follow with growing->size += what was used. */
unsigned char *growing_room(struct growing *growing, size_t size);

void growing_put(struct growing *growing, const void *bytes, size_t size);
void growing_put_byte(struct growing *growing, unsigned byte);

/* 0, or -1 with the failure set when memory was lacking at some point. */
int growing_ok(const struct growing *growing, struct failure *failure);

#endif
