#include "tape/definitions.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "tape/frame.h"
#include "tape/instruments.h"

void
definitions_free(struct definitions *definitions)
{
    free(definitions->bytes);
    free(definitions->places);
    map_free(&definitions->instruments);
    waiting_free(&definitions->names);
    *definitions = (struct definitions){0};
}

void
definitions_begin(struct definitions *definitions,
                  const struct tape_header *header)
{
    waiting_clear(&definitions->names);
    waiting_begin(&definitions->names, header);
    map_free(&definitions->instruments);
    definitions->instruments = (struct map){0};
    definitions->used = 0;
    definitions->count = 0;
}

/* Appends an event to those that are in force. */
static int
append(struct definitions *definitions, const struct event *event,
       struct failure *failure)
{
    size_t size = event->words * 8UL;
    char *bytes = array_grow(definitions->bytes, &definitions->capacity,
                             definitions->used + size, sizeof *bytes, failure);
    size_t *places;

    assert(size >= sizeof *event && size <= EVENT_MAX);
    if (!bytes)
        return -1;
    definitions->bytes = bytes;
    places = array_grow(definitions->places, &definitions->place_capacity,
                        definitions->count + 1UL, sizeof *places, failure);
    if (!places)
        return -1;
    definitions->places = places;
    memcpy(bytes + definitions->used, event, size);
    places[definitions->count++] = definitions->used;
    definitions->used += size;
    return 0;
}

int
definitions_take(struct definitions *definitions, const struct event *event,
                 struct failure *failure)
{
    uint32_t before;
    int waits;

    if (event->type == EVENT_NAME) {
        waits = waiting_take(&definitions->names, event, failure);
        return waits == 0  ? append(definitions, event, failure)
               : waits < 0 ? -1
                           : 0;
    }
    if (event->type != EVENT_INSTRUMENT)
        return 0;
    before = map_get(&definitions->instruments, event->instrument);
    if (before != MAP_NONE && instrument_is_bare(event))
        return 0;
    if (append(definitions, event, failure) != 0)
        return -1;
    assert(before == MAP_NONE || before < definitions->count - 1);
    if (before != MAP_NONE)
        definitions->places[before] = SIZE_MAX;
    if (!map_put(&definitions->instruments, event->instrument,
                 definitions->count - 1))
        return fail_memory(failure);
    return 0;
}

const struct event *
definitions_get(const struct definitions *definitions, uint32_t number)
{
    size_t place;

    assert(number < definitions->count);
    place = definitions->places[number];
    if (place == SIZE_MAX)
        return NULL;
    assert(place + sizeof(struct event) <= definitions->used);
    return (const struct event *)(const void *)(definitions->bytes + place);
}
