/* columns FILE ... - prints a line for each column of Parquet files: name,
 * rows, nulls, a hash of the values in order, which does not depend on how
 * they are encoded, cut into row groups or pages, or compressed, and "time" if
 * they are times. */
#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

#include "parquet/reader.h"

static void
add_values(XXH3_state_t *hash, const struct parquet_values *values,
           const struct parquet_column *column)
{
    bool text = column->physical == PARQUET_BYTE_ARRAY ||
                column->physical == PARQUET_FIXED;

    for (uint32_t i = 0; i < values->count; i++) {
        const struct parquet_text *value;

        XXH3_64bits_update(hash, &values->valid[i], 1);
        if (!values->valid[i])
            continue;
        if (!text) {
            XXH3_64bits_update(hash, &values->words[i], 8);
            continue;
        }
        value = &values->table[values->words[i]];
        XXH3_64bits_update(hash, &value->size, 4);
        XXH3_64bits_update(hash, value->bytes, value->size);
    }
}

static bool
is_time(const struct parquet_column *column)
{
    return column->logical == PARQUET_TIME_NANOS ||
           column->logical == PARQUET_TIME_MICROS ||
           column->logical == PARQUET_TIME_MILLIS;
}

static int
print_column(struct parquet_reader *reader, unsigned column,
             struct failure *failure)
{
    struct parquet_chunk_values chunk = {0};
    XXH3_state_t *hash = XXH3_createState();
    uint64_t nulls = 0;
    int result = 0;

    XXH3_64bits_reset(hash);
    for (uint32_t g = 0; result == 0 && g < reader->footer.group_count; g++) {
        result = parquet_reader_chunk(reader, g, column, &chunk, failure);
        if (result == 0)
            add_values(hash, &chunk.values, &reader->footer.columns[column]);
        nulls += chunk.values.nulls;
    }
    if (result == 0)
        printf("%s\t%" PRId64 "\t%" PRIu64 "\t%016" PRIx64 "%s\n",
               reader->footer.columns[column].name, reader->footer.rows, nulls,
               (uint64_t)XXH3_64bits_digest(hash),
               is_time(&reader->footer.columns[column]) ? "\ttime" : "");
    XXH3_freeState(hash);
    parquet_chunk_values_free(&chunk);
    return result;
}

int
main(int argc, char **argv)
{
    struct failure failure = {0};

    for (int i = 1; i < argc; i++) {
        struct parquet_reader reader = {0};
        int result = parquet_reader_open(&reader, argv[i], &failure);

        for (unsigned c = 0; result == 0 && c < reader.footer.column_count; c++)
            result = print_column(&reader, c, &failure);
        parquet_reader_close(&reader);
        if (result != 0) {
            fprintf(stderr, "columns: %s\n", failure.text);
            return (int)failure.kind;
        }
    }
    return 0;
}
