#include "format/json_write.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/json.h"

#define KEY_MAX 32 /* bytes of ,"remaining_quantity":" */

/* Room for all of an event but its texts, names and instruments: at most
 * SLOTS_MAX values, each with its key; and a value of flags. */
#define LINE_ROOM (SLOTS_MAX * 96 + VALUE_ROOM)

struct json_field {
    char key[KEY_MAX]; /* with its comma, colon and opening quote */
    uint8_t key_size;
    uint16_t word;       /* where the eight bytes are that tell a null, */
    uint64_t mask, null; /* what of them counts, and what it then is */
    const struct schema_field *field;
};

struct json_type {
    const struct schema_type *type;
    const struct json_field *fields;
    char start[64]; /* up to where the time stands */
    size_t start_size;
};

/* Copied in steps: it is too short to be worth a call of memcpy, which makes
 * half of the whole cost on some machines. */
#define LABEL_STEP 16
struct json_label {
    char *bytes; /* ,"instrument":"...", and LABEL_STEP bytes more */
    size_t size;
};

/* ---- tables -------------------------------------------------------------- */

/* How to tell a null by one comparison. */
static void
make_null(struct json_field *json, const struct schema_type *type,
          const struct schema_field *field)
{
    json->word = field->offset;
    json->mask =
        field->size < 8 ? (UINT64_C(1) << field->size * 8) - 1 : UINT64_MAX;
    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO:
    case FIELD_TIME:
    case FIELD_DURATION: json->null = (uint64_t)INT64_MIN; break;
    case FIELD_AMOUNT: /* the null is the only one with that high word */
        json->word = (uint16_t)(field->offset + 8);
        json->null = (uint64_t)INT64_MIN;
        break;
    case FIELD_TEXT: json->mask = UINT64_C(0xffff0000); break; /* length */
    case FIELD_ID:
    case FIELD_COUNT:
    case FIELD_ENUM:
    case FIELD_FLAGS:
    case FIELD_CODE:
    case FIELD_INSTRUMENT: break;
    }
    assert(json->word + 8 <= type->size);
}

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
    key->field = field;
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
}

int
json_writer_init(struct json_writer *writer)
{
    struct failure *failure = writer->exporter->failure;
    size_t count = 0;

    for (size_t i = 0; i < schema_type_count; i++)
        count += schema_types[i].field_count;
    writer->types = allocate(failure, EVENT_TYPES, sizeof *writer->types);
    writer->fields = allocate(failure, count, sizeof *writer->fields);
    if (!writer->types || !writer->fields)
        return -1;
    count = 0;
    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_type *schema = &schema_types[i];
        struct json_type *type = &writer->types[schema->type];

        type->type = schema;
        type->fields = writer->fields + count;
        make_start(type);
        for (unsigned f = 0; f < schema->field_count; f++, count++) {
            make_key(&writer->fields[count], &schema->fields[f]);
            make_null(&writer->fields[count], schema, &schema->fields[f]);
        }
    }
    return 0;
}

void
json_writer_free(struct json_writer *writer)
{
    for (uint32_t i = 0; i < writer->label_capacity; i++)
        free(writer->labels[i].bytes);
    free(writer->labels);
    free(writer->types);
    free(writer->fields);
    buffer_free(&writer->scratch);
    memset(writer, 0, sizeof *writer);
}

/* ---- strings ------------------------------------------------------------- */

/* Prints a string of any length at the end of what is printed so far, and
 * makes room for the rest of the line. */
static char *
put_string(struct json_writer *writer, struct buffer *buffer, char *at,
           struct cell text)
{
    buffer->used = (size_t)(at - buffer->bytes);
    at = buffer_room(buffer, text.size * JSON_ESCAPE_MAX + LINE_ROOM,
                     writer->exporter->failure);
    return at ? json_escape(at, text.bytes, text.size) : NULL;
}

/* ---- instruments --------------------------------------------------------- */

/* Makes the cached text of an instrument. */
static int
make_label(struct json_writer *writer, struct json_label *label, uint32_t id)
{
    static const char key[] = ",\"instrument\":\"";
    struct buffer *scratch = &writer->scratch;
    char *at;

    scratch->used = 0;
    if (exporter_label(writer->exporter, id, scratch) != 0)
        return -1;
    label->bytes =
        allocate(writer->exporter->failure,
                 scratch->used * JSON_ESCAPE_MAX + sizeof key + LABEL_STEP, 1);
    if (!label->bytes)
        return -1;
    at = stpcpy(label->bytes, key);
    at = json_escape(at, scratch->bytes, scratch->used);
    *at++ = '"';
    label->size = (size_t)(at - label->bytes);
    return 0;
}

/* The cached text of an instrument; an index is the same one for ever. */
static const struct json_label *
find_label(struct json_writer *writer, uint32_t id)
{
    uint32_t index = instruments_find(writer->exporter->instruments, id);
    struct json_label *label;

    if (index != INSTRUMENT_NONE && index >= writer->label_capacity) {
        uint32_t capacity = index < 32 ? 64 : index * 2;
        void *larger = reallocarray(writer->labels, capacity, sizeof *label);

        if (!larger) {
            fail_memory(writer->exporter->failure);
            return NULL;
        }
        writer->labels = larger;
        memset(writer->labels + writer->label_capacity, 0,
               (capacity - writer->label_capacity) * sizeof *label);
        writer->label_capacity = capacity;
    }
    if (index == INSTRUMENT_NONE) {
        fail(writer->exporter->failure, FAILURE_DATA,
             "instrument %u is not defined", id);
        return NULL;
    }
    label = &writer->labels[index];
    if (!label->bytes && make_label(writer, label, id) != 0)
        return NULL;
    return label;
}

