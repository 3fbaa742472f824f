#include "format/parquet_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/binary_float.h"
#include "base/clock.h"
#include "base/decimal.h"
#include "base/digits.h"

#define SECONDS_PER_DAY 86400
#define JULIAN_1970     2440588 /* the day of 1970-01-01 */
#define NANOS_DIGITS    9
#define DECIMAL_PLACES  38

/* How a column's values become text; what word is depends on the column. */
typedef int put_text(const struct parquet_column *column, uint64_t word,
                     char *room, size_t *size, struct failure *failure);

/* ---- times --------------------------------------------------------------- */

static size_t
put_fraction(char *room, int64_t nanos)
{
    size_t size = NANOS_DIGITS + 1;

    assert(nanos >= 0 && nanos < NS_PER_SECOND);
    if (nanos == 0)
        return 0;
    room[0] = '.';
    for (size_t i = NANOS_DIGITS; i > 0; i--, nanos /= 10)
        room[i] = (char)('0' + nanos % 10);
    while (room[size - 1] == '0')
        size--;
    return size;
}

static size_t
put_clock(char *room, int64_t second, int64_t nanos)
{
    assert(second >= 0 && second < SECONDS_PER_DAY);
    digits_put2(room, (uint32_t)(second / 3600));
    digits_put2(room + 3, (uint32_t)(second / 60 % 60));
    digits_put2(room + 6, (uint32_t)(second % 60));
    room[2] = room[5] = ':';
    return 8 + put_fraction(room + 8, nanos);
}

static size_t
put_date(char *room, int64_t days)
{
    int year, month, day;

    civil_from_days(days, &year, &month, &day);
    return (size_t)snprintf(room, PARQUET_TEXT_MAX / 2, "%04d-%02d-%02d", year,
                            month, day);
}

/* count of so many in a second, since 1970. */
static size_t
put_time(const struct parquet_column *column, int64_t count, int64_t per_second,
         char *room)
{
    int64_t second = count / per_second, part = count % per_second, day;
    size_t size;

    if (part < 0) {
        part += per_second;
        second--;
    }
    day = second / SECONDS_PER_DAY - (second % SECONDS_PER_DAY < 0);
    size = put_date(room, day);
    room[size++] = 'T';
    size += put_clock(room + size, second - day * SECONDS_PER_DAY,
                      part * (NS_PER_SECOND / per_second));
    if (!column->local)
        room[size++] = 'Z';
    return size;
}

static int64_t
units_per_second(enum parquet_logical logical)
{
    switch (logical) {
    case PARQUET_DAY_MILLIS:
    case PARQUET_TIME_MILLIS: return 1000;
    case PARQUET_DAY_MICROS:
    case PARQUET_TIME_MICROS: return 1000000;
    default: return NS_PER_SECOND;
    }
}

static int
put_timestamp(const struct parquet_column *column, uint64_t word, char *room,
              size_t *size, struct failure *failure)
{
    int64_t per_second = units_per_second(column->logical), ns;

    if (!__builtin_mul_overflow((int64_t)word, NS_PER_SECOND / per_second,
                                &ns) &&
        ns != TIME_NULL) {
        *size = time_format(ns, room) - column->local; /* without the Z */
        return 0;
    }
    /* so that years have no more than five digits and no sign */
    if ((int64_t)word / per_second > INT64_C(3000000000000) ||
        (int64_t)word / per_second < INT64_C(-62167219200))
        return fail(failure, FAILURE_DATA,
                    "%" PRId64 " is a time that cannot be", (int64_t)word);
    *size = put_time(column, (int64_t)word, per_second, room);
    return 0;
}

static int
put_day(const struct parquet_column *column, uint64_t word, char *room,
        size_t *size, struct failure *failure)
{
    (void)column;
    if ((int64_t)word > 36500000 || (int64_t)word < -719528)
        return fail(failure, FAILURE_DATA,
                    "%" PRId64 " is a date that cannot be", (int64_t)word);
    *size = put_date(room, (int64_t)word);
    return 0;
}

