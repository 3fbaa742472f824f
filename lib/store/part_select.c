/* Which rows of a part can be wanted: first by what the footer says of a row
 * group, then by the columns that the selection looks at, so that the others
 * are read only for row groups that have such rows. */
#include <string.h>

#include "base/clock.h"
#include "store/part.h"

/* ---- the footer ---------------------------------------------------------- */

/* True when the bounds of a column of eight bytes say that no value lies in
 * [from, to]. turn: the sign bit for unsigned values. */
static bool
outside(const struct parquet_stats *stats, uint64_t from, uint64_t to,
        uint64_t turn)
{
    uint64_t min, max;

    if (!stats->has_bounds || stats->min_size != 8 || stats->max_size != 8)
        return false;
    memcpy(&min, stats->min, 8);
    memcpy(&max, stats->max, 8);
    return (int64_t)(max ^ turn) < (int64_t)(from ^ turn) ||
           (int64_t)(min ^ turn) > (int64_t)(to ^ turn);
}

static bool
outside_time(const struct part_reader *reader,
             const struct parquet_group *group)
{
    const struct selection *selection = reader->filter.selection;
    int time = layout_find(&reader->columns.layout, COLUMN_TIME);
    int64_t to = selection->to == TIME_NULL ? INT64_MAX : selection->to - 1;

    return outside(&group->chunks[time].stats, (uint64_t)selection->from,
                   (uint64_t)to, 0);
}

/* Whether a row group can have one of the ids: the fields of that name say
 * no by their bounds, or by their Bloom filters. 1, 0, -1. */
static int
may_have_ids(struct part_reader *reader, uint32_t number,
             struct failure *failure)
{
    const struct selection *selection = reader->filter.selection;
    const struct layout *layout = &reader->columns.layout;
    const struct parquet_group *group = &reader->file.footer.groups[number];
    int result = 0;

    for (unsigned i = 0; result == 0 && i < selection->id_count; i++) {
        uint64_t id = selection->ids[i].id;
        int column = parquet_footer_column(&reader->file.footer,
                                           selection->ids[i].field);

        if (column < 0 || layout->roles[column] != COLUMN_FIELD ||
            outside(&group->chunks[column].stats, id, id, UINT64_C(1) << 63))
            continue;
        result = parquet_reader_may_have(&reader->file, number,
                                         (unsigned)column, id, failure);
    }
    return result;
}

/* ---- rows ---------------------------------------------------------------- */

/* Each keep_... marks the rows that its condition wants in reader->wanted; -1
 * with a failure. */

/* The next rows of a column that all of a row group is gone over in, from row
 * first on: how many, 0 after the last, -1. */
static int
next_piece(struct part_reader *reader, unsigned column, uint32_t first,
           struct parquet_piece *piece, struct failure *failure)
{
    struct event_columns *columns = &reader->columns;
    uint32_t left = columns->cursors[column].chunk.values.count - first;
    uint32_t count = left < PARQUET_PIECE ? left : PARQUET_PIECE;

    if (count > 0 &&
        event_columns_take(columns, column, count, piece, failure) != 0)
        return -1;
    return (int)count;
}

/* Words from from to last, of which null is none. */
static int
keep_between(struct part_reader *reader, uint32_t group, unsigned column,
             uint64_t from, uint64_t last, struct failure *failure)
{
    uint8_t *wanted = reader->wanted.bytes;
    struct parquet_piece piece;
    int count;

    if (event_columns_load(&reader->columns, group, column, failure) != 0)
        return -1;
    for (uint32_t row = 0;
         (count = next_piece(reader, column, row, &piece, failure)) > 0;
         row += (uint32_t)count)
        for (int i = 0; i < count; i++)
            wanted[row + (uint32_t)i] &= (!piece.valid || piece.valid[i]) &&
                                         piece.words[i] - from <= last - from;
    return count;
}

