/* The numbers are the field ids and values of parquet.thrift. */
#include "parquet/schema.h"

#include <assert.h>
#include <string.h>

#define CONVERTED_UTF8       0
#define CONVERTED_ENUM       4
#define CONVERTED_DECIMAL    5
#define CONVERTED_DATE       6
#define CONVERTED_DAY_MILLIS 7
#define CONVERTED_DAY_MICROS 8
#define CONVERTED_MILLIS     9
#define CONVERTED_MICROS     10
#define CONVERTED_UINT_8     11
#define CONVERTED_UINT_64    14
#define CONVERTED_INT_8      15
#define CONVERTED_INT_64     18
#define CONVERTED_JSON       19
#define INT96_BYTES          12
#define REPEATED             2 /* a FieldRepetitionType */

/* TimestampType or TimeType: whether it is UTC, and its unit, for which the
 * logical types are given. */
static enum parquet_logical
get_time(struct thrift_reader *reader, struct parquet_column *column,
         const enum parquet_logical units[3])
{
    enum parquet_logical logical = PARQUET_OTHER;

    thrift_enter(reader);
    column->local = true;
    while (thrift_next(reader)) {
        if (reader->id == 1) {
            column->local = !thrift_bool(reader);
            continue;
        }
        if (reader->id != 2 || reader->type != THRIFT_STRUCT) {
            thrift_skip(reader);
            continue;
        }
        thrift_enter(reader);
        while (thrift_next(reader)) {
            if (reader->id >= 1 && reader->id <= 3)
                logical = units[reader->id - 1];
            thrift_skip(reader);
        }
    }
    return logical;
}

static enum parquet_logical
get_integer(struct thrift_reader *reader)
{
    bool is_signed = true;

    thrift_enter(reader);
    while (thrift_next(reader)) {
        if (reader->id == 2)
            is_signed = thrift_bool(reader);
        else
            thrift_skip(reader);
    }
    return is_signed ? PARQUET_PLAIN_VALUE : PARQUET_UNSIGNED;
}

static void
get_decimal(struct thrift_reader *reader, struct parquet_column *column)
{
    thrift_enter(reader);
    while (thrift_next(reader)) {
        if (reader->id == 1)
            column->scale = (uint8_t)thrift_int_in(reader, 0, 76);
        else if (reader->id == 2)
            column->precision = (uint8_t)thrift_int_in(reader, 0, 76);
        else
            thrift_skip(reader);
    }
}

/* A logical type that has no parameters; by the field id in LogicalType. */
static enum parquet_logical
simple_logical(int16_t id)
{
    switch (id) {
    case 1: /* STRING */
    case 4: /* ENUM */
    case 12: /* JSON */ return PARQUET_STRING;
    case 6: return PARQUET_DATE;
    case 11: return PARQUET_PLAIN_VALUE; /* UNKNOWN: always null */
    case 14: return PARQUET_UUID;
    case 15: return PARQUET_FLOAT16;
    default: return PARQUET_OTHER;
    }
}

static void
get_logical(struct thrift_reader *reader, struct parquet_column *column)
{
    static const enum parquet_logical days[] = {
        PARQUET_DAY_MILLIS, PARQUET_DAY_MICROS, PARQUET_DAY_NANOS};
    static const enum parquet_logical times[] = {
        PARQUET_TIME_MILLIS, PARQUET_TIME_MICROS, PARQUET_TIME_NANOS};

    thrift_enter(reader);
    column->logical = PARQUET_OTHER;
    while (thrift_next(reader)) {
        if (reader->type != THRIFT_STRUCT) {
            thrift_skip(reader);
        } else if (reader->id == 5) {
            column->logical = PARQUET_DECIMAL;
            get_decimal(reader, column);
        } else if (reader->id == 7) {
            column->logical = get_time(reader, column, days);
        } else if (reader->id == 8) {
            column->logical = get_time(reader, column, times);
        } else if (reader->id == 10) {
            column->logical = get_integer(reader);
        } else {
            column->logical = simple_logical(reader->id);
            thrift_skip(reader);
        }
    }
}

