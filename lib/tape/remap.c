#include "tape/remap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "tape/frame.h"
#include "tape/schema.h"

void
remap_init(struct remap *remap)
{
    memset(remap, 0, sizeof *remap);
    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_type *type = &schema_types[i];

        for (unsigned f = 0; f < type->field_count; f++) {
            uint16_t *count = &remap->fields[type->type].count;

            if (type->fields[f].kind != FIELD_INSTRUMENT)
                continue;
            assert(*count < REMAP_FIELDS);
            remap->fields[type->type].offsets[(*count)++] =
                type->fields[f].offset;
        }
    }
}

void
remap_free(struct remap *remap)
{
    instruments_free(&remap->instruments);
    names_free(&remap->names);
}

void
remap_tape_free(struct remap_tape *tape)
{
    if (tape->instruments)
        instruments_free(tape->instruments);
    free(tape->instruments);
    free(tape->ids);
    *tape = (struct remap_tape){0};
}

void
remap_tape_begin(struct remap_tape *tape)
{
    memset(tape->near, 0, sizeof tape->near);
    if (tape->instruments)
        instruments_begin(tape->instruments);
}

/* ---- definitions --------------------------------------------------------- */

static int
set_id(struct remap_tape *tape, uint32_t index, uint32_t id,
       struct failure *failure)
{
    uint32_t *ids = array_grow(tape->ids, &tape->capacity, index + 1UL,
                               sizeof *ids, failure);

    assert(id != 0); /* 0 is no instrument */
    if (!ids)
        return -1;
    tape->ids = ids;
    tape->ids[index] = id;
    return 0;
}

/* True when both define the same attributes in the same way, at any time and
 * under any id. */
static bool
same_attributes(const struct event *a, const struct event *b)
{
    return a->words == b->words &&
           memcmp(a + 1, b + 1, (a->words - 2U) * 8) == 0;
}

static int
define_instrument(struct remap *remap, struct remap_tape *tape,
                  const struct instrument *event, bool *news,
                  struct failure *failure)
{
    uint32_t local = event->event.instrument, index, defined;
    uint32_t shared = instruments_find_identity(
        &remap->instruments, event_text(event, event->exchange),
        event->exchange.length, event_text(event, event->symbol),
        event->symbol.length);
    uint64_t copy[EVENT_MAX / 8];

    if (!tape->instruments)
        tape->instruments = allocate(failure, 1, sizeof *tape->instruments);
    if (!tape->instruments)
        return -1;
    index = instruments_define(tape->instruments, event, failure);
    if (index == INSTRUMENT_NONE)
        return -1;
    *news = shared == INSTRUMENT_NONE ||
            (!instrument_is_bare(&event->event) &&
             !same_attributes(&event->event,
                              &remap->instruments.events[shared]->event));
    if (shared == INSTRUMENT_NONE)
        shared = remap->instruments.count;
    if (*news) {
        assert(event->event.words * 8UL <= sizeof copy);
        memcpy(copy, event, event->event.words * 8UL);
        ((struct event *)(void *)copy)->instrument = shared + 1;
        defined = instruments_define(&remap->instruments,
                                     (const struct instrument *)(void *)copy,
                                     failure);
        if (defined == INSTRUMENT_NONE)
            return -1;
        assert(defined == shared); /* a new id is its index + 1 */
    }
    if (local < REMAP_NEAR)
        tape->near[local] = shared + 1;
    return set_id(tape, index, shared + 1, failure);
}

int
remap_define(struct remap *remap, struct remap_tape *tape,
             const struct event *event, bool *news, struct failure *failure)
{
    const struct name *name = (const struct name *)(const void *)event;

    if (event->type == EVENT_INSTRUMENT)
        return define_instrument(remap, tape,
                                 (const struct instrument *)(const void *)event,
                                 news, failure);
    return names_add(&remap->names, name->kind, name->id,
                     event_text(name, name->text), name->text.length, news,
                     failure);
}

/* ---- events -------------------------------------------------------------- */

/* How many instrument fields an event has beside its header's. */
static unsigned
fields_of(const struct remap *remap, const struct event *event)
{
    return event->type < EVENT_TYPES ? remap->fields[event->type].count : 0;
}

/* An id that is not near. */
static int
find_far(const struct remap_tape *tape, uint32_t id, uint32_t *found,
         struct failure *failure)
{
    uint32_t index = tape->instruments ? instruments_find(tape->instruments, id)
                                       : INSTRUMENT_NONE;

    if (id != 0 && index == INSTRUMENT_NONE)
        return fail(failure, FAILURE_DATA,
                    "instrument id %u is not defined before its use", id);
    assert(id == 0 || index < tape->capacity);
    *found = id ? tape->ids[index] : 0;
    return 0;
}

/* With many inputs this is where memory is waited for: ids that are near lie
 * beside what a merge has just looked at. */
static inline int
find_id(const struct remap_tape *tape, uint32_t id, uint32_t *found,
        struct failure *failure)
{
    if (id < REMAP_NEAR && (*found = tape->near[id]) != 0)
        return 0;
    return find_far(tape, id, found, failure);
}

int
remap_find(const struct remap *remap, const struct remap_tape *tape,
           const struct event *event, uint32_t ids[1 + REMAP_FIELDS],
           struct failure *failure)
{
    unsigned count = fields_of(remap, event);
    int result = find_id(tape, event->instrument, &ids[0], failure);

    for (unsigned i = 0; i < count && result == 0; i++) {
        uint32_t id;

        memcpy(&id, (const char *)event + remap->fields[event->type].offsets[i],
               sizeof id);
        result = find_id(tape, id, &ids[1 + i], failure);
    }
    return result;
}

void
remap_set(const struct remap *remap, struct event *event,
          const uint32_t ids[1 + REMAP_FIELDS])
{
    unsigned count = fields_of(remap, event);

    event->instrument = ids[0];
    for (unsigned i = 0; i < count; i++)
        memcpy((char *)event + remap->fields[event->type].offsets[i],
               &ids[1 + i], sizeof ids[1 + i]);
}
