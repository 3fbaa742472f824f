#include "base/map.h"

#include <stdlib.h>

#define SLOTS_MIN 16

void
map_free(struct map *map)
{
    free(map->slots);
    *map = (struct map){0};
}

/* Spreads a key over all bits: a multiply, and the high half folded in. */
static size_t
home(const struct map *map, uint64_t key)
{
    key *= UINT64_C(0x9e3779b97f4a7c15);
    key ^= key >> 32;
    key *= UINT64_C(0xd6e8feb86659fd93);
    return (size_t)(key >> 32) & map->mask;
}

static bool
resize(struct map *map, size_t slots)
{
    struct map larger = {.mask = slots - 1, .count = map->count};

    larger.slots = malloc(slots * sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < slots; i++)
        larger.slots[i].value = MAP_NONE;
    for (size_t i = 0; map->slots && i <= map->mask; i++) {
        size_t at;

        if (map->slots[i].value == MAP_NONE)
            continue;
        at = home(&larger, map->slots[i].key);
        while (larger.slots[at].value != MAP_NONE)
            at = (at + 1) & larger.mask;
        larger.slots[at] = map->slots[i];
    }
    free(map->slots);
    *map = larger;
    return true;
}

bool
map_reserve(struct map *map, size_t count)
{
    size_t slots = map->slots ? map->mask + 1 : SLOTS_MIN;

    while (count > slots / 4 * 3)
        slots *= 2;
    if (map->slots && slots == map->mask + 1)
        return true;
    return resize(map, slots);
}

uint32_t
map_get(const struct map *map, uint64_t key)
{
    size_t at;

    if (!map->slots)
        return MAP_NONE;
    for (at = home(map, key); map->slots[at].value != MAP_NONE;
         at = (at + 1) & map->mask)
        if (map->slots[at].key == key)
            return map->slots[at].value;
    return MAP_NONE;
}

bool
map_put(struct map *map, uint64_t key, uint32_t value)
{
    size_t at;

    if (!map_reserve(map, map->count + 1))
        return false;
    for (at = home(map, key); map->slots[at].value != MAP_NONE;
         at = (at + 1) & map->mask) {
        if (map->slots[at].key == key) {
            map->slots[at].value = value;
            return true;
        }
    }
    map->slots[at] = (struct map_slot){.key = key, .value = value};
    map->count++;
    return true;
}

uint32_t
map_remove(struct map *map, uint64_t key)
{
    size_t at, next;
    uint32_t value;

    if (!map->slots)
        return MAP_NONE;
    for (at = home(map, key); map->slots[at].value != MAP_NONE;
         at = (at + 1) & map->mask)
        if (map->slots[at].key == key)
            break;
    value = map->slots[at].value;
    if (value == MAP_NONE)
        return MAP_NONE;
    /* Shift back what would no longer be found past the hole. */
    for (next = (at + 1) & map->mask; map->slots[next].value != MAP_NONE;
         next = (next + 1) & map->mask) {
        size_t wanted = home(map, map->slots[next].key);

        if (((next - wanted) & map->mask) >= ((next - at) & map->mask)) {
            map->slots[at] = map->slots[next];
            at = next;
        }
    }
    map->slots[at].value = MAP_NONE;
    map->count--;
    return value;
}
