#include "archive/part_group.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

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

static const struct parquet_group *
in_footer(const struct part_group *group, uint32_t number)
{
    assert(number < group->file.footer.group_count);
    return &group->file.footer.groups[number];
}

/* Definitions are wanted whatever the selection: what comes later needs
 * them. */
static bool
is_selected(const struct part_group *group)
{
    uint16_t type = group->columns.layout.type;

    return group->filter->selection && type != EVENT_INSTRUMENT &&
           type != EVENT_NAME;
}

/* A time as a column of times has it. */
static uint64_t
in_column(const struct part_group *group, unsigned column, int64_t time)
{
    return (uint64_t)(layout_is_split(&group->columns.layout, column)
                          ? micros_of(time)
                          : time);
}

static bool
outside_time(const struct part_group *group, uint32_t number)
{
    const struct selection *selection = group->filter->selection;
    int time = layout_find(&group->columns.layout, COLUMN_TIME);
    int64_t to = selection->to == TIME_NULL ? INT64_MAX : selection->to - 1;

    assert(time >= 0); /* every layout has it */
    return outside(&in_footer(group, number)->chunks[time].stats,
                   in_column(group, (unsigned)time, selection->from),
                   in_column(group, (unsigned)time, to), 0);
}

/* The column of a field with an id that a row group can have by its bounds; or
 * -1. */
static int
column_of_id(const struct part_group *group, uint32_t number,
             const struct selection_id *id)
{
    const struct layout *layout = &group->columns.layout;
    int column = parquet_footer_column(&group->file.footer, id->field);

    if (column < 0 || layout->roles[column] != COLUMN_FIELD ||
        outside(&in_footer(group, number)->chunks[column].stats, id->id, id->id,
                UINT64_C(1) << 63))
        return -1;
    return column;
}

static bool
outside_ids(const struct part_group *group, uint32_t number)
{
    const struct selection *selection = group->filter->selection;

    for (unsigned i = 0; i < selection->id_count; i++)
        if (column_of_id(group, number, &selection->ids[i]) >= 0)
            return false;
    return true;
}

bool
part_group_possible(const struct part_group *group, uint32_t number)
{
    const struct part_filter *filter = group->filter;

    if (filter->to_seq == 0 ||
        outside(&in_footer(group, number)->chunks[0].stats, filter->from_seq,
                filter->to_seq - 1, UINT64_C(1) << 63))
        return false;
    if (!is_selected(group))
        return true;
    return !(filter->selection->by_time && outside_time(group, number)) &&
           !(filter->selection->by_id && outside_ids(group, number));
}

/* Whether the row group can have one of the ids, also by the Bloom filters:
 * 1, 0, -1. */
static int
may_have_ids(struct part_group *group)
{
    const struct selection *selection = group->filter->selection;
    int result = 0;

    for (unsigned i = 0; result == 0 && i < selection->id_count; i++) {
        const struct selection_id *id = &selection->ids[i];
        int column = column_of_id(group, group->number, id);

        if (column >= 0)
            result = parquet_reader_may_have(&group->file, group->number,
                                             (unsigned)column, id->id,
                                             &group->failure);
    }
    return result;
}

/* ---- rows ---------------------------------------------------------------- */

/* Each keep_... marks the rows that its condition wants in group->wanted; -1
 * with a failure. */

/* The next rows of a column that all of a row group is gone over in, from row
 * first on: how many, 0 after the last, -1. */
static int
next_piece(struct part_group *group, unsigned column, uint32_t first,
           struct parquet_piece *piece)
{
    struct event_columns *columns = &group->columns;
    uint32_t rows = columns->cursors[column].chunk.values.count;
    uint32_t left = rows - first;
    uint32_t count = left < PARQUET_PIECE ? left : PARQUET_PIECE;

    /* what the caller marks are bytes of wanted */
    assert(first <= rows && rows <= group->wanted.size);
    if (count > 0 &&
        event_columns_take(columns, column, count, piece, &group->failure) != 0)
        return -1;
    return (int)count;
}

/* Words from from to last, of which null is none. */
static int
keep_between(struct part_group *group, unsigned column, uint64_t from,
             uint64_t last)
{
    uint8_t *wanted = group->wanted.bytes;
    struct parquet_piece piece;
    int count;

    if (event_columns_load(&group->columns, group->number, column,
                           &group->failure) != 0)
        return -1;
    for (uint32_t row = 0; (count = next_piece(group, column, row, &piece)) > 0;
         row += (uint32_t)count)
        for (int i = 0; i < count; i++)
            wanted[row + (uint32_t)i] &= (!piece.valid || piece.valid[i]) &&
                                         piece.words[i] - from <= last - from;
    return count;
}

