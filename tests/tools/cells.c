/* cells FILE - prints the columns of a Parquet file as the texts that an import
 * takes: a line of names, then one for each row, cells with tabs between them,
 * \N for null.  Nested columns are left out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/parquet_text.h"

struct cells {
    struct parquet_reader reader;
    struct parquet_chunk_values *chunks;
    struct failure failure;
};

static void
put(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        switch (bytes[i]) {
        case '\t': fputs("\\t", stdout); break;
        case '\n': fputs("\\n", stdout); break;
        case '\r': fputs("\\r", stdout); break;
        case '\\': fputs("\\\\", stdout); break;
        default: putchar((unsigned char)bytes[i]);
        }
    }
}

static int
print_group(struct cells *cells, uint32_t group)
{
    const struct parquet_footer *footer = &cells->reader.footer;

    for (unsigned c = 0; c < footer->column_count; c++)
        if (!footer->columns[c].nested &&
            parquet_reader_chunk(&cells->reader, group, c, &cells->chunks[c],
                                 &cells->failure) != 0)
            return -1;
    for (uint32_t row = 0; row < footer->groups[group].rows; row++) {
        for (unsigned c = 0, first = 1; c < footer->column_count; c++) {
            const struct parquet_values *values = &cells->chunks[c].values;
            char room[PARQUET_TEXT_MAX];
            struct cell cell;

            if (footer->columns[c].nested)
                continue;
            if (parquet_text(&footer->columns[c], values, row, room, &cell,
                             &cells->failure) != 0)
                return -1;
            if (!first)
                putchar('\t');
            first = 0;
            if (values->nulls == values->count || !values->valid[row])
                fputs("\\N", stdout);
            else
                put(cell.bytes, cell.size);
        }
        putchar('\n');
    }
    return 0;
}

static int
print_names(struct cells *cells)
{
    const struct parquet_footer *footer = &cells->reader.footer;

    for (unsigned c = 0, first = 1; c < footer->column_count; c++) {
        const struct parquet_column *column = &footer->columns[c];

        if (column->nested)
            continue;
        if (parquet_text_check(column, &cells->failure) != 0)
            return fail_at(&cells->failure, "column %s", column->name);
        if (!first)
            putchar('\t');
        first = 0;
        put(column->name, strlen(column->name));
    }
    putchar('\n');
    return 0;
}

int
main(int argc, char **argv)
{
    struct cells cells = {0};
    int result =
        argc == 2 ? parquet_reader_open(&cells.reader, argv[1], &cells.failure)
                  : 2;

    if (result == 0)
        cells.chunks =
            allocate(&cells.failure, cells.reader.footer.column_count,
                     sizeof *cells.chunks);
    if (result == 0)
        result = print_names(&cells);
    for (uint32_t g = 0; result == 0 && g < cells.reader.footer.group_count;
         g++)
        result = print_group(&cells, g);
    for (unsigned c = 0; cells.chunks && c < cells.reader.footer.column_count;
         c++)
        parquet_chunk_values_free(&cells.chunks[c]);
    free(cells.chunks);
    parquet_reader_close(&cells.reader);
    if (result != 0)
        fprintf(stderr, "cells: %s\n", cells.failure.text);
    return result == 0 ? 0 : 1;
}
