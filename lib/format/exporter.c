#include "format/exporter.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/hex.h"
#include "base/interval.h"
#include "base/utf8.h"
#include "format/intern.h"

_Static_assert(VALUE_ROOM > AMOUNT_TEXT_MAX && VALUE_ROOM > TIME_TEXT_MAX &&
                   VALUE_ROOM > 1 + DURATION_TEXT_MAX,
               "print_value has room for any number or time");

struct export_field
export_field_of(const struct schema_type *type,
                const struct schema_field *field)
{
    struct export_field result = {.field = field, .word = field->offset};

    assert(field->size > 0 && field->offset + field->size <= type->size);
    result.mask =
        field->size < 8 ? (UINT64_C(1) << field->size * 8) - 1 : UINT64_MAX;
    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO:
    case FIELD_TIME:
    case FIELD_DURATION: result.null = (uint64_t)INT64_MIN; break;
    case FIELD_INTERVAL: result.null = (uint64_t)INT64_MIN; break;
    case FIELD_AMOUNT: /* the null is the only one with that high word */
        result.word = (uint16_t)(field->offset + 8);
        result.null = (uint64_t)INT64_MIN;
        break;
    case FIELD_TEXT: result.mask = UINT64_C(0xffff0000); break; /* length */
    case FIELD_ID:
    case FIELD_COUNT:
    case FIELD_ENUM:
    case FIELD_FLAGS:
    case FIELD_CODE:
    case FIELD_INSTRUMENT: break;
    }
    assert(result.word + 8 <= (type->size < 16 ? 16 : type->size));
    return result;
}

int
exporter_init(struct exporter *exporter, const struct instruments *instruments,
              struct failure *failure)
{
    size_t count = 0;

    *exporter =
        (struct exporter){.instruments = instruments, .failure = failure};
    for (size_t i = 0; i < schema_type_count; i++)
        count += schema_types[i].field_count;
    exporter->fields = allocate(failure, count, sizeof *exporter->fields);
    exporter->types = allocate(failure, EVENT_TYPES, sizeof *exporter->types);
    if (!exporter->fields || !exporter->types)
        return -1;
    count = 0;
    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_type *type = &schema_types[i];

        assert(type->type < EVENT_TYPES);
        exporter->types[type->type] = exporter->fields + count;
        for (unsigned f = 0; f < type->field_count; f++)
            exporter->fields[count++] = export_field_of(type, &type->fields[f]);
    }
    return 0;
}