/* To the microsecond, where times are kept so; the caller judges the events. */
static int
keep_times(struct part_group *group)
{
    const struct selection *selection = group->filter->selection;
    unsigned time = (unsigned)layout_find(&group->columns.layout, COLUMN_TIME);
    int64_t from = selection->from, last = INT64_MAX;

    if (from == TIME_NULL)
        from++;
    if (selection->to != TIME_NULL)
        last = selection->to - 1;
    if (last < from) {
        memset(group->wanted.bytes, 0, group->wanted.size);
        return 0;
    }
    return keep_between(group, time, in_column(group, time, from),
                        in_column(group, time, last));
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

/* Marks the symbols of a table that are wanted in group->places; how many. */
static int64_t
mark_symbols(struct part_group *group, const struct parquet_values *symbols,
             const struct parquet_values *exchanges)
{
    int64_t count = 0;
    uint8_t *places;

    bytes_clear(&group->places);
    places = bytes_room(&group->places, symbols->table_count + 1UL);
    if (!places)
        return fail_memory(&group->failure);
    for (uint32_t i = 0; i < symbols->table_count; i++) {
        places[i] = wants_symbol(group->filter->selection, &symbols->table[i],
                                 exchanges);
        count += places[i];
    }
    return count;
}

/* Whether the row group's dictionary of symbols, which is read alone, has none
 * that is wanted: 1, 0 when it may, -1. */
static int
lacks_symbols(struct part_group *group, unsigned symbol,
              const struct parquet_values *exchanges)
{
    struct event_columns *columns = &group->columns;
    const struct parquet_stats *stats =
        &in_footer(group, group->number)->chunks[symbol].stats;
    int64_t count = 1;
    int whole;

    if (!stats->has_nulls || stats->nulls != 0 ||
        columns->loaded[symbol] == group->number + 1)
        return 0;
    whole =
        event_columns_table(columns, group->number, symbol, &group->failure);
    if (whole > 0)
        count = mark_symbols(group, &columns->cursors[symbol].chunk.values,
                             exchanges);
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
keep_symbols(struct part_group *group)
{
    struct event_columns *columns = &group->columns;
    int symbol = layout_find(&columns->layout, COLUMN_SYMBOL);
    int exchange = layout_find(&columns->layout, COLUMN_EXCHANGE);
    const struct parquet_values *exchanges;
    uint8_t *wanted = group->wanted.bytes;
    struct parquet_piece piece;
    int count;

    if (symbol < 0 || names_others(&columns->layout))
        return 0;
    assert(exchange >= 0); /* the two come together */
    exchanges = &columns->cursors[exchange].chunk.values;
    if (event_columns_load(columns, group->number, (unsigned)exchange,
                           &group->failure) != 0)
        return -1;
    count = lacks_symbols(group, (unsigned)symbol, exchanges);
    if (count != 0) {
        memset(wanted, 0, group->wanted.size);
        return count < 0 ? -1 : 0;
    }
    if (event_columns_load(columns, group->number, (unsigned)symbol,
                           &group->failure) != 0 ||
        mark_symbols(group, &columns->cursors[symbol].chunk.values, exchanges) <
            0)
        return -1;
    for (uint32_t row = 0;
         (count = next_piece(group, (unsigned)symbol, row, &piece)) > 0;
         row += (uint32_t)count)
        keep_places(wanted + row, group->places.bytes, &piece, (uint32_t)count);
    return count;
}

/* Marks which of count values of a column are asked for; null is 0, which
 * never is. */
typedef void mark_wanted(const struct selection *selection,
                         const struct schema_field *field,
                         const uint64_t *words, uint32_t count, uint8_t *some);

static void
mark_accounts(const struct selection *selection,
              const struct schema_field *field, const uint64_t *words,
              uint32_t count, uint8_t *some)
{
    (void)field;
    for (uint32_t i = 0; i < count; i++)
        if (words[i] && map_get(&selection->accounts, words[i]) != MAP_NONE)
            some[i] = 1;
}

static void
mark_ids(const struct selection *selection, const struct schema_field *field,
         const uint64_t *words, uint32_t count, uint8_t *some)
{
    for (unsigned k = 0; k < selection->id_count; k++) {
        uint64_t id = selection->ids[k].id;

        if (strcmp(selection->ids[k].field, field->name) != 0)
            continue;
        for (uint32_t i = 0; i < count; i++)
            some[i] |= words[i] == id;
    }
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

/* Marks in group->places the rows of which a field has a value that is
 * wanted. */
static int
mark_values(struct part_group *group, unsigned column, mark_wanted *mark)
{
    const struct selection *selection = group->filter->selection;
    const struct schema_field *field = group->columns.layout.fields[column];
    struct parquet_piece piece;
    int count = 0;

    if (event_columns_load(&group->columns, group->number, column,
                           &group->failure) != 0)
        return -1;
    for (uint32_t row = 0; event_columns_some(&group->columns, column) &&
                           (count = next_piece(group, column, row, &piece)) > 0;
         row += (uint32_t)count)
        mark(selection, field, piece.words, (uint32_t)count,
             group->places.bytes + row);
    return count;
}

/* Rows of which some field has a value that is wanted. */
static int
keep_values(struct part_group *group, bool accounts)
{
    struct event_columns *columns = &group->columns;
    size_t count = group->wanted.size;
    uint8_t *wanted = group->wanted.bytes, *some;

    bytes_clear(&group->places);
    some = bytes_room(&group->places, count);
    if (!some)
        return fail_memory(&group->failure);
    memset(some, 0, count);
    for (unsigned c = 0; c < columns->layout.column_count; c++) {
        const struct schema_field *field = columns->layout.fields[c];

        if (field && looks_at(group->filter->selection, field, accounts) &&
            mark_values(group, c, accounts ? mark_accounts : mark_ids) != 0)
            return -1;
    }
    for (size_t i = 0; i < count; i++)
        wanted[i] &= some[i];
    return 0;
}

/* What only the whole event can say is left to the caller to judge. */
static int
keep_raw(struct part_group *group)
{
    struct event_columns *columns = &group->columns;
    unsigned raw = (unsigned)layout_find(&columns->layout, COLUMN_RAW);
    struct parquet_piece piece;
    int count = 0;

    if (event_columns_load(columns, group->number, raw, &group->failure) != 0)
        return -1;
    for (uint32_t row = 0; event_columns_some(columns, raw) &&
                           (count = next_piece(group, raw, row, &piece)) > 0;
         row += (uint32_t)count)
        for (uint32_t i = 0; i < (uint32_t)count; i++)
            group->wanted.bytes[row + i] |= !piece.valid || piece.valid[i];
    return count;
}

static int
keep_selected(struct part_group *group)
{
    const struct selection *selection = group->filter->selection;

    if (selection->by_time && keep_times(group) != 0)
        return -1;
    if (selection->by_symbol && keep_symbols(group) != 0)
        return -1;
    if (selection->by_account && keep_values(group, true) != 0)
        return -1;
    if (selection->by_id && keep_values(group, false) != 0)
        return -1;
    return keep_raw(group);
}

/* ---- a row group --------------------------------------------------------- */

/* Makes the list of rows that are wanted. */
static int
list_rows(struct part_group *group)
{
    const uint8_t *wanted = group->wanted.bytes;
    size_t rows = group->wanted.size;
    uint32_t *list, count = 0;

    bytes_clear(&group->rows);
    list = (void *)bytes_room(&group->rows, rows * sizeof *list + 8);
    if (!list)
        return fail_memory(&group->failure);
    for (uint32_t i = 0; i < rows; i++) {
        while (i + 8 <= rows && memcmp(wanted + i, "\0\0\0\0\0\0\0", 8) == 0)
            i += 8; /* most often few rows are wanted */
        if (i == rows)
            break;
        list[count] = i;
        count += wanted[i];
    }
    group->row_count = count;
    return count > 0;
}

static bool
by_seq(const struct part_filter *filter)
{
    return filter->from_seq > 0 || filter->to_seq < UINT64_MAX;
}

/* Marks the rows that are wanted, where not all are. */
static int
select_rows(struct part_group *group)
{
    const struct part_filter *filter = group->filter;
    size_t rows = (size_t)in_footer(group, group->number)->rows;
    uint8_t *wanted;

    bytes_clear(&group->wanted);
    wanted = bytes_room(&group->wanted, rows + 1);
    if (!wanted)
        return fail_memory(&group->failure);
    memset(wanted, 1, rows);
    group->wanted.size = rows;
    if ((by_seq(filter) &&
         keep_between(group, 0, filter->from_seq, filter->to_seq - 1) != 0) ||
        (is_selected(group) && keep_selected(group) != 0))
        return -1;
    return list_rows(group);
}

/* Loads the row group, or as much as shows that nothing of it is wanted: 1, 0,
 * -1. */
static int
load(struct part_group *group)
{
    struct parquet_picks picks = {0};
    size_t rows = (size_t)in_footer(group, group->number)->rows;
    int result = rows > 0;

    if (is_selected(group) && group->filter->selection->by_id)
        result = may_have_ids(group);
    if (result > 0 && (is_selected(group) || by_seq(group->filter))) {
        result = select_rows(group);
        if (group->row_count < rows)
            picks = (struct parquet_picks){(const void *)group->rows.bytes,
                                           group->row_count};
    }
    if (result <= 0)
        return result;
    return event_columns_begin(&group->columns, group->number, picks,
                               &group->failure) == 0
               ? 1
               : -1;
}

static void
work(void *owner)
{
    struct part_group *group = owner;

    group->result = load(group);
}

int
part_group_init(struct part_group *group, const struct parquet_reader *file,
                const struct part_filter *filter, struct failure *failure)
{
    memset(group, 0, sizeof *group);
    group->filter = filter;
    group->job.work = work;
    group->job.owner = group;
    if (parquet_reader_share(&group->file, file, failure) != 0)
        return -1;
    return event_columns_init(&group->columns, &group->file, failure);
}

void
part_group_free(struct part_group *group)
{
    event_columns_free(&group->columns);
    parquet_reader_close(&group->file);
    bytes_free(&group->rows);
    bytes_free(&group->wanted);
    bytes_free(&group->places);
}
