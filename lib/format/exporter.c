#include "format/exporter.h"

#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "format/intern.h"

void
exporter_free(struct exporter *exporter)
{
    names_free(&exporter->names);
}

void
exporter_begin(struct exporter *exporter)
{
    names_free(&exporter->names);
    memset(&exporter->names, 0, sizeof exporter->names);
}

int
exporter_note(struct exporter *exporter, const struct event *event)
{
    const struct name *name = (const void *)event;
    const char *text;

    if (event->type != EVENT_NAME || name->text.length == 0)
        return 0;
    text = event_text(name, name->text);
    if (utf8_span(text, name->text.length) != name->text.length)
        return fail(exporter->failure, FAILURE_DATA, "a name is not UTF-8");
    return names_add(&exporter->names, name->kind, name->id, text,
                     name->text.length, NULL, exporter->failure);
}

/* ---- numbers ------------------------------------------------------------- */

char *
print_hex(char *at, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < size; i++) {
        *at++ = digits[byte[i] >> 4];
        *at++ = digits[byte[i] & 15];
    }
    return at;
}

char *
print_id(char *at, uint64_t id)
{
    uint64_t big_endian = __builtin_bswap64(id);

    if ((id & NAME_BIT) == 0)
        return print_unsigned(at, id);
    *at++ = '#';
    return print_hex(at, &big_endian, sizeof big_endian);
}

char *
print_duration(char *at, int64_t ns)
{
    if (ns == 0) {
        memcpy(at, "0s", 2);
        return at + 2;
    }
    if (ns < 0) {
        *at++ = '-';
        ns = -ns;
    }
    return at + duration_format(ns, at);
}

/* ---- texts --------------------------------------------------------------- */

int
exporter_text(struct exporter *exporter, const struct event *event,
              const struct schema_field *field, struct cell *text)
{
    struct text place;

    memcpy(&place, (const char *)event + field->offset, sizeof place);
    *text = (struct cell){event_text(event, place), place.length};
    if (utf8_span(text->bytes, text->size) == text->size)
        return 0;
    return fail(exporter->failure, FAILURE_DATA, "field %s is not UTF-8",
                field->name);
}

int
exporter_code(struct exporter *exporter, struct code code, char text[8],
              size_t *size)
{
    *size = code_to_text(code, text);
    if (code_from_text(text, *size).word == code.word)
        return 0;
    return fail(exporter->failure, FAILURE_DATA,
                "a code is not of printable ASCII");
}

struct cell
exporter_name(const struct exporter *exporter, unsigned kind, uint64_t id)
{
    struct cell name = {NULL, 0};
    uint64_t raw;

    if (kind == 0 || exporter->names.map[kind].count == 0)
        return name;
    name.bytes = names_find(&exporter->names, kind, id, &name.size);
    if (!name.bytes || (name_id(name.bytes, name.size) & NAME_BIT) == 0 ||
        id_raw_parse(name, &raw))
        name.size = 0;
    return name;
}

int
exporter_label(struct exporter *exporter, uint32_t id, struct buffer *buffer)
{
    uint32_t index = instruments_find(exporter->instruments, id);
    const struct instrument *event;
    struct cell symbol, exchange;
    char *at;

    if (index == INSTRUMENT_NONE)
        return fail(exporter->failure, FAILURE_DATA,
                    "instrument %u is not defined", id);
    event = exporter->instruments->events[index];
    symbol =
        (struct cell){event_text(event, event->symbol), event->symbol.length};
    exchange = (struct cell){event_text(event, event->exchange),
                             event->exchange.length};
    if (utf8_span(symbol.bytes, symbol.size) != symbol.size ||
        utf8_span(exchange.bytes, exchange.size) != exchange.size)
        return fail(exporter->failure, FAILURE_DATA,
                    "the symbol of instrument %u is not UTF-8", id);
    at =
        buffer_room(buffer, symbol.size + exchange.size + 1, exporter->failure);
    if (!at)
        return -1;
    if (exchange.size || memchr(symbol.bytes, ':', symbol.size)) {
        memcpy(at, exchange.bytes, exchange.size);
        at[exchange.size] = ':';
        at += exchange.size + 1;
    }
    memcpy(at, symbol.bytes, symbol.size);
    buffer->used = (size_t)(at + symbol.size - buffer->bytes);
    return 0;
}

