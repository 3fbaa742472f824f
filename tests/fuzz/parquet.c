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

#include "archive/part_reader.h"
#include "format/parquet_text.h"

static int file = -1;
static char path[64];
static volatile uint64_t bytes_seen; /* so that they must be read */

static void
check_failure(const struct failure *failure)
{
    assert(failure->kind != FAILURE_NONE);
    assert(failure->kind != FAILURE_DATA || strstr(failure->text, path));
}

static bool
same_row(const struct parquet_values *whole, uint32_t row,
         const struct parquet_cursor *cursor, const struct parquet_piece *piece,
         uint32_t i)
{
    const struct parquet_text *a, *b;

    if (whole->nulls == whole->count || !whole->valid[row])
        return piece->valid && !piece->valid[i];
    if (piece->valid && !piece->valid[i])
        return false;
    if (whole->table_count == 0)
        return whole->words[row] == piece->words[i];
    a = &whole->table[whole->words[row]];
    b = &cursor->chunk.values.table[piece->words[i]];
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* By a cursor a column is what it is as a whole (NULL: it was refused), in
 * steps of so many rows. */
static void
read_cursor(struct parquet_reader *reader, uint32_t group, unsigned column,
            const struct parquet_values *whole, uint32_t step)
{
    static struct parquet_cursor cursor;
    struct failure failure = {0};
    struct parquet_piece piece;
    uint32_t row = 0, rows = (uint32_t)reader->footer.groups[group].rows;
    int result = parquet_cursor_open(&cursor, reader, group, column, &failure);

    if (result != 0)
        check_failure(&failure);
    while (result == 0 && row < rows) {
        uint32_t count = step > 1 ? 1 : PARQUET_PIECE;

        if (count > rows - row)
            count = rows - row;
        if (step > 1)
            result = parquet_cursor_pick(
                &cursor, (struct parquet_picks){&row, 1}, &piece, &failure);
        else
            result = parquet_cursor_take(&cursor, count, &piece, &failure);
        for (uint32_t i = 0; result == 0 && whole && i < count; i++)
            assert(same_row(whole, row + i, &cursor, &piece, i));
        row += step > 1 ? step : count;
    }
    assert(result == 0 || failure.kind != FAILURE_NONE);
    assert(!whole || result == 0);
    assert(whole || result != 0 || step > 1);
}

/* What else can be asked of a column: its rows by a cursor, its table alone,
 * and its Bloom filter. */
static void
ask_column(struct parquet_reader *reader, uint32_t group, unsigned column,
           struct parquet_chunk_values *chunk, bool whole)
{
    const struct parquet_values *values = whole ? &chunk->values : NULL;
    struct failure failures[2] = {{0}, {0}};

    read_cursor(reader, group, column, values, 1);
    read_cursor(reader, group, column, values,
                1 + (uint32_t)(reader->input.size % 600));
    if (parquet_reader_dictionary(reader, group, column, chunk, &failures[0]) <
        0)
        check_failure(&failures[0]);
    if (parquet_reader_may_have(reader, group, column, 77, &failures[1]) < 0)
        check_failure(&failures[1]);
}

/* Every value as text, if it can be. */
static void
read_texts(const struct parquet_column *column,
           const struct parquet_values *values)
{
    struct failure failure = {0};

    if (parquet_text_check(column, &failure) != 0)
        return;
    for (uint32_t row = 0; row < values->count; row++) {
        char room[PARQUET_TEXT_MAX];
        struct cell cell;

        if (parquet_text(column, values, row, room, &cell, &failure) != 0)
            return;
        for (size_t i = 0; i < cell.size; i++)
            bytes_seen += (unsigned char)cell.bytes[i];
    }
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
            bool whole =
                parquet_reader_chunk(&reader, g, c, &chunk, &other) == 0;

            if (!whole)
                check_failure(&other);
            else
                read_texts(&reader.footer.columns[c], &chunk.values);
            ask_column(&reader, g, c, &chunk, whole);
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
    struct input input;
    int result = input_open(&input, path, &failure);
    uint64_t sum = 0;

    if (result == 0)
        result = part_reader_open(&reader, &input, path, &PART_FILTER_ALL, NULL,
                                  &failure);

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
