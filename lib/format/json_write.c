/* json_write.c - events of any type as JSON lines, which ximport reads back as
 * the same events, byte for byte where our programs wrote them.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/hex.h"
#include "base/json.h"
#include "format/export_format.h"
#include "format/labels.h"

#define KEY_MAX 32 /* bytes of ,"remaining_quantity":" */
_Static_assert(KEY_MAX <= UINT8_MAX, "key_size is a byte");

/* Room for all of an event but its texts, names and instruments: at most
 * SLOTS_MAX values, each with its key; and a value of flags. */
#define LINE_ROOM (SLOTS_MAX * 96 + VALUE_ROOM)

struct json_field {
    char key[KEY_MAX]; /* with its comma, colon and opening quote */
    uint8_t key_size;
    struct export_field export;
};

struct json_type {
    const struct schema_type *type;
    const struct json_field *fields;
    char start[64]; /* up to where the time stands */
    size_t start_size;
};

struct json_writer {
    struct exporter *exporter;
    struct json_type *types;   /* by number, EVENT_TYPES of them; owned */
    struct json_field *fields; /* owned */
    struct labels labels;      /* ,"instrument":"..." */
    struct bytes scratch;
};

/* ---- tables -------------------------------------------------------------- */

static void
make_key(struct json_field *key, const struct schema_field *field)
{
    const char *before = "\":\"";
    char *at = key->key;

    if (field->kind == FIELD_ID || field->kind == FIELD_COUNT)
        before = "\":";
    else if (field->kind == FIELD_FLAGS)
        before = "\":[";
    assert(strlen(field->name) + 5 < KEY_MAX);
    at = stpcpy(at, ",\"");
    at = stpcpy(at, field->name);
    at = stpcpy(at, before);
    key->key_size = (uint8_t)(at - key->key);
}

static void
make_start(struct json_type *type)
{
    char *at = type->start;

    assert(strlen(type->type->name) < 32);
    at = stpcpy(at, "{\"type\":\"");
    at = stpcpy(at, type->type->name);
    at = stpcpy(at, "\",\"time\":");
    type->start_size = (size_t)(at - type->start);
    assert(type->start_size < sizeof type->start);
}

static int
make_tables(struct json_writer *writer)
{
    struct exporter *exporter = writer->exporter;
    size_t count = 0;

    for (size_t i = 0; i < schema_type_count; i++)
        count += schema_types[i].field_count;
    writer->types =
        allocate(exporter->failure, EVENT_TYPES, sizeof *writer->types);
    writer->fields = allocate(exporter->failure, count, sizeof *writer->fields);
    if (!writer->types || !writer->fields)
        return -1;
    count = 0;
    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_type *schema = &schema_types[i];
        struct json_type *type = &writer->types[schema->type];

        assert(schema->type < EVENT_TYPES);
        type->type = schema;
        type->fields = writer->fields + count;
        make_start(type);
        for (unsigned f = 0; f < schema->field_count; f++, count++) {
            make_key(&writer->fields[count], &schema->fields[f]);
            writer->fields[count].export = exporter_fields(exporter, schema)[f];
        }
    }
    return 0;
}

/* ---- strings ------------------------------------------------------------- */

/* Prints a string of any length at the end of what is printed so far, and
 * makes room for the rest of the line. */
static char *
put_string(struct bytes *out, char *at, struct cell text)
{
    bytes_end(out, at);
    at = bytes_text_room(out, text.size * JSON_ESCAPE_MAX + LINE_ROOM);
    return at ? json_escape(at, text.bytes, text.size) : NULL;
}

/* ---- instruments --------------------------------------------------------- */

/* As it stands in a line. */
static void
make_label(struct cell plain, struct bytes *text)
{
    char *at;

    bytes_put_text(text, ",\"instrument\":\"");
    at = bytes_text_room(text, plain.size * JSON_ESCAPE_MAX + 1);
    if (!at)
        return;
    at = json_escape(at, plain.bytes, plain.size);
    *at++ = '"';
    bytes_end(text, at);
}

/* The members that every event has, after the type. */
static char *
put_head(struct json_writer *writer, const struct event *event,
         struct bytes *out, char *at)
{
    const struct label *label;

    if (event->time == TIME_NULL) {
        at = stpcpy(at, "null");
    } else {
        *at++ = '"';
        at += time_format(event->time, at);
        *at++ = '"';
    }
    if (event->instrument == 0)
        return at;
    if (event->type == EVENT_INSTRUMENT)
        return print_unsigned(stpcpy(at, ",\"id\":"), event->instrument);
    label = labels_find(&writer->labels, event->instrument);
    if (!label)
        return NULL;
    bytes_end(out, at);
    at = bytes_text_room(out, label->size + LINE_ROOM);
    return at ? label_put(at, label) : NULL;
}

/* ---- values -------------------------------------------------------------- */

static char *
print_count(char *at, uint64_t number)
{
    if (number < JSON_EXACT_MAX)
        return print_unsigned(at, number);
    *at++ = '"';
    at = print_unsigned(at, number);
    *at++ = '"';
    return at;
}

static char *
put_id(struct json_writer *writer, const struct schema_field *field,
       struct bytes *out, char *at, uint64_t id)
{
    struct cell name = exporter_name(writer->exporter, field->id_kind, id);

    if (name.size) {
        *at++ = '"';
        at = put_string(out, at, name);
    } else if (field->id_kind && id & NAME_BIT) {
        *at++ = '"';
        at = print_id(at, id);
    } else {
        return print_count(at, id);
    }
    if (at)
        *at++ = '"';
    return at;
}