static int
keep_times(struct part_reader *reader, uint32_t group, struct failure *failure)
{
    const struct selection *selection = reader->filter.selection;
    unsigned time = (unsigned)layout_find(&reader->columns.layout, COLUMN_TIME);
    int64_t from = selection->from, last = INT64_MAX;

    if (from == TIME_NULL)
        from++;
    if (selection->to != TIME_NULL)
        last = selection->to - 1;
    if (last < from) {
        memset(reader->wanted.bytes, 0, reader->wanted.size);
        return 0;
    }
    return keep_between(reader, group, time, (uint64_t)from, (uint64_t)last,
                        failure);
}

/* Whether a symbol is wanted with any of the exchanges. */
static bool
wants_symbol(const struct selection *selection,
             const struct parquet_text *symbol,
             const struct parquet_values *exchanges)
{
    const char *bytes = (const char *)symbol->bytes;

    if (selection_may_take_symbol(selection, "", 0, bytes, symbol->size))
        return true;
    for (uint32_t i = 0; i < exchanges->table_count; i++)
        if (selection_may_take_symbol(
                selection, (const char *)exchanges->table[i].bytes,
                exchanges->table[i].size, bytes, symbol->size))
            return true;
    return false;
}

/* Whether events of the type name instruments in fields too. */
static bool
names_others(const struct layout *layout)
{
    for (unsigned i = 0; i < layout->column_count; i++)
        if (layout->fields[i] && layout->fields[i]->kind == FIELD_INSTRUMENT)
            return true;
    return false;
}

/* Marks the symbols of a table that are wanted in reader->places; how many. */
static int64_t
mark_symbols(struct part_reader *reader, const struct parquet_values *symbols,
             const struct parquet_values *exchanges, struct failure *failure)
{
    int64_t count = 0;
    uint8_t *places;

    growing_clear(&reader->places);
    places = growing_room(&reader->places, symbols->table_count + 1UL);
    if (!places)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    for (uint32_t i = 0; i < symbols->table_count; i++) {
        places[i] = wants_symbol(reader->filter.selection, &symbols->table[i],
                                 exchanges);
        count += places[i];
    }
    return count;
}

/* Whether the row group's dictionary of symbols, which is read alone, has none
 * that is wanted: 1, 0 when it may, -1. */
static int
lacks_symbols(struct part_reader *reader, uint32_t group, unsigned symbol,
              const struct parquet_values *exchanges, struct failure *failure)
{
    struct event_columns *columns = &reader->columns;
    const struct parquet_stats *stats =
        &reader->file.footer.groups[group].chunks[symbol].stats;
    int64_t count = 1;
    int whole;

    if (!stats->has_nulls || stats->nulls != 0 ||
        columns->loaded[symbol] == group + 1)
        return 0;
    whole = event_columns_table(columns, group, symbol, failure);
    if (whole > 0)
        count = mark_symbols(reader, &columns->cursors[symbol].chunk.values,
                             exchanges, failure);
    return whole < 0 || count < 0 ? -1 : count == 0;
}

/* Rows whose place in the table is marked; those without one stay. */
static void
keep_places(uint8_t *wanted, const uint8_t *places,
            const struct parquet_piece *piece, uint32_t count)
{
    const uint64_t *words = piece->words;
    const uint8_t *valid = piece->valid;

    for (uint32_t i = 0; !valid && i < count; i++)
        wanted[i] &= places[words[i]];
    for (uint32_t i = 0; valid && i < count; i++)
        wanted[i] &= !valid[i] || places[words[i]];
}

static int
keep_symbols(struct part_reader *reader, uint32_t group,
             struct failure *failure)
{
    struct event_columns *columns = &reader->columns;
    int symbol = layout_find(&columns->layout, COLUMN_SYMBOL);
    int exchange = layout_find(&columns->layout, COLUMN_EXCHANGE);
    const struct parquet_values *exchanges;
    uint8_t *wanted = reader->wanted.bytes;
    struct parquet_piece piece;
    int count;

