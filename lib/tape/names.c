#include "tape/names.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

#include "base/seed.h"

void
names_free(struct names *names)
{
    arena_free(&names->texts);
    numbers_free(&names->numbers);
    *names = (struct names){0};
}

uint64_t
name_id(const char *text, size_t size)
{
    uint64_t number;

    if (size == 0)
        return 0;
    if (name_number(text, size, &number))
        return number;
    return NAME_BIT | XXH3_64bits(text, size) >> 1;
}

/* ---- records ------------------------------------------------------------- */

/* A name: its id is here unless it is that of the text; then the text. */
struct record {
    uint16_t size; /* of the text */
    uint8_t kind;
    bool has_id;
    char rest[];
};

struct key {
    uint64_t id;
    uint64_t kind;
};

static uint64_t
hash_of_key(const struct key *key)
{
    return XXH3_64bits_withSeed(key, sizeof *key, hash_seed);
}

static const char *
text_of(const struct record *record)
{
    return record->rest + (record->has_id ? sizeof(uint64_t) : 0);
}

static struct key
key_of(const struct record *record)
{
    struct key key = {0, record->kind};

    if (record->has_id)
        memcpy(&key.id, record->rest, sizeof key.id);
    else
        key.id = name_id(text_of(record), record->size);
    return key;
}

static uint64_t
hash_of(const void *owner, uint32_t number)
{
    const struct names *names = owner;
    struct key key = key_of(arena_at(&names->texts, number));

    return hash_of_key(&key);
}

static bool
has_key(const void *owner, uint32_t number, const void *wanted)
{
    const struct names *names = owner;
    const struct key *key = wanted;
    const struct record *record = arena_at(&names->texts, number);

    return record->kind == key->kind && key_of(record).id == key->id;
}

/* ---- names --------------------------------------------------------------- */

static int
contradict(uint64_t id, const char *known, size_t known_size, const char *text,
           size_t size, struct failure *failure)
{
    bool interned = id == name_id(known, known_size) &&
                    id == name_id(text, size) && (id & NAME_BIT);

    return fail(failure, FAILURE_DATA,
                "id %" PRIu64 " is named \"%.*s\" and cannot become "
                "\"%.*s\"%s",
                id, (int)known_size, known, (int)size, text,
                interned ? ": both have this id; rename one of them" : "");
}

int
names_add(struct names *names, uint8_t kind, uint64_t id, const char *text,
          size_t size, bool *added, struct failure *failure)
{
    bool own = size <= UINT16_MAX && id == name_id(text, size);
    size_t room = own ? 0 : sizeof id, known_size;
    const char *known = names_find(names, kind, id, &known_size);
    struct record *record;
    uint32_t number;

    if (size > UINT16_MAX) /* no tape has it, but a database may */
        return fail(failure, FAILURE_DATA,
                    "the name of id %" PRIu64 " has %zu bytes: it may have %d",
                    id, size, UINT16_MAX);
    if (added)
        *added = known == NULL;
    if (known)
        return known_size == size && memcmp(known, text, size) == 0
                   ? 0
                   : contradict(id, known, known_size, text, size, failure);
    record = arena_add(&names->texts, sizeof *record + room + size, &number);
    if (!record)
        return fail_memory(failure);
    *record = (struct record){(uint16_t)size, kind, !own};
    memcpy(record->rest, &id, room);
    if (size)
        memcpy(record->rest + room, text, size);
    if (!numbers_add(&names->numbers, number, hash_of, names))
        return fail_memory(failure);
    names->kinds[kind] = true;
    return 0;
}

int
names_take(struct names *names, const struct tape_header *header,
           const struct event *event, struct failure *failure)
{
    const struct name *name = (const struct name *)(const void *)event;
    size_t size = event->words * 8UL;

    assert(event->type == EVENT_NAME);
    if ((header->sizes[EVENT_NAME] &&
         header->sizes[EVENT_NAME] < sizeof *name) ||
        size < sizeof *name || name->text.offset > size ||
        name->text.length > size - name->text.offset)
        return 0;
    return names_add(names, name->kind, name->id, event_text(name, name->text),
                     name->text.length, NULL, failure);
}

const char *
names_find(const struct names *names, uint8_t kind, uint64_t id, size_t *size)
{
    const struct key key = {id, kind};
    uint32_t number = names->kinds[kind]
                          ? numbers_find(&names->numbers, hash_of_key(&key),
                                         has_key, names, &key)
                          : 0;
    const struct record *record;

    if (number == 0)
        return NULL;
    record = arena_at(&names->texts, number);
    *size = record->size;
    return text_of(record);
}
