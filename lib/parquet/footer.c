/* The footer in memory, and FileMetaData read from Thrift.  The numbers are
 * the field ids of parquet.thrift. */
#include "parquet/parquet.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parquet/thrift.h"

#define CONVERTED_UTF8    0
#define CONVERTED_DECIMAL 5
#define CONVERTED_MILLIS  9
#define CONVERTED_MICROS  10
#define CONVERTED_UINT_8  11
#define CONVERTED_UINT_64 14
#define CONVERTED_INT_8   15
#define CONVERTED_INT_64  18

void
parquet_footer_free(struct parquet_footer *footer)
{
    for (uint32_t i = 0; i < footer->group_count; i++)
        free(footer->groups[i].chunks);
    for (uint32_t i = 0; i < footer->pair_count; i++) {
        free(footer->pairs[i].key);
        free(footer->pairs[i].value);
    }
    free(footer->groups);
    free(footer->pairs);
    free(footer->created_by);
    memset(footer, 0, sizeof *footer);
}

const char *
parquet_footer_get(const struct parquet_footer *footer, const char *key)
{
    for (uint32_t i = 0; i < footer->pair_count; i++)
        if (strcmp(footer->pairs[i].key, key) == 0)
            return footer->pairs[i].value;
    return NULL;
}

int
parquet_footer_column(const struct parquet_footer *footer, const char *name)
{
    for (unsigned i = 0; i < footer->column_count; i++)
        if (strcmp(footer->columns[i].name, name) == 0)
            return (int)i;
    return -1;
}

static int
add_pair(struct parquet_footer *footer, char *key, char *value,
         struct failure *failure)
{
    struct parquet_pair *pairs =
        reallocarray(footer->pairs, footer->pair_count + 1UL, sizeof *pairs);

    if (pairs)
        footer->pairs = pairs;
    if (!pairs || !key || !value) {
        free(key);
        free(value);
        return fail_memory(failure);
    }
    pairs[footer->pair_count++] = (struct parquet_pair){key, value};
    return 0;
}

int
parquet_footer_add(struct parquet_footer *footer, const char *key,
                   const char *value, struct failure *failure)
{
    return add_pair(footer, strdup(key), strdup(value), failure);
}

int64_t
parquet_chunk_start(const struct parquet_chunk *chunk)
{
    return chunk->dictionary_offset &&
                   chunk->dictionary_offset < chunk->data_offset
               ? chunk->dictionary_offset
               : chunk->data_offset;
}

/* ---- reading ------------------------------------------------------------ */

static char *
copy_text(struct thrift_reader *reader)
{
    size_t size;
    const unsigned char *bytes = thrift_binary(reader, &size);

    if (memchr(bytes, '\0', size))
        reader->bad = true;
    return strndup((const char *)bytes, size);
}