void
exporter_free(struct exporter *exporter)
{
    names_free(&exporter->names);
    free(exporter->fields);
    free(exporter->types);
    *exporter = (struct exporter){0};
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
print_id(char *at, uint64_t id)
{
    uint64_t big_endian = __builtin_bswap64(id);

    if ((id & NAME_BIT) == 0)
        return print_unsigned(at, id);
    *at++ = '#';
    return hex_put(at, &big_endian, sizeof big_endian);
}

char *
print_duration(char *at, int64_t ns)
{
    assert(ns != INT64_MIN); /* the null, which has no negative */
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

char *
print_interval(char *at, int64_t interval)
{
    if (interval_unit(interval) == INTERVAL_UNITS)
        return print_duration(at, interval);
    return at + interval_format(interval, at);
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
    assert(*size <= 8);
    if (code_from_text(text, *size).word == code.word)
        return 0;
    return fail(exporter->failure, FAILURE_DATA,
                "a code is not of printable ASCII");
}

struct cell
exporter_find_name(const struct exporter *exporter, uint8_t kind, uint64_t id)
{
    struct cell name = {NULL, 0};
    uint64_t raw;

    assert(kind != 0);
    name.bytes = names_find(&exporter->names, kind, id, &name.size);
    if (!name.bytes || (name_id(name.bytes, name.size) & NAME_BIT) == 0 ||
        id_raw_parse(name, &raw))
        name.size = 0;
    return name;
}

static struct cell
text_of(const void *event, struct text place)
{
    return (struct cell){event_text(event, place), place.length};
}

static bool
is_utf8(struct cell text)
{
    return utf8_span(text.bytes, text.size) == text.size;
}

int
exporter_label(struct exporter *exporter, uint32_t id, struct bytes *text)
{
    uint32_t index = instruments_find(exporter->instruments, id);
    const struct instrument *event;
    struct cell symbol, exchange;

    assert(id != 0);
    if (index == INSTRUMENT_NONE)
        return fail(exporter->failure, FAILURE_DATA,
                    "instrument %u is not defined", id);
    event = exporter->instruments->events[index];
    symbol = text_of(event, event->symbol);
    exchange = text_of(event, event->exchange);
    if (!is_utf8(symbol) || !is_utf8(exchange))
        return fail(exporter->failure, FAILURE_DATA,
                    "the symbol of instrument %u is not UTF-8", id);
    if (exchange.size || memchr(symbol.bytes, ':', symbol.size)) {
        bytes_put(text, exchange.bytes, exchange.size);
        bytes_put_byte(text, ':');
    }
    bytes_put(text, symbol.bytes, symbol.size);
    return bytes_ok(text, exporter->failure);
}

/* ---- any value ----------------------------------------------------------- */

static char *
print_flags(char *at, const struct schema_field *field, uint64_t flags)
{
    for (unsigned bit = 0; field->words[bit]; bit++) {
        if ((flags >> bit & 1) == 0)
            continue;
        at = stpcpy(at, field->words[bit]);
        *at++ = '|';
    }
    return at - 1;
}

char *
print_value(char *at, const struct schema_field *field, uint64_t word,
            const struct event *event)
{
    struct amount amount;

    if (field->size < 8)
        word &= (UINT64_C(1) << field->size * 8) - 1;
    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO: return at + decimal_format((int64_t)word, at);
    case FIELD_AMOUNT:
        memcpy(&amount, (const char *)event + field->offset, sizeof amount);
        return at + amount_format(amount_get(amount), at);
    case FIELD_TIME: return at + time_format((int64_t)word, at);
    case FIELD_DURATION: return print_duration(at, (int64_t)word);
    case FIELD_INTERVAL: return print_interval(at, (int64_t)word);
    case FIELD_ID:
        if (field->id_kind)
            return print_id(at, word);
        return print_unsigned(at, word);
    case FIELD_COUNT: return print_unsigned(at, word);
    case FIELD_ENUM: return stpcpy(at, field->words[word - 1]);
    case FIELD_FLAGS: return print_flags(at, field, word);
    case FIELD_CODE:
    case FIELD_TEXT:
    case FIELD_INSTRUMENT: break;
    }
    assert(field->kind < FIELD_TEXT); /* whose text may be of any length */
    return at;
}

void
export_data(const struct event *event, struct bytes *text)
{
    size_t size = event->words * 8UL - sizeof *event;
    char *at = bytes_text_room(text, size * 2);

    assert(event->words * 8UL >= sizeof *event);
    if (at)
        bytes_end(text, hex_put(at, event + 1, size));
}

/* The text of a kind that may be of any length, in room of 8 bytes or where
 * it lies; size 0 when the field is of another kind. */
static int
find_text(struct exporter *exporter, const struct schema_field *field,
          const struct event *event, char room[8], struct cell *text)
{
    uint64_t word = 0;

    *text = (struct cell){room, 0};
    if (field->kind == FIELD_TEXT)
        return exporter_text(exporter, event, field, text);
    if (field->kind != FIELD_CODE && field->kind != FIELD_ID)
        return 0;
    word = field_unsigned(event, field);
    if (field->kind == FIELD_CODE)
        return exporter_code(exporter, (struct code){word}, room, &text->size);
    *text = exporter_name(exporter, field->id_kind, word);
    return 0;
}

int
exporter_value(struct exporter *exporter, const struct export_field *export,
               const struct event *event, struct bytes *text, bool *outside)
{
    const struct schema_field *field = export->field;
    uint64_t word = export_word(export, event);
    struct cell cell;
    char *at, room[8];

    assert(!export_null(export, word));
    *outside = true;
    if (field->kind == FIELD_INSTRUMENT)
        return exporter_label(exporter, (uint32_t)word, text);
    if (find_text(exporter, field, event, room, &cell) != 0)
        return -1;
    if (cell.size) {
        bytes_put(text, cell.bytes, cell.size);
        return bytes_ok(text, exporter->failure);
    }
    *outside = false;
    at = bytes_text_room(text, VALUE_ROOM);
    if (!at)
        return fail_memory(exporter->failure);
    bytes_end(text, print_value(at, field, word, event));
    return 0;
}
