#include "parquet/dictionary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/seed.h"

#define SLOT_BITS_FIRST 12
#define SLOT_BITS_MAX   18 /* of DICTIONARY_MAX values a quarter are in use */
#define EARLY           16384 /* words after which to judge */
#define NONE            UINT32_MAX

_Static_assert(1 << SLOT_BITS_MAX == 4 * DICTIONARY_MAX,
               "a full dictionary leaves three slots of four free");

int
dictionary_init(struct dictionary *d, size_t rows, struct failure *failure)
{
    memset(d, 0, sizeof *d);
    d->rows = rows;
    d->values = allocate(failure, DICTIONARY_MAX, sizeof *d->values);
    d->indices = allocate(failure, rows, sizeof *d->indices);
    d->slots = allocate(failure, 1UL << SLOT_BITS_MAX, sizeof *d->slots);
    d->entries = allocate(failure, DICTIONARY_MAX, sizeof *d->entries);
    d->counts = allocate(failure, DICTIONARY_MAX, sizeof *d->counts);
    d->order = allocate(failure, DICTIONARY_MAX, sizeof *d->order);
    d->buckets = allocate(failure, rows + 2, sizeof *d->buckets);
    return failure->kind == FAILURE_NONE ? 0 : -1;
}

void
dictionary_free(struct dictionary *d)
{
    free(d->values);
    free(d->indices);
    free(d->slots);
    free(d->entries);
    free(d->counts);
    free(d->order);
    free(d->buckets);
    memset(d, 0, sizeof *d);
}

/* ---- entries ------------------------------------------------------------- */

static void
add_entry(struct dictionary *d, uint64_t word)
{
    d->entries[d->count] = word;
    d->counts[d->count++] = 0;
}

/* Of bits bits. Prices and quantities are multiples of large numbers: they are
 * spread as map.c spreads keys, and nobody knows how. */
static inline uint32_t
hash(uint64_t word, unsigned bits)
{
    word ^= hash_seed;
    word = (word ^ word >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ word >> 29) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(word >> (64 - bits));
}

/* The slot of a word: its entry + 1, or 0. */
static inline uint32_t *
slot_of(uint32_t *slots, unsigned bits, const uint64_t *entries, uint64_t word)
{
    uint32_t mask = (1U << bits) - 1, at = hash(word, bits);

    while (slots[at] && entries[slots[at] - 1] != word)
        at = (at + 1) & mask;
    return &slots[at];
}

/* As few slots as do, so that they stay in the cache, but so many that the
 * first one looked at is nearly always the right one. */
static void
set_slots(struct dictionary *d, unsigned bits)
{
    assert(bits <= SLOT_BITS_MAX && d->count <= 1U << (bits - 2));
    d->slot_bits = bits;
    memset(d->slots, 0, sizeof *d->slots << bits);
    for (uint32_t i = 0; i < d->count; i++)
        *slot_of(d->slots, bits, d->entries, d->entries[i]) = i + 1;
}

/* Adds a word that has the free slot given; false without room. */
static bool
add_word(struct dictionary *d, uint32_t *slot, uint64_t word)
{
    if (d->count == DICTIONARY_MAX)
        return false;
    *slot = d->count + 1;
    add_entry(d, word);
    if (d->count == 1U << (d->slot_bits - 2) && d->slot_bits < SLOT_BITS_MAX)
        set_slots(d, d->slot_bits + 1);
    return true;
}

static bool
find_entries(struct dictionary *d, const uint64_t *words, size_t count)
{
    const uint64_t *entries = d->entries;
    uint32_t *slots = d->slots, *indices = d->indices, *counts = d->counts;
    unsigned bits;

    set_slots(d, SLOT_BITS_FIRST);
    bits = d->slot_bits;
    for (size_t i = 0; i < count; i++) {
        uint32_t *slot = slot_of(slots, bits, entries, words[i]);
        uint32_t entry = *slot - 1;

        if (entry == NONE) {
            entry = d->count;
            if (!add_word(d, slot, words[i]) ||
                (i >= EARLY && d->count > i / 4 * 3))
                return false;
            bits = d->slot_bits;
        }
        indices[i] = entry;
        counts[entry]++;
    }
    return true;
}

/* ---- order --------------------------------------------------------------- */

/* Sorts the entries by how often they appear; counting sort, stable. */
static void
sort(struct dictionary *d)
{
    uint32_t most = 0, at = 0;

    for (uint32_t i = 0; i < d->count; i++)
        most = d->counts[i] > most ? d->counts[i] : most;
    assert(most <= d->rows);
    memset(d->buckets, 0, (most + 1UL) * sizeof *d->buckets);
    for (uint32_t i = 0; i < d->count; i++)
        d->buckets[d->counts[i]]++;
    for (uint32_t n = most + 1; n-- > 0;) {
        uint32_t size = d->buckets[n];

        d->buckets[n] = at;
        at += size;
    }
    assert(at == d->count);
    for (uint32_t i = 0; i < d->count; i++) {
        d->order[i] = d->buckets[d->counts[i]]++;
        d->values[d->order[i]] = d->entries[i];
    }
}

/* Words below DICTIONARY_MAX are their own entries; those that do not appear
 * come last and are dropped. */
static void
build_small(struct dictionary *d, const uint64_t *words, size_t count,
            uint32_t limit)
{
    uint32_t *counts = d->counts, *indices = d->indices;
    const uint32_t *order = d->order;

    memset(counts, 0, limit * sizeof *counts);
    for (size_t i = 0; i < count; i++)
        counts[words[i]]++;
    for (uint32_t i = 0; i < limit; i++)
        d->entries[i] = i;
    d->count = limit;
    sort(d);
    while (d->counts[d->values[d->count - 1]] == 0)
        d->count--;
    assert(d->count <= count); /* each of them is a word at least once */
    for (size_t i = 0; i < count; i++)
        indices[i] = order[words[i]];
}

bool
dictionary_build(struct dictionary *d, const uint64_t *words, size_t count,
                 uint64_t limit)
{
    uint32_t *indices;
    const uint32_t *order;

    assert(count > 0 && count <= d->rows && limit > 0);
    d->count = 0;
    if (limit <= DICTIONARY_MAX)
        return build_small(d, words, count, (uint32_t)limit), true;
    if (!find_entries(d, words, count))
        return false;
    sort(d);
    indices = d->indices;
    order = d->order;
    for (size_t i = 0; i < count; i++)
        indices[i] = order[indices[i]];
    return true;
}
