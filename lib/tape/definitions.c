#include "tape/definitions.h"

#include <stdlib.h>
#include <string.h>

void
definitions_free(struct definitions *definitions)
{
    free(definitions->bytes);
    free(definitions->places);
    map_free(&definitions->instruments);
    *definitions = (struct definitions){0};
}

void
definitions_clear(struct definitions *definitions)
{
    map_free(&definitions->instruments);
    definitions->instruments = (struct map){0};
    definitions->used = 0;
    definitions->count = 0;
}

/* Room for one more event of size bytes. */
static int
make_room(struct definitions *definitions, size_t size)
{
    if (definitions->used + size > definitions->capacity) {
        size_t capacity = (definitions->used + size) * 2;
        char *bytes = realloc(definitions->bytes, capacity);

        if (!bytes)
            return -1;
        definitions->bytes = bytes;
        definitions->capacity = capacity;
    }
    if (definitions->count == definitions->place_capacity) {
        uint32_t capacity = definitions->count ? definitions->count * 2 : 64;
        size_t *places =
            realloc(definitions->places, capacity * sizeof *places);

        if (!places)
            return -1;
        definitions->places = places;
        definitions->place_capacity = capacity;
    }
    return 0;
}

int
definitions_take(struct definitions *definitions, const struct event *event,
                 struct failure *failure)
{
    size_t size = event->words * 8UL;
    uint32_t before;

    if (event->type != EVENT_INSTRUMENT && event->type != EVENT_NAME)
        return 0;
    if (make_room(definitions, size) != 0)
        return fail_memory(failure);
    if (event->type == EVENT_INSTRUMENT) {
        before = map_get(&definitions->instruments, event->instrument);
        if (before != MAP_NONE)
            definitions->places[before] = SIZE_MAX;
        if (!map_put(&definitions->instruments, event->instrument,
                     definitions->count))
            return fail_memory(failure);
    }
    memcpy(definitions->bytes + definitions->used, event, size);
    definitions->places[definitions->count++] = definitions->used;
    definitions->used += size;
    return 0;
}

const struct event *
definitions_get(const struct definitions *definitions, uint32_t number)
{
    size_t place = definitions->places[number];

    if (place == SIZE_MAX)
        return NULL;
    return (const struct event *)(const void *)(definitions->bytes + place);
}
