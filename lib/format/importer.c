#include "format/importer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "format/complaint.h"
#include "tape/frame.h"

#define YEAR (INT64_C(365) * NS_PER_DAY)

int
importer_init(struct importer *importer, struct failure *failure)
{
    struct values *values = &importer->draft.values;

    assert(importer->sink.event);
    importer->failure = failure;
    importer->clock_time = TIME_NULL;
    importer->next_clock = TIME_NULL;
    importer->latest_time = TIME_NULL;
    importer->intern.sink = importer->sink;
    importer->messages.sink = importer->sink;
    importer->intern.exchange = importer->exchange;
    importer->intern.labels = importer->labels;
    importer->intern.hash_only = importer->hash_only;
    importer->nulls = allocate(failure, schema_type_count, EVENT_FIXED_MAX);
    values->event = allocate(failure, EVENT_MAX, 1);
    if (intern_init(&importer->intern, failure) != 0 || !importer->nulls ||
        !values->event)
        return -1;
    for (size_t i = 0; i < schema_type_count; i++)
        event_init(importer->nulls + i * EVENT_FIXED_MAX, schema_types[i].type);
    values->rules = &importer->rules;
    values->intern = &importer->intern;
    values->failure = failure;
    values->scratch = importer->intern.scratch;
    importer->draft.nulls = importer->nulls;
    return 0;
}

void
importer_free(struct importer *importer)
{
    intern_free(&importer->intern);
    messages_free(&importer->messages);
    free(importer->nulls);
    free(importer->draft.values.event);
    importer->nulls = importer->draft.values.event = NULL;
}

int
import_event(struct importer *importer, const struct event *event)
{
    if (importer->groups)
        return messages_take(&importer->messages, event, importer->failure);
    return importer->sink.event(importer->sink.owner, event, importer->failure);
}

int
import_message_begin(struct importer *importer)
{
    return importer->groups
               ? messages_begin(&importer->messages, importer->failure)
               : 0;
}

int
import_message_end(struct importer *importer)
{
    struct failure first = *importer->failure;
    int result = 0;

    if (importer->groups)
        result = messages_end(&importer->messages, importer->failure);
    if (first.kind == FAILURE_NONE)
        return result;
    *importer->failure = first;
    return -1;
}

/* ---- clock events -------------------------------------------------------- */

/* The multiple of step at or before a time. */
static int64_t
floor_to(int64_t time, int64_t step)
{
    int64_t rest = time % step;

    assert(step > 0);
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
    assert(clock.event.time <= time);
    if (__builtin_add_overflow(clock.event.time, importer->clock,
                               &importer->next_clock))
        importer->next_clock = INT64_MAX;
    if (first)
        return 0;
    importer->clock_time = clock.event.time;
    return import_event(importer, &clock.event);
}

static inline void
note_time(struct importer *importer, int64_t time)
{
    importer->timed++;
    if (time > importer->latest_time)
        importer->latest_time = time;
}

bool
importer_only_1970(const struct importer *importer)
{
    return importer->timed > 0 && importer->latest_time >= 0 &&
           importer->latest_time < YEAR;
}

/* ---- drafts -------------------------------------------------------------- */

/* What is done for each record is in line where records are made. */
#define IN_LINE static inline __attribute__((always_inline))

/* The event becomes one of nulls. */
IN_LINE struct event *
begin(struct draft *draft, const struct schema_type *type)
{
    struct event *event = (struct event *)(void *)draft->values.event;

    draft->values.used = type->size;
    if (type_known(type)) {
        size_t index = (size_t)(type - schema_types);

        assert(index < schema_type_count && type->size <= EVENT_FIXED_MAX);
        memcpy(event, draft->nulls + index * EVENT_FIXED_MAX, type->size);
    } else {
        *event = (struct event){.type = type->type, .time = TIME_NULL};
    }
    return event;
}