    if (symbol < 0 || names_others(&columns->layout))
        return 0;
    exchanges = &columns->cursors[exchange].chunk.values;
    if (event_columns_load(columns, group, (unsigned)exchange, failure) != 0)
        return -1;
    count = lacks_symbols(reader, group, (unsigned)symbol, exchanges, failure);
    if (count != 0) {
        memset(wanted, 0, reader->wanted.size);
        return count < 0 ? -1 : 0;
    }
    if (event_columns_load(columns, group, (unsigned)symbol, failure) != 0 ||
        mark_symbols(reader, &columns->cursors[symbol].chunk.values, exchanges,
                     failure) < 0)
        return -1;
    for (uint32_t row = 0; (count = next_piece(reader, (unsigned)symbol, row,
                                               &piece, failure)) > 0;
         row += (uint32_t)count)
        keep_places(wanted + row, reader->places.bytes, &piece,
                    (uint32_t)count);
    return count;
}

/* Whether a value of a column is one that is asked for. */
typedef bool wants_value(const struct selection *selection,
                         const struct schema_field *field, uint64_t value);

static bool
wants_account(const struct selection *selection,
              const struct schema_field *field, uint64_t value)
{
    return field->id_kind == ID_ACCOUNT && value &&
           map_get(&selection->accounts, value) != MAP_NONE;
}

static bool
wants_id(const struct selection *selection, const struct schema_field *field,
         uint64_t value)
{
    for (unsigned i = 0; i < selection->id_count; i++)
        if (selection->ids[i].id == value &&
            strcmp(selection->ids[i].field, field->name) == 0)
            return true;
    return false;
}

/* Whether a selection looks at a field at all. */
static bool
looks_at(const struct selection *selection, const struct schema_field *field,
         bool accounts)
{
    if (field->kind != FIELD_ID)
        return false;
    if (accounts)
        return field->id_kind == ID_ACCOUNT;
    for (unsigned i = 0; i < selection->id_count; i++)
        if (strcmp(selection->ids[i].field, field->name) == 0)
            return true;
    return false;
}

/* Marks in reader->places the rows of which a field has a value that is
 * wanted. */
static int
mark_values(struct part_reader *reader, uint32_t group, unsigned column,
            wants_value *wants, struct failure *failure)
{
    const struct selection *selection = reader->filter.selection;
    const struct schema_field *field = reader->columns.layout.fields[column];
    const uint8_t *wanted = reader->wanted.bytes;
    uint8_t *some = reader->places.bytes;
    struct parquet_piece piece;
    int count = 0;

    if (event_columns_load(&reader->columns, group, column, failure) != 0)
        return -1;
    for (uint32_t row = 0;
         event_columns_some(&reader->columns, column) &&
         (count = next_piece(reader, column, row, &piece, failure)) > 0;
         row += (uint32_t)count)
        for (uint32_t i = 0; i < (uint32_t)count; i++)
            if (wanted[row + i] && !some[row + i] &&
                (!piece.valid || piece.valid[i]))
                some[row + i] = wants(selection, field, piece.words[i]);
    return count;
}

/* Rows of which some field has a value that is wanted. */
static int
keep_values(struct part_reader *reader, uint32_t group, bool accounts,
            struct failure *failure)
{
    struct event_columns *columns = &reader->columns;
    size_t count = reader->wanted.size;
    uint8_t *wanted = reader->wanted.bytes, *some;

    growing_clear(&reader->places);
    some = growing_room(&reader->places, count);
    if (!some)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    memset(some, 0, count);
    for (unsigned c = 0; c < columns->layout.column_count; c++) {
        const struct schema_field *field = columns->layout.fields[c];

        if (field && looks_at(reader->filter.selection, field, accounts) &&
            mark_values(reader, group, c, accounts ? wants_account : wants_id,
                        failure) != 0)
            return -1;
    }
    for (size_t i = 0; i < count; i++)
        wanted[i] &= some[i];
    return 0;
}