static int
put_time_of_day(const struct parquet_column *column, uint64_t word, char *room,
                size_t *size, struct failure *failure)
{
    uint64_t per_second = (uint64_t)units_per_second(column->logical);

    if (word / per_second >= SECONDS_PER_DAY)
        return fail(failure, FAILURE_DATA, "%" PRId64 " is not a time of day",
                    (int64_t)word);
    *size = put_clock(
        room, (int64_t)(word / per_second),
        (int64_t)(word % per_second * ((uint64_t)NS_PER_SECOND / per_second)));
    return 0;
}

/* ---- numbers ------------------------------------------------------------- */

static int
put_integer(const struct parquet_column *column, uint64_t word, char *room,
            size_t *size, struct failure *failure)
{
    bool negative = column->logical != PARQUET_UNSIGNED && (int64_t)word < 0;

    (void)failure;
    room[0] = '-';
    *size = negative + digits_format(negative ? -word : word, room + negative);
    return 0;
}

static int
put_bool(const struct parquet_column *column, uint64_t word, char *room,
         size_t *size, struct failure *failure)
{
    (void)column;
    (void)failure;
    *size = word ? 4 : 5;
    memcpy(room, word ? "true" : "false", *size);
    return 0;
}

static int
put_binary64(const struct parquet_column *column, uint64_t word, char *room,
             size_t *size, struct failure *failure)
{
    (void)column;
    (void)failure;
    *size = binary64_format(word, room);
    return 0;
}

static int
put_binary32(const struct parquet_column *column, uint64_t word, char *room,
             size_t *size, struct failure *failure)
{
    (void)column;
    (void)failure;
    *size = binary32_format((uint32_t)word, room);
    return 0;
}

/* value / 10^scale, without zeros at the end. */
static size_t
put_scaled(i128 value, unsigned scale, char *room)
{
    char digits[DECIMAL_PLACES + 2];
    u128 rest = value < 0 ? -(u128)value : (u128)value;
    size_t count = 0, size = 0;

    while (scale > 0 && rest % 10 == 0) {
        rest /= 10;
        scale--;
    }
    for (; rest || count <= scale; rest /= 10)
        digits[count++] = (char)('0' + (int)(rest % 10));
    assert(count <= sizeof digits);
    if (value < 0)
        room[size++] = '-';
    while (count > 0) {
        if (count == scale)
            room[size++] = '.';
        room[size++] = digits[--count];
    }
    return size;
}

static int
put_word_decimal(const struct parquet_column *column, uint64_t word, char *room,
                 size_t *size, struct failure *failure)
{
    (void)failure;
    *size = put_scaled((int64_t)word, column->scale, room);
    return 0;
}

/* ---- bytes --------------------------------------------------------------- */

/* Two's complement, the high byte first. */
static int
put_bytes_decimal(const struct parquet_column *column, struct parquet_text text,
                  char *room, size_t *size, struct failure *failure)
{
    const unsigned char *at = text.bytes, *end = at + text.size;
    unsigned char sign = text.size && *at & 0x80 ? 0xff : 0;
    u128 value = sign ? ~(u128)0 : 0;

    while (end - at > (long)sizeof value && *at == sign)
        at++;
    if (end - at > (long)sizeof value ||
        (end - at == (long)sizeof value && (*at & 0x80) != (sign & 0x80)))
        return fail(failure, FAILURE_DATA, "a decimal of more than 38 digits");
    for (; at < end; at++)
        value = value << 8 | *at;
    *size = put_scaled((i128)value, column->scale, room);
    return 0;
}

/* Nanoseconds of the day, then its Julian number. */
static int
put_int96(struct parquet_text text, char *room, size_t *size,
          struct failure *failure)
{
    const struct parquet_column utc = {.local = false};
    uint64_t nanos;
    uint32_t julian;
    int64_t days, second;

