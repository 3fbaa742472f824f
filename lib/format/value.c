#include "format/value.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "format/intern.h"
#include "tape/frame.h"

#define EXCERPT_MAX 60 /* bytes of a bad value that a message shows */

int
value_refuse(struct failure *failure, struct cell text, const char *complaint)
{
    bool cut = text.size > EXCERPT_MAX;

    return fail(failure, FAILURE_DATA, "\"%.*s%s\" %s",
                (int)(cut ? EXCERPT_MAX : text.size), text.bytes,
                cut ? "..." : "", complaint);
}

static char *
at(const struct importer *importer, const struct schema_field *field)
{
    return importer->event + field->offset;
}

/* ---- numbers ------------------------------------------------------------- */

#define PLAIN_MAX 128 /* bytes of a number written without exponent */

/* Reads [+-]digits, at most four of them. */
static bool
exponent_parse(const char *text, const char *end, int *value)
{
    bool negative = text < end && *text == '-';

    if (text < end && (*text == '-' || *text == '+'))
        text++;
    if (text == end || end - text > 4)
        return false;
    for (*value = 0; text < end; text++) {
        if (*text < '0' || *text > '9')
            return false;
        *value = *value * 10 + *text - '0';
    }
    if (negative)
        *value = -*value;
    return true;
}

/* Writes the digits of a mantissa; where its point is, or -1. */
static int
mantissa_parse(const char *text, const char *end, char *digits, int *count)
{
    int point = -1;

    *count = 0;
    for (; text < end; text++) {
        if (*text == '.' && point < 0)
            point = *count;
        else if (*text < '0' || *text > '9' || *count == PLAIN_MAX / 4)
            return -1;
        else
            digits[(*count)++] = *text;
    }
    return point < 0 ? *count : point;
}

/* "1.5e-7" as "0.00000015".  False when it is nothing like that, or so large
 * or small that it cannot be meant. */
static bool
without_exponent(struct cell text, char plain[PLAIN_MAX], struct cell *result)
{
    const char *end = text.bytes + text.size, *e;
    char digits[PLAIN_MAX / 4];
    int count, point, exponent, used = 0;

    for (e = text.bytes; e < end && (*e | 32) != 'e'; e++)
        ;
    if (e == end || !exponent_parse(e + 1, end, &exponent))
        return false;
    if (*text.bytes == '-' || *text.bytes == '+')
        plain[used++] = *text.bytes;
    point = mantissa_parse(text.bytes + used, e, digits, &count);
    if (point < 0 || count == 0 || exponent < -40 || exponent > 40)
        return false;
    point += exponent;
    for (int i = point < 1 ? point - 1 : 0; i < count || i < point; i++) {
        if (i == point)
            plain[used++] = '.';
        plain[used++] = i >= 0 && i < count ? digits[i] : '0';
    }
    *result = (struct cell){plain, (size_t)used};
    return true;
}

static int
set_decimal(struct importer *importer, const struct schema_field *field,
            struct cell text, int64_t time)
{
    int64_t *value = (int64_t *)(void *)at(importer, field);
    enum decimal_result result = decimal_parse(text.bytes, text.size, value);
    char plain[PLAIN_MAX];
    struct cell other;

    (void)time;
    if (result == DECIMAL_SYNTAX && without_exponent(text, plain, &other))
        result = decimal_parse(other.bytes, other.size, value);
    if (result == DECIMAL_OK)
        return 0;
    return value_refuse(importer->failure, text, decimal_complaint(result));
}

static int
set_amount(struct importer *importer, const struct schema_field *field,
           struct cell text, int64_t time)
{
    i128 value = 0;
    enum decimal_result result = amount_parse(text.bytes, text.size, &value);
    struct amount amount;
    char plain[PLAIN_MAX];
    struct cell other;

    (void)time;
    if (result == DECIMAL_SYNTAX && without_exponent(text, plain, &other))
        result = amount_parse(other.bytes, other.size, &value);
    if (result != DECIMAL_OK)
        return value_refuse(importer->failure, text, decimal_complaint(result));
    amount = amount_of(value);
    memcpy(at(importer, field), &amount, sizeof amount);
    return 0;
}