/* TimestampType and its unit, for a column so far known as physical. */
static enum parquet_logical
get_timestamp(struct thrift_reader *reader)
{
    enum parquet_logical logical = PARQUET_OTHER;

    thrift_enter(reader);
    while (thrift_next(reader)) {
        if (reader->id != 2 || reader->type != THRIFT_STRUCT) {
            thrift_skip(reader);
            continue;
        }
        thrift_enter(reader);
        while (thrift_next(reader)) {
            static const enum parquet_logical units[] = {
                PARQUET_OTHER, PARQUET_TIME_MILLIS, PARQUET_TIME_MICROS,
                PARQUET_TIME_NANOS};

            if (reader->id >= 1 && reader->id <= 3)
                logical = units[reader->id];
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

static void
get_logical(struct thrift_reader *reader, struct parquet_column *column)
{
    thrift_enter(reader);
    column->logical = PARQUET_OTHER;
    while (thrift_next(reader)) {
        if (reader->type != THRIFT_STRUCT) {
            thrift_skip(reader);
        } else if (reader->id == 5) {
            column->logical = PARQUET_DECIMAL;
            get_decimal(reader, column);
        } else if (reader->id == 8) {
            column->logical = get_timestamp(reader);
        } else if (reader->id == 10) {
            column->logical = get_integer(reader);
        } else {
            if (reader->id == 1)
                column->logical = PARQUET_STRING;
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
    case CONVERTED_UTF8: return PARQUET_STRING;
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
        size = 0; /* none of ours; refused when it is looked for */
    memcpy(column->name, bytes, size);
    column->name[size] = '\0';
}

/* A SchemaElement; *children of a group. Nested columns are refused. */
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
        case 3: column->optional = thrift_int_in(reader, 0, 2) != 0; break;
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
    if (!physical && *children == 0)
        reader->bad = true;
}

static int
get_schema(struct thrift_reader *reader, struct parquet_footer *footer,
           struct failure *failure)
{
    size_t count = thrift_list(reader, THRIFT_STRUCT);
    struct parquet_column root;
    int64_t children;

    if (count < 1 || reader->bad)
        return fail(failure, FAILURE_DATA, "its schema is damaged");
    if (count - 1 > PARQUET_COLUMNS_MAX)
        return fail(failure, FAILURE_DATA,
                    "it has %zu columns; no event has more than %d", count - 1,
                    PARQUET_COLUMNS_MAX);
    get_column(reader, &root, &children);
    if (children != (int64_t)count - 1)
        return fail(failure, FAILURE_DATA,
                    "its schema is damaged, or its columns are nested");
    for (size_t i = 0; i + 1 < count; i++) {
        get_column(reader, &footer->columns[i], &children);
        if (children != 0)
            return fail(failure, FAILURE_DATA,
                        "column '%s' is nested, which this program cannot "
                        "read",
                        footer->columns[i].name);
    }
    footer->column_count = (unsigned)(count - 1);
    return 0;
}

static void
get_bound(struct thrift_reader *reader, unsigned char *bound, uint8_t *size,
          unsigned *found)
{
    size_t length;
    const unsigned char *bytes = thrift_binary(reader, &length);

    if (length > PARQUET_FLBA_MAX)
        return;
    memcpy(bound, bytes, length);
    *size = (uint8_t)length;
    ++*found;
}

static void
get_stats(struct thrift_reader *reader, struct parquet_stats *stats)
{
    unsigned found = 0;

    thrift_enter(reader);
    while (thrift_next(reader)) {
        switch (reader->id) {
        case 3:
            stats->nulls = thrift_int(reader);
            stats->has_nulls = true;
            break;
        case 5: get_bound(reader, stats->max, &stats->max_size, &found); break;
        case 6: get_bound(reader, stats->min, &stats->min_size, &found); break;
        default: thrift_skip(reader);
        }
    }
    stats->has_bounds = found == 2;
}

static uint32_t
get_encodings(struct thrift_reader *reader)
{
    size_t count = thrift_list(reader, THRIFT_I32);
    uint32_t encodings = 0;

    for (size_t i = 0; i < count && !reader->bad; i++) {
        int64_t encoding = thrift_next_int(reader);

        if (encoding >= 0 && encoding < 32)
            encodings |= UINT32_C(1) << encoding;
    }
    return encodings;
}

static void
get_chunk_data(struct thrift_reader *reader, struct parquet_chunk *chunk,
               const struct parquet_column *column)
{
    thrift_enter(reader);
    while (thrift_next(reader)) {
        switch (reader->id) {
        case 1:
            if (thrift_int(reader) != (int64_t)column->physical)
                reader->bad = true;
            break;
        case 2: chunk->encodings = get_encodings(reader); break;
        case 4:
            chunk->codec = (enum parquet_codec)thrift_int_in(reader, 0, 255);
            break;
        case 5: chunk->values = thrift_int(reader); break;
        case 6: chunk->plain_size = thrift_int(reader); break;
        case 7: chunk->size = thrift_int(reader); break;
        case 9: chunk->data_offset = thrift_int(reader); break;
        case 11: chunk->dictionary_offset = thrift_int(reader); break;
        case 12:
            if (reader->type == THRIFT_STRUCT) {
                get_stats(reader, &chunk->stats);
                break;
            }
            thrift_skip(reader);
            break;
        case 14: chunk->bloom_offset = thrift_int(reader); break;
        case 15: chunk->bloom_size = thrift_int(reader); break;
        default: thrift_skip(reader);
        }
    }
}

static void
get_chunk(struct thrift_reader *reader, struct parquet_chunk *chunk,
          const struct parquet_column *column, uint64_t file_size)
{
    int64_t start;
    bool data = false;

    thrift_enter(reader);
    while (thrift_next(reader)) {
        if (reader->id == 3 && reader->type == THRIFT_STRUCT) {
            get_chunk_data(reader, chunk, column);
            data = true;
        } else if (reader->id == 1 || reader->id == 8) {
            reader->bad = true; /* in another file; encrypted */
        } else {
            thrift_skip(reader);
        }
    }
    start = parquet_chunk_start(chunk);
    if (!data || start < 4 || chunk->size < 0 ||
        (uint64_t)chunk->size > file_size ||
        (uint64_t)start > file_size - (uint64_t)chunk->size)
        reader->bad = true;
}

static int
get_group(struct thrift_reader *reader, struct parquet_footer *footer,
          struct parquet_group *group, uint64_t file_size,
          struct failure *failure)
{
    thrift_enter(reader);
    group->rows = -1;
    while (thrift_next(reader)) {
        size_t count;

        if (reader->id == 3) {
            group->rows = thrift_int(reader);
            continue;
        }
        if (reader->id != 1 || group->chunks) {
            thrift_skip(reader);
            continue;
        }
        count = thrift_list(reader, THRIFT_STRUCT);
        group->chunks =
            allocate(failure, footer->column_count, sizeof *group->chunks);
        if (!group->chunks)
            return -1;
        if (count != footer->column_count)
            reader->bad = true;
        for (size_t i = 0; i < count && !reader->bad; i++)
            get_chunk(reader, &group->chunks[i], &footer->columns[i],
                      file_size);
    }
    if (!group->chunks || group->rows < 0 || group->rows > INT32_MAX)
        reader->bad = true;
    for (unsigned i = 0; !reader->bad && i < footer->column_count; i++)
        if (group->chunks[i].values != group->rows)
            return fail(failure, FAILURE_DATA,
                        "column '%s' has %lld values where there are %lld "
                        "rows: the file is damaged",
                        footer->columns[i].name,
                        (long long)group->chunks[i].values,
                        (long long)group->rows);
    return 0;
}

static int
get_groups(struct thrift_reader *reader, struct parquet_footer *footer,
           uint64_t file_size, struct failure *failure)
{
    size_t count = thrift_list(reader, THRIFT_STRUCT);

    if (footer->column_count == 0 || footer->groups)
        return reader->bad = true, 0;
    footer->groups = allocate(failure, count, sizeof *footer->groups);
    if (!footer->groups)
        return -1;
    for (size_t i = 0; i < count && !reader->bad; i++) {
        footer->group_count++;
        if (get_group(reader, footer, &footer->groups[i], file_size, failure) !=
            0)
            return -1;
    }
    return 0;
}

static int
get_pairs(struct thrift_reader *reader, struct parquet_footer *footer,
          struct failure *failure)
{
    size_t count = thrift_list(reader, THRIFT_STRUCT);

    for (size_t i = 0; i < count && !reader->bad; i++) {
        char *key = NULL, *value = NULL;

        thrift_enter(reader);
        while (thrift_next(reader)) {
            if (reader->id == 1 && !key)
                key = copy_text(reader);
            else if (reader->id == 2 && !value)
                value = copy_text(reader);
            else
                thrift_skip(reader);
        }
        if (!value)
            value = strdup("");
        if (!key)
            reader->bad = true;
        if (add_pair(footer, key ? key : strdup(""), value, failure) != 0)
            return -1;
    }
    return 0;
}

static int
get_file(struct thrift_reader *reader, struct parquet_footer *footer,
         uint64_t file_size, struct failure *failure)
{
    int result = 0;

    footer->rows = -1;
    thrift_enter(reader);
    while (result == 0 && thrift_next(reader)) {
        switch (reader->id) {
        case 2:
            if (footer->column_count)
                reader->bad = true;
            else
                result = get_schema(reader, footer, failure);
            break;
        case 3: footer->rows = thrift_int(reader); break;
        case 4: result = get_groups(reader, footer, file_size, failure); break;
        case 5: result = get_pairs(reader, footer, failure); break;
        case 6:
            free(footer->created_by);
            footer->created_by = copy_text(reader);
            break;
        default: thrift_skip(reader);
        }
    }
    return result;
}

/* Gives the Bloom filters their checks, if the file has them. */
static void
take_bloom_checks(struct parquet_footer *footer)
{
    const char *text = parquet_footer_get(footer, PARQUET_BLOOMS);
    size_t cells = (size_t)footer->group_count * footer->column_count;

    for (size_t i = 0; text && i < cells; i++) {
        struct parquet_chunk *chunk = parquet_footer_chunk(footer, i);
        char digits[17];

        if (chunk->bloom_offset <= 0)
            continue;
        snprintf(digits, sizeof digits, "%s", text);
        chunk->bloom_check = strtoull(digits, NULL, 16);
        text += strlen(digits);
    }
}

int
parquet_footer_parse(struct parquet_footer *footer, const void *bytes,
                     size_t size, uint64_t file_size, struct failure *failure)
{
    struct thrift_reader reader;
    int64_t rows = 0;

    memset(footer, 0, sizeof *footer);
    thrift_reader_init(&reader, bytes, size);
    if (get_file(&reader, footer, file_size, failure) != 0)
        return -1;
    if (reader.bad || footer->column_count == 0)
        return fail(failure, FAILURE_DATA,
                    "its footer is damaged %zu bytes after its beginning",
                    (size_t)(reader.at - reader.start));
    assert(reader.depth == 0);
    for (uint32_t i = 0; i < footer->group_count; i++)
        rows += footer->groups[i].rows;
    if (rows != footer->rows)
        return fail(failure, FAILURE_DATA,
                    "its footer says %lld rows, its row groups %lld",
                    (long long)footer->rows, (long long)rows);
    take_bloom_checks(footer);
    return 0;
}