/* A cell that may not have been given at all. */
static inline struct cell
given_cell(uint64_t given, const struct cell *cells, unsigned slot)
{
    return given >> slot & 1 ? cells[slot] : (struct cell){"", 0};
}

static int
set_instrument(struct values *values, const struct schema_type *type,
               struct event *event, struct cell text, struct cell exchange)
{
    if (type->type == EVENT_INSTRUMENT)
        return value_set(values, SLOT_INSTRUMENT,
                         slot_field(type, SLOT_INSTRUMENT), text, event->time);
    event->instrument =
        values->ahead
            ? intern_find_instrument(values->intern, text, exchange,
                                     values->scratch)
            : intern_instrument(values->intern, text, exchange, event->time);
    return event->instrument ? 0 : -1;
}

/* Sets what is given but the time. */
IN_LINE int
set_fields(struct values *values, const struct schema_type *type,
           struct event *event, uint64_t given, const struct cell *cells,
           unsigned *slot)
{
    uint64_t fields = given >> SLOT_FIELDS << SLOT_FIELDS;
    struct cell symbol = given_cell(given, cells, SLOT_INSTRUMENT);

    *slot = SLOT_INSTRUMENT;
    if (symbol.size == 0 && type->type != EVENT_INSTRUMENT &&
        type->type != EVENT_NAME)
        symbol = values->rules->symbol;
    if (symbol.size &&
        set_instrument(values, type, event, symbol,
                       given_cell(given, cells, SLOT_EXCHANGE)) != 0)
        return -1;
    for (; fields; fields &= fields - 1) {
        unsigned at = (unsigned)__builtin_ctzll(fields);

        *slot = at;
        assert(at < slot_count(type));
        if (cells[at].size &&
            value_set(values, at, &type->fields[at - SLOT_FIELDS], cells[at],
                      event->time) != 0)
            return -1;
    }
    *slot = SLOT_DATA;
    if (!type_known(type) &&
        value_data(values, given_cell(given, cells, SLOT_DATA)) != 0)
        return -1;
    *slot = SLOT_NONE;
    return 0;
}

/* The time of a bar that says only when it begins: its end. */
static int
set_bar_time(struct values *values, const struct schema_type *type,
             struct event *event, uint64_t given, const struct cell *cells)
{
    static const char *const names[] = {"start", "interval"};
    const struct bar *bar = (const struct bar *)(const void *)event;

    for (int i = 0; i < 2; i++) {
        unsigned slot = slot_find(type, cell_of(names[i]));
        struct cell text = given_cell(given, cells, slot);

        if (text.size == 0 || value_is_null(values->rules, text))
            return 0;
        if (value_set(values, slot, slot_field(type, slot), text, TIME_NULL) !=
            0)
            return fail_at(values->failure, "%s", names[i]);
    }
    if (bar->interval <= 0)
        return fail(values->failure, FAILURE_DATA,
                    "the end of such a bar does not follow from its start: "
                    "map its time");
    if (__builtin_add_overflow(bar->start, bar->interval, &event->time))
        return fail(values->failure, FAILURE_DATA,
                    "the end of the bar is out of range");
    return 0;
}

/* Makes all of an event but its padding. */
IN_LINE int
set_time(struct values *values, const struct schema_type *type,
         struct event *event, uint64_t given, const struct cell *cells)
{
    struct cell text = given_cell(given, cells, SLOT_TIME);

    if (text.size)
        return value_time(values, text, &event->time);
    if (type->type == EVENT_BAR)
        return set_bar_time(values, type, event, given, cells);
    return 0;
}

/* Whole words, the rest of the last one zeros. */
IN_LINE void
pad(struct values *values, struct event *event)
{
    size_t size = (values->used + 7) & ~(size_t)7;

    assert(values->used >= sizeof *event && size <= EVENT_MAX);
    if (size > values->used)
        memset(values->event + values->used, 0, size - values->used);
    event->words = (uint16_t)(size / 8);
}