/* ---- any value ----------------------------------------------------------- */

static char *
print_words(char *at, const struct schema_field *field, uint64_t value)
{
    bool first = true;

    if (field->kind == FIELD_ENUM)
        return stpcpy(at, field->words[value - 1]);
    for (unsigned bit = 0; field->words[bit]; bit++) {
        if ((value >> bit & 1) == 0)
            continue;
        if (!first)
            *at++ = '|';
        at = stpcpy(at, field->words[bit]);
        first = false;
    }
    return at;
}

/* A value of a kind whose text has at most VALUE_ROOM bytes. */
static char *
print_value(const struct event *event, const struct schema_field *field,
            char *at)
{
    const char *value = (const char *)event + field->offset;
    struct amount amount;
    int64_t number;

    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO:
        memcpy(&number, value, sizeof number);
        return at + decimal_format(number, at);
    case FIELD_AMOUNT:
        memcpy(&amount, value, sizeof amount);
        return at + amount_format(amount_get(amount), at);
    case FIELD_TIME:
        memcpy(&number, value, sizeof number);
        return at + time_format(number, at);
    case FIELD_DURATION:
        memcpy(&number, value, sizeof number);
        return print_duration(at, number);
    case FIELD_ID:
        if (field->id_kind)
            return print_id(at, field_unsigned(event, field));
        return print_unsigned(at, field_unsigned(event, field));
    case FIELD_COUNT: return print_unsigned(at, field_unsigned(event, field));
    case FIELD_ENUM:
    case FIELD_FLAGS:
        return print_words(at, field, field_unsigned(event, field));
    case FIELD_CODE:
    case FIELD_TEXT:
    case FIELD_INSTRUMENT: break;
    }
    return at;
}

static int
put_data(struct exporter *exporter, const struct event *event,
         struct buffer *buffer)
{
    size_t size = event->words * 8UL - sizeof *event;
    char *at = buffer_room(buffer, size * 2, exporter->failure);

    if (!at)
        return -1;
    print_hex(at, event + 1, size);
    buffer->used += size * 2;
    return 0;
}

int
exporter_value(struct exporter *exporter, const struct schema_type *type,
               unsigned slot, const struct event *event, struct buffer *buffer,
               bool *outside)
{
    const struct schema_field *field = slot_field(type, slot);
    struct cell text = {NULL, 0};
    struct code code;
    char *at, room[8];

    *outside = false;
    if (slot == SLOT_DATA)
        return put_data(exporter, event, buffer);
    if (field_is_null(event, field))
        return 0;
    *outside = true;
    if (field->kind == FIELD_INSTRUMENT)
        return exporter_label(exporter, (uint32_t)field_unsigned(event, field),
                              buffer);
    if (field->kind == FIELD_TEXT &&
        exporter_text(exporter, event, field, &text) != 0)
        return -1;
    if (field->kind == FIELD_CODE) {
        code.word = field_unsigned(event, field);
        text.bytes = room;
        if (exporter_code(exporter, code, room, &text.size) != 0)
            return -1;
    }
    if (field->kind == FIELD_ID)
        text = exporter_name(exporter, field->id_kind,
                             field_unsigned(event, field));
    if (text.size)
        return buffer_put(buffer, text.bytes, text.size, exporter->failure);
    *outside = false;
    at = buffer_room(buffer, VALUE_ROOM, exporter->failure);
    if (!at)
        return -1;
    at = print_value(event, field, at);
    buffer->used = (size_t)(at - buffer->bytes);
    return 0;
}
