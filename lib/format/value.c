#include "format/value.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/hex.h"
#include "base/interval.h"
#include "base/utf8.h"
#include "format/complaint.h"
#include "tape/frame.h"

_Static_assert(EVENT_MAX <= UINT16_MAX, "struct text has 16 bits for a place");
_Static_assert(EVENT_MAX == 65472, "messages name it");

static char *
at(const struct values *values, const struct schema_field *field)
{
    assert(field->offset + field->size <= EVENT_MAX);
    return values->event + field->offset;
}

/* ---- rules --------------------------------------------------------------- */

struct value_rules
value_rules_plain(void)
{
    return (struct value_rules){.numbers = {.point = '.', .round = -1}};
}

static bool
is_decimal(const struct schema_field *field)
{
    return field->kind == FIELD_PRICE || field->kind == FIELD_QUANTITY ||
           field->kind == FIELD_RATIO || field->kind == FIELD_AMOUNT;
}

void
value_rules_settle(struct value_rules *rules, const struct schema_type *type)
{
    const struct number_rules *numbers = &rules->numbers;
    bool all =
        numbers->point != '.' || numbers->thousands || numbers->round >= 0;

    rules->treated = 0;
    for (size_t i = 0; i < rules->word_count; i++) {
        assert(rules->words[i].slot < SLOTS_MAX);
        rules->treated |= UINT64_C(1) << rules->words[i].slot;
    }
    for (unsigned slot = 0; slot < slot_count(type); slot++) {
        const struct schema_field *field = slot_field(type, slot);

        if (field && is_decimal(field) && (all || rules->scales[slot]))
            rules->treated |= UINT64_C(1) << slot;
    }
}

/* Rewrites a text as the rules have it, in room if need be. */
static struct cell
treat(struct values *values, unsigned slot, const struct schema_field *field,
      struct cell text, char room[NUMBER_PLAIN_MAX])
{
    const struct value_rules *rules = values->rules;
    struct cell plain;
    bool rounded;

    for (size_t i = 0; i < rules->word_count; i++)
        if (rules->words[i].slot == slot &&
            cell_equal(rules->words[i].theirs, text))
            return rules->words[i].ours;
    if (!is_decimal(field) ||
        !number_plain(&rules->numbers, rules->scales[slot], text, room, &plain,
                      &rounded))
        return text;
    values->rounded += rounded;
    return plain;
}

/* ---- numbers ------------------------------------------------------------- */

/* "1.5e-7" as "0.00000015".  False when it has no exponent. */
static bool
without_exponent(struct cell text, char plain[NUMBER_PLAIN_MAX],
                 struct cell *result)
{
    static const struct number_rules rules = {.point = '.', .round = -1};
    bool rounded;

    return number_plain(&rules, 0, text, plain, result, &rounded);
}

/* Says what to do about a number that has too many places. */
static int
refuse_number(struct values *values, struct cell text,
              enum decimal_result result)
{
    refuse(values->failure, text, decimal_complaint(result));
    if (result == DECIMAL_PRECISION && values->rules->one_type)
        return fail_hint(values->failure,
                         "--round 8 rounds it, --scale FIELD=1000 multiplies "
                         "it");
    if (result == DECIMAL_RANGE && values->rules->one_type)
        return fail_hint(values->failure,
                         "--scale FIELD=0.001 counts in thousands");
    return -1;
}

/* A decimal that is not plain: with an exponent, or wrong. */
static __attribute__((noinline)) int
set_other_decimal(struct values *values, struct cell text,
                  enum decimal_result result, int64_t *value)
{
    char plain[NUMBER_PLAIN_MAX];
    struct cell other;

    if (result == DECIMAL_SYNTAX && without_exponent(text, plain, &other))
        result = decimal_parse(other.bytes, other.size, value);
    return result == DECIMAL_OK ? 0 : refuse_number(values, text, result);
}

static int
set_decimal(struct values *values, const struct schema_field *field,
            struct cell text, int64_t time)
{
    int64_t *value = (int64_t *)(void *)at(values, field);
    enum decimal_result result = decimal_parse(text.bytes, text.size, value);

    (void)time;
    if (__builtin_expect(result == DECIMAL_OK, 1))
        return 0;
    return set_other_decimal(values, text, result, value);
}

