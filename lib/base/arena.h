/* arena.h - room for records that come one by one and stay until all go: each
 * keeps its address, and has a number of 32 bits that says where it is.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#define ARENA_MAX (256 * 1024 - 8) /* bytes of the largest record */

struct arena {
    char **chunks; /* owned, and each of them */
    uint32_t count;
    size_t capacity;
    size_t used; /* bytes of the last */
};

/* A zeroed struct arena is empty. */
void arena_free(struct arena *arena);

/* Room for a record of size bytes, at most ARENA_MAX, not zeroed, and its
 * number, never 0.  Aligned to 4 bytes, and to 8 where all sizes are multiples
 * of 8.  NULL when there is no memory, or 16 GiB are used. */
void *arena_add(struct arena *arena, size_t size, uint32_t *number);

/* The record of a number that arena_add gave. */
void *arena_at(const struct arena *arena, uint32_t number);

#endif
