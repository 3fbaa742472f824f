#include "parquet/values.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define STRTAB_MAX (256 * 1024 * 1024) /* bytes of a chunk's texts */

static int
damaged(struct failure *failure)
{
    return fail(failure, FAILURE_DATA, "its values are damaged");
}

int
chunk_reader_damaged(const struct hybrid_table *table, struct failure *failure)
{
    if (table->most < table->count)
        return damaged(failure);
    return fail(failure, FAILURE_DATA,
                "index %u where its dictionary has %u values: the file is "
                "damaged",
                table->most, table->count);
}

static bool
is_text(const struct parquet_column *column)
{
    return column->physical == PARQUET_BYTE_ARRAY ||
           column->physical == PARQUET_FIXED ||
           column->physical == PARQUET_INT96;
}

static unsigned
width_of(const struct parquet_column *column)
{
    switch (column->physical) {
    case PARQUET_INT96:
    case PARQUET_FIXED: return column->length;
    case PARQUET_INT32:
    case PARQUET_FLOAT: return 4;
    default: return 8;
    }
}

/* ---- texts --------------------------------------------------------------- */

/* Appends a text to the table; its number, or UINT64_MAX without memory. */
static uint64_t
add_text(struct chunk_reader *reader, const unsigned char *bytes, size_t size)
{
    struct parquet_chunk_values *out = reader->out;
    struct parquet_text text = {
        (const unsigned char *)(uintptr_t)out->bytes.size, (uint32_t)size};

    assert(size <= UINT32_MAX); /* pages are shorter than that */
    bytes_put(&out->bytes, bytes, size);
    bytes_put(&out->table, &text, sizeof text);
    out->bytes.failed |= out->table.failed; /* one place to look at */
    if (out->bytes.failed)
        return UINT64_MAX;
    return out->values.table_count++;
}

void
chunk_reader_finish(struct chunk_reader *reader)
{
    struct parquet_chunk_values *out = reader->out;
    struct parquet_text *table = (void *)out->table.bytes;

    assert(out->table.size == out->values.table_count * sizeof *table);
    for (uint32_t i = 0; i < out->values.table_count; i++)
        table[i].bytes = out->bytes.bytes + (uintptr_t)table[i].bytes;
    out->values.table = table;
}

static int
plain_texts(struct chunk_reader *reader, const unsigned char *at,
            const unsigned char *end, uint64_t *words, uint32_t count,
            struct failure *failure)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = reader->column->length;

        if (reader->column->physical == PARQUET_BYTE_ARRAY) {
            if (end - at < 4)
                return damaged(failure);
            memcpy(&size, at, 4);
            at += 4;
        }
        if (size > (size_t)(end - at))
            return damaged(failure);
        words[i] = add_text(reader, at, size);
        at += size;
    }
    return bytes_ok(&reader->out->bytes, failure);
}

/* Lengths first, then all bytes. */
static int
delta_lengths(struct chunk_reader *reader, const unsigned char *at,
              const unsigned char *end, uint64_t *words, uint32_t count,
              struct failure *failure)
{
    if (!decode_delta(&at, end, 64, words, count))
        return damaged(failure);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t size = words[i];

        if (size > (size_t)(end - at))
            return damaged(failure);
        words[i] = add_text(reader, at, (size_t)size);
        at += size;
    }
    return bytes_ok(&reader->out->bytes, failure);
}

/* Lengths of prefixes shared with the value before, then the rest of each. */
static int
delta_bytes(struct chunk_reader *reader, const unsigned char *at,
            const unsigned char *end, uint64_t *words, uint32_t count,
            struct failure *failure)
{
    struct bytes value = {0};
    uint64_t *suffixes = allocate(failure, count, sizeof *suffixes);
    int result = suffixes ? 0 : -1;

    if (result == 0 && (!decode_delta(&at, end, 64, words, count) ||
                        !decode_delta(&at, end, 64, suffixes, count)))
        result = damaged(failure);
    for (uint32_t i = 0; result == 0 && i < count; i++) {
        if (words[i] > value.size || suffixes[i] > (size_t)(end - at)) {
            result = damaged(failure);
            break;
        }
        value.size = (size_t)words[i];
        bytes_put(&value, at, (size_t)suffixes[i]);
        at += suffixes[i];
        words[i] = add_text(reader, value.bytes, value.size);
        if (value.failed || reader->out->bytes.size > STRTAB_MAX)
            result = fail(failure, FAILURE_DATA, "its texts are too long");
    }
    bytes_free(&value);
    free(suffixes);
    return result == 0 ? bytes_ok(&reader->out->bytes, failure) : -1;
}

/* ---- integers, and what both have ---------------------------------------- */

static int
plain_words(struct chunk_reader *reader, const unsigned char *at,
            const unsigned char *end, uint64_t *words, uint32_t count,
            struct failure *failure)
{
    unsigned width = width_of(reader->column);

    assert(width == 4 || width == 8);
    if ((size_t)(end - at) / width < count)
        return damaged(failure);
    if (width == 8) {
        memcpy(words, at, count * 8UL);
        return 0;
    }
    for (uint32_t i = 0; i < count; i++, at += 4) {
        uint32_t word;

        memcpy(&word, at, 4);
        words[i] = word;
    }
    return 0;
}

/* The first bytes of all values, then their second ones, ... */
static int
split(struct chunk_reader *reader, const unsigned char *at,
      const unsigned char *end, uint64_t *words, uint32_t count,
      struct failure *failure)
{
    unsigned width = width_of(reader->column);
    unsigned char value[UINT16_MAX];

