/* Fuzzes the values of a Parquet page: of every physical type, in every
 * encoding, with a dictionary and without.  No hash is in the way here. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "parquet/decode.h"
#include "parquet/values.h"

#define VALUES 300

static void
read_values(struct chunk_reader *reader, enum parquet_encoding encoding,
            const uint8_t *data, size_t size, uint32_t count)
{
    struct failure failure = {0};
    uint64_t words[VALUES + 1], sum = 0;
    const struct parquet_values *values = &reader->out->values;

    words[count] = 42;
    if (chunk_reader_values(reader, encoding, data, data + size, words, count,
                            &failure) != 0) {
        assert(failure.kind == FAILURE_DATA);
        chunk_reader_finish(reader);
        return;
    }
    assert(words[count] == 42);
    chunk_reader_finish(reader);
    if (reader->column->physical == PARQUET_INT32 ||
        reader->column->physical == PARQUET_INT64)
        return;
    for (uint32_t i = 0; i < count; i++) {
        assert(words[i] < values->table_count);
        for (uint32_t b = 0; b < values->table[words[i]].size; b++)
            sum += values->table[words[i]].bytes[b];
    }
    assert(sum <= UINT64_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum parquet_physical types[] = {
        PARQUET_INT32, PARQUET_INT64, PARQUET_BYTE_ARRAY, PARQUET_FIXED};
    struct parquet_column column = {.length = 16, .optional = true};
    struct parquet_chunk_values out = {0};
    struct failure failure = {0};
    struct chunk_reader reader = {.column = &column, .out = &out};
    unsigned char *plain;
    size_t split;

    if (size < 4)
        return 0;
    column.physical = types[data[0] % 4];
    split = 4 + data[1] % (size - 3);
    if (split > 4)
        chunk_reader_dictionary(&reader, data + 4, data + split, data[2],
                                &failure);
    if (reader.has_dictionary == (failure.kind == FAILURE_NONE) || split == 4)
        read_values(&reader, (enum parquet_encoding)(data[0] / 4 % 10),
                    data + split, size - split, data[3]);
    plain = malloc(data[3] + 1UL);
    if (plain)
        decode_snappy(data + 4, size - 4, plain, data[3]);
    free(plain);
    free(reader.dictionary);
    parquet_chunk_values_free(&out);
    return 0;
}
