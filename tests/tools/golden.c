/* golden - writes a tape with events of every type, on stdout: one with null
 * in every field, one with a value in every field, and two of types that no
 * version knows.  testdata/golden keeps what each released version wrote. */
#include <string.h>

#include "tape/schema.h"
#include "tape/writer.h"

#define ROOM 512

/* A value that is different in each field, and at the edge in some. */
static void
fill_field(char *event, size_t *tail, const struct schema_field *field,
           unsigned number)
{
    struct text text = {(uint16_t)*tail, (uint16_t)(3 + number % 3), 0};
    int64_t decimal =
        (number % 2 ? 1 : -1) * (DECIMAL_MAX / (int64_t)(1 + number * number));
    int64_t time = INT64_C(1767864600000000000) + number * 1000001;
    struct amount amount =
        amount_of((i128)decimal * decimal * (number % 3 ? 1 : -1));

    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO: memcpy(event + field->offset, &decimal, 8); break;
    case FIELD_AMOUNT: memcpy(event + field->offset, &amount, 16); break;
    case FIELD_TIME: memcpy(event + field->offset, &time, 8); break;
    case FIELD_DURATION:
    case FIELD_INTERVAL:
    case FIELD_ID:
    case FIELD_COUNT:
        field_set_unsigned(event, field, 1000000007ULL * (number + 1) % 999983);
        break;
    case FIELD_ENUM:
    case FIELD_FLAGS: field_set_unsigned(event, field, 1 + number % 2); break;
    case FIELD_INSTRUMENT: field_set_unsigned(event, field, 1); break;
    case FIELD_CODE: memcpy(event + field->offset, "EURUSDT\0", 8); break;
    case FIELD_TEXT:
        memcpy(event + field->offset, &text, sizeof text);
        memcpy(event + *tail, "\xc3\xa9\"\\\n", text.length);
        *tail += text.length;
        break;
    }
}

static void
put_event(struct tape_writer *writer, const struct schema_type *type,
          bool filled)
{
    uint64_t room[ROOM / 8] = {0};
    struct event *event = (struct event *)(void *)room;
    size_t tail = type->size;

    event_init(event, (enum event_type)type->type);
    for (unsigned i = 0; filled && i < type->field_count; i++)
        fill_field((char *)room, &tail, &type->fields[i], i);
    event->words = (uint16_t)((tail + 7) / 8);
    event->instrument = 1;
    if (filled)
        event->time = INT64_C(1767864600000000000) + type->type;
    memcpy(tape_writer_put(writer, event->words * 8UL), room,
           event->words * 8UL);
}

/* The definition that every other event refers to. */
static void
put_instrument(struct tape_writer *writer)
{
    struct {
        struct instrument instrument;
        char tail[16];
    } *event = tape_writer_put(writer, sizeof *event);

    memset(event, 0, sizeof *event);
    event_init(event, EVENT_INSTRUMENT);
    event->instrument.event.words = sizeof *event / 8;
    event->instrument.event.instrument = 1;
    event->instrument.event.time = 0;
    event->instrument.symbol = (struct text){sizeof(struct instrument), 4, 0};
    event->instrument.exchange =
        (struct text){sizeof(struct instrument) + 4, 6, 0};
    memcpy(event->tail, "AAPLNASDAQ", 10);
}

static void
put_unknown(struct tape_writer *writer, uint16_t type, uint16_t words)
{
    uint64_t *event = tape_writer_put(writer, words * 8UL);

    memset(event, 0xa5, words * 8UL);
    *(struct event *)(void *)event = (struct event){words, type, 1, 1};
}

int
main(void)
{
    struct failure failure = {0};
    struct output output;
    struct tape_writer writer;
    struct tape_header header;

    tape_header_init(&header, "golden");
    if (output_open(&output, NULL, &failure) != 0 ||
        tape_writer_init(&writer, &output, &failure) != 0 ||
        tape_writer_begin(&writer, &header) != 0)
        return 3;
    put_instrument(&writer);
    for (size_t i = 0; i < schema_type_count; i++) {
        bool defines = schema_types[i].type == EVENT_INSTRUMENT ||
                       schema_types[i].type == EVENT_NAME;

        if (!defines)
            put_event(&writer, &schema_types[i], false);
        if (schema_types[i].type != EVENT_INSTRUMENT)
            put_event(&writer, &schema_types[i], true);
    }
    put_unknown(&writer, 120, 3);
    put_unknown(&writer, EVENT_USER + 1, 9);
    if (tape_writer_end(&writer, TAPE_COMPLETE, 0) != 0 ||
        output_commit(&output) != 0)
        return 3;
    tape_writer_free(&writer);
    return 0;
}
