/* FileMetaData, to Thrift.  The numbers are the field ids of
 * parquet.thrift. */
#include "parquet/parquet.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "parquet/thrift.h"

#define CONVERTED_UTF8             0
#define CONVERTED_DECIMAL          5
#define CONVERTED_TIMESTAMP_MICROS 10
#define CONVERTED_UINT_32          13
#define CONVERTED_UINT_64          14
#define REPETITION_REQUIRED        0
#define REPETITION_OPTIONAL        1

#define CHECK_SIZE (sizeof PARQUET_NO_CHECK - 1)
_Static_assert(CHECK_SIZE == 16, "hexadecimal digits of an XXH3-64");

static void
put_timestamp(struct thrift_writer *writer, int16_t unit)
{
    thrift_put_struct(writer, 8);
    thrift_put_bool(writer, 1, true); /* UTC */
    thrift_put_struct(writer, 2);
    thrift_put_empty(writer, unit);
    thrift_close(writer);
    thrift_close(writer);
}

static void
put_logical(struct thrift_writer *writer, const struct parquet_column *column)
{
    thrift_put_struct(writer, 10);
    switch (column->logical) {
    case PARQUET_STRING: thrift_put_empty(writer, 1); break;
    case PARQUET_DECIMAL:
        thrift_put_struct(writer, 5);
        thrift_put_i32(writer, 1, column->scale);
        thrift_put_i32(writer, 2, column->precision);
        thrift_close(writer);
        break;
    case PARQUET_TIME_MICROS: put_timestamp(writer, 2); break;
    case PARQUET_TIME_NANOS: put_timestamp(writer, 3); break;
    case PARQUET_UNSIGNED:
        thrift_put_struct(writer, 10);
        thrift_put_byte(writer, 1, column->physical == PARQUET_INT32 ? 32 : 64);
        thrift_put_bool(writer, 2, false);
        thrift_close(writer);
        break;
    default: break;
    }
    thrift_close(writer);
}

static int
converted_type(const struct parquet_column *column)
{
    switch (column->logical) {
    case PARQUET_STRING: return CONVERTED_UTF8;
    case PARQUET_DECIMAL: return CONVERTED_DECIMAL;
    case PARQUET_TIME_MICROS: return CONVERTED_TIMESTAMP_MICROS;
    case PARQUET_UNSIGNED:
        return column->physical == PARQUET_INT32 ? CONVERTED_UINT_32
                                                 : CONVERTED_UINT_64;
    default: break;
    }
    return -1;
}

static void
put_column(struct thrift_writer *writer, const struct parquet_column *column)
{
    int converted = converted_type(column);

    thrift_open(writer);
    thrift_put_i32(writer, 1, (int32_t)column->physical);
    if (column->physical == PARQUET_FIXED)
        thrift_put_i32(writer, 2, column->length);
    thrift_put_i32(writer, 3,
                   column->optional ? REPETITION_OPTIONAL
                                    : REPETITION_REQUIRED);
    thrift_put_text(writer, 4, column->name);
    if (converted >= 0)
        thrift_put_i32(writer, 6, converted);
    if (column->logical == PARQUET_DECIMAL) {
        thrift_put_i32(writer, 7, column->scale);
        thrift_put_i32(writer, 8, column->precision);
    }
    if (column->logical != PARQUET_PLAIN_VALUE)
        put_logical(writer, column);
    thrift_close(writer);
}

static void
put_stats(struct thrift_writer *writer, int16_t id,
          const struct parquet_stats *stats)
{
    assert(stats->min_size <= PARQUET_FLBA_MAX &&
           stats->max_size <= PARQUET_FLBA_MAX);
    thrift_put_struct(writer, id);
    thrift_put_i64(writer, 3, stats->nulls);
    if (stats->has_bounds) {
        thrift_put_binary(writer, 5, stats->max, stats->max_size);
        thrift_put_binary(writer, 6, stats->min, stats->min_size);
        thrift_put_bool(writer, 7, true); /* exact */
        thrift_put_bool(writer, 8, true);
    }
    thrift_close(writer);
}

/* ColumnMetaData, with the encodings that the chunk uses: levels, values and,
 * of a dictionary, its own page. */
static void
put_chunk_data(struct thrift_writer *writer,
               const struct parquet_column *column,
               const struct parquet_chunk *chunk)
{
    bool dictionary = chunk->dictionary_offset != 0;

    assert(chunk->dictionary_offset < chunk->data_offset);
    assert(chunk->bloom_size <= INT32_MAX);
    thrift_put_struct(writer, 3);
    thrift_put_i32(writer, 1, (int32_t)column->physical);
    thrift_put_list(writer, 2, THRIFT_I32, dictionary ? 3 : 2);
    if (dictionary)
        thrift_element_int(writer, PARQUET_PLAIN);
    thrift_element_int(writer, PARQUET_RLE);
    thrift_element_int(writer, chunk->encoding);
    thrift_put_list(writer, 3, THRIFT_BINARY, 1);
    thrift_element_binary(writer, column->name, strlen(column->name));
    thrift_put_i32(writer, 4, (int32_t)chunk->codec);
    thrift_put_i64(writer, 5, chunk->values);
    thrift_put_i64(writer, 6, chunk->plain_size);
    thrift_put_i64(writer, 7, chunk->size);
    thrift_put_i64(writer, 9, chunk->data_offset);
    if (dictionary)
        thrift_put_i64(writer, 11, chunk->dictionary_offset);
    put_stats(writer, 12, &chunk->stats);
    if (chunk->bloom_offset) {
        thrift_put_i64(writer, 14, chunk->bloom_offset);
        thrift_put_i32(writer, 15, (int32_t)chunk->bloom_size);
    }
    thrift_close(writer);
}

