#include "format/csv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- which column is which field ----------------------------------------- */

/* "FIELD=REST" in its two parts. */
static int
option_parse(const struct csv_import *csv, struct cell text, unsigned *slot,
             struct cell *rest, struct failure *failure)
{
    const char *equals = memchr(text.bytes, '=', text.size);
    struct cell name = text;

    if (!equals)
        return fail(failure, FAILURE_USAGE, "\"%.*s\" is not FIELD=...",
                    (int)text.size, text.bytes);
    name.size = (size_t)(equals - text.bytes);
    *rest = (struct cell){equals + 1, text.size - name.size - 1};
    *slot = slot_find(csv->type, name);
    if (*slot == SLOT_NONE)
        return fail(failure, FAILURE_USAGE, "%.*s has no field \"%.*s\"",
                    (int)csv->options.type.size, csv->options.type.bytes,
                    (int)name.size, name.bytes);
    return 0;
}

int
csv_import_map(struct csv_import *csv, struct cell map, struct failure *failure)
{
    struct cell column;
    unsigned slot;

    if (option_parse(csv, map, &slot, &column, failure) != 0)
        return -1;
    if (csv->maps[slot].size)
        return fail(failure, FAILURE_USAGE, "%s is mapped twice",
                    slot_name(csv->type, slot));
    csv->maps[slot] = column;
    if (!csv->options.no_header)
        return 0;
    for (size_t i = 0; i < column.size && i < 5; i++) {
        unsigned digit = (unsigned char)column.bytes[i] - (unsigned)'0';

        csv->columns[slot] =
            digit > 9 ? ROW_CELLS_MAX + 1 : csv->columns[slot] * 10 + digit;
    }
    if (csv->columns[slot] == 0 || csv->columns[slot] > ROW_CELLS_MAX)
        return fail(failure, FAILURE_USAGE,
                    "-m %.*s: without a header a column is a number from 1",
                    (int)map.size, map.bytes);
    return 0;
}

int
csv_import_default(struct csv_import *csv, struct cell value,
                   struct failure *failure)
{
    struct cell text;
    unsigned slot;

    if (option_parse(csv, value, &slot, &text, failure) != 0)
        return -1;
    if (csv->defaults[slot].bytes)
        return fail(failure, FAILURE_USAGE, "%s is given twice",
                    slot_name(csv->type, slot));
    csv->defaults[slot] = text;
    return 0;
}

int
csv_import_ignore(struct csv_import *csv, struct cell column,
                  struct failure *failure)
{
    struct cell *larger = reallocarray(csv->ignored, csv->ignored_count + 1,
                                       sizeof *csv->ignored);

    if (!larger)
        return fail_memory(failure);
    csv->ignored = larger;
    csv->ignored[csv->ignored_count++] = column;
    return 0;
}

static bool
is_ignored(const struct csv_import *csv, struct cell name)
{
    for (size_t i = 0; i < csv->ignored_count; i++)
        if (cell_equal(csv->ignored[i], name))
            return true;
    return csv->options.ignore_extra;
}

/* The slot of a column that the header calls so. */
static unsigned
find_slot(const struct csv_import *csv, struct cell name)
{
    unsigned slot;

    for (slot = 0; slot < SLOTS_MAX; slot++)
        if (csv->maps[slot].size && cell_equal(csv->maps[slot], name))
            return slot;
    slot = slot_find(csv->type, name);
    return slot != SLOT_NONE && csv->maps[slot].size ? SLOT_NONE : slot;
}

static int
refuse_column(const struct csv_import *csv, struct cell name,
              struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "column \"%.*s\" is no field of %.*s (-m FIELD=%.*s says which "
                "it is, --ignore %.*s leaves it out)",
                (int)name.size, name.bytes, (int)csv->options.type.size,
                csv->options.type.bytes, (int)name.size, name.bytes,
                (int)name.size, name.bytes);
}

/* Makes room for the columns of a file. */
static int
set_columns(struct csv_import *csv, size_t count, size_t names_size,
            struct failure *failure)
{
    free(csv->slots);
    free(csv->header);
    free(csv->titles);
    csv->column_count = count;
    csv->slots = allocate(failure, count, sizeof *csv->slots);
    csv->titles = allocate(failure, count, sizeof *csv->titles);
    csv->header = allocate(failure, names_size, 1);
    memcpy(csv->cells, csv->defaults, sizeof csv->cells);
    csv->mapped = true;
    return csv->slots && csv->titles && csv->header ? 0 : -1;
}

static int
take_column(struct csv_import *csv, uint32_t column, struct cell name,
            struct failure *failure)
{
    unsigned slot = find_slot(csv, name);

    if (slot == SLOT_NONE && !is_ignored(csv, name))
        return refuse_column(csv, name, failure);
    csv->slots[column] = (uint8_t)slot;
    if (slot == SLOT_NONE)
        return 0;
    if (csv->columns[slot])
        return fail(failure, FAILURE_DATA,
                    "columns %" PRIu32 " and %" PRIu32 " are both the field %s",
                    csv->columns[slot], column + 1, slot_name(csv->type, slot));
    csv->columns[slot] = column + 1;
    return 0;
}