/* The members that every event has, after the type. */
static char *
put_head(struct json_writer *writer, const struct event *event,
         struct buffer *buffer, char *at)
{
    const struct json_label *label;

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
    label = find_label(writer, event->instrument);
    if (!label)
        return NULL;
    buffer->used = (size_t)(at - buffer->bytes);
    at =
        buffer_room(buffer, label->size + LINE_ROOM, writer->exporter->failure);
    if (!at)
        return NULL;
    for (size_t i = 0; i < label->size; i += LABEL_STEP)
        memcpy(at + i, label->bytes + i, LABEL_STEP);
    return at + label->size;
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
       struct buffer *buffer, char *at, uint64_t id)
{
    struct cell name = exporter_name(writer->exporter, field->id_kind, id);

    if (name.size) {
        *at++ = '"';
        at = put_string(writer, buffer, at, name);
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
         const struct schema_field *field, struct buffer *buffer, char *at)
{
    struct exporter *exporter = writer->exporter;
    uint32_t id = (uint32_t)field_unsigned(event, field);
    struct cell text;

    if (field->kind == FIELD_TEXT) {
        if (exporter_text(exporter, event, field, &text) != 0)
            return NULL;
    } else {
        writer->scratch.used = 0;
        if (exporter_label(exporter, id, &writer->scratch) != 0)
            return NULL;
        text = (struct cell){writer->scratch.bytes, writer->scratch.used};
    }
    return put_string(writer, buffer, at, text);
}

/* Appends one member that is not null.  word is the eight bytes that told
 * so: the value itself, or its low bytes, if it is no amount and no text. */
static char *
put_field(struct json_writer *writer, const struct event *event,
          const struct json_field *json, uint64_t word, struct buffer *buffer,
          char *at)
{
    const struct schema_field *field = json->field;
    struct amount amount;

    memcpy(at, json->key, KEY_MAX);
    at += json->key_size;
    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO: at += decimal_format((int64_t)word, at); break;
    case FIELD_TIME: at += time_format((int64_t)word, at); break;
    case FIELD_DURATION: at = print_duration(at, (int64_t)word); break;
    case FIELD_AMOUNT:
        memcpy(&amount, (const char *)event + field->offset, sizeof amount);
        at += amount_format(amount_get(amount), at);
        break;
    case FIELD_ID: return put_id(writer, field, buffer, at, word);
    case FIELD_COUNT: return print_count(at, word & json->mask);
    case FIELD_ENUM:
        at = stpcpy(at, field->words[(word & json->mask) - 1]);
        break;
    case FIELD_FLAGS:
        return print_flags(at, field, (unsigned)(word & json->mask));
    case FIELD_CODE: at = put_code(writer, (struct code){word}, at); break;
    case FIELD_TEXT:
    case FIELD_INSTRUMENT:
        at = put_long(writer, event, field, buffer, at);
        break;
    }
    if (at)
        *at++ = '"';
    return at;
}

/* The members of a type of ours. */
static char *
put_fields(struct json_writer *writer, const struct event *event,
           const struct json_type *type, struct buffer *buffer, char *at)
{
    const struct json_field *json = type->fields;
    const struct json_field *end = json + type->type->field_count;

    for (; at && json < end; json++) {
        uint64_t word;

        memcpy(&word, (const char *)event + json->word, sizeof word);
        if ((word & json->mask) != json->null)
            at = put_field(writer, event, json, word, buffer, at);
    }
    return at;
}

/* An event whose type is not ours: its bytes. */
static char *
put_unknown(struct json_writer *writer, const struct event *event,
            struct buffer *buffer, char *at)
{
    size_t size = event->words * 8UL - sizeof *event;

    at = print_unsigned(stpcpy(at, "{\"type\":"), event->type);
    at = put_head(writer, event, buffer, stpcpy(at, ",\"time\":"));
    if (!at || size == 0)
        return at;
    at = stpcpy(at, ",\"data\":\"");
    buffer->used = (size_t)(at - buffer->bytes);
    at = buffer_room(buffer, size * 2 + LINE_ROOM, writer->exporter->failure);
    if (!at)
        return NULL;
    at = print_hex(at, event + 1, size);
    *at++ = '"';
    return at;
}

int
json_put(struct json_writer *writer, const struct event *event,
         struct buffer *buffer)
{
    const struct json_type *type = NULL;
    char *at = buffer_room(buffer, LINE_ROOM, writer->exporter->failure);

    if (!at)
        return -1;
    if (event->type < EVENT_TYPES)
        type = &writer->types[event->type];
    if (type && type->type) {
        memcpy(at, type->start, sizeof type->start);
        at = put_head(writer, event, buffer, at + type->start_size);
        if (at)
            at = put_fields(writer, event, type, buffer, at);
    } else {
        at = put_unknown(writer, event, buffer, at);
    }
    if (!at)
        return -1;
    *at++ = '}';
    *at++ = '\n';
    buffer->used = (size_t)(at - buffer->bytes);
    return 0;
}
