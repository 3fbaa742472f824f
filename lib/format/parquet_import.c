/* parquet_import.c - events of one type from Parquet files of others.
 *
 * Columns are found, mapped, left out and given defaults as those of a CSV file
 * with a header; only those that a field needs are read.  Of our own files the
 * symbol is the instrument: an id of a tape means nothing without it.
 *
 * Memory: the columns of a row group that are read, uncompressed.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "format/csv_columns.h"
#include "format/parquet_text.h"

/* A field of the file's schema. */
struct import_column {
    unsigned column; /* of the footer */
    bool read;
    struct parquet_chunk_values chunk;
    /* the column after it, if that is what is left of its times */
    bool split;
    struct parquet_chunk_values rest;
    char room[PARQUET_TEXT_MAX];
};

struct parquet_import {
    struct importer *importer;
    struct mapping mapping;
    struct csv_columns columns;
    struct csv_record record;
    uint64_t left_out;
    bool ignore_extra; /* as asked for by -x */

    /* of the current file */
    struct parquet_reader reader;
    struct import_column *sources; /* owned */
    struct cell *cells;            /* of a row, one each; owned */
    size_t count;
    uint64_t row; /* from 1 */
    bool own;     /* a program of ours wrote it */
};

static int
init(void *state, const struct import_options *options,
     struct importer *importer, struct failure *failure)
{
    struct parquet_import *import = state;

    if (!options->type)
        return fail(failure, FAILURE_USAGE,
                    "-t TYPE is required for parquet: it says what the rows "
                    "are (ximport --list types lists them)");
    if (mapping_init(&import->mapping, options, failure) != 0)
        return -1;
    import->ignore_extra = import->mapping.ignore_extra;
    import->importer = importer;
    importer->rules.one_type = true;
    value_rules_settle(&importer->rules, import->mapping.type);
    import->columns.mapping = &import->mapping;
    import->columns.rules = &importer->rules;
    import->columns.header = HEADER_YES;
    return 0;
}

/* ---- columns ------------------------------------------------------------- */

static const struct parquet_column *
column_of(const struct parquet_import *import,
          const struct import_column *source)
{
    assert(source->column < import->reader.footer.column_count);
    return &import->reader.footer.columns[source->column];
}

/* Whether a column has what is left of the times in the one before, which are
 * in microseconds: "time" and "time_nanos", as our own files have it. */
static bool
is_rest(const struct parquet_column *column)
{
    const struct parquet_column *time = column - 1;
    size_t size = strlen(time->name);

    return time->logical == PARQUET_TIME_MICROS &&
           column->physical == PARQUET_INT32 && !column->nested &&
           strncmp(column->name, time->name, size) == 0 &&
           strcmp(column->name + size, "_nanos") == 0;
}

/* Whether a column of our own file has ids of a tape's instruments, which its
 * symbols name, and nobody asks for them. */
static bool
is_tape_id(const struct parquet_import *import, const char *name)
{
    struct cell instrument = cell_of("instrument");
    unsigned slot = slot_find(import->mapping.type, instrument);

    return import->own && cell_equal(cell_of(name), instrument) &&
           (slot == SLOT_NONE || import->mapping.sources[slot].count == 0);
}

/* One source for each field of the schema, however many columns one below a
 * group has. */
static int
find_sources(struct parquet_import *import, struct failure *failure)
{
    const struct parquet_footer *footer = &import->reader.footer;

    import->count = 0;
    import->sources =
        allocate(failure, footer->column_count, sizeof *import->sources);
    import->cells =
        allocate(failure, footer->column_count, sizeof *import->cells);
    if (!import->sources || !import->cells)
        return -1;
    for (unsigned i = 0; i < footer->column_count; i++) {
        const struct parquet_column *column = &footer->columns[i];
        bool again = i > 0 && column->nested &&
                     strcmp(column->name, footer->columns[i - 1].name) == 0;

        if (i > 0 && is_rest(column)) {
            import->sources[import->count - 1].split = true;
            continue;
        }
        if (again || is_tape_id(import, column->name))
            continue;
        import->sources[import->count].column = i;
        import->cells[import->count++] = cell_of(column->name);
    }
    return 0;
}

/* Finds out which columns are to be read, and whether they can be. */
static int
choose(struct parquet_import *import, struct failure *failure)
{
    for (size_t i = 0; i < import->count; i++) {
        struct import_column *source = &import->sources[i];
        const struct parquet_column *column = column_of(import, source);

        source->read = csv_columns_needs(&import->columns, (uint32_t)i);
        if (source->read && parquet_text_check(column, failure) != 0)
            return fail_at(failure, "column %s", column->name);
        import->cells[i] = (struct cell){source->room, 0};
    }
    return 0;
}

/* ---- rows ---------------------------------------------------------------- */