static char *
print_flags(char *at, const struct schema_field *field, unsigned flags)
{
    for (unsigned bit = 0; field->words[bit]; bit++) {
        if ((flags >> bit & 1) == 0)
            continue;
        *at++ = '"';
        at = stpcpy(at, field->words[bit]);
        *at++ = '"';
        *at++ = ',';
    }
    at[-1] = ']';
    return at;
}

static char *
put_code(struct json_writer *writer, struct code code, char *at)
{
    char text[8];
    size_t size;

    if (exporter_code(writer->exporter, code, text, &size) != 0)
        return NULL;
    return json_escape(at, text, size);
}

/* A string of a kind that may be of any length. */
static char *
put_long(struct json_writer *writer, const struct event *event,
         const struct schema_field *field, struct bytes *out, char *at)
{
    struct exporter *exporter = writer->exporter;
    uint32_t id = (uint32_t)field_unsigned(event, field);
    struct cell text;

    if (field->kind == FIELD_TEXT) {
        if (exporter_text(exporter, event, field, &text) != 0)
            return NULL;
    } else {
        bytes_clear(&writer->scratch);
        if (exporter_label(exporter, id, &writer->scratch) != 0)
            return NULL;
        text = (struct cell){(const char *)writer->scratch.bytes,
                             writer->scratch.size};
    }
    return put_string(out, at, text);
}

/* Appends one member that is not null.  word is the eight bytes that said
 * so: the value itself, or its low bytes, if it is no amount and no text. */
static char *
put_field(struct json_writer *writer, const struct event *event,
          const struct json_field *json, uint64_t word, struct bytes *out,
          char *at)
{
    const struct schema_field *field = json->export.field;
    struct amount amount;

    memcpy(at, json->key, KEY_MAX);
    at += json->key_size;
    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO: at += decimal_format((int64_t)word, at); break;
    case FIELD_TIME: at += time_format((int64_t)word, at); break;
    case FIELD_DURATION: at = print_duration(at, (int64_t)word); break;
    case FIELD_INTERVAL: at = print_interval(at, (int64_t)word); break;
    case FIELD_AMOUNT:
        memcpy(&amount, (const char *)event + field->offset, sizeof amount);
        at += amount_format(amount_get(amount), at);
        break;
    case FIELD_ID: return put_id(writer, field, out, at, word);
    case FIELD_COUNT: return print_count(at, word & json->export.mask);
    case FIELD_ENUM:
        at = stpcpy(at, field->words[(word & json->export.mask) - 1]);
        break;
    case FIELD_FLAGS:
        return print_flags(at, field, (unsigned)(word & json->export.mask));
    case FIELD_CODE: at = put_code(writer, (struct code){word}, at); break;
    case FIELD_TEXT:
    case FIELD_INSTRUMENT: at = put_long(writer, event, field, out, at); break;
    }
    if (at)
        *at++ = '"';
    return at;
}

/* The members of a type of ours. */
static char *
put_fields(struct json_writer *writer, const struct event *event,
           const struct json_type *type, struct bytes *out, char *at)
{
    const struct json_field *json = type->fields;
    const struct json_field *end = json + type->type->field_count;

    for (; at && json < end; json++) {
        uint64_t word = export_word(&json->export, event);

        if (!export_null(&json->export, word))
            at = put_field(writer, event, json, word, out, at);
    }
    return at;
}

/* An event whose type is not ours: its bytes. */
static char *
put_unknown(struct json_writer *writer, const struct event *event,
            struct bytes *out, char *at)
{
    size_t size = event->words * 8UL - sizeof *event;

    assert(event->words * 8UL >= sizeof *event);
    at = print_unsigned(stpcpy(at, "{\"type\":"), event->type);
    at = put_head(writer, event, out, stpcpy(at, ",\"time\":"));
    if (!at || size == 0)
        return at;
    at = stpcpy(at, ",\"data\":\"");
    bytes_end(out, at);
    at = bytes_text_room(out, size * 2 + LINE_ROOM);
    if (!at)
        return NULL;
    at = hex_put(at, event + 1, size);
    *at++ = '"';
    return at;
}

/* ---- the format ---------------------------------------------------------- */

static int
init(void *state, struct exporter *exporter,
     const struct export_options *options)
{
    struct json_writer *writer = state;

    (void)options;
    writer->exporter = exporter;
    writer->labels = (struct labels){.exporter = exporter, .make = make_label};
    return make_tables(writer);
}

static int
put_event(void *state, const struct event *event, uint64_t seq,
          struct bytes *out)
{
    struct json_writer *writer = state;
    const struct json_type *type = NULL;
    char *at = bytes_text_room(out, LINE_ROOM);

    (void)seq;
    if (at && event->type < EVENT_TYPES)
        type = &writer->types[event->type];
    if (type && type->type) {
        memcpy(at, type->start, sizeof type->start);
        at = put_head(writer, event, out, at + type->start_size);
        if (at)
            at = put_fields(writer, event, type, out, at);
    } else if (at) {
        at = put_unknown(writer, event, out, at);
    }
    if (!at)
        return fail_memory(writer->exporter->failure); /* unless it is set */
    *at++ = '}';
    *at++ = '\n';
    bytes_end(out, at);
    return 0;
}

static void
release(void *state)
{
    struct json_writer *writer = state;

    labels_free(&writer->labels);
    free(writer->types);
    free(writer->fields);
    bytes_free(&writer->scratch);
}

const struct export_format json_export = {
    .name = "json",
    .summary = "an object for each event, one a line",
    .state_size = sizeof(struct json_writer),
    .init = init,
    .event = put_event,
    .free = release,
};
