/* map.h - a hash table from u64 keys to u32 values.
 *
 * Open addressing, linear probing, a power of two of slots, at most half full
 * (3/4 full takes twice the time), deletion by shifting back (no tombstones).
 * It is only iterated to be emptied, so no result can depend on its order, and
 * the order is another one in every run (base/seed.h).  Memory: 16
 * bytes a slot, so 32 to 64 a key; it only grows.
 *
 * The value MAP_NONE cannot be stored.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_NONE UINT32_MAX

struct map_slot {
    uint64_t key;
    uint32_t value; /* MAP_NONE: the slot is free */
    uint32_t pad;
};
_Static_assert(sizeof(struct map_slot) == 16, "four slots a cache line");

struct map {
    struct map_slot *slots;
    size_t mask;  /* slots - 1; 0 before the first insertion */
    size_t count; /* keys stored */
};

/* A zeroed struct map is an empty map. */
void map_free(struct map *map);

/* Makes room for count keys, so that map_put cannot fail until then. False if
 * out of memory. */
bool map_reserve(struct map *map, size_t count);

/* The value of a key, or MAP_NONE. */
uint32_t map_get(const struct map *map, uint64_t key);

/* Fetches the slot of a key that will be asked for soon, so that asking need
 * not wait for memory. */
void map_prefetch(const struct map *map, uint64_t key);

/* Sets the value of a key, new or old.  False if out of memory. */
bool map_put(struct map *map, uint64_t key, uint32_t value);

/* Removes a key and returns its value, or MAP_NONE when it was not there. */
uint32_t map_remove(struct map *map, uint64_t key);

/* Empties a map: returns the values one after the other, in no order, and at
 * last MAP_NONE.  *at is 0 at first; until the end nothing else may be asked
 * of the map. */
uint32_t map_drain(struct map *map, size_t *at);

#endif
