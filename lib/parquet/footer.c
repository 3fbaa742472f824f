/* The footer in memory, and FileMetaData read from Thrift.  The numbers are
 * the field ids of parquet.thrift. */
#include "parquet/parquet.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parquet/schema.h"
#include "parquet/thrift.h"

void
parquet_footer_free(struct parquet_footer *footer)
{
    for (uint32_t i = 0; i < footer->group_count; i++)
        free(footer->groups[i].chunks);
    for (uint32_t i = 0; i < footer->pair_count; i++) {
        free(footer->pairs[i].key);
        free(footer->pairs[i].value);
    }
    free(footer->columns);
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

/* Where a Bloom filter is.  Before there were any, some writers had something
 * else under these ids. */
static void
get_bloom(struct thrift_reader *reader, struct parquet_chunk *chunk)
{
    if (reader->type != THRIFT_I32 && reader->type != THRIFT_I64)
        thrift_skip(reader);
    else if (reader->id == 14)
        chunk->bloom_offset = thrift_int(reader);
    else
        chunk->bloom_size = thrift_int(reader);
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
        case 14:
        case 15: get_bloom(reader, chunk); break;
        default: thrift_skip(reader);
        }
    }
}

static int
get_chunk(struct thrift_reader *reader, struct parquet_chunk *chunk,
          const struct parquet_column *column, uint64_t file_size,
          struct failure *failure)
{
    int64_t start;
    bool data = false;

    thrift_enter(reader);
    while (thrift_next(reader)) {
        if (reader->id == 3 && reader->type == THRIFT_STRUCT) {
            get_chunk_data(reader, chunk, column);
            data = true;
        } else if (reader->id == 1) {
            return fail(failure, FAILURE_DATA,
                        "column '%s' lies in another file, which this program "
                        "does not read",
                        column->name);
        } else if (reader->id == 8) {
            return fail(failure, FAILURE_DATA,
                        "column '%s' is encrypted, which this program cannot "
                        "read",
                        column->name);
        } else {
            thrift_skip(reader);
        }
    }
    start = parquet_chunk_start(chunk);
    if (data && chunk->values == 0)
        return 0; /* it need not be anywhere */
    if (!data || start < 4 || chunk->size < 0 ||
        (uint64_t)chunk->size > file_size ||
        (uint64_t)start > file_size - (uint64_t)chunk->size)
        reader->bad = true;
    return 0;
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
            if (get_chunk(reader, &group->chunks[i], &footer->columns[i],
                          file_size, failure) != 0)
                return -1;
    }
    if (!group->chunks || group->rows < 0 || group->rows > INT32_MAX)
        reader->bad = true;
    for (unsigned i = 0; !reader->bad && i < footer->column_count; i++)
        if (!footer->columns[i].nested &&
            group->chunks[i].values != group->rows)
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
                result = parquet_schema_parse(reader, footer, failure);
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
