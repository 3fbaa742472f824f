/* Fuzzes the export: whatever events a checked tape may hold, each is refused
 * with a reason, or printed; and what is printed as JSON is JSON. */
#include <assert.h>
#include <stdint.h>

#include "../text_events.h"
#include "format/json_scan.h"
#include "tape/frame.h"

static unsigned
largest(const struct schema_field *field)
{
    unsigned count = 0;

    while (field->words[count])
        count++;
    return field->kind == FIELD_FLAGS ? (1U << count) - 1 : count;
}

/* Changes an event so that a reader would hand it out. */
static void
mend(char *bytes, const struct schema_type *type, size_t size)
{
    struct event *event = (struct event *)(void *)bytes;

    event->words = (uint16_t)(size / 8);
    event->type = type->type;
    event->instrument %= 4;
    for (unsigned i = 0; i < type->field_count; i++) {
        const struct schema_field *field = &type->fields[i];
        unsigned char *byte = (unsigned char *)bytes + field->offset;
        struct text *text = (struct text *)(void *)byte;

        if (field->kind == FIELD_ENUM || field->kind == FIELD_FLAGS)
            *byte = (unsigned char)(*byte % (largest(field) + 1));
        if (field->kind != FIELD_TEXT)
            continue;
        text->offset = (uint16_t)(type->size + text->offset % 64);
        if (text->offset + text->length > size)
            text->length =
                (uint16_t)(text->offset < size ? size - text->offset : 0);
    }
}

/* The next event that the data describe: a byte for the type, one for the
 * length of the tail, and the bytes. */
static size_t
take_event(const uint8_t *data, size_t size, char *bytes)
{
    const struct schema_type *type = &schema_types[data[0] % schema_type_count];
    size_t wanted = type->size + data[1] % 16 * 8U;

    memset(bytes, 0, wanted);
    size = size - 2 < wanted ? size - 2 : wanted;
    memcpy(bytes, data + 2, size);
    mend(bytes, type, wanted);
    return size + 2;
}

static void
check_json(const char *bytes, size_t size)
{
    struct json_member members[JSON_MEMBERS_MAX];
    static char scratch[1 << 16];
    struct failure failure = {0};

    assert(bytes[size - 1] == '\n' && size < sizeof scratch);
    assert(json_scan(bytes, size, scratch, members, &failure) > 0);
}

/* Prints an event in a format, alone. */
static void
print_event(const struct export_format *format, bool of_type,
            struct exporter *exporter, const struct event *event)
{
    struct export_options options = {
        .guard = true, .type = of_type ? schema_find(event->type) : NULL};
    struct bytes text = {0};
    void *state = calloc(1, format->state_size);

    assert(format->init(state, exporter, &options) == 0);
    if (format->event(state, event, 1, &text) == 0 &&
        (!format->flush || format->flush(state, &text) == 0)) {
        if (format == &json_export)
            check_json((const char *)text.bytes, text.size);
    } else {
        assert(exporter->failure->kind == FAILURE_DATA);
    }
    *exporter->failure = (struct failure){0};
    format->free(state);
    free(state);
    bytes_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct instruments instruments;
    struct failure failure = {0};
    struct exporter exporter;
    uint64_t room[64]; /* the longest fixed part and tail */
    struct event *event = (struct event *)(void *)room;
    size_t used;

    assert(exporter_init(&exporter, &instruments, &failure) == 0);
    for (; size > 2; data += used, size -= used) {
        used = take_event(data, size, (char *)room);
        if (event->type == EVENT_INSTRUMENT &&
            instruments_define(&instruments, (void *)event, &failure) ==
                INSTRUMENT_NONE)
            break; /* as every program does */
        failure = (struct failure){0};
        if (exporter_note(&exporter, event) == 0) {
            print_event(&json_export, false, &exporter, event);
            print_event(&table_export, false, &exporter, event);
            print_event(&table_export, true, &exporter, event);
            print_event(&csv_export, true, &exporter, event);
        }
    }
    exporter_free(&exporter);
    instruments_free(&instruments);
    return 0;
}