static enum parquet_logical
logical_of_converted(int64_t converted)
{
    if (converted >= CONVERTED_UINT_8 && converted <= CONVERTED_UINT_64)
        return PARQUET_UNSIGNED;
    if (converted >= CONVERTED_INT_8 && converted <= CONVERTED_INT_64)
        return PARQUET_PLAIN_VALUE;
    switch (converted) {
    case CONVERTED_UTF8:
    case CONVERTED_ENUM:
    case CONVERTED_JSON: return PARQUET_STRING;
    case CONVERTED_DATE: return PARQUET_DATE;
    case CONVERTED_DAY_MILLIS: return PARQUET_DAY_MILLIS;
    case CONVERTED_DAY_MICROS: return PARQUET_DAY_MICROS;
    case CONVERTED_DECIMAL: return PARQUET_DECIMAL;
    case CONVERTED_MILLIS: return PARQUET_TIME_MILLIS;
    case CONVERTED_MICROS: return PARQUET_TIME_MICROS;
    default: return PARQUET_OTHER;
    }
}

static void
get_name(struct thrift_reader *reader, struct parquet_column *column)
{
    size_t size;
    const unsigned char *bytes = thrift_binary(reader, &size);

    if (size >= sizeof column->name || memchr(bytes, '\0', size))
        size = 0; /* not ours; refused when it is looked for */
    memcpy(column->name, bytes, size);
    column->name[size] = '\0';
}

/* A SchemaElement; *children of a group. */
static void
get_column(struct thrift_reader *reader, struct parquet_column *column,
           int64_t *children)
{
    bool logical = false, physical = false;

    memset(column, 0, sizeof *column);
    *children = 0;
    thrift_enter(reader);
    while (thrift_next(reader)) {
        switch (reader->id) {
        case 1:
            column->physical = (enum parquet_physical)thrift_int_in(
                reader, PARQUET_BOOLEAN, PARQUET_FIXED);
            physical = true;
            break;
        case 2:
            column->length = (uint16_t)thrift_int_in(reader, 0, UINT16_MAX);
            break;
        case 3: {
            int64_t repetition = thrift_int_in(reader, 0, REPEATED);

            column->optional = repetition != 0;
            column->nested = repetition == REPEATED;
            break;
        }
        case 4: get_name(reader, column); break;
        case 5: *children = thrift_int(reader); break;
        case 6: {
            int64_t converted = thrift_int(reader);

            if (!logical)
                column->logical = logical_of_converted(converted);
            break;
        }
        case 7: column->scale = (uint8_t)thrift_int_in(reader, 0, 76); break;
        case 8:
            column->precision = (uint8_t)thrift_int_in(reader, 0, 76);
            break;
        case 10:
            if (reader->type == THRIFT_STRUCT) {
                get_logical(reader, column);
                logical = true;
                break;
            }
            thrift_skip(reader);
            break;
        default: thrift_skip(reader);
        }
    }
    if ((!physical && *children == 0) || *children < 0)
        reader->bad = true;
    if (column->physical == PARQUET_INT96)
        column->length = INT96_BYTES;
}

/* The next field of the root, count elements at most: a column, or all that are
 * below a group.  How many elements that were. */
static size_t
get_field(struct thrift_reader *reader, struct parquet_footer *footer,
          size_t count)
{
    struct parquet_column *column = &footer->columns[footer->column_count];
    struct parquet_column field;
    int64_t children, open;
    size_t taken = 1;

    get_column(reader, &field, &open);
    if (open == 0) {
        *column = field;
        footer->column_count++;
        return taken;
    }
    for (; open > 0 && !reader->bad; open--, taken++) {
        if (taken == count || open > (int64_t)count) {
            reader->bad = true;
            break;
        }
        column = &footer->columns[footer->column_count];
        get_column(reader, column, &children);
        open += children;
        if (children)
            continue;
        memcpy(column->name, field.name, sizeof field.name);
        column->nested = true;
        footer->column_count++;
    }
    return taken;
}

int
parquet_schema_parse(struct thrift_reader *reader,
                     struct parquet_footer *footer, struct failure *failure)
{
    size_t count = thrift_list(reader, THRIFT_STRUCT);
    struct parquet_column root;
    int64_t fields;

    if (count < 1 || reader->bad)
        return fail(failure, FAILURE_DATA, "its schema is damaged");
    if (count > PARQUET_LEAVES_MAX)
        return fail(failure, FAILURE_DATA,
                    "its schema has %zu fields; this program reads %d", count,
                    PARQUET_LEAVES_MAX);
    get_column(reader, &root, &fields);
    footer->columns = allocate(failure, count, sizeof *footer->columns);
    if (!footer->columns)
        return -1;
    for (count--; fields > 0 && count > 0 && !reader->bad; fields--)
        count -= get_field(reader, footer, count);
    if (fields != 0 || count != 0)
        return fail(failure, FAILURE_DATA, "its schema is damaged");
    return 0;
}