/* What must be there whatever the columns are. */
static int
check_columns(struct csv_import *csv, struct failure *failure)
{
    csv->told = 0;
    for (unsigned slot = 0; slot < SLOTS_MAX; slot++) {
        if (csv->maps[slot].size && csv->columns[slot] == 0)
            return fail(failure, FAILURE_DATA, "there is no column \"%.*s\"",
                        (int)csv->maps[slot].size, csv->maps[slot].bytes);
        if (csv->defaults[slot].size)
            csv->told |= UINT64_C(1) << slot;
        if (csv->columns[slot] > csv->column_count)
            return fail(failure, FAILURE_DATA,
                        "there is no column %" PRIu32 ", only %zu",
                        csv->columns[slot], csv->column_count);
    }
    if (csv->columns[SLOT_TIME] || csv->defaults[SLOT_TIME].size ||
        csv->type->type == EVENT_INSTRUMENT || csv->type->type == EVENT_NAME)
        return 0;
    return fail(failure, FAILURE_DATA,
                "no column is the time (name it \"time\", or say which with "
                "-m time=COLUMN)");
}

static int
take_header(struct csv_import *csv, const struct cell *cells, size_t count,
            struct failure *failure)
{
    size_t size = 0, used = 0;

    for (size_t i = 0; i < count; i++)
        size += cells[i].size + 1;
    if (set_columns(csv, count, size, failure) != 0)
        return -1;
    memset(csv->columns, 0, sizeof csv->columns);
    for (uint32_t i = 0; i < count; i++) {
        memcpy(csv->header + used, cells[i].bytes, cells[i].size);
        csv->titles[i] = (uint32_t)used;
        used += cells[i].size + 1;
        if (take_column(csv, i, cells[i], failure) != 0)
            return -1;
    }
    return check_columns(csv, failure);
}

/* Without a header the first row says how many columns there are. */
static int
take_first_row(struct csv_import *csv, size_t count, struct failure *failure)
{
    if (set_columns(csv, count, 1, failure) != 0)
        return -1;
    memset(csv->slots, SLOT_NONE, count);
    if (check_columns(csv, failure) != 0)
        return -1;
    for (unsigned slot = 0; slot < SLOTS_MAX; slot++)
        if (csv->columns[slot])
            csv->slots[csv->columns[slot] - 1] = (uint8_t)slot;
    return 0;
}

/* ---- rows ---------------------------------------------------------------- */

static int
fail_at_slot(const struct csv_import *csv, unsigned slot,
             struct failure *failure)
{
    const char *name = slot_name(csv->type, slot);
    uint32_t column = name ? csv->columns[slot] : 0;

    if (!name)
        return -1;
    if (column == 0)
        return fail_at(failure, "%s", name);
    if (csv->options.no_header)
        return fail_at(failure, "column %" PRIu32 " (%s)", column, name);
    return fail_at(failure, "column %s", csv->header + csv->titles[column - 1]);
}

static int
take_row(void *owner, const struct cell *cells, size_t count,
         struct failure *failure)
{
    struct csv_import *csv = owner;
    uint64_t told;
    unsigned slot;

    if (!csv->mapped) {
        if (!csv->options.no_header)
            return take_header(csv, cells, count, failure);
        if (take_first_row(csv, count, failure) != 0)
            return -1;
    }
    if (count != csv->column_count)
        return fail(failure, FAILURE_DATA,
                    "%zu columns, but the %s line has %zu", count,
                    csv->options.no_header ? "first" : "header",
                    csv->column_count);
    told = csv->told;
    for (size_t i = 0; i < count; i++) {
        slot = csv->slots[i];
        if (cells[i].size) {
            csv->cells[slot] = cells[i];
            told |= UINT64_C(1) << slot;
        } else {
            csv->cells[slot] = csv->defaults[slot];
        }
    }
    told &= ~(UINT64_C(1) << SLOT_NONE);
    if (import_record(csv->importer, csv->type, told, csv->cells, &slot) != 0)
        return fail_at_slot(csv, slot, failure);
    return 0;
}

/* ---- ----------------------------------------------------------------------
 */

int
csv_import_init(struct csv_import *csv, const struct csv_options *options,
                struct importer *importer, struct failure *failure)
{
    memset(csv, 0, sizeof *csv);
    csv->options = *options;
    csv->importer = importer;
    csv->type = type_from_text(options->type, &csv->user);
    if (!csv->type)
        return fail(failure, FAILURE_USAGE, "there is no event type \"%.*s\"",
                    (int)options->type.size, options->type.bytes);
    csv->rows.row = take_row;
    csv->rows.owner = csv;
    csv->rows.delimiter = options->delimiter ? options->delimiter : ',';
    return rows_init(&csv->rows, failure);
}

void
csv_import_free(struct csv_import *csv)
{
    rows_free(&csv->rows);
    free(csv->ignored);
    free(csv->slots);
    free(csv->header);
    free(csv->titles);
    memset(csv, 0, sizeof *csv);
}

int
csv_import_push(struct csv_import *csv, const char *bytes, size_t size,
                struct failure *failure)
{
    return rows_push(&csv->rows, bytes, size, failure);
}

int
csv_import_end(struct csv_import *csv, struct failure *failure)
{
    bool empty;

    if (rows_end(&csv->rows, failure) != 0)
        return -1;
    empty = !csv->mapped;
    csv->mapped = false;
    if (empty && !csv->options.no_header)
        return fail(failure, FAILURE_DATA,
                    "line 1: no header (the file is empty)");
    return 0;
}