static int
set_amount(struct values *values, const struct schema_field *field,
           struct cell text, int64_t time)
{
    i128 value = 0;
    enum decimal_result result = amount_parse(text.bytes, text.size, &value);
    struct amount amount;
    char plain[NUMBER_PLAIN_MAX];
    struct cell other;

    (void)time;
    if (result == DECIMAL_SYNTAX && without_exponent(text, plain, &other))
        result = amount_parse(other.bytes, other.size, &value);
    if (result != DECIMAL_OK)
        return refuse_number(values, text, result);
    amount = amount_of(value);
    memcpy(at(values, field), &amount, sizeof amount);
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
set_count(struct values *values, const struct schema_field *field,
          struct cell text, int64_t time)
{
    uint64_t max = field->size == 4 ? UINT32_MAX : UINT64_MAX, value;

    (void)time;
    if (!unsigned_parse(text, max, &value))
        return refuse(values->failure, text,
                      field->size == 4 ? "is not a whole number below 2^32"
                                       : "is not a whole number below 2^64");
    memcpy(at(values, field), &value, field->size);
    return 0;
}

/* Accounts that the ledger keeps for itself, in what comes from outside. */
static int
check_account(struct values *values, struct cell text)
{
    const struct event *event = (const struct event *)(void *)values->event;
    static const uint16_t inputs[] = {EVENT_ORDER, EVENT_MODIFY,  EVENT_CANCEL,
                                      EVENT_TRADE, EVENT_ACCOUNT, EVENT_CASH,
                                      EVENT_HOLD};

    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        if (event->type == inputs[i])
            return refuse(values->failure, text,
                          "is reserved: accounts that begin with @ are the "
                          "ledger's own");
    return 0;
}

/* An id that is no plain number. */
static int
find_id(struct values *values, const struct schema_field *field,
        struct cell text, int64_t time, uint64_t *id)
{
    if (field->id_kind == ID_ACCOUNT && text.bytes[0] == '@' &&
        check_account(values, text) != 0)
        return -1;
    if (!values->ahead)
        return intern_id(values->intern, field->id_kind, text, time, id);
    return intern_find_id(values->intern, field->id_kind, text, values->scratch,
                          id)
               ? 0
               : -1;
}

static int
set_id(struct values *values, const struct schema_field *field,
       struct cell text, int64_t time)
{
    uint64_t id;

    if (field->id_kind == 0)
        return set_count(values, field, text, time);
    if (!name_number(text.bytes, text.size, &id) &&
        find_id(values, field, text, time, &id) != 0)
        return -1;
    memcpy(at(values, field), &id, sizeof id);
    return 0;
}

/* ---- times --------------------------------------------------------------- */

int
value_time(struct values *values, struct cell text, int64_t *time)
{
    return time_text_parse(&values->rules->times, text, time, values->failure);
}

static int
set_time(struct values *values, const struct schema_field *field,
         struct cell text, int64_t time)
{
    (void)time;
    return value_time(values, text, (int64_t *)(void *)at(values, field));
}

/* As duration_parse, and 0s, and a sign. */
static int
set_duration(struct values *values, const struct schema_field *field,
             struct cell text, int64_t time)
{
    bool negative = text.bytes[0] == '-';
    int64_t ns;

    (void)time;
    if (cell_is(text, "0s"))
        ns = 0;
    else if (!duration_parse(text.bytes + negative, text.size - negative, &ns))
        return refuse(values->failure, text,
                      "is not a duration, like 1h30m or 500ms");
    if (negative)
        ns = -ns;
    memcpy(at(values, field), &ns, sizeof ns);
    return 0;
}

static int
set_interval(struct values *values, const struct schema_field *field,
             struct cell text, int64_t time)
{
    int64_t interval;

    if (!interval_parse(text.bytes, text.size, &interval))
        return set_duration(values, field, text, time);
    memcpy(at(values, field), &interval, sizeof interval);
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
refuse_word(struct values *values, const struct schema_field *field,
            struct cell text)
{
    char complaint[400] = "is not one of ";
    size_t used = strlen(complaint);

