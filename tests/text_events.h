/* text_events.h - for tests: events in memory, from text and to text.
 */
#ifndef TESTS_TEXT_EVENTS_H
#define TESTS_TEXT_EVENTS_H

#include "format/csv.h"
#include "format/csv_write.h"
#include "format/json.h"
#include "format/json_write.h"

/* Events one after the other. */
struct tape {
    struct buffer events;
};

static void
put(struct tape *tape, const void *event, size_t size)
{
    struct failure failure = {0};

    buffer_put(&tape->events, event, size, &failure);
}

static int
collect(void *owner, const struct event *event, struct failure *failure)
{
    (void)failure;
    put(owner, event, event->words * 8UL);
    return 0;
}

/* Every event of a tape, or only those of one type, as JSON or, of one type,
 * as CSV.  The failure tells when an event cannot be printed. */
static struct buffer
print(const struct tape *tape, const struct schema_type *only, bool as_csv,
      struct failure *failure)
{
    static struct instruments instruments;
    struct exporter exporter = {.instruments = &instruments,
                                .failure = failure};
    struct json_writer json = {.exporter = &exporter};
    struct csv_writer csv = {.exporter = &exporter};
    struct buffer text = {NULL, 0, 0};
    const char *at = tape->events.bytes,
               *end = at ? at + tape->events.used : at;
    int result = json_writer_init(&json);

    if (as_csv && result == 0)
        result = columns_set(&csv.columns, only, NULL, failure);
    if (as_csv && result == 0)
        result = csv_put_header(&csv, &text);
    for (const struct event *event; result == 0 && at < end;
         at = (const char *)event_next(event)) {
        event = (const void *)at;
        if (event->type == EVENT_INSTRUMENT)
            instruments_define(&instruments, (const void *)event, failure);
        result = exporter_note(&exporter, event);
        if (result != 0 || (only && event->type != only->type))
            continue;
        result = as_csv ? csv_put(&csv, event, 1, &text)
                        : json_put(&json, event, &text);
    }
    json_writer_free(&json);
    csv_writer_free(&csv);
    exporter_free(&exporter);
    instruments_free(&instruments);
    return text;
}

static struct tape
read_json(const char *bytes, size_t size, struct failure *failure)
{
    struct tape tape = {{NULL, 0, 0}};
    struct importer importer = {.sink = collect, .owner = &tape};
    struct json_import json;

    importer_init(&importer, failure);
    json_import_init(&json, &importer, failure);
    if (json_import_push(&json, bytes, size, failure) == 0)
        json_import_end(&json, failure);
    json_import_free(&json);
    importer_free(&importer);
    return tape;
}

__attribute__((unused)) static struct tape
read_csv(const char *bytes, size_t size, const char *type,
         struct failure *failure)
{
    struct tape tape = {{NULL, 0, 0}};
    struct importer importer = {
        .sink = collect, .owner = &tape, .time_optional = true};
    struct csv_options options = {.type = cell_of(type), .ignore_extra = true};
    struct csv_import csv;

    importer_init(&importer, failure);
    csv_import_init(&csv, &options, &importer, failure);
    if (csv_import_push(&csv, bytes, size, failure) == 0)
        csv_import_end(&csv, failure);
    csv_import_free(&csv);
    importer_free(&importer);
    return tape;
}

static bool
same(const struct buffer *a, const struct buffer *b)
{
    return a->used == b->used &&
           (a->used == 0 || memcmp(a->bytes, b->bytes, a->used) == 0);
}

#endif
