/* csv.c - events of one type from CSV.
 *
 * The header names the fields; mapping.h says which column a field is in when
 * it has another name, or by number when there is no header.  An empty cell is
 * the field's default or else null.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "format/csv_ahead.h"
#include "format/import_format.h"

#define AHEAD_SIZE (64 * 1024) /* less is not worth a thread */

struct csv_import {
    struct importer *importer;
    struct mapping mapping;
    struct csv_columns columns;
    struct csv_wide wide;
    struct rows rows;
    struct csv_record record;
    struct csv_ahead *ahead; /* NULL: there is nobody else to work */
    unsigned threads;
    uint64_t left_out;
};

/* ---- rows ---------------------------------------------------------------- */

/* The events of a row that holds many: one message. */
static int
take_groups(struct csv_import *csv, const struct cell *cells,
            struct failure *failure)
{
    char number[16];
    unsigned slot;

    if (import_message_begin(csv->importer) != 0)
        return -1;
    for (size_t at = 0; at < csv->wide.count;) {
        struct csv_record record = csv->record;
        bool any;

        at = csv_wide_group(&csv->wide, at, cells, record.cells, &record.given,
                            number, &any);
        if (any && import_record(csv->importer, csv->mapping.type, record.given,
                                 record.cells, &slot) != 0) {
            csv_columns_fail_at(&csv->columns, slot, failure);
            break;
        }
    }
    return import_message_end(csv->importer);
}

static int
take_row(void *owner, const struct cell *cells, size_t count,
         struct failure *failure)
{
    struct csv_import *csv = owner;
    struct csv_columns *columns = &csv->columns;
    bool data = true;
    unsigned slot;
    int wanted;

    if (!columns->known) {
        if (csv_columns_take(columns, cells, count, &data, failure) != 0)
            return -1;
        csv_columns_begin(columns, &csv->record);
        if (!data)
            return 0;
    }
    if (count != columns->count)
        return fail(failure, FAILURE_DATA,
                    "%zu columns, but the %s line has %zu", count,
                    columns->header == HEADER_YES ? "header" : "first",
                    columns->count);
    wanted = csv_columns_record(columns, cells, &csv->record, failure);
    csv->left_out += wanted == 0;
    if (wanted <= 0)
        return wanted;
    if (csv->wide.count)
        return take_groups(csv, cells, failure);
    if (import_record(csv->importer, csv->mapping.type, csv->record.given,
                      csv->record.cells, &slot) != 0)
        return csv_columns_fail_at(columns, slot, failure);
    return 0;
}

/* ---- the format ---------------------------------------------------------- */

static int
init(void *state, const struct import_options *options,
     struct importer *importer, struct failure *failure)
{
    struct csv_import *csv = state;
    unsigned slot;

    if (!options->type)
        return fail(failure, FAILURE_USAGE,
                    "-t TYPE is required for csv: it says what the rows are "
                    "(ximport --list types lists them)");
    if (mapping_init(&csv->mapping, options, failure) != 0 ||
        each_list_init(&csv->wide.eaches, options, csv->mapping.type,
                       failure) != 0)
        return -1;
    csv->importer = importer;
    csv->threads = options->threads;
    importer->rules.one_type = true;
    value_rules_settle(&importer->rules, csv->mapping.type);
    csv->columns.mapping = &csv->mapping;
    csv->columns.rules = &importer->rules;
    csv->columns.header = options->header;
    csv->columns.wide = &csv->wide;
    /* rows with flags in words of their own; ours are whole as they are */
    slot = slot_find(csv->mapping.type, cell_of("flags"));
    importer->groups =
        messages_of(csv->mapping.type->type) &&
        (csv->wide.eaches.count || csv->mapping.sources[slot].count);
    csv->rows.row = take_row;
    csv->rows.owner = csv;
    csv->rows.delimiter = options->delimiter ? options->delimiter : ',';
    csv->rows.skip = options->skip;
    csv->rows.comment = options->comment;
    for (slot = 0; options->header != HEADER_YES && slot < SLOTS_MAX; slot++)
        for (unsigned i = 0; i < csv->mapping.sources[slot].count; i++) {
            struct cell part = csv->mapping.sources[slot].parts[i];

            if (!column_number(part))
                return fail(failure, FAILURE_USAGE,
                            "-m %s=%.*s: without a header a column is a number "
                            "from 1",
                            slot_name(csv->mapping.type, slot), (int)part.size,
                            part.bytes);
        }
    return rows_init(&csv->rows, failure);
}

/* Whether whole lines may go to other threads; they are started then. */
static bool
may_go_ahead(struct csv_import *csv, size_t size, struct failure *failure)
{
    if (csv->threads == 0 || size < AHEAD_SIZE || !csv->columns.known ||
        csv->rows.comment || csv->wide.count || !rows_between(&csv->rows) ||
        !draft_possible(csv->importer, csv->mapping.type))
        return false;
    if (!csv->ahead)
        csv->ahead = csv_ahead_open(&csv->columns, csv->importer,
                                    csv->rows.delimiter, csv->threads, failure);
    return csv->ahead;
}

static int
push(void *state, const char *bytes, size_t size, struct failure *failure)
{
    struct csv_import *csv = state;
    const char *line = memchr(bytes, '\n', size), *last;
    size_t head = line ? (size_t)(line + 1 - bytes) : size;

    /* what is left of a line, and a header */
    if (rows_push(&csv->rows, bytes, head, failure) != 0)
        return -1;
    bytes += head;
    size -= head;
    last = memrchr(bytes, '\n', size);
    if (last && may_go_ahead(csv, size, failure)) {
        head = (size_t)(last + 1 - bytes);
        assert(head <= size && bytes[head - 1] == '\n');
        if (csv_ahead_push(csv->ahead, &csv->rows, bytes, head, &csv->left_out,
                           failure) != 0)
            return -1;
        bytes += head;
        size -= head;
    }
    if (failure->kind != FAILURE_NONE)
        return -1;
    return rows_push(&csv->rows, bytes, size, failure);
}

static int
end(void *state, struct failure *failure)
{
    struct csv_import *csv = state;
    bool empty;

    if (rows_end(&csv->rows, failure) != 0)
        return -1;
    empty = !csv->columns.known;
    csv_columns_restart(&csv->columns);
    if (empty && csv->columns.header == HEADER_YES)
        return fail(failure, FAILURE_DATA,
                    "line 1: no header (the file is empty)");
    return 0;
}

static uint64_t
left_out(const void *state)
{
    const struct csv_import *csv = state;

    return csv->left_out;
}

static void
release(void *state)
{
    struct csv_import *csv = state;

    csv_ahead_close(csv->ahead);
    csv_columns_free(&csv->columns);
    csv_wide_free(&csv->wide);
    rows_free(&csv->rows);
    mapping_free(&csv->mapping);
}

const struct import_format csv_import = {
    .name = "csv",
    .summary = "rows of one type (RFC 4180)",
    .state_size = sizeof(struct csv_import),
    .init = init,
    .push = push,
    .end = end,
    .left_out = left_out,
    .free = release,
};
