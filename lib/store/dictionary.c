#include "store/dictionary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_BITS 18
#define SLOTS      (1U << SLOTS_BITS)

int
dictionary_init(struct dictionary *d, size_t rows, struct failure *failure)
{
    memset(d, 0, sizeof *d);
    d->rows = rows;
    d->values = allocate(failure, DICTIONARY_MAX, sizeof *d->values);
    d->indices = allocate(failure, rows, sizeof *d->indices);
    d->slots = allocate(failure, SLOTS, sizeof *d->slots);
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

/* The entry of a word, new or old; UINT32_MAX when there is no more room. */
static uint32_t
entry_of(struct dictionary *d, uint64_t word)
{
    uint32_t at =
        (uint32_t)((word * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - SLOTS_BITS));

    for (; d->slots[at]; at = (at + 1) & (SLOTS - 1))
        if (d->entries[d->slots[at] - 1] == word)
            return d->slots[at] - 1;
    if (d->count == DICTIONARY_MAX)
        return UINT32_MAX;
    d->entries[d->count] = word;
    d->counts[d->count] = 0;
    d->slots[at] = ++d->count;
    return d->count - 1;
}

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

bool
dictionary_build(struct dictionary *d, const uint64_t *words, size_t count)
{
    assert(count <= d->rows);
    memset(d->slots, 0, SLOTS * sizeof *d->slots);
    d->count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t entry = i > 0 && words[i] == words[i - 1]
                             ? d->indices[i - 1]
                             : entry_of(d, words[i]);

        if (entry == UINT32_MAX)
            return false;
        d->indices[i] = entry;
        d->counts[entry]++;
    }
    sort(d);
    for (size_t i = 0; i < count; i++)
        d->indices[i] = d->order[d->indices[i]];
    return true;
}