/* Digits, nothing else, of a number up to max. */
static bool
unsigned_parse(struct cell text, uint64_t max, uint64_t *value)
{
    uint64_t number = 0;

    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)(unsigned char)text.bytes[i] - '0';

        if (digit > 9 || __builtin_mul_overflow(number, 10U, &number) ||
            __builtin_add_overflow(number, digit, &number))
            return false;
    }
    *value = number;
    return number <= max;
}

static int
set_count(struct importer *importer, const struct schema_field *field,
          struct cell text, int64_t time)
{
    uint64_t max = field->size == 4 ? UINT32_MAX : UINT64_MAX, value;

    (void)time;
    if (!unsigned_parse(text, max, &value))
        return value_refuse(importer->failure, text,
                            field->size == 4
                                ? "is not a whole number below 2^32"
                                : "is not a whole number below 2^64");
    memcpy(at(importer, field), &value, field->size);
    return 0;
}

static int
set_id(struct importer *importer, const struct schema_field *field,
       struct cell text, int64_t time)
{
    uint64_t id;

    if (field->id_kind == 0)
        return set_count(importer, field, text, time);
    if (intern_id(importer, field->id_kind, text, time, &id) != 0)
        return -1;
    memcpy(at(importer, field), &id, sizeof id);
    return 0;
}

/* ---- times --------------------------------------------------------------- */

/* A number of units, and as many places as nanoseconds allow. */
static bool
units_parse(struct cell text, int64_t unit, int64_t *ns)
{
    const char *p = text.bytes, *end = p + text.size;
    bool negative = p < end && *p == '-', point = false, bad = false;
    int64_t value = 0;

    p += negative;
    if (p == end || *p == '.')
        return false;
    for (; p < end && !bad; p++) {
        int digit = *p - '0';

        if (*p == '.' && !point) {
            point = true;
            continue;
        }
        bad = digit < 0 || digit > 9;
        if (!point) {
            bad |= __builtin_mul_overflow(value, 10, &value) ||
                   __builtin_add_overflow(value, unit * digit, &value);
        } else {
            bad |= unit % 10 != 0 && digit != 0;
            unit /= 10;
            bad |= __builtin_add_overflow(value, unit * digit, &value);
        }
    }
    *ns = negative ? -value : value;
    return !bad;
}

int
value_time(struct importer *importer, struct cell text, int64_t *time)
{
    if (time_parse(text.bytes, text.size, time))
        return 0;
    if (importer->unit == 0)
        return value_refuse(importer->failure, text,
                            "is not a time of RFC 3339, like "
                            "2026-01-08T09:30:00Z (--time-unit tells what a "
                            "number means)");
    if (!units_parse(text, importer->unit, time))
        return value_refuse(importer->failure, text,
                            "is neither a number of --time-unit nor a time of "
                            "RFC 3339");
    return 0;
}

static int
set_time(struct importer *importer, const struct schema_field *field,
         struct cell text, int64_t time)
{
    (void)time;
    return value_time(importer, text, (int64_t *)(void *)at(importer, field));
}

/* As duration_parse, and 0s, and a sign. */
static int
set_duration(struct importer *importer, const struct schema_field *field,
             struct cell text, int64_t time)
{
    bool negative = text.bytes[0] == '-';
    int64_t ns;

    (void)time;
    if (cell_is(text, "0s"))
        ns = 0;
    else if (!duration_parse(text.bytes + negative, text.size - negative, &ns))
        return value_refuse(importer->failure, text,
                            "is not a duration, like 1h30m or 500ms");
    if (negative)
        ns = -ns;
    memcpy(at(importer, field), &ns, sizeof ns);
    return 0;
}

/* ---- words --------------------------------------------------------------- */

/* The place of a word in a list, from 0, or -1. */
static int
find_word(const char *const *words, struct cell text)
{
    for (int i = 0; words[i]; i++)
        if (cell_is(text, words[i]))
            return i;
    return -1;
}

static int
refuse_word(struct importer *importer, const struct schema_field *field,
            struct cell text)
{
    char complaint[400] = "is none of ";
    size_t used = strlen(complaint);

    for (int i = 0; field->words[i] && used < sizeof complaint - 40; i++)
        used += (size_t)snprintf(complaint + used, sizeof complaint - used,
                                 "%s%s", i ? ", " : "", field->words[i]);
    return value_refuse(importer->failure, text, complaint);
}