static void
put_chunk(struct thrift_writer *writer, const struct parquet_column *column,
          const struct parquet_chunk *chunk)
{
    thrift_open(writer);
    thrift_put_i64(writer, 2, 0); /* deprecated, required */
    put_chunk_data(writer, column, chunk);
    if (chunk->offset_index_offset) {
        thrift_put_i64(writer, 4, chunk->offset_index_offset);
        thrift_put_i32(writer, 5, chunk->offset_index_size);
    }
    if (chunk->column_index_offset) {
        thrift_put_i64(writer, 6, chunk->column_index_offset);
        thrift_put_i32(writer, 7, chunk->column_index_size);
    }
    thrift_close(writer);
}

static void
put_group(struct thrift_writer *writer, const struct parquet_footer *footer,
          uint32_t number)
{
    const struct parquet_group *group = &footer->groups[number];
    int64_t plain = 0, size = 0;

    thrift_open(writer);
    thrift_put_list(writer, 1, THRIFT_STRUCT, footer->column_count);
    for (unsigned i = 0; i < footer->column_count; i++) {
        put_chunk(writer, &footer->columns[i], &group->chunks[i]);
        plain += group->chunks[i].plain_size;
        size += group->chunks[i].size;
    }
    thrift_put_i64(writer, 2, plain);
    thrift_put_i64(writer, 3, group->rows);
    thrift_put_list(writer, 4, THRIFT_STRUCT, 1); /* sorted by column 0 */
    thrift_open(writer);
    thrift_put_i32(writer, 1, 0);
    thrift_put_bool(writer, 2, false);
    thrift_put_bool(writer, 3, false);
    thrift_close(writer);
    thrift_put_i64(writer, 5, parquet_chunk_start(&group->chunks[0]));
    thrift_put_i64(writer, 6, size);
    if (number <= INT16_MAX)
        thrift_put_i32(writer, 7, (int32_t)number);
    thrift_close(writer);
}

static void
put_schema(struct thrift_writer *writer, const struct parquet_footer *footer)
{
    thrift_put_list(writer, 2, THRIFT_STRUCT, footer->column_count + 1UL);
    thrift_open(writer);
    thrift_put_text(writer, 4, "schema");
    thrift_put_i32(writer, 5, (int32_t)footer->column_count);
    thrift_close(writer);
    for (unsigned i = 0; i < footer->column_count; i++)
        put_column(writer, &footer->columns[i]);
}

void
parquet_footer_format(const struct parquet_footer *footer, struct bytes *out)
{
    struct thrift_writer writer = {.out = out};

    assert(footer->column_count > 0 &&
           footer->column_count <= PARQUET_COLUMNS_MAX);
    thrift_open(&writer);
    thrift_put_i32(&writer, 1, 2);
    put_schema(&writer, footer);
    thrift_put_i64(&writer, 3, footer->rows);
    thrift_put_list(&writer, 4, THRIFT_STRUCT, footer->group_count);
    for (uint32_t i = 0; i < footer->group_count; i++)
        put_group(&writer, footer, i);
    thrift_put_list(&writer, 5, THRIFT_STRUCT, footer->pair_count);
    for (uint32_t i = 0; i < footer->pair_count; i++) {
        thrift_open(&writer);
        thrift_put_text(&writer, 1, footer->pairs[i].key);
        thrift_put_text(&writer, 2, footer->pairs[i].value);
        thrift_close(&writer);
    }
    thrift_put_text(&writer, 6, footer->created_by);
    thrift_put_list(&writer, 7, THRIFT_STRUCT, footer->column_count);
    for (unsigned i = 0; i < footer->column_count; i++) {
        thrift_open(&writer);
        thrift_put_empty(&writer, 1); /* TYPE_ORDER */
        thrift_close(&writer);
    }
    thrift_close(&writer);
    assert(writer.depth == 0);
}

/* ---- the check ----------------------------------------------------------- */

/* The value of the key PARQUET_CHECK in a footer's bytes, or NULL: after the
 * key, the head of field 2, and its length. */
static unsigned char *
find_check(unsigned char *bytes, size_t size)
{
    static const char key[] = PARQUET_CHECK "\x18\x10";
    size_t room = sizeof key - 1 + CHECK_SIZE;

    for (size_t at = size < room ? 0 : size - room + 1; at-- > 0;)
        if (memcmp(bytes + at, key, sizeof key - 1) == 0)
            return bytes + at + sizeof key - 1;
    return NULL;
}

/* The check, as text, of a footer that has it at a place. */
static void
make_check(const unsigned char *bytes, size_t size, unsigned char *place,
           char text[CHECK_SIZE + 1])
{
    memcpy(place, PARQUET_NO_CHECK, CHECK_SIZE);
    snprintf(text, CHECK_SIZE + 1, "%016" PRIx64,
             (uint64_t)XXH3_64bits(bytes, size));
}

void
parquet_footer_seal(unsigned char *bytes, size_t size)
{
    unsigned char *place = find_check(bytes, size);
    char text[CHECK_SIZE + 1];

    if (!place)
        return;
    make_check(bytes, size, place, text);
    memcpy(place, text, CHECK_SIZE);
}

bool
parquet_footer_fits(unsigned char *bytes, size_t size)
{
    unsigned char *place = find_check(bytes, size);
    char text[CHECK_SIZE + 1], kept[CHECK_SIZE];

    if (!place)
        return true;
    memcpy(kept, place, CHECK_SIZE);
    make_check(bytes, size, place, text);
    return memcmp(text, kept, CHECK_SIZE) == 0;
}
