/* Fuzzes the reader of Parquet files: any bytes are either refused, as data
 * and with the file's name, or read.  What is read as a part of an archive
 * can be built into events that lie whole in their memory. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/part.h"

static int file = -1;
static char path[64];

static void
check_failure(const struct failure *failure)
{
    assert(failure->kind != FAILURE_NONE);
    assert(failure->kind != FAILURE_DATA || strstr(failure->text, path));
}

/* What else can be asked of a column: two rows of it, its table alone, and its
 * Bloom filter. */
static void
ask_column(struct parquet_reader *reader, uint32_t group, unsigned column,
           struct parquet_chunk_values *chunk)
{
    uint32_t rows[2] = {0, (uint32_t)reader->footer.groups[group].rows / 2};
    struct parquet_picks picks = {rows, rows[1] > 0 ? 2 : 0};
    struct failure failures[3] = {{0}, {0}, {0}};

    if (parquet_reader_pick(reader, group, column, picks, chunk,
                            &failures[0]) != 0)
        check_failure(&failures[0]);
    else
        assert(chunk->values.count == picks.count);
    if (parquet_reader_dictionary(reader, group, column, chunk, &failures[1]) <
        0)
        check_failure(&failures[1]);
    if (parquet_reader_may_have(reader, group, column, 77, &failures[2]) < 0)
        check_failure(&failures[2]);
}

static void
read_columns(void)
{
    struct failure failure = {0};
    struct parquet_reader reader = {0};
    struct parquet_chunk_values chunk = {0};
    int result = parquet_reader_open(&reader, path, &failure);

    for (uint32_t g = 0; result == 0 && g < reader.footer.group_count; g++)
        for (unsigned c = 0; c < reader.footer.column_count; c++) {
            struct failure other = {0};

            if (parquet_reader_chunk(&reader, g, c, &chunk, &other) != 0)
                check_failure(&other);
            ask_column(&reader, g, c, &chunk);
        }
    if (result != 0)
        check_failure(&failure);
    parquet_chunk_values_free(&chunk);
    parquet_reader_close(&reader);
}

static void
read_events(void)
{
    struct failure failure = {0};
    struct part_reader reader = {0};
    int result = part_reader_open(&reader, path, &PART_FILTER_ALL, &failure);
    uint64_t sum = 0;

    while (result >= 0 && (result = part_reader_next(&reader, &failure)) > 0)
        for (unsigned i = 0; i < reader.event->words; i++)
            sum += ((const uint64_t *)(const void *)reader.event)[i];
    if (result < 0)
        check_failure(&failure);
    if (sum == 1) /* the sum must be made */
        puts("");
    part_reader_close(&reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (file < 0) {
        file = memfd_create("fuzz", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    if (ftruncate(file, 0) || pwrite(file, data, size, 0) != (ssize_t)size)
        abort();
    read_columns();
    read_events();
    return 0;
}
