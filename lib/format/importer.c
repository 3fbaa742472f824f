#include "format/importer.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "format/intern.h"
#include "format/value.h"
#include "tape/frame.h"

int
importer_init(struct importer *importer, struct failure *failure)
{
    importer->failure = failure;
    importer->clock_time = TIME_NULL;
    importer->next_clock = TIME_NULL;
    importer->intern.next = 1;
    importer->nulls = allocate(failure, schema_type_count, EVENT_FIXED_MAX);
    importer->event = allocate(failure, EVENT_MAX, 1);
    importer->definition = allocate(failure, EVENT_MAX, 1);
    importer->intern.scratch = allocate(failure, UINT16_MAX + 1, 2);
    if (!importer->nulls || !importer->event || !importer->definition ||
        !importer->intern.scratch)
        return -1;
    for (size_t i = 0; i < schema_type_count; i++)
        event_init(importer->nulls + i * EVENT_FIXED_MAX, schema_types[i].type);
    return 0;
}

void
importer_free(struct importer *importer)
{
    intern_free(&importer->intern);
    free(importer->nulls);
    free(importer->event);
    free(importer->definition);
    importer->nulls = importer->event = importer->definition = NULL;
}

int
import_event(struct importer *importer, const struct event *event)
{
    return importer->sink(importer->owner, event, importer->failure);
}

/* ---- clock events -------------------------------------------------------- */

/* The multiple of step at or before a time. */
static int64_t
floor_to(int64_t time, int64_t step)
{
    int64_t rest = time % step;

    if (rest < 0)
        rest += step;
    return time < INT64_MIN + 1 + rest ? INT64_MIN + 1 : time - rest;
}

int
import_clock(struct importer *importer, int64_t time)
{
    struct clock clock;
    bool first = importer->next_clock == TIME_NULL;
    char text[TIME_TEXT_MAX];

    if (importer->clock == 0 || time == TIME_NULL)
        return 0;
    if (time < importer->clock_time)
        return fail(importer->failure, FAILURE_DATA,
                    "time steps back before the clock event of %.*s (sort the "
                    "input, or leave out --clock)",
                    (int)time_format(importer->clock_time, text), text);
    if (!first && time < importer->next_clock)
        return 0;
    event_init(&clock, EVENT_CLOCK);
    clock.event.time = floor_to(time, importer->clock);
    if (__builtin_add_overflow(clock.event.time, importer->clock,
                               &importer->next_clock))
        importer->next_clock = INT64_MAX;
    if (first)
        return 0;
    importer->clock_time = clock.event.time;
    return import_event(importer, &clock.event);
}

/* ---- records ------------------------------------------------------------- */

/* The event in hand becomes one of nulls. */
static struct event *
begin(struct importer *importer, const struct schema_type *type)
{
    struct event *event = (struct event *)(void *)importer->event;

    importer->used = type->size;
    if (type_known(type)) {
        size_t index = (size_t)(type - schema_types);

        memcpy(event, importer->nulls + index * EVENT_FIXED_MAX, type->size);
    } else {
        *event = (struct event){.type = type->type, .time = TIME_NULL};
    }
    return event;
}

/* Definitions may well be told without a time: before everything. */
static int
set_time(struct importer *importer, struct event *event, struct cell text)
{
    if (text.size == 0) {
        if (importer->time_optional || event->type == EVENT_INSTRUMENT ||
            event->type == EVENT_NAME)
            return 0;
        return fail(importer->failure, FAILURE_DATA, "an event without time");
    }
    if (value_time(importer, text, &event->time) != 0)
        return -1;
    return import_clock(importer, event->time);
}

static int
finish(struct importer *importer, struct event *event)
{
    void *whole = event;
    size_t size = (importer->used + 7) & ~(size_t)7;

    memset(importer->event + importer->used, 0, size - importer->used);
    event->words = (uint16_t)(size / 8);
    if (event->type == EVENT_INSTRUMENT &&
        intern_definition(importer, whole) != 0)
        return -1;
    if (event->type == EVENT_NAME && intern_name(importer, whole) != 0)
        return -1;
    return import_event(importer, event);
}

/* A cell that may not have been told at all. */
static inline struct cell
told_cell(uint64_t told, const struct cell *cells, unsigned slot)
{
    return told >> slot & 1 ? cells[slot] : (struct cell){"", 0};
}

static int
set_instrument(struct importer *importer, const struct schema_type *type,
               struct event *event, struct cell text, struct cell exchange)
{
    if (type->type == EVENT_INSTRUMENT)
        return value_set(importer, slot_field(type, SLOT_INSTRUMENT), text,
                         event->time);
    event->instrument =
        import_instrument(importer, text, exchange, event->time);
    return event->instrument ? 0 : -1;
}

int
import_record(struct importer *importer, const struct schema_type *type,
              uint64_t told, const struct cell *cells, unsigned *slot)
{
    struct event *event = begin(importer, type);
    uint64_t fields = told >> SLOT_FIELDS << SLOT_FIELDS;

    *slot = SLOT_TIME;
    if (set_time(importer, event, told_cell(told, cells, SLOT_TIME)) != 0)
        return -1;
    *slot = SLOT_INSTRUMENT;
    if (told_cell(told, cells, SLOT_INSTRUMENT).size &&
        set_instrument(importer, type, event, cells[SLOT_INSTRUMENT],
                       told_cell(told, cells, SLOT_EXCHANGE)) != 0)
        return -1;
    for (; fields; fields &= fields - 1) {
        unsigned at = (unsigned)__builtin_ctzll(fields);

        *slot = at;
        if (cells[at].size &&
            value_set(importer, &type->fields[at - SLOT_FIELDS], cells[at],
                      event->time) != 0)
            return -1;
    }
    *slot = SLOT_DATA;
    if (!type_known(type) &&
        value_data(importer, told_cell(told, cells, SLOT_DATA)) != 0)
        return -1;
    *slot = SLOT_NONE;
    return finish(importer, event);
}
