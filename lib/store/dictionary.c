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

static struct dictionary_slot *
slot_of(const struct dictionary *d, uint64_t word)
{
    uint32_t mask = (1U << d->slot_bits) - 1;
    uint32_t at = (uint32_t)((word * UINT64_C(0x9e3779b97f4a7c15)) >>
                             (64 - d->slot_bits));

    while (d->slots[at].entry && d->slots[at].word != word)
        at = (at + 1) & mask;
    return &d->slots[at];
}

/* As few slots as do, so that they stay in the cache. */
static void
set_slots(struct dictionary *d, unsigned bits)
{
    d->slot_bits = bits;
    memset(d->slots, 0, sizeof *d->slots << bits);
    for (uint32_t i = 0; i < d->count; i++)
        *slot_of(d, d->entries[i]) =
            (struct dictionary_slot){d->entries[i], i + 1};
}

/* The entry of a word, new or old; NONE when there is no more room. */
static uint32_t
entry_of(struct dictionary *d, uint64_t word)
{
    struct dictionary_slot *slot = slot_of(d, word);

    if (slot->entry)
        return slot->entry - 1;
    if (d->count == DICTIONARY_MAX)
        return NONE;
    *slot = (struct dictionary_slot){word, d->count + 1};
    add_entry(d, word);
    if (d->count == 1U << (d->slot_bits - 1) && d->slot_bits < SLOT_BITS_MAX)
        set_slots(d, d->slot_bits + 1);
    return d->count - 1;
}

static bool
find_entries(struct dictionary *d, const uint64_t *words, size_t count)
{
    set_slots(d, SLOT_BITS_FIRST);
    for (size_t i = 0; i < count; i++) {
        uint32_t entry = i > 0 && words[i] == words[i - 1]
                             ? d->indices[i - 1]
                             : entry_of(d, words[i]);

        if (entry == NONE || (i == EARLY && d->count > EARLY / 4 * 3))
            return false;
        d->indices[i] = entry;
        d->counts[entry]++;
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
    memset(d->counts, 0, limit * sizeof *d->counts);
    for (size_t i = 0; i < count; i++)
        d->counts[words[i]]++;
    for (uint32_t i = 0; i < limit; i++)
        d->entries[i] = i;
    d->count = limit;
    sort(d);
    while (d->counts[d->values[d->count - 1]] == 0)
        d->count--;
    for (size_t i = 0; i < count; i++)
        d->indices[i] = d->order[words[i]];
}

bool
dictionary_build(struct dictionary *d, const uint64_t *words, size_t count,
                 uint64_t limit)
{
    assert(count > 0 && count <= d->rows);
    d->count = 0;
    if (limit <= DICTIONARY_MAX)
        return build_small(d, words, count, (uint32_t)limit), true;
    if (!find_entries(d, words, count))
        return false;
    sort(d);
    for (size_t i = 0; i < count; i++)
        d->indices[i] = d->order[d->indices[i]];
    return true;
}