/* Adds what is left of a time to its text, in which the digits below a
 * microsecond are nought. */
static int
add_rest(struct import_column *source, uint32_t row, struct cell *cell,
         struct failure *failure)
{
    const struct parquet_values *rest = &source->rest.values;
    int64_t time;

    if (rest->nulls == rest->count || !rest->valid[row])
        return 0;
    if (rest->words[row] >= 1000 ||
        !time_parse(cell->bytes, cell->size, &time) ||
        time > INT64_MAX - (int64_t)rest->words[row])
        return fail(failure, FAILURE_DATA,
                    "%.*s and %" PRId64 " nanoseconds are not a time",
                    (int)cell->size, cell->bytes, (int64_t)rest->words[row]);
    *cell = (struct cell){
        source->room,
        time_format(time + (int64_t)rest->words[row], source->room)};
    return 0;
}

static int
take_row(struct parquet_import *import, uint32_t row, struct failure *failure)
{
    struct csv_columns *columns = &import->columns;
    unsigned slot;
    int wanted;

    for (size_t i = 0; i < import->count; i++) {
        struct import_column *source = &import->sources[i];
        const struct parquet_column *column;

        if (!source->read)
            continue;
        column = column_of(import, source);
        if (parquet_text(column, &source->chunk.values, row, source->room,
                         &import->cells[i], failure) != 0 ||
            (source->split && import->cells[i].size > 0 &&
             add_rest(source, row, &import->cells[i], failure) != 0))
            return fail_at(failure, "column %s", column->name);
    }
    wanted =
        csv_columns_record(columns, import->cells, &import->record, failure);
    import->left_out += wanted == 0;
    if (wanted <= 0)
        return wanted;
    if (import_record(import->importer, import->mapping.type,
                      import->record.given, import->record.cells, &slot) != 0)
        return csv_columns_fail_at(columns, slot, failure);
    return 0;
}

static int
take_group(struct parquet_import *import, uint32_t group,
           struct failure *failure)
{
    int64_t rows = import->reader.footer.groups[group].rows;

    for (size_t i = 0; i < import->count; i++) {
        struct import_column *source = &import->sources[i];

        if (source->read &&
            (parquet_reader_chunk(&import->reader, group, source->column,
                                  &source->chunk, failure) != 0 ||
             (source->split &&
              parquet_reader_chunk(&import->reader, group, source->column + 1,
                                   &source->rest, failure) != 0)))
            return -1;
    }
    for (uint32_t row = 0; row < rows; row++, import->row++)
        if (take_row(import, row, failure) != 0)
            return fail_at(failure, "%s: row %" PRIu64,
                           import->reader.input.name, import->row);
    return 0;
}

/* ---- files --------------------------------------------------------------- */

static void
close_file(struct parquet_import *import)
{
    for (size_t i = 0; import->sources && i < import->count; i++) {
        parquet_chunk_values_free(&import->sources[i].chunk);
        parquet_chunk_values_free(&import->sources[i].rest);
    }
    free(import->sources);
    free(import->cells);
    import->sources = NULL;
    import->cells = NULL;
    csv_columns_restart(&import->columns);
    parquet_reader_close(&import->reader);
}

static int
take_columns(struct parquet_import *import, struct failure *failure)
{
    bool data;

    import->own =
        parquet_footer_get(&import->reader.footer, PARQUET_CHECK) != NULL;
    import->mapping.ignore_extra = import->ignore_extra || import->own;
    if (find_sources(import, failure) != 0 ||
        csv_columns_take(&import->columns, import->cells, import->count, &data,
                         failure) != 0 ||
        choose(import, failure) != 0)
        return fail_at(failure, "%s", import->reader.input.name);
    assert(!data);
    csv_columns_begin(&import->columns, &import->record);
    return 0;
}

static int
take_file(void *state, struct input *input, bool (*group)(void *owner),
          void *owner, struct failure *failure)
{
    struct parquet_import *import = state;
    const struct parquet_footer *footer = &import->reader.footer;
    int result = parquet_reader_take(&import->reader, input, failure);

    if (result == 0)
        result = take_columns(import, failure);
    import->row = 1;
    for (uint32_t i = 0; result == 0 && i < footer->group_count; i++) {
        result = take_group(import, i, failure);
        if (result == 0 && !group(owner))
            break;
    }
    close_file(import);
    return result;
}

static uint64_t
left_out(const void *state)
{
    const struct parquet_import *import = state;

    return import->left_out;
}

static void
release(void *state)
{
    struct parquet_import *import = state;

    csv_columns_free(&import->columns);
    mapping_free(&import->mapping);
}

const struct import_format parquet_import = {
    .name = "parquet",
    .summary = "columns of one type, of any engine",
    .state_size = sizeof(struct parquet_import),
    .init = init,
    .file = take_file,
    .left_out = left_out,
    .free = release,
};
