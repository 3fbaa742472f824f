#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>

#define UNIT        4     /* bytes: what numbers count */
#define CHUNK_UNITS 65536 /* of a chunk; the low bits of a number */
#define CHUNK       (CHUNK_UNITS * UNIT)
#define FIRST       8 /* bytes: no record has number 0 */
#define CHUNKS_MAX  (UINT32_MAX / CHUNK_UNITS)
_Static_assert(ARENA_MAX == CHUNK - FIRST, "a record fits in a chunk");

void
arena_free(struct arena *arena)
{
    for (uint32_t i = 0; i < arena->count; i++)
        free(arena->chunks[i]);
    free(arena->chunks);
    *arena = (struct arena){0};
}

static int
add_chunk(struct arena *arena)
{
    if (arena->count == CHUNKS_MAX)
        return -1;
    if (arena->count == arena->capacity) {
        size_t wanted = arena->capacity ? arena->capacity * 2 : 16;
        char **grown =
            reallocarray(arena->chunks, wanted, sizeof *arena->chunks);

        if (!grown)
            return -1;
        arena->chunks = grown;
        arena->capacity = wanted;
    }
    arena->chunks[arena->count] = malloc(CHUNK);
    if (!arena->chunks[arena->count])
        return -1;
    arena->count++;
    arena->used = FIRST;
    return 0;
}

void *
arena_add(struct arena *arena, size_t size, uint32_t *number)
{
    size_t whole = (size + UNIT - 1) / UNIT * UNIT;
    char *record;

    assert(size > 0 && size <= ARENA_MAX);
    if ((arena->count == 0 || CHUNK - arena->used < whole) &&
        add_chunk(arena) != 0)
        return NULL;
    record = arena->chunks[arena->count - 1] + arena->used;
    *number = (arena->count - 1) * CHUNK_UNITS + (uint32_t)(arena->used / UNIT);
    arena->used += whole;
    assert(*number != 0 && arena->used <= CHUNK);
    return record;
}

void *
arena_at(const struct arena *arena, uint32_t number)
{
    assert(number != 0 && number / CHUNK_UNITS < arena->count);
    return arena->chunks[number / CHUNK_UNITS] +
           (size_t)(number % CHUNK_UNITS) * UNIT;
}