/* ---- records ------------------------------------------------------------- */

/* Definitions may well come without a time: before everything. */
static int
check_time(struct importer *importer, const struct event *event)
{
    if (event->time != TIME_NULL) {
        note_time(importer, event->time);
        return import_clock(importer, event->time);
    }
    if (importer->time_optional || event->type == EVENT_INSTRUMENT ||
        event->type == EVENT_NAME)
        return 0;
    return fail(importer->failure, FAILURE_DATA, "an event without time");
}

/* Sizes that nothing could be a multiple of. */
static int
check_instrument(struct importer *importer, const struct instrument *event)
{
    const struct {
        const char *name;
        int64_t value;
    } sizes[] = {
        {"tick_size", event->tick_size},
        {"lot_size", event->lot_size},
        {"multiplier", event->multiplier},
    };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i].value != DECIMAL_NULL && sizes[i].value <= 0)
            return fail(importer->failure, FAILURE_DATA,
                        "%s must be above 0 (leave it empty if it is not "
                        "known)",
                        sizes[i].name);
    return 0;
}

static int
finish(struct importer *importer, struct event *event)
{
    void *whole = event;

    pad(&importer->draft.values, event);
    if (event->type == EVENT_INSTRUMENT &&
        (check_instrument(importer, whole) != 0 ||
         intern_definition(&importer->intern, whole) != 0))
        return -1;
    if (event->type == EVENT_NAME && intern_name(&importer->intern, whole) != 0)
        return -1;
    return import_event(importer, event);
}

int
import_record(struct importer *importer, const struct schema_type *type,
              uint64_t given, const struct cell *cells, unsigned *slot)
{
    struct event *event = begin(&importer->draft, type);
    struct values *values = &importer->draft.values;

    *slot = SLOT_TIME;
    if (set_time(values, type, event, given, cells) != 0 ||
        check_time(importer, event) != 0 ||
        set_fields(values, type, event, given, cells, slot) != 0)
        return -1;
    return finish(importer, event);
}

/* ---- ahead of their turn ------------------------------------------------- */

int
draft_init(struct draft *draft, const struct importer *importer,
           struct failure *failure)
{
    *draft = importer->draft;
    draft->values.failure = failure;
    draft->values.ahead = true;
    draft->values.rounded = 0;
    draft->values.event = allocate(failure, EVENT_MAX, 1);
    draft->values.scratch = allocate(failure, INTERN_SCRATCH, 1);
    return draft->values.event && draft->values.scratch ? 0 : -1;
}

void
draft_free(struct draft *draft)
{
    free(draft->values.event);
    free(draft->values.scratch);
    *draft = (struct draft){0};
}

bool
draft_possible(const struct importer *importer, const struct schema_type *type)
{
    return importer->clock == 0 && type->type != EVENT_INSTRUMENT &&
           type->type != EVENT_NAME;
}

const struct event *
draft_record(struct draft *draft, const struct schema_type *type,
             uint64_t given, const struct cell *cells)
{
    struct event *event = begin(draft, type);
    uint64_t rounded = draft->values.rounded;
    unsigned slot;

    if (set_time(&draft->values, type, event, given, cells) != 0 ||
        event->time == TIME_NULL ||
        set_fields(&draft->values, type, event, given, cells, &slot) != 0) {
        draft->values.failure->kind = FAILURE_NONE;
        draft->values.rounded = rounded;
        return NULL;
    }
    pad(&draft->values, event);
    return event;
}

int
import_drafts(struct importer *importer, const char *events, size_t size)
{
    const char *end = events + size;

    assert(importer->clock == 0 && size % 8 == 0);
    while (events < end) {
        const struct event *event = (const void *)events;

        note_time(importer, event->time);
        if (import_event(importer, event) != 0)
            return -1;
        events += event->words * 8UL;
    }
    assert(events == end); /* drafts are whole events */
    return 0;
}