    assert(text.size == sizeof nanos + sizeof julian);
    memcpy(&nanos, text.bytes, sizeof nanos);
    memcpy(&julian, text.bytes + sizeof nanos, sizeof julian);
    days = (int64_t)julian - JULIAN_1970;
    if (nanos > (uint64_t)NS_PER_DAY || days < -719528 || days > 36500000)
        return fail(failure, FAILURE_DATA, "an INT96 that is not a time");
    second = days * SECONDS_PER_DAY + (int64_t)nanos / NS_PER_SECOND;
    *size = put_time(&utc, second, 1, room) - 1;
    *size += put_fraction(room + *size, (int64_t)nanos % NS_PER_SECOND);
    room[(*size)++] = 'Z';
    return 0;
}

static int
put_uuid(struct parquet_text text, char *room, size_t *size,
         struct failure *failure)
{
    size_t used = 0;

    if (text.size != 16)
        return fail(failure, FAILURE_DATA, "a UUID of %" PRIu32 " bytes",
                    text.size);
    for (unsigned i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            room[used++] = '-';
        snprintf(room + used, 3, "%02x", text.bytes[i]);
        used += 2;
    }
    *size = used;
    return 0;
}

static int
put_binary16(struct parquet_text text, char *room, size_t *size,
             struct failure *failure)
{
    uint16_t bits;

    if (text.size != sizeof bits)
        return fail(failure, FAILURE_DATA, "a FLOAT16 of %" PRIu32 " bytes",
                    text.size);
    memcpy(&bits, text.bytes, sizeof bits);
    *size = binary16_format(bits, room);
    return 0;
}

/* ---- which --------------------------------------------------------------- */

static put_text *
method(const struct parquet_column *column)
{
    switch (column->physical) {
    case PARQUET_BOOLEAN: return put_bool;
    case PARQUET_FLOAT: return put_binary32;
    case PARQUET_DOUBLE: return put_binary64;
    default: break;
    }
    switch (column->logical) {
    case PARQUET_DECIMAL: return put_word_decimal;
    case PARQUET_DATE: return put_day;
    case PARQUET_TIME_MILLIS:
    case PARQUET_TIME_MICROS:
    case PARQUET_TIME_NANOS: return put_timestamp;
    case PARQUET_DAY_MILLIS:
    case PARQUET_DAY_MICROS:
    case PARQUET_DAY_NANOS: return put_time_of_day;
    default: return put_integer;
    }
}

static bool
is_bytes(const struct parquet_column *column)
{
    return column->physical == PARQUET_BYTE_ARRAY ||
           column->physical == PARQUET_FIXED ||
           column->physical == PARQUET_INT96;
}

int
parquet_text_check(const struct parquet_column *column, struct failure *failure)
{
    if (column->nested)
        return fail(failure, FAILURE_DATA,
                    "it is nested, which this program cannot read");
    if (column->logical == PARQUET_DECIMAL && column->scale > DECIMAL_PLACES)
        return fail(failure, FAILURE_DATA, "a decimal of %u places",
                    column->scale);
    if (column->physical == PARQUET_FIXED && column->logical == PARQUET_OTHER)
        return fail(failure, FAILURE_DATA,
                    "it is of a type that this program cannot read");
    return 0;
}

int
parquet_text(const struct parquet_column *column,
             const struct parquet_values *values, uint32_t row,
             char room[PARQUET_TEXT_MAX], struct cell *cell,
             struct failure *failure)
{
    struct parquet_text text;
    uint64_t word;

    assert(row < values->count);
    *cell = (struct cell){room, 0};
    if (values->nulls == values->count || !values->valid[row])
        return 0;
    word = values->words[row];
    if (!is_bytes(column))
        return method(column)(column, word, room, &cell->size, failure);
    assert(word < values->table_count);
    text = values->table[word];
    if (column->physical == PARQUET_INT96)
        return put_int96(text, room, &cell->size, failure);
    if (column->logical == PARQUET_DECIMAL)
        return put_bytes_decimal(column, text, room, &cell->size, failure);
    if (column->logical == PARQUET_FLOAT16)
        return put_binary16(text, room, &cell->size, failure);
    if (column->logical == PARQUET_UUID)
        return put_uuid(text, room, &cell->size, failure);
    *cell = (struct cell){(const char *)text.bytes, text.size};
    return 0;
}
