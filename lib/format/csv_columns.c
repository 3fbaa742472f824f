#include "format/csv_columns.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"

#define NOWHERE UINT32_MAX

_Static_assert(SLOT_NONE <= UINT8_MAX, "slots by column are bytes");
_Static_assert(ROW_CELLS_MAX == 4096, "column_number knows no more");

/* ---- finding columns ----------------------------------------------------- */

static struct cell
title_of(const struct csv_columns *columns, uint32_t column)
{
    assert(column < columns->count);
    return cell_of(columns->header_text + columns->titles[column]);
}

/* The index of the column that a text of -m, -x or --where means. */
static uint32_t
find_column(const struct csv_columns *columns, struct cell name,
            const struct cell *titles)
{
    unsigned number = column_number(name);

    for (uint32_t i = 0; titles && i < columns->count; i++)
        if (cell_equal(titles[i], name))
            return i;
    return number > 0 && number <= columns->count ? number - 1 : NOWHERE;
}

static int
no_column(const struct csv_columns *columns, struct cell name,
          const struct cell *titles, struct failure *failure)
{
    struct nearest near = nearest_to(name.bytes, name.size);

    if (!titles && column_number(name))
        return fail(failure, FAILURE_DATA, "there is no column %.*s, only %zu",
                    (int)name.size, name.bytes, columns->count);
    for (uint32_t i = 0; titles && i < columns->count; i++)
        nearest_try(&near, title_of(columns, i).bytes);
    return fail(failure, FAILURE_DATA, "there is no column \"%.*s\"%s%s%s",
                (int)name.size, name.bytes,
                near.word ? "; did you mean \"" : "",
                near.word ? near.word : "", near.word ? "\"?" : "");
}

/* ---- feeding slots ------------------------------------------------------- */

static void
feed(struct csv_columns *columns, uint32_t column, unsigned slot)
{
    assert(column < columns->count && slot < SLOTS_MAX);
    if (columns->columns[slot] == 0)
        columns->columns[slot] = column + 1;
    if (columns->slots[column] == SLOT_NONE) {
        columns->slots[column] = (uint8_t)slot;
        return;
    }
    assert(columns->feed_count < SLOTS_MAX);
    columns->feeds[columns->feed_count++] = (struct feed){column, slot};
}

/* What -m says of a slot. */
static int
take_source(struct csv_columns *columns, unsigned slot,
            const struct cell *titles, bool *taken, struct failure *failure)
{
    const struct field_source *source = &columns->mapping->sources[slot];
    struct join *join = &columns->joins[columns->join_count];

    assert(columns->join_count < SLOTS_MAX && source->count <= MAPPING_PARTS);
    *join = (struct join){.slot = slot, .count = source->count};
    for (unsigned i = 0; i < source->count; i++) {
        uint32_t column = find_column(columns, source->parts[i], titles);

        if (column == NOWHERE)
            return no_column(columns, source->parts[i], titles, failure);
        taken[column] = true;
        join->columns[i] = column;
    }
    if (source->count == 1) {
        feed(columns, join->columns[0], slot);
        return 0;
    }
    columns->columns[slot] = join->columns[0] + 1;
    columns->join_count++;
    return 0;
}

static int
refuse_column(const struct csv_columns *columns, uint32_t column,
              struct failure *failure)
{
    const struct schema_type *type = columns->mapping->type;
    struct cell name = title_of(columns, column);
    struct nearest near = nearest_to(name.bytes, name.size);
    const char *known = type_known(type) ? type->name : "this type";
    bool plain = name.size && !strpbrk(name.bytes, "\", +=");
    unsigned slot;

    for (slot = 0; slot < slot_count(type); slot++)
        nearest_try(&near, slot_name(type, slot));
    if (name.size == 0)
        return fail(failure, FAILURE_DATA,
                    "column %" PRIu32 " has no name (-m FIELD=%" PRIu32
                    " says which field it is, -x '' leaves it out)",
                    column + 1, column + 1);
    slot = slot_find(type, name);
    if (slot != SLOT_NONE)
        return fail(failure, FAILURE_DATA,
                    "column \"%s\" is not used, because -m maps \"%.*s\" to "
                    "%s: -x %s ignores it",
                    name.bytes,
                    (int)columns->mapping->sources[slot].parts[0].size,
                    columns->mapping->sources[slot].parts[0].bytes, name.bytes,
                    name.bytes);
    if (near.word && plain)
        return fail(failure, FAILURE_DATA,
                    "column \"%s\" is not a field of %s; did you mean \"%s\"? "
                    "(-m %s=%s, or -x %s leaves it out)",
                    name.bytes, known, near.word, near.word, name.bytes,
                    name.bytes);
    if (plain)
        return fail(
            failure, FAILURE_DATA,
            "column \"%s\" is not a field of %s (-m FIELD=%s says which "
            "it is, -x %s leaves it out)",
            name.bytes, known, name.bytes, name.bytes);
    return fail(failure, FAILURE_DATA,
                "column \"%s\" is not a field of %s (-m FIELD=%" PRIu32
                " says which it is, -x %" PRIu32 " leaves it out)",
                name.bytes, known, column + 1, column + 1);
}

