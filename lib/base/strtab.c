#include "base/strtab.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/seed.h"

#define SLOTS_MIN   64
#define CHUNK_BYTES 65536

/* Strings lie in chunks, so that none ever moves. */
struct strtab_chunk {
    struct strtab_chunk *next;
    size_t used, size;
    char bytes[];
};

void
strtab_free(struct strtab *texts)
{
    while (texts->chunks) {
        struct strtab_chunk *next = texts->chunks->next;

        free(texts->chunks);
        texts->chunks = next;
    }
    free(texts->entries);
    free(texts->slots);
    memset(texts, 0, sizeof *texts);
}

static uint32_t
hash_of(const char *bytes, size_t size)
{
    return (uint32_t)XXH3_64bits_withSeed(bytes, size, hash_seed);
}

/* An empty string may have no address. */
static bool
same_bytes(const struct strtab_entry *entry, const char *bytes, size_t size)
{
    return entry->size == size &&
           (size == 0 || memcmp(entry->bytes, bytes, size) == 0);
}

/* The slot that holds the string, or the free one where it belongs. */
static uint32_t *
slot_of(const struct strtab *texts, const char *bytes, size_t size,
        uint32_t hash)
{
    uint32_t at = hash & texts->mask;

    for (; texts->slots[at]; at = (at + 1) & texts->mask) {
        const struct strtab_entry *entry =
            &texts->entries[texts->slots[at] - 1];

        if (entry->hash == hash && same_bytes(entry, bytes, size))
            break;
    }
    return &texts->slots[at];
}

uint32_t
strtab_find(const struct strtab *texts, const char *bytes, size_t size)
{
    if (!texts->slots)
        return STRTAB_NONE;
    return *slot_of(texts, bytes, size, hash_of(bytes, size)) - 1;
}

/* Doubles the slots, and the entries to half of them: a slot costs little, a
 * look at a wrong entry costs a cache miss. */
static bool
grow(struct strtab *texts)
{
    uint32_t slots = texts->slots ? (texts->mask + 1) * 2 : SLOTS_MIN;
    uint32_t *fresh = slots ? calloc(slots, sizeof *fresh) : NULL;
    struct strtab_entry *entries =
        fresh ? reallocarray(texts->entries, slots / 2, sizeof *entries) : NULL;

    if (!entries) {
        free(fresh);
        return false;
    }
    free(texts->slots);
    texts->entries = entries;
    texts->slots = fresh;
    texts->mask = slots - 1;
    texts->capacity = slots / 2;
    for (uint32_t i = 0; i < texts->count; i++) {
        uint32_t at = entries[i].hash & texts->mask;

        while (fresh[at])
            at = (at + 1) & texts->mask;
        fresh[at] = i + 1;
    }
    return true;
}

/* A copy of the string that stays where it is, NUL-terminated. */
static const char *
keep(struct strtab *texts, const char *bytes, size_t size)
{
    struct strtab_chunk *chunk = texts->chunks;
    char *copy;

    if (!chunk || chunk->size - chunk->used < size + 1) {
        size_t room = size + 1 > CHUNK_BYTES ? size + 1 : CHUNK_BYTES;

        chunk = malloc(sizeof *chunk + room);
        if (!chunk)
            return NULL;
        *chunk = (struct strtab_chunk){texts->chunks, 0, room};
        texts->chunks = chunk;
    }
    copy = chunk->bytes + chunk->used;
    if (size)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    chunk->used += size + 1;
    assert(chunk->used <= chunk->size);
    return copy;
}

uint32_t
strtab_add(struct strtab *texts, const char *bytes, size_t size, bool *added)
{
    uint32_t hash = hash_of(bytes, size);
    uint32_t *slot = texts->slots ? slot_of(texts, bytes, size, hash) : NULL;
    const char *copy;

    if (added)
        *added = false;
    if (slot && *slot)
        return *slot - 1;
    if (size > UINT32_MAX ||
        (texts->count == texts->capacity && !grow(texts)) ||
        !(copy = keep(texts, bytes, size)))
        return STRTAB_NONE;
    slot = slot_of(texts, bytes, size, hash);
    assert(*slot == 0 && texts->count < texts->capacity);
    texts->entries[texts->count] =
        (struct strtab_entry){copy, (uint32_t)size, hash};
    *slot = ++texts->count;
    if (added)
        *added = true;
    return *slot - 1;
}
