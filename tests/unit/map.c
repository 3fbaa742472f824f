/* The map against a plain array, for keys that are easy and keys that are
 * meant to hurt. */
#include "base/map.h"
#include "base/seed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "any.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define KEYS          4096

/* The inverses, modulo 2^64, of the two factors that the map spreads with:
 * multiples of them undo a multiplication. */
static uint64_t
inverse(uint64_t odd)
{
    uint64_t x = odd;

    for (int i = 0; i < 6; i++)
        x *= 2 - odd * x;
    return x;
}

static uint64_t
key_of(unsigned pattern, uint64_t i)
{
    switch (pattern) {
    case 64: return i * 1000003;
    case 65: return i * 1000000000;
    case 66: return (i >> 4) << 32 | (i & 15);
    case 67: return (i & 15) << 60 | i >> 4;
    case 68: return ~i;
    case 69: return i * inverse(UINT64_C(0x9e3779b97f4a7c15));
    case 70: return i * inverse(UINT64_C(0xd6e8feb86659fd93));
    case 71: return i * UINT64_C(0x100000001);
    default: return i << pattern | (pattern ? i >> (64 - pattern) : 0);
    }
}
#define PATTERNS 72

/* Random puts, gets and removals of a few thousand keys. */
static bool
agrees_with_array(unsigned pattern)
{
    static uint32_t wanted[KEYS];
    struct map map = {0};
    size_t count = 0;
    bool well = true;

    for (unsigned i = 0; i < KEYS; i++)
        wanted[i] = MAP_NONE;
    for (int step = 0; well && step < 40000; step++) {
        uint64_t dice = any();
        unsigned i = (unsigned)(dice % KEYS);
        uint64_t key = key_of(pattern, i);

        /* Mostly puts, then mostly removals, in turns. */
        if ((dice >> 32) % 4 < (step / 10000 % 2 ? 1 : 3)) {
            count += wanted[i] == MAP_NONE;
            wanted[i] = (uint32_t)(dice >> 40);
            well = map_put(&map, key, wanted[i]);
        } else {
            count -= wanted[i] != MAP_NONE;
            well = map_remove(&map, key) == wanted[i];
            wanted[i] = MAP_NONE;
        }
        i = (unsigned)(dice >> 12) % KEYS;
        well = well && map_get(&map, key_of(pattern, i)) == wanted[i] &&
               map.count == count;
    }
    for (unsigned i = 0; well && i < KEYS; i++)
        well = map_get(&map, key_of(pattern, i)) == wanted[i];
    map_free(&map);
    return well;
}

static bool
all_patterns_agree(void)
{
    for (unsigned pattern = 0; pattern < PATTERNS; pattern++)
        if (!agrees_with_array(pattern)) {
            tap_note("pattern %u", pattern);
            return false;
        }
    return true;
}

/* The longest run of taken slots bounds every search. */
static size_t
longest_run(unsigned pattern)
{
    struct map map = {0};
    size_t run = 0, longest = 0;

    for (uint64_t i = 1; i <= 32768; i++)
        if (!map_put(&map, key_of(pattern, i), 1))
            return SIZE_MAX;
    for (size_t at = 0; at <= map.mask; at++) {
        run = map.slots[at].value == MAP_NONE ? 0 : run + 1;
        if (run > longest)
            longest = run;
    }
    map_free(&map);
    return longest;
}

static bool
no_pattern_degrades(void)
{
    for (unsigned i = 0; i < 4 * PATTERNS; i++) {
        unsigned pattern = i % PATTERNS;
        size_t run;

        /* the same seeds in every run: none, and three with many bits */
        hash_seed = UINT64_C(0x9fb21c651e98df25) * (i / PATTERNS);
        run = longest_run(pattern);
        /* Random keys have runs of 50 to 80 here. */
        if (run > 160) {
            tap_note("pattern %u has a run of %zu", pattern, run);
            return false;
        }
    }
    return true;
}

static bool
reserved_is_kept(void)
{
    struct map map = {0};
    const struct map_slot *slots;
    bool well = map_reserve(&map, 1000);

    slots = map.slots;
    for (uint64_t i = 0; i < 1000; i++)
        well = well && map_put(&map, i, (uint32_t)i);
    well = well && map_put(&map, 7, 8) && map.slots == slots &&
           map_get(&map, 7) == 8 && map.count == 1000;
    map_free(&map);
    return well;
}

static bool
is_empty(void)
{
    struct map map = {0};
    bool well = map_get(&map, 0) == MAP_NONE && map_remove(&map, 0) == MAP_NONE;

    well = well && map_put(&map, 0, 0) && map_put(&map, UINT64_MAX, 1) &&
           map_remove(&map, 0) == 0 && map_remove(&map, 0) == MAP_NONE &&
           map_get(&map, UINT64_MAX) == 1 &&
           map_remove(&map, UINT64_MAX) == 1 &&
           map_get(&map, UINT64_MAX) == MAP_NONE && map.count == 0;
    map_free(&map);
    map_free(&map);
    return well && map_get(&map, 0) == MAP_NONE;
}

static bool
refuses_too_much(void)
{
    struct map map = {0};
    bool well = map_put(&map, 1, 2) && !map_reserve(&map, SIZE_MAX) &&
                !map_reserve(&map, SIZE_MAX / 2) && map_get(&map, 1) == 2;

    map_free(&map);
    return well;
}

/* Puts keys until there is no memory. */
static bool
outlives_memory(void)
{
    const struct rlimit some = {.rlim_cur = 24 << 20,
                                .rlim_max = RLIM_INFINITY};
    const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    struct map map = {0};
    uint32_t count = 0;
    bool well;

    setrlimit(RLIMIT_AS, &some);
    while (count < 1 << 24 && map_put(&map, count, count))
        count++;
    setrlimit(RLIMIT_AS, &all);
    well = count < 1 << 24 && map.count == count &&
           map_get(&map, count - 1) == count - 1 && map_get(&map, 0) == 0 &&
           map_get(&map, count) == MAP_NONE;
    map_free(&map);
    return well;
}

#if defined __SANITIZE_ADDRESS__
#define LIMITED false
#elif defined __has_feature
#define LIMITED !__has_feature(address_sanitizer)
#else
#define LIMITED true
#endif

int
main(void)
{
    OK("an empty map holds nothing, not even 0 or the largest key", is_empty());
    OK("a map holds what an array would, for every pattern of keys",
       all_patterns_agree());
    OK("strides, packed pairs and hostile keys search no longer than random "
       "ones",
       no_pattern_degrades());
    OK("a reserved map does not move until it is full", reserved_is_kept());
    OK("a map that cannot be that large says so and stays as it is",
       refuses_too_much());
    if (LIMITED) /* a sanitizer needs all that there is */
        OK("one that cannot grow keeps what it has", outlives_memory());
    return tap_done();
}