/* What only the whole event tells is left to the caller to judge. */
static int
keep_raw(struct part_reader *reader, uint32_t group, struct failure *failure)
{
    struct event_columns *columns = &reader->columns;
    unsigned raw = (unsigned)layout_find(&columns->layout, COLUMN_RAW);
    struct parquet_piece piece;
    int count = 0;

    if (event_columns_load(columns, group, raw, failure) != 0)
        return -1;
    for (uint32_t row = 0;
         event_columns_some(columns, raw) &&
         (count = next_piece(reader, raw, row, &piece, failure)) > 0;
         row += (uint32_t)count)
        for (uint32_t i = 0; i < (uint32_t)count; i++)
            reader->wanted.bytes[row + i] |= !piece.valid || piece.valid[i];
    return count;
}

static int
keep_selected(struct part_reader *reader, uint32_t group,
              struct failure *failure)
{
    const struct selection *selection = reader->filter.selection;

    if (selection->by_time && keep_times(reader, group, failure) != 0)
        return -1;
    if (selection->by_symbol && keep_symbols(reader, group, failure) != 0)
        return -1;
    if (selection->by_account && keep_values(reader, group, true, failure) != 0)
        return -1;
    if (selection->by_id && keep_values(reader, group, false, failure) != 0)
        return -1;
    return keep_raw(reader, group, failure);
}

/* ---- a row group --------------------------------------------------------- */

/* Definitions are wanted whatever the selection: what comes later needs
 * them. */
static bool
is_selected(const struct part_reader *reader)
{
    uint16_t type = reader->columns.layout.type;

    return reader->filter.selection && type != EVENT_INSTRUMENT &&
           type != EVENT_NAME;
}

/* Makes the list of rows that are wanted. */
static int
list_rows(struct part_reader *reader, struct failure *failure)
{
    const uint8_t *wanted = reader->wanted.bytes;
    size_t rows = reader->wanted.size;
    uint32_t *list, count = 0;

    growing_clear(&reader->rows);
    list = (void *)growing_room(&reader->rows, rows * sizeof *list + 8);
    if (!list)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    for (uint32_t i = 0; i < rows; i++) {
        while (i + 8 <= rows && memcmp(wanted + i, "\0\0\0\0\0\0\0", 8) == 0)
            i += 8; /* most often few rows are wanted */
        if (i == rows)
            break;
        list[count] = i;
        count += wanted[i];
    }
    reader->row_count = count;
    return count > 0;
}

static int
keep_rows(struct part_reader *reader, uint32_t group, struct failure *failure)
{
    const struct part_filter *filter = &reader->filter;

    if ((filter->from_seq > 0 || filter->to_seq < UINT64_MAX) &&
        keep_between(reader, group, 0, filter->from_seq, filter->to_seq - 1,
                     failure) != 0)
        return -1;
    return is_selected(reader) ? keep_selected(reader, group, failure) : 0;
}

/* Marks the rows that are wanted, where not all are. */
static int
select_rows(struct part_reader *reader, uint32_t group, struct failure *failure)
{
    size_t rows = (size_t)reader->file.footer.groups[group].rows;
    uint8_t *wanted;

    growing_clear(&reader->wanted);
    wanted = growing_room(&reader->wanted, rows + 1);
    if (!wanted)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    memset(wanted, 1, rows);
    reader->wanted.size = rows;
    if (keep_rows(reader, group, failure) != 0)
        return -1;
    return list_rows(reader, failure);
}

int
part_select_group(struct part_reader *reader, uint32_t number,
                  struct failure *failure)
{
    const struct parquet_group *group = &reader->file.footer.groups[number];
    const struct part_filter *filter = &reader->filter;
    int result = 1;

    if (filter->to_seq == 0 ||
        outside(&group->chunks[0].stats, filter->from_seq, filter->to_seq - 1,
                UINT64_C(1) << 63))
        return 0;
    if (is_selected(reader)) {
        if (filter->selection->by_time && outside_time(reader, group))
            return 0;
        if (filter->selection->by_id)
            result = may_have_ids(reader, number, failure);
        if (result <= 0)
            return result;
    }
    if (is_selected(reader) || filter->from_seq > 0 ||
        filter->to_seq < UINT64_MAX)
        return select_rows(reader, number, failure);
    reader->row_count = (uint32_t)group->rows;
    return reader->row_count > 0;
}
