#include "base/map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/seed.h"

#define SLOTS_MIN 16
#define KEYS_MAX  (SIZE_MAX / 4 / sizeof(struct map_slot))

void
map_free(struct map *map)
{
    free(map->slots);
    *map = (struct map){0};
}

/* Where a key belongs.  Two multiplications with the high half folded in
 * before, between and after: multiples of a power of two, and of the inverse
 * of either factor, spread as well as random keys do, whatever the seed; and
 * nobody knows the seed. */
static inline size_t
home(const struct map *map, uint64_t key)
{
    key ^= hash_seed;
    key = (key ^ key >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    key = (key ^ key >> 29) * UINT64_C(0xd6e8feb86659fd93);
    return (size_t)(key >> 32) & map->mask;
}

/* The slot of a key, or the free slot where the search for it ends.  A free
 * slot may still hold the bytes of the key: its value says that it is free. */
static inline size_t
find(const struct map *map, uint64_t key)
{
    size_t at = home(map, key);

    while (map->slots[at].key != key && map->slots[at].value != MAP_NONE)
        at = (at + 1) & map->mask;
    return at;
}

static bool
resize(struct map *map, size_t slots)
{
    struct map larger = {.mask = slots - 1, .count = map->count};

    assert((slots & (slots - 1)) == 0 && map->count <= slots / 2);
    larger.slots = malloc(slots * sizeof *larger.slots);
    if (!larger.slots)
        return false;
    memset(larger.slots, 0xff, slots * sizeof *larger.slots); /* all free */
    for (size_t i = 0; map->slots && i <= map->mask; i++)
        if (map->slots[i].value != MAP_NONE)
            larger.slots[find(&larger, map->slots[i].key)] = map->slots[i];
    free(map->slots);
    *map = larger;
    return true;
}

bool
map_reserve(struct map *map, size_t count)
{
    size_t slots = map->slots ? map->mask + 1 : SLOTS_MIN;

    if (count > KEYS_MAX)
        return false;
    while (count > slots / 2)
        slots *= 2;
    return (map->slots && slots == map->mask + 1) || resize(map, slots);
}

uint32_t
map_get(const struct map *map, uint64_t key)
{
    return map->slots ? map->slots[find(map, key)].value : MAP_NONE;
}

void
map_prefetch(const struct map *map, uint64_t key)
{
    if (map->slots)
        __builtin_prefetch(&map->slots[home(map, key)]);
}

bool
map_put(struct map *map, uint64_t key, uint32_t value)
{
    size_t at = map->slots ? find(map, key) : 0;

    assert(value != MAP_NONE);
    if (!map->slots || map->slots[at].value == MAP_NONE) {
        if (!map->slots || map->count == (map->mask + 1) / 2) {
            if (!map_reserve(map, map->count + 1))
                return false;
            at = find(map, key);
        }
        map->slots[at].key = key;
        map->count++;
    }
    map->slots[at].value = value;
    return true;
}

/* Closes the gap at a slot: what lies after it, up to the next free slot, and
 * would no longer be found past the gap, moves into it. */
static void
close_gap(struct map *map, size_t gap)
{
    size_t at = (gap + 1) & map->mask;

    for (; map->slots[at].value != MAP_NONE; at = (at + 1) & map->mask) {
        size_t wanted = home(map, map->slots[at].key);

        if (((at - wanted) & map->mask) < ((at - gap) & map->mask))
            continue;
        map->slots[gap] = map->slots[at];
        gap = at;
    }
    map->slots[gap].value = MAP_NONE;
}

uint32_t
map_remove(struct map *map, uint64_t key)
{
    size_t at;
    uint32_t value;

    if (!map->slots)
        return MAP_NONE;
    at = find(map, key);
    value = map->slots[at].value;
    if (value != MAP_NONE) {
        assert(map->count > 0);
        close_gap(map, at);
        map->count--;
    }
    return value;
}

uint32_t
map_drain(struct map *map, size_t *at)
{
    while (map->count > 0) {
        struct map_slot *slot = &map->slots[(*at)++];
        uint32_t value = slot->value;

        assert(*at <= map->mask + 1);
        if (value == MAP_NONE)
            continue;
        slot->value = MAP_NONE;
        map->count--;
        return value;
    }
    return MAP_NONE;
}