/* A column of the header that -m does not name. */
static int
take_title(struct csv_columns *columns, uint32_t column,
           struct failure *failure)
{
    const struct mapping *mapping = columns->mapping;
    struct cell name = title_of(columns, column);
    unsigned slot = slot_find(mapping->type, name);

    if (mapping_ignores(mapping, name, column + 1))
        return 0;
    if (slot == SLOT_NONE || mapping->sources[slot].count)
        return mapping->ignore_extra ? 0
                                     : refuse_column(columns, column, failure);
    if (columns->columns[slot])
        return fail(failure, FAILURE_DATA,
                    "columns %" PRIu32 " and %" PRIu32 " are both the field %s",
                    columns->columns[slot], column + 1,
                    slot_name(mapping->type, slot));
    feed(columns, column, slot);
    return 0;
}

/* ---- the first row ------------------------------------------------------- */

/* Makes room for the columns of a file. */
static int
make_room(struct csv_columns *columns, size_t count, size_t names_size,
          struct failure *failure)
{
    csv_columns_restart(columns);
    columns->count = count;
    columns->slots = allocate(failure, count, sizeof *columns->slots);
    columns->titles = allocate(failure, count, sizeof *columns->titles);
    columns->header_text = allocate(failure, names_size, 1);
    columns->where_columns =
        allocate(failure, columns->mapping->where_count + 1,
                 sizeof *columns->where_columns);
    if (!columns->slots || !columns->titles || !columns->header_text ||
        !columns->where_columns)
        return -1;
    memset(columns->slots, SLOT_NONE, count);
    return 0;
}

/* Keeps the names of the columns. */
static void
keep_titles(struct csv_columns *columns, const struct cell *cells)
{
    size_t used = 0;

    for (uint32_t i = 0; i < columns->count; i++) {
        memcpy(columns->header_text + used, cells[i].bytes, cells[i].size);
        columns->titles[i] = (uint32_t)used;
        used += cells[i].size + 1;
    }
}

/* What must be there whatever the columns are. */
static int
check(const struct csv_columns *columns, struct failure *failure)
{
    const struct mapping *mapping = columns->mapping;
    unsigned type = mapping->type->type;

    if (columns->columns[SLOT_TIME] || mapping->defaults[SLOT_TIME].size ||
        type == EVENT_INSTRUMENT || type == EVENT_NAME)
        return 0;
    if (type == EVENT_BAR &&
        columns->columns[slot_find(mapping->type, cell_of("start"))])
        return 0;
    return fail(failure, FAILURE_DATA,
                "no column is the time (name it \"time\", or say which with "
                "-m time=COLUMN)");
}

static int
take_all(struct csv_columns *columns, const struct cell *titles, bool *taken,
         struct failure *failure)
{
    const struct mapping *mapping = columns->mapping;

    for (unsigned slot = 0; slot < SLOTS_MAX; slot++)
        if (mapping->sources[slot].count &&
            take_source(columns, slot, titles, taken, failure) != 0)
            return -1;
    for (uint32_t i = 0; titles && i < columns->count; i++) {
        int wide = taken[i];

        if (!wide && columns->wide)
            wide = csv_wide_take(columns->wide, mapping->type, titles[i], i,
                                 failure);
        if (wide < 0 || (!wide && take_title(columns, i, failure) != 0))
            return -1;
    }
    if (columns->wide && csv_wide_settle(columns->wide, failure) != 0)
        return -1;
    for (size_t i = 0; i < mapping->where_count; i++) {
        struct cell name = mapping->wheres[i].column;

        columns->where_columns[i] = find_column(columns, name, titles);
        if (columns->where_columns[i] == NOWHERE)
            return no_column(columns, name, titles, failure);
    }
    return check(columns, failure);
}

/* Whether a row says what the columns are called: data has a time, or a
 * number, and so a cell that begins with a digit. */
static bool
looks_like_header(const struct cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *at = cells[i].bytes;

        if (cells[i].size > 1 && (*at == '-' || *at == '+'))
            at++;
        if (cells[i].size && *at >= '0' && *at <= '9')
            return false;
    }
    return true;
}

int
csv_columns_take(struct csv_columns *columns, const struct cell *cells,
                 size_t count, bool *data, struct failure *failure)
{
    bool named = columns->header == HEADER_YES;
    size_t size = 0;
    bool *taken = allocate(failure, count, sizeof *taken);
    int result = taken ? 0 : -1;

    assert(!columns->known);
    for (size_t i = 0; i < count; i++)
        size += cells[i].size + 1;
    *data = columns->header == HEADER_NO || (columns->header == HEADER_AUTO &&
                                             !looks_like_header(cells, count));
    if (result == 0)
        result = make_room(columns, count, size, failure);
    if (result == 0 && named)
        keep_titles(columns, cells);
    if (result == 0)
        result = take_all(columns, named ? cells : NULL, taken, failure);
    columns->known = result == 0;
    free(taken);
    return result;
}