    for (int i = 0; field->words[i] && used < sizeof complaint - 40; i++)
        used += (size_t)snprintf(complaint + used, sizeof complaint - used,
                                 "%s%s", i ? ", " : "", field->words[i]);
    refuse(values->failure, text, complaint);
    if (values->rules->one_type)
        fail_hint(values->failure, "--word says what a word means");
    return -1;
}

static int
set_enum(struct values *values, const struct schema_field *field,
         struct cell text, int64_t time)
{
    int word = find_word(field->words, text);

    (void)time;
    if (word < 0)
        return refuse_word(values, field, text);
    *at(values, field) = (char)(word + 1);
    return 0;
}

static int
set_flags(struct values *values, const struct schema_field *field,
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
            return refuse_word(values, field, word);
        flags |= 1U << bit;
        p += word.size + 1;
    }
    *at(values, field) = (char)flags;
    return 0;
}

/* ---- texts --------------------------------------------------------------- */

static int
append(struct values *values, const struct schema_field *field,
       struct cell text)
{
    struct text place = {(uint16_t)values->used, (uint16_t)text.size, 0};

    assert(values->used <= EVENT_MAX);
    if (text.size > EVENT_MAX - values->used)
        return refuse(values->failure, text,
                      "is too long: an event has at most 65472 bytes");
    memcpy(at(values, field), &place, sizeof place);
    memcpy(values->event + values->used, text.bytes, text.size);
    values->used += text.size;
    return 0;
}

static int
set_text(struct values *values, const struct schema_field *field,
         struct cell text, int64_t time)
{
    (void)time;
    if (utf8_span(text.bytes, text.size) != text.size)
        return refuse(values->failure, text, "is not UTF-8");
    return append(values, field, text);
}

static int
set_code(struct values *values, const struct schema_field *field,
         struct cell text, int64_t time)
{
    struct code code = code_from_text(text.bytes, text.size);

    (void)time;
    if (code.word == 0)
        return refuse(values->failure, text,
                      "is not a code: 1 to 8 letters or digits");
    memcpy(at(values, field), &code, sizeof code);
    return 0;
}

static int
set_instrument(struct values *values, const struct schema_field *field,
               struct cell text, int64_t time)
{
    struct cell none = {"", 0};
    uint32_t id = values->ahead
                      ? intern_find_instrument(values->intern, text, none,
                                               values->scratch)
                      : intern_instrument(values->intern, text, none, time);

    memcpy(at(values, field), &id, sizeof id);
    return id ? 0 : -1;
}

int
value_data(struct values *values, struct cell text)
{
    size_t room = EVENT_MAX - values->used;

    if (text.size % 16 != 0 || text.size / 2 > room)
        return refuse(values->failure, text,
                      "is not a multiple of 8 bytes in hexadecimal, of "
                      "65456 bytes at most");
    for (size_t i = 0; i < text.size; i += 2) {
        int high = hex_value(text.bytes[i]);
        int low = hex_value(text.bytes[i + 1]);

        if (high < 0 || low < 0)
            return refuse(values->failure, text, "is not hexadecimal");
        values->event[values->used++] = (char)(high << 4 | low);
    }
    return 0;
}

/* ---- any value ----------------------------------------------------------- */

int (*const value_setters[])(struct values *, const struct schema_field *,
                             struct cell, int64_t) = {
    [FIELD_PRICE] = set_decimal,     [FIELD_QUANTITY] = set_decimal,
    [FIELD_RATIO] = set_decimal,     [FIELD_AMOUNT] = set_amount,
    [FIELD_TIME] = set_time,         [FIELD_DURATION] = set_duration,
    [FIELD_INTERVAL] = set_interval, [FIELD_ID] = set_id,
    [FIELD_COUNT] = set_count,       [FIELD_ENUM] = set_enum,
    [FIELD_FLAGS] = set_flags,       [FIELD_TEXT] = set_text,
    [FIELD_CODE] = set_code,         [FIELD_INSTRUMENT] = set_instrument,
};

int
value_set_treated(struct values *values, unsigned slot,
                  const struct schema_field *field, struct cell text,
                  int64_t time)
{
    char room[NUMBER_PLAIN_MAX];

    text = treat(values, slot, field, text, room);
    return text.size ? value_setters[field->kind](values, field, text, time)
                     : 0;
}
