/* text_events.h - for tests: events in memory, from text and to text.
 */
#ifndef TESTS_TEXT_EVENTS_H
#define TESTS_TEXT_EVENTS_H

#include <stdlib.h>

#include "base/bytes.h"
#include "format/export_format.h"
#include "format/import_format.h"

/* Events one after the other. */
struct tape {
    struct bytes events;
};

static inline void
put(struct tape *tape, const void *event, size_t size)
{
    bytes_put(&tape->events, event, size);
}

static inline int
collect(void *owner, const struct event *event, struct failure *failure)
{
    (void)failure;
    put(owner, event, event->words * 8UL);
    return 0;
}

/* Every event of a tape, or only those of one type, in a format.  The failure
 * is set when an event cannot be printed. */
static inline struct bytes
print_as(const struct tape *tape, const struct export_format *format,
         const struct schema_type *only, struct failure *failure)
{
    static struct instruments instruments;
    struct exporter exporter;
    struct export_options options = {.type = only};
    struct bytes text = {0};
    const char *at = (const char *)tape->events.bytes;
    const char *end = at ? at + tape->events.size : at;
    void *state = calloc(1, format->state_size);
    int result = exporter_init(&exporter, &instruments, failure);

    if (result == 0)
        result = format->init(state, &exporter, &options);
    if (result == 0 && format->begin)
        result = format->begin(state, &text);
    for (const struct event *event; result == 0 && at < end;
         at = (const char *)event_next(event)) {
        event = (const void *)at;
        if (event->type == EVENT_INSTRUMENT)
            instruments_define(&instruments, (const void *)event, failure);
        result = exporter_note(&exporter, event);
        if (result == 0 && (!only || event->type == only->type))
            result = format->event(state, event, 1, &text);
    }
    if (result == 0 && format->flush)
        format->flush(state, &text);
    format->free(state);
    free(state);
    exporter_free(&exporter);
    instruments_free(&instruments);
    return text;
}

/* The same as JSON or, of one type, as CSV. */
static inline struct bytes
print(const struct tape *tape, const struct schema_type *only, bool as_csv,
      struct failure *failure)
{
    return print_as(tape, as_csv ? &csv_export : &json_export, only, failure);
}

/* The events of a text; what it is cut into are pieces of so many bytes. */
static inline struct tape
read_as(const struct import_format *format,
        const struct import_options *options, const char *bytes, size_t size,
        size_t piece, struct failure *failure)
{
    struct tape tape = {{0}};
    struct importer importer = {.sink = {collect, &tape},
                                .rules = value_rules_plain(),
                                .time_optional = true};
    void *state = calloc(1, format->state_size);
    int result = importer_init(&importer, failure);

    if (result == 0)
        result = format->init(state, options, &importer, failure);
    for (size_t at = 0; result == 0 && at < size; at += piece)
        result = format->push(state, bytes + at,
                              size - at < piece ? size - at : piece, failure);
    if (result == 0)
        format->end(state, failure);
    format->free(state);
    free(state);
    importer_free(&importer);
    return tape;
}

static inline struct tape
read_json(const char *bytes, size_t size, struct failure *failure)
{
    static const struct import_options options = {0};

    return read_as(&json_import, &options, bytes, size, size + 1, failure);
}

static inline struct tape
read_csv(const char *bytes, size_t size, const char *type,
         struct failure *failure)
{
    static const char *const all[] = {"*"};
    const struct import_options options = {.type = type, .ignored = {1, all}};

    return read_as(&csv_import, &options, bytes, size, size + 1, failure);
}

static inline bool
same(const struct bytes *a, const struct bytes *b)
{
    return a->size == b->size &&
           (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

#endif
