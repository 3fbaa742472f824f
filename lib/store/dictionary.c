#include "store/dictionary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SLOT_BITS_FIRST 12
#define SLOT_BITS_MAX   17    /* of DICTIONARY_MAX values half are in use */
#define EARLY           16384 /* words after which to judge */
#define NONE            UINT32_MAX

struct dictionary_slot {
    uint64_t word;
    uint32_t entry; /* + 1, or 0 */
};

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

static inline struct dictionary_slot *
slot_of(struct dictionary_slot *slots, unsigned bits, uint64_t word)
{
    uint32_t mask = (1U << bits) - 1;
    uint32_t at =
        (uint32_t)((word * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - bits));

    while (slots[at].entry && slots[at].word != word)
        at = (at + 1) & mask;
    return &slots[at];
}

/* As few slots as do, so that they stay in the cache. */
static void
set_slots(struct dictionary *d, unsigned bits)
{
    d->slot_bits = bits;
    memset(d->slots, 0, sizeof *d->slots << bits);
    for (uint32_t i = 0; i < d->count; i++)
        *slot_of(d->slots, bits, d->entries[i]) =
            (struct dictionary_slot){d->entries[i], i + 1};
}

/* Adds a word that has the free slot given; false without room. */
static bool
add_word(struct dictionary *d, struct dictionary_slot *slot, uint64_t word)
{
    if (d->count == DICTIONARY_MAX)
        return false;
    *slot = (struct dictionary_slot){word, d->count + 1};
    add_entry(d, word);
    if (d->count == 1U << (d->slot_bits - 1) && d->slot_bits < SLOT_BITS_MAX)
        set_slots(d, d->slot_bits + 1);
    return true;
}

static bool
find_entries(struct dictionary *d, const uint64_t *words, size_t count)
{
    struct dictionary_slot *slots = d->slots;
    uint32_t *indices = d->indices, *counts = d->counts, entry = 0;
    unsigned bits;

    set_slots(d, SLOT_BITS_FIRST);
    bits = d->slot_bits;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || words[i] != words[i - 1]) {
            struct dictionary_slot *slot = slot_of(slots, bits, words[i]);

            entry = slot->entry - 1;
            if (entry == NONE) {
                entry = d->count;
                if (!add_word(d, slot, words[i]) ||
                    (i >= EARLY && d->count > i / 4 * 3))
                    return false;
                bits = d->slot_bits;
            }
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
    memset(d->buckets, 0, (most + 1UL) * sizeof *d->buckets);
    for (uint32_t i = 0; i < d->count; i++)
        d->buckets[d->counts[i]]++;
    for (uint32_t n = most + 1; n-- > 0;) {
        uint32_t size = d->buckets[n];

        d->buckets[n] = at;
        at += size;
    }
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
    for (size_t i = 0; i < count; i++)
        indices[i] = order[words[i]];
}

bool
dictionary_build(struct dictionary *d, const uint64_t *words, size_t count,
                 uint64_t limit)
{
    uint32_t *indices;
    const uint32_t *order;

    assert(count > 0 && count <= d->rows);
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
