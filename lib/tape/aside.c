#include "tape/aside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "tape/schema.h"

#define DEFINITION_INSTRUMENT 0 /* the kind of id that an instrument has */

static void
add_links(struct aside *aside, const struct schema_type *type)
{
    for (unsigned f = 0; f < type->field_count; f++) {
        const struct schema_field *field = &type->fields[f];
        uint8_t *count = &aside->types[type->type].count;
        bool id = field->kind == FIELD_ID && field->id_kind;

        if (!id && field->kind != FIELD_INSTRUMENT)
            continue;
        assert(*count < ASIDE_LINKS && field->id_kind < ASIDE_KINDS);
        aside->types[type->type].links[(*count)++] =
            (struct aside_link){field->offset, (uint8_t)field->size,
                                id ? field->id_kind : DEFINITION_INSTRUMENT};
    }
}

void
aside_init(struct aside *aside)
{
    *aside = (struct aside){0};
    for (size_t i = 0; i < schema_type_count; i++)
        if (schema_types[i].type != EVENT_NAME)
            add_links(aside, &schema_types[i]);
}

void
aside_begin(struct aside *aside)
{
    for (size_t i = 0; i < aside->count; i++)
        free(aside->definitions[i].event);
    for (unsigned kind = 0; kind < ASIDE_KINDS; kind++)
        map_free(&aside->ids[kind]);
    aside->count = aside->waiting_count = 0;
    aside->named = false;
}

void
aside_free(struct aside *aside)
{
    aside_begin(aside);
    free(aside->definitions);
    free(aside->waiting);
    *aside = (struct aside){0};
}

static void
lower(struct aside *aside, unsigned kind, uint64_t id, int64_t key)
{
    uint32_t number = map_get(&aside->ids[kind], id);
    struct aside_definition *definition;

    if (number == MAP_NONE)
        return;
    assert(number < aside->count);
    definition = &aside->definitions[number];
    if (!definition->event || key >= definition->key)
        return;
    definition->key = key;
    definition->moved = true;
}

void
aside_use(struct aside *aside, const struct event *event, int64_t key)
{
    if (!aside->waiting_count)
        return;
    if (event->instrument)
        lower(aside, DEFINITION_INSTRUMENT, event->instrument, key);
    if (event->type >= EVENT_TYPES)
        return;
    for (unsigned i = 0; i < aside->types[event->type].count; i++) {
        const struct aside_link *link = &aside->types[event->type].links[i];
        uint64_t id = 0;

        if (link->kind != DEFINITION_INSTRUMENT && !aside->named)
            continue;
        assert(link->offset + link->size <= event->words * 8);
        memcpy(&id, (const char *)event + link->offset, link->size);
        if (id)
            lower(aside, link->kind, id, key);
    }
}

static int
keep(struct aside *aside, const struct event *event, int64_t key, uint64_t seq,
     struct failure *failure)
{
    struct aside_definition *definitions =
        array_grow(aside->definitions, &aside->capacity, aside->count + 1,
                   sizeof *definitions, failure);
    uint32_t *waiting =
        array_grow(aside->waiting, &aside->waiting_capacity,
                   aside->waiting_count + 1, sizeof *waiting, failure);
    struct event *copy = allocate(failure, event->words, 8);

    if (definitions)
        aside->definitions = definitions;
    if (waiting)
        aside->waiting = waiting;
    if (!definitions || !waiting || !copy) {
        free(copy);
        return -1;
    }
    memcpy(copy, event, event->words * 8UL);
    waiting[aside->waiting_count++] = (uint32_t)aside->count;
    definitions[aside->count++] =
        (struct aside_definition){.key = key, .seq = seq, .event = copy};
    return 1;
}

int
aside_define(struct aside *aside, const struct event *event, int64_t key,
             uint64_t seq, struct failure *failure)
{
    const struct name *name = (const struct name *)(const void *)event;
    bool named = event->type == EVENT_NAME;
    unsigned kind = named ? name->kind : DEFINITION_INSTRUMENT;
    uint64_t id = named ? name->id : event->instrument;

    assert(named || event->type == EVENT_INSTRUMENT);
    assert(kind < ASIDE_KINDS && aside->count < MAP_NONE);
    if (map_get(&aside->ids[kind], id) != MAP_NONE) {
        lower(aside, kind, id, key);
        return 0;
    }
    if (!map_put(&aside->ids[kind], id, (uint32_t)aside->count))
        return fail_memory(failure);
    aside->named |= named;
    return keep(aside, event, key, seq, failure);
}

/* Of two at one place the one that was moved there is needed there. */
static int
compare(const void *a, const void *b, void *context)
{
    const struct aside_definition *definitions = context;
    const struct aside_definition *x = &definitions[*(const uint32_t *)a];
    const struct aside_definition *y = &definitions[*(const uint32_t *)b];

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->moved != y->moved)
        return x->moved ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void
aside_sort(struct aside *aside)
{
    if (aside->waiting_count > 1)
        qsort_r(aside->waiting, aside->waiting_count, sizeof *aside->waiting,
                compare, aside->definitions);
}

struct event *
aside_next(struct aside *aside, size_t *at, int64_t key, uint64_t seq)
{
    struct aside_definition *definition;
    struct event *event;

    if (*at == aside->waiting_count)
        return NULL;
    definition = &aside->definitions[aside->waiting[*at]];
    if (definition->key > key ||
        (definition->key == key && !definition->moved && definition->seq > seq))
        return NULL;
    event = definition->event;
    definition->event = NULL;
    if (event->time != TIME_NULL && definition->key != TIME_NULL)
        event->time = definition->key;
    (*at)++;
    return event;
}

void
aside_done(struct aside *aside, size_t at)
{
    assert(at <= aside->waiting_count);
    aside->waiting_count -= at;
    if (aside->waiting_count)
        memmove(aside->waiting, aside->waiting + at,
                aside->waiting_count * sizeof *aside->waiting);
}