void
csv_columns_restart(struct csv_columns *columns)
{
    csv_columns_free(columns);
    if (columns->wide)
        csv_wide_restart(columns->wide);
    memset(columns->columns, 0, sizeof columns->columns);
    columns->known = false;
    columns->count = 0;
    columns->feed_count = columns->join_count = 0;
}

void
csv_columns_free(struct csv_columns *columns)
{
    free(columns->slots);
    free(columns->titles);
    free(columns->header_text);
    free(columns->where_columns);
    columns->slots = NULL;
    columns->titles = NULL;
    columns->header_text = NULL;
    columns->where_columns = NULL;
}

/* ---- rows ---------------------------------------------------------------- */

void
csv_columns_begin(const struct csv_columns *columns, struct csv_record *record)
{
    memcpy(record->cells, columns->mapping->defaults, sizeof record->cells);
}

/* Puts a cell into a slot: its default if it is null.  Returns the bit of the
 * slot if the cell is not. */
static inline uint64_t
put(const struct csv_columns *columns, struct cell cell, unsigned slot,
    bool nulls, struct csv_record *record)
{
    if (nulls && value_is_null(columns->rules, cell))
        cell.size = 0;
    if (cell.size) {
        record->cells[slot] = cell;
        return UINT64_C(1) << slot;
    }
    record->cells[slot] = columns->mapping->defaults[slot];
    return 0;
}

/* nulls is a constant where it is called: the rows of most files are read
 * without looking for it. */
static inline __attribute__((always_inline)) void
put_row(const struct csv_columns *columns, const struct cell *cells, bool nulls,
        struct csv_record *record)
{
    const uint8_t *slots = columns->slots;
    size_t count = columns->count;
    uint64_t given = 0;

    for (size_t i = 0; i < count; i++)
        given |= put(columns, cells[i], slots[i], nulls, record);
    record->given |= given;
}

static int
put_joined(const struct csv_columns *columns, const struct join *join,
           const struct cell *cells, struct csv_record *record,
           struct failure *failure)
{
    struct cell text = {record->joined + record->joined_used, 0};

    for (unsigned i = 0; i < join->count; i++) {
        struct cell part = cells[join->columns[i]];
        char *at = record->joined + record->joined_used;

        if (part.size == 0)
            continue;
        if (part.size + 1 > JOINED_MAX - record->joined_used)
            return fail(failure, FAILURE_DATA, "the texts of %s are too long",
                        slot_name(columns->mapping->type, join->slot));
        if (text.size)
            *at++ = ' ';
        memcpy(at, part.bytes, part.size);
        text.size = (size_t)(at + part.size - text.bytes);
        record->joined_used = (size_t)(at + part.size - record->joined);
    }
    assert(record->joined_used <= JOINED_MAX);
    record->given |= put(columns, text, join->slot, true, record);
    return 0;
}

static bool
is_wanted(const struct csv_columns *columns, const struct cell *cells)
{
    const struct mapping *mapping = columns->mapping;

    for (size_t i = 0; i < mapping->where_count; i++)
        if (cell_equal(cells[columns->where_columns[i]],
                       mapping->wheres[i].text) == mapping->wheres[i].differs)
            return false;
    return true;
}

int
csv_columns_record(const struct csv_columns *columns, const struct cell *cells,
                   struct csv_record *record, struct failure *failure)
{
    assert(columns->known);
    if (!is_wanted(columns, cells))
        return 0;
    record->given = columns->mapping->given;
    record->joined_used = 0;
    if (columns->rules->null_count)
        put_row(columns, cells, true, record);
    else
        put_row(columns, cells, false, record);
    for (unsigned i = 0; i < columns->feed_count; i++)
        record->given |= put(columns, cells[columns->feeds[i].column],
                             columns->feeds[i].slot, true, record);
    for (unsigned i = 0; i < columns->join_count; i++)
        if (put_joined(columns, &columns->joins[i], cells, record, failure) !=
            0)
            return -1;
    record->given &= ~(UINT64_C(1) << SLOT_NONE);
    return 1;
}

bool
csv_columns_needs(const struct csv_columns *columns, uint32_t column)
{
    bool needed = columns->slots[column] != SLOT_NONE;

    assert(columns->known && column < columns->count);
    for (unsigned i = 0; i < columns->join_count; i++)
        for (unsigned part = 0; part < columns->joins[i].count; part++)
            needed |= columns->joins[i].columns[part] == column;
    for (size_t i = 0; i < columns->mapping->where_count; i++)
        needed |= columns->where_columns[i] == column;
    return needed;
}

int
csv_columns_fail_at(const struct csv_columns *columns, unsigned slot,
                    struct failure *failure)
{
    const char *name = slot_name(columns->mapping->type, slot);
    uint32_t column = name ? columns->columns[slot] : 0;

    assert(column <= columns->count);
    if (!name)
        return -1;
    if (column == 0)
        return fail_at(failure, "%s", name);
    if (columns->header != HEADER_YES)
        return fail_at(failure, "column %" PRIu32 " (%s)", column, name);
    return fail_at(failure, "column %s",
                   columns->header_text + columns->titles[column - 1]);
}
