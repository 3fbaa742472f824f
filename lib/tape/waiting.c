#include "tape/waiting.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/seed.h"
#include "tape/frame.h"
#include "tape/schema.h"

#define FORGOTTEN 4096 /* names that were given are forgotten together */

struct record {
    uint32_t next; /* that came after it, or 0 */
    uint32_t given;
    struct name name;
};
#define RECORD_HEAD offsetof(struct record, name)
_Static_assert(RECORD_HEAD + EVENT_MAX <= ARENA_MAX, "any name fits");

struct key {
    uint64_t id, kind;
};

void
waiting_free(struct waiting *waiting)
{
    waiting_clear(waiting);
}

void
waiting_clear(struct waiting *waiting)
{
    arena_free(&waiting->records);
    numbers_free(&waiting->numbers);
    waiting->first = waiting->last = 0;
    waiting->count = 0;
}

void
waiting_begin(struct waiting *waiting, const struct tape_header *header)
{
    memset(waiting->fields, 0, sizeof waiting->fields);
    waiting->readable = header->sizes[EVENT_NAME] == 0 ||
                        header->sizes[EVENT_NAME] >= sizeof(struct name);
    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_type *type = &schema_types[i];
        uint16_t written = header->sizes[type->type];
        size_t size = written && written < type->size ? written : type->size;

        waiting->fields[type->type].known = written <= type->size;
        for (unsigned f = 0; f < type->field_count; f++) {
            const struct schema_field *field = &type->fields[f];
            uint8_t *count = &waiting->fields[type->type].count;

            if (field->kind != FIELD_ID || type->type == EVENT_NAME ||
                field->offset + field->size > size)
                continue;
            assert(*count < WAITING_IDS);
            waiting->fields[type->type].kinds[*count] = field->id_kind;
            waiting->fields[type->type].offsets[(*count)++] = field->offset;
        }
    }
}

/* ---- the table ----------------------------------------------------------- */

static struct record *
at(const struct waiting *waiting, uint32_t number)
{
    return arena_at(&waiting->records, number);
}

static uint64_t
hash_of_key(const struct key *key)
{
    return XXH3_64bits_withSeed(key, sizeof *key, hash_seed);
}

static uint64_t
hash_of(const void *owner, uint32_t number)
{
    const struct waiting *waiting = owner;
    const struct record *record = at(waiting, number);
    const struct key key = {record->name.id, record->name.kind};

    return hash_of_key(&key);
}

static bool
has_key(const void *owner, uint32_t number, const void *wanted)
{
    const struct waiting *waiting = owner;
    const struct key *key = wanted;
    const struct record *record = at(waiting, number);

    return record->name.id == key->id && record->name.kind == key->kind;
}

static struct record *
find(const struct waiting *waiting, uint64_t id, uint8_t kind)
{
    const struct key key = {id, kind};
    uint32_t number = numbers_find(&waiting->numbers, hash_of_key(&key),
                                   has_key, waiting, &key);

    return number ? at(waiting, number) : NULL;
}

/* ---- names --------------------------------------------------------------- */

int
waiting_take(struct waiting *waiting, const struct event *event,
             struct failure *failure)
{
    const struct name *name = (const struct name *)(const void *)event;
    size_t size = event->words * 8UL;
    struct record *record;
    uint32_t number;

    assert(event->type == EVENT_NAME);
    if (!waiting->readable || size < sizeof *name)
        return 0;
    record = find(waiting, name->id, name->kind);
    if (record) /* another text of one id is for whoever keeps ids */
        return record->name.event.words == event->words &&
               memcmp(&record->name.kind, &name->kind,
                      size - offsetof(struct name, kind)) == 0;
    record = arena_add(&waiting->records, RECORD_HEAD + size, &number);
    if (!record)
        return fail_memory(failure);
    *record = (struct record){.given = false};
    memcpy(&record->name, event, size);
    if (!numbers_add(&waiting->numbers, number, hash_of, waiting))
        return fail_memory(failure);
    if (waiting->last)
        at(waiting, waiting->last)->next = number;
    else
        waiting->first = number;
    waiting->last = number;
    waiting->count++;
    return 1;
}

/* The oldest that was not given. */
static struct record *
oldest(struct waiting *waiting)
{
    assert(waiting->count > 0);
    while (at(waiting, waiting->first)->given)
        waiting->first = at(waiting, waiting->first)->next;
    return at(waiting, waiting->first);
}

/* One that a field of the event has, or NULL. */
static struct record *
used_by(const struct waiting *waiting, const struct event *event)
{
    for (unsigned i = 0; i < waiting->fields[event->type].count; i++) {
        struct record *record;
        uint64_t id;

        memcpy(&id,
               (const char *)event + waiting->fields[event->type].offsets[i],
               sizeof id);
        record = id ? find(waiting, id, waiting->fields[event->type].kinds[i])
                    : NULL;
        if (record && !record->given)
            return record;
    }
    return NULL;
}

const struct event *
waiting_next(struct waiting *waiting, const struct event *event)
{
    bool known =
        event->type < EVENT_TYPES && waiting->fields[event->type].known;
    struct record *record;

    if (waiting->count == 0) {
        if (waiting->numbers.count >= FORGOTTEN)
            waiting_clear(waiting);
        return NULL;
    }
    record = known ? used_by(waiting, event) : oldest(waiting);
    if (!record)
        return NULL;
    record->given = true;
    waiting->count--;
    if (event->time != TIME_NULL && event->time > record->name.event.time)
        record->name.event.time = event->time;
    return &record->name.event;
}