    if (width == 0 || (size_t)(end - at) / width < count)
        return damaged(failure);
    for (uint32_t i = 0; i < count; i++) {
        memset(value, 0, 8);
        for (size_t b = 0; b < width; b++)
            value[b] = at[b * count + i];
        if (is_text(reader->column))
            words[i] = add_text(reader, value, width);
        else
            memcpy(&words[i], value, 8);
    }
    return bytes_ok(&reader->out->bytes, failure);
}

static int
dictionary_values(struct chunk_reader *reader, const unsigned char *at,
                  const unsigned char *end, uint64_t *words, uint32_t count,
                  struct failure *failure)
{
    struct hybrid_table table = {reader->dictionary, reader->dictionary_count,
                                 0};
    struct hybrid hybrid;

    if (!reader->has_dictionary)
        return fail(failure, FAILURE_DATA,
                    "its dictionary page is missing: the file is damaged");
    if (count == 0)
        return 0;
    if (at == end)
        return damaged(failure);
    hybrid_init(&hybrid, at + 1, end, *at, count);
    if (hybrid_look_up(&hybrid, &table, words, count))
        return 0;
    return chunk_reader_damaged(&table, failure);
}

static int
delta_words(struct chunk_reader *reader, const unsigned char *at,
            const unsigned char *end, uint64_t *words, uint32_t count,
            struct failure *failure)
{
    if (!decode_delta(&at, end, width_of(reader->column) * 8, words, count))
        return damaged(failure);
    return 0;
}

/* A bit each. */
static int
plain_bits(struct chunk_reader *reader, const unsigned char *at,
           const unsigned char *end, uint64_t *words, uint32_t count,
           struct failure *failure)
{
    (void)reader;
    if ((uint64_t)(end - at) * 8 < count)
        return damaged(failure);
    for (uint32_t i = 0; i < count; i++)
        words[i] = at[i / 8] >> i % 8 & 1;
    return 0;
}

/* Their length, then runs of bits. */
static int
run_bits(struct chunk_reader *reader, const unsigned char *at,
         const unsigned char *end, uint64_t *words, uint32_t count,
         struct failure *failure)
{
    struct hybrid hybrid;
    uint32_t size, bit;

    (void)reader;
    if (count == 0)
        return 0;
    if (end - at < 4)
        return damaged(failure);
    memcpy(&size, at, 4);
    at += 4;
    if (size > (size_t)(end - at))
        return damaged(failure);
    hybrid_init(&hybrid, at, at + size, 1, count);
    for (uint32_t i = 0; i < count; i++) {
        if (!hybrid_next(&hybrid, &bit, 1))
            return damaged(failure);
        words[i] = bit;
    }
    return 0;
}

typedef int read_values(struct chunk_reader *reader, const unsigned char *at,
                        const unsigned char *end, uint64_t *words,
                        uint32_t count, struct failure *failure);

/* By physical type and encoding; NULL: refused. */
static read_values *
method(const struct parquet_column *column, enum parquet_encoding encoding)
{
    bool text = is_text(column), bits = column->physical == PARQUET_BOOLEAN;
    bool bytes = column->physical == PARQUET_BYTE_ARRAY;
    bool whole =
        column->physical == PARQUET_INT32 || column->physical == PARQUET_INT64;

    switch (encoding) {
    case PARQUET_PLAIN:
        return text ? plain_texts : bits ? plain_bits : plain_words;
    case PARQUET_PLAIN_DICTIONARY:
    case PARQUET_RLE_DICTIONARY: return bits ? NULL : dictionary_values;
    case PARQUET_DELTA: return whole ? delta_words : NULL;
    case PARQUET_DELTA_LENGTH: return bytes ? delta_lengths : NULL;
    case PARQUET_DELTA_BYTES: return text ? delta_bytes : NULL;
    case PARQUET_SPLIT: return bytes || bits ? NULL : split;
    case PARQUET_RLE: return bits ? run_bits : NULL;
    }
    return NULL;
}

int
chunk_reader_values(struct chunk_reader *reader, enum parquet_encoding encoding,
                    const unsigned char *at, const unsigned char *end,
                    uint64_t *words, uint32_t count, struct failure *failure)
{
    const struct parquet_column *column = reader->column;
    read_values *read = method(column, encoding);

    if (!read)
        return fail(failure, FAILURE_DATA,
                    "type %d in encoding %d: this program cannot read it",
                    (int)column->physical, (int)encoding);
    if (read(reader, at, end, words, count, failure) != 0)
        return -1;
    if (column->physical == PARQUET_INT32 &&
        column->logical != PARQUET_UNSIGNED)
        for (uint32_t i = 0; i < count; i++)
            words[i] = (uint64_t)(int64_t)(int32_t)words[i];
    return 0;
}

int
chunk_reader_dictionary(struct chunk_reader *reader, const unsigned char *at,
                        const unsigned char *end, uint32_t count,
                        struct failure *failure)
{
    if (reader->has_dictionary || reader->out->values.table_count)
        return fail(failure, FAILURE_DATA,
                    "a dictionary page that is not the first: the file is "
                    "damaged");
    /* a value takes four bytes at least, but a fixed one of no length */
    if (count > (size_t)(end - at) / (is_text(reader->column) ? 1 : 4))
        return damaged(failure);
    reader->dictionary = allocate(failure, count, sizeof *reader->dictionary);
    if (!reader->dictionary)
        return -1;
    reader->has_dictionary = true;
    reader->dictionary_count = count;
    return chunk_reader_values(reader, PARQUET_PLAIN, at, end,
                               reader->dictionary, count, failure);
}