static int
set_enum(struct importer *importer, const struct schema_field *field,
         struct cell text, int64_t time)
{
    int word = find_word(field->words, text);

    (void)time;
    if (word < 0)
        return refuse_word(importer, field, text);
    *at(importer, field) = (char)(word + 1);
    return 0;
}

static int
set_flags(struct importer *importer, const struct schema_field *field,
          struct cell text, int64_t time)
{
    const char *end = text.bytes + text.size;
    unsigned flags = 0;

    (void)time;
    for (const char *p = text.bytes; p <= end;) {
        const char *bar = memchr(p, '|', (size_t)(end - p));
        struct cell word = {p, (size_t)((bar ? bar : end) - p)};
        int bit = find_word(field->words, word);

        if (bit < 0)
            return refuse_word(importer, field, word);
        flags |= 1U << bit;
        p += word.size + 1;
    }
    *at(importer, field) = (char)flags;
    return 0;
}

/* ---- texts --------------------------------------------------------------- */

static int
append(struct importer *importer, const struct schema_field *field,
       struct cell text)
{
    struct text place = {(uint16_t)importer->used, (uint16_t)text.size, 0};

    if (text.size > EVENT_MAX - importer->used)
        return value_refuse(importer->failure, text,
                            "is too long: an event has at most 65472 bytes");
    memcpy(at(importer, field), &place, sizeof place);
    memcpy(importer->event + importer->used, text.bytes, text.size);
    importer->used += text.size;
    return 0;
}

static int
set_text(struct importer *importer, const struct schema_field *field,
         struct cell text, int64_t time)
{
    (void)time;
    if (utf8_span(text.bytes, text.size) != text.size)
        return value_refuse(importer->failure, text, "is not UTF-8");
    return append(importer, field, text);
}

static int
set_code(struct importer *importer, const struct schema_field *field,
         struct cell text, int64_t time)
{
    struct code code = code_from_text(text.bytes, text.size);

    (void)time;
    if (code.word == 0)
        return value_refuse(importer->failure, text,
                            "is not a code: 1 to 8 letters or digits");
    memcpy(at(importer, field), &code, sizeof code);
    return 0;
}

static int
set_instrument(struct importer *importer, const struct schema_field *field,
               struct cell text, int64_t time)
{
    struct cell none = {"", 0};
    uint32_t id = import_instrument(importer, text, none, time);

    memcpy(at(importer, field), &id, sizeof id);
    return id ? 0 : -1;
}

int
value_data(struct importer *importer, struct cell text)
{
    size_t room = EVENT_MAX - importer->used;

    if (text.size % 16 != 0 || text.size / 2 > room)
        return value_refuse(importer->failure, text,
                            "is not a multiple of 8 bytes in hexadecimal, of "
                            "65456 bytes at most");
    for (size_t i = 0; i < text.size; i += 2) {
        int high = hex_value(text.bytes[i]);
        int low = hex_value(text.bytes[i + 1]);

        if (high < 0 || low < 0)
            return value_refuse(importer->failure, text, "is not hexadecimal");
        importer->event[importer->used++] = (char)(high << 4 | low);
    }
    return 0;
}

/* ---- ----------------------------------------------------------------------
 */

int
value_set(struct importer *importer, const struct schema_field *field,
          struct cell text, int64_t time)
{
    static int (*const setters[])(struct importer *,
                                  const struct schema_field *, struct cell,
                                  int64_t) = {
        [FIELD_PRICE] = set_decimal,
        [FIELD_QUANTITY] = set_decimal,
        [FIELD_RATIO] = set_decimal,
        [FIELD_AMOUNT] = set_amount,
        [FIELD_TIME] = set_time,
        [FIELD_DURATION] = set_duration,
        [FIELD_ID] = set_id,
        [FIELD_COUNT] = set_count,
        [FIELD_ENUM] = set_enum,
        [FIELD_FLAGS] = set_flags,
        [FIELD_TEXT] = set_text,
        [FIELD_CODE] = set_code,
        [FIELD_INSTRUMENT] = set_instrument,
    };

    return setters[field->kind](importer, field, text, time);
}
