/* Events from the columns of a row group. */
#include "archive/event_columns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "archive/event_times.h"
#include "tape/frame.h"

_Static_assert(EVENT_MAX <= UINT16_MAX, "where an event ends fits its ends");
_Static_assert(PARQUET_COLUMNS_MAX <= UINT8_MAX + 1,
               "the number of a column fits differ");

#define PLACES_MAX (1 << 20) /* of symbol and exchange, whose ids are kept */

/* Events that column raw holds are built too, from what the other columns
 * have, but after all others, where they are never read: so no loop needs a
 * case for them. */
struct build {
    struct event_columns *columns;
    uint32_t first, count; /* rows */
    unsigned char *bytes;
    struct failure *failure;
};

/* The number of a column by role when some row has a value of it; or -1. */
static int
column_of(const struct event_columns *columns, enum column_role role)
{
    int column = layout_find(&columns->layout, role);

    return column >= 0 && event_columns_some(columns, (unsigned)column) ? column
                                                                        : -1;
}

static const struct parquet_text *
table_of(const struct event_columns *columns, unsigned column)
{
    return columns->cursors[column].chunk.values.table;
}

/* ---- what is equal in all rows ------------------------------------------- */

/* Whether null is the least number rather than 0. */
static bool
is_signed(const struct schema_field *field)
{
    return field->kind == FIELD_PRICE || field->kind == FIELD_QUANTITY ||
           field->kind == FIELD_RATIO || field->kind == FIELD_TIME ||
           field->kind == FIELD_DURATION || field->kind == FIELD_INTERVAL;
}

/* Puts a field into the event of what is equal; false when rows differ. */
static bool
put_same_field(struct event_columns *columns,
               const struct parquet_cursor *cursor, unsigned column)
{
    const struct schema_field *field = columns->layout.fields[column];
    bool null = cursor->way == PARQUET_CURSOR_NULL;
    uint64_t word = cursor->word;
    const struct layout *layout = &columns->layout;
    struct amount amount = amount_of(AMOUNT_NULL);

    if (!layout_has(layout, field))
        return true;
    if (!null && layout_is_split(layout, column))
        word *= NANOS_IN_MICRO;
    if (!null && (cursor->way != PARQUET_CURSOR_SAME ||
                  field->kind == FIELD_TEXT || field->kind == FIELD_AMOUNT))
        return false;
    if (null)
        word = is_signed(field) ? (uint64_t)INT64_MIN : 0;
    if (field->kind == FIELD_AMOUNT)
        memcpy(columns->same + field->offset, &amount, sizeof amount);
    else if (field->kind != FIELD_TEXT)
        memcpy(columns->same + field->offset, &word, field->size);
    return true;
}

static bool
put_same(struct event_columns *columns, unsigned column)
{
    const struct parquet_cursor *cursor = &columns->cursors[column];
    struct event *event = (void *)columns->same;

    switch (columns->layout.roles[column]) {
    case COLUMN_SEQ: return false;
    case COLUMN_FIELD: return put_same_field(columns, cursor, column);
    case COLUMN_TIME:
        if (cursor->way == PARQUET_CURSOR_SAME)
            event->time = (int64_t)(layout_is_split(&columns->layout, column)
                                        ? cursor->word * NANOS_IN_MICRO
                                        : cursor->word);
        return cursor->way == PARQUET_CURSOR_SAME ||
               cursor->way == PARQUET_CURSOR_NULL;
    case COLUMN_NANOS: /* they are added to what the column before has put */
    case COLUMN_SYMBOL:
    case COLUMN_EXCHANGE:
    case COLUMN_INSTRUMENT:
    case COLUMN_RAW: break;
    }
    return cursor->way == PARQUET_CURSOR_NULL;
}

int
event_columns_begin(struct event_columns *columns, uint32_t group,
                    struct parquet_picks picks, struct failure *failure)
{
    const struct layout *layout = &columns->layout;
    struct event head = {layout->fixed / 8, layout->type, 0, INT64_MIN};

    columns->picks = picks;
    columns->next = 0;
    columns->seq = 0;
    columns->differ_count = 0;
    columns->has_texts = false;
    bytes_clear(&columns->local);
    memset(columns->same, 0, sizeof columns->same);
    memcpy(columns->same, &head, sizeof head);
    for (unsigned i = 0; i < layout->column_count; i++) {
        if (event_columns_load(columns, group, i, failure) != 0)
            return -1;
        columns->loaded[i] = 0; /* its rows will have been taken */
        if (put_same(columns, i))
            continue;
        columns->differ[columns->differ_count++] = (uint8_t)i;
        columns->has_texts |=
            layout->fields[i] && layout->fields[i]->kind == FIELD_TEXT;
    }
    /* column seq is always among those taken: event_columns_seq reads it */
    assert(columns->differ_count > 0 && columns->differ[0] == 0);
    columns->has_raw = column_of(columns, COLUMN_RAW) >= 0;
    for (uint32_t i = 0; i < PARQUET_PIECE; i++)
        columns->starts[i] = i * layout->fixed;
    return 0;
}

/* ---- places -------------------------------------------------------------- */

/* Sets ends to where each event ends, texts included. */
static int
add_lengths(struct build *build)
{
    struct event_columns *columns = build->columns;
    const struct layout *layout = &columns->layout;

    for (uint32_t i = 0; i < build->count; i++)
        columns->ends[i] = layout->fixed;
    for (unsigned d = 0; d < columns->differ_count; d++) {
        unsigned c = columns->differ[d];
        const struct schema_field *field = layout->fields[c];
        const struct parquet_piece *piece = &columns->pieces[c];
        const struct parquet_text *table = table_of(columns, c);

        if (!field || field->kind != FIELD_TEXT)
            continue;
        for (uint32_t i = 0; i < build->count; i++) {
            uint32_t size = columns->ends[i];

            if (!piece->valid || piece->valid[i])
                size += table[piece->words[i]].size;
            if (size > EVENT_MAX)
                return fail(build->failure, FAILURE_DATA,
                            "row %u: its texts are too long for an event",
                            build->first + i);
            columns->ends[i] = (uint16_t)size;
        }
    }
    return 0;
}

/* The whole event that column raw has for a row, or NULL. */
static const struct parquet_text *
raw_of(const struct event_columns *columns, unsigned raw, uint32_t row)
{
    const struct parquet_piece *piece = &columns->pieces[raw];

    if (piece->valid && !piece->valid[row])
        return NULL;
    return &table_of(columns, raw)[piece->words[row]];
}

/* Decides where each event lies, of events that are not all of one size; the
 * size of all, or -1. */
static int64_t
place_events(struct build *build)
{
    struct event_columns *columns = build->columns;
    const struct layout *layout = &columns->layout;
    unsigned raw = (unsigned)layout_find(layout, COLUMN_RAW);
    uint32_t at = 0, size = layout->fixed;

    if (columns->has_texts && add_lengths(build) != 0)
        return -1;
    for (uint32_t i = 0; i < build->count; i++) {
        const struct parquet_text *text =
            columns->has_raw ? raw_of(columns, raw, i) : NULL;

        columns->starts[i] = text ? UINT32_MAX : at;
        if (columns->has_texts)
            size = (columns->ends[i] + 7U) / 8 * 8;
        at += text ? text->size : size;
    }
    for (uint32_t i = 0; i < build->count; i++)
        if (columns->starts[i] == UINT32_MAX)
            columns->starts[i] = at;
    return at;
}

/* Puts the raw events where they belong, now that all others are built. */
static void
put_raw(struct build *build, unsigned raw)
{
    unsigned char *at = build->bytes;

    for (uint32_t i = 0; i < build->count; i++) {
        const struct parquet_text *text = raw_of(build->columns, raw, i);

        if (text)
            memcpy(at, text->bytes, text->size);
        at += ((const struct event *)(const void *)at)->words * 8UL;
    }
}

/* ---- instruments --------------------------------------------------------- */

/* The local id of a symbol and an exchange (NULL: none) by the file's list. */
static int
look_up(struct event_columns *columns, const struct parquet_text *symbol,
        const struct parquet_text *exchange, uint32_t row, uint32_t *id,
        struct failure *failure)
{
    struct bytes *key = &columns->key;
    uint32_t found;

    bytes_clear(key);
    if (exchange)
        bytes_put(key, exchange->bytes, exchange->size);
    bytes_put_byte(key, 0);
    bytes_put(key, symbol->bytes, symbol->size);
    if (bytes_ok(key, failure) != 0)
        return -1;
    found =
        strtab_find(&columns->identities, (const char *)key->bytes, key->size);
    if (found == STRTAB_NONE)
        return fail(failure, FAILURE_DATA,
                    "row %u: its instrument is not in the file's list", row);
    assert(found < columns->ids.size / sizeof *id);
    *id = ((const uint32_t *)(const void *)columns->ids.bytes)[found];
    return 0;
}

/* Local ids by place of the symbol and, 0 for none, place + 1 of the exchange;
 * 0 where not looked up yet.  NULL: too many, or no memory. */
static uint32_t *
local_ids(struct event_columns *columns, uint64_t count)
{
    struct bytes *local = &columns->local;
    size_t size = (size_t)count * sizeof(uint32_t);

    if (count > PLACES_MAX)
        return NULL;
    if (local->size != size) {
        bytes_clear(local);
        if (!bytes_room(local, size))
            return NULL;
        memset(local->bytes, 0, size);
        local->size = size;
    }
    return (void *)local->bytes;
}

/* The rows that have an id of their own, if any. */
static struct parquet_piece
explicit_ids(const struct event_columns *columns)
{
    int column = column_of(columns, COLUMN_INSTRUMENT);

    return column < 0 ? (struct parquet_piece){0} : columns->pieces[column];
}

/* The ids of all others from their symbols and exchanges. */
static int
put_instruments(struct build *build, unsigned symbol)
{
    struct event_columns *columns = build->columns;
    int exchange = column_of(columns, COLUMN_EXCHANGE);
    const struct parquet_text *names = table_of(columns, symbol);
    const struct parquet_text *exchange_names = NULL;
    struct parquet_piece symbols = columns->pieces[symbol], exchanges = {0};
    struct parquet_piece given = explicit_ids(columns);
    uint64_t width = 1;
    uint32_t *ids;

    if (exchange >= 0) {
        exchanges = columns->pieces[exchange];
        exchange_names = table_of(columns, (unsigned)exchange);
        width += columns->cursors[exchange].chunk.values.table_count;
    }
    ids = local_ids(columns,
                    columns->cursors[symbol].chunk.values.table_count * width);
    for (uint32_t i = 0; i < build->count; i++) {
        struct event *event = (void *)(build->bytes + columns->starts[i]);
        const struct parquet_text *text = NULL;
        uint64_t place = symbols.words[i] * width;
        uint32_t id;

        if ((symbols.valid && !symbols.valid[i]) ||
            (given.words && (!given.valid || given.valid[i])))
            continue;
        if (exchanges.words && (!exchanges.valid || exchanges.valid[i])) {
            text = &exchange_names[exchanges.words[i]];
            place += exchanges.words[i] + 1;
        }
        id = ids ? ids[place] : 0;
        if (id == 0) {
            if (look_up(columns, &names[symbols.words[i]], text,
                        build->first + i, &id, build->failure) != 0)
                return -1;
            if (ids)
                ids[place] = id;
        }
        event->instrument = id;
    }
    return 0;
}

static void
put_explicit(struct build *build, const struct parquet_piece *ids)
{
    for (uint32_t i = 0; i < build->count; i++) {
        struct event *event =
            (void *)(build->bytes + build->columns->starts[i]);

        if (!ids->valid || ids->valid[i])
            event->instrument = (uint32_t)ids->words[i];
    }
}

/* ---- fields -------------------------------------------------------------- */

/* Begins all events with what is equal in them. */
static void
put_all_same(struct build *build, size_t size)
{
    struct event_columns *columns = build->columns;
    size_t fixed = columns->layout.fixed, done = fixed;
    unsigned char *bytes = build->bytes;

    if (!columns->has_texts && !columns->has_raw) {
        memcpy(bytes, columns->same, fixed);
        for (; done < size; done *= 2)
            memcpy(bytes + done, bytes,
                   done < size - done ? done : size - done);
        return;
    }
    memset(bytes, 0, size);
    for (uint32_t i = 0; i < build->count; i++) {
        struct event *event = (void *)(bytes + columns->starts[i]);

        memcpy(event, columns->same, fixed);
        if (!columns->has_texts)
            continue;
        event->words = (uint16_t)((columns->ends[i] + 7) / 8);
        columns->ends[i] = (uint16_t)fixed; /* where the first text goes */
    }
}

static void
put_texts(struct build *build, const struct schema_field *field,
          unsigned column)
{
    struct event_columns *columns = build->columns;
    const struct parquet_piece *piece = &columns->pieces[column];
    const struct parquet_text *table = table_of(columns, column);

    for (uint32_t i = 0; i < build->count; i++) {
        unsigned char *event = build->bytes + columns->starts[i];
        const struct parquet_text *value;
        struct text text = {0, 0, 0};

        if (piece->valid && !piece->valid[i])
            continue;
        value = &table[piece->words[i]];
        if (value->size == 0)
            continue;
        text.offset = columns->ends[i];
        text.length = (uint16_t)value->size;
        assert(text.offset + value->size <= EVENT_MAX); /* by add_lengths */
        memcpy(event + field->offset, &text, sizeof text);
        memcpy(event + text.offset, value->bytes, value->size);
        columns->ends[i] = (uint16_t)(text.offset + value->size);
    }
}

static void
put_amounts(struct build *build, const struct schema_field *field,
            unsigned column)
{
    const struct parquet_piece *piece = &build->columns->pieces[column];
    const struct parquet_text *table = table_of(build->columns, column);
    struct amount null = amount_of(AMOUNT_NULL);

    for (uint32_t i = 0; i < build->count; i++) {
        const void *amount = !piece->valid || piece->valid[i]
                                 ? (const void *)table[piece->words[i]].bytes
                                 : &null;

        memcpy(build->bytes + build->columns->starts[i] + field->offset, amount,
               sizeof null);
    }
}

static void
put_words(struct build *build, size_t offset, size_t size, unsigned column)
{
    const uint32_t *starts = build->columns->starts;
    const uint64_t *words = build->columns->pieces[column].words;
    unsigned char *at = build->bytes + offset;
    uint32_t count = build->count;

    if (size == 8) {
        for (uint32_t i = 0; i < count; i++)
            memcpy(at + starts[i], &words[i], 8);
    } else if (size == 4) {
        for (uint32_t i = 0; i < count; i++)
            memcpy(at + starts[i], &words[i], 4);
    } else {
        for (uint32_t i = 0; i < count; i++)
            at[starts[i]] = (unsigned char)words[i];
    }
}

/* Times, of an event or of a field. */
static void
put_times(struct build *build, size_t offset, unsigned column)
{
    if (layout_is_split(&build->columns->layout, column))
        event_times_put(build->columns, build->bytes, build->count, offset,
                        column);
    else
        put_words(build, offset, sizeof(int64_t), column);
}

static void
put_field(struct build *build, const struct schema_field *field,
          unsigned column)
{
    if (field->kind == FIELD_TIME)
        put_times(build, field->offset, column);
    else if (field->kind == FIELD_TEXT)
        put_texts(build, field, column);
    else if (field->kind == FIELD_AMOUNT)
        put_amounts(build, field, column);
    else
        put_words(build, field->offset, field->size, column);
}

static int
put_column(struct build *build, unsigned column)
{
    const struct layout *layout = &build->columns->layout;

    switch (layout->roles[column]) {
    case COLUMN_TIME:
        put_times(build, offsetof(struct event, time), column);
        return 0;
    case COLUMN_NANOS:
        return event_times_add(build->columns, build->bytes, build->count,
                               column, build->failure);
    case COLUMN_FIELD:
        put_field(build, layout->fields[column], column);
        return 0;
    case COLUMN_SYMBOL: return put_instruments(build, column);
    case COLUMN_INSTRUMENT: /* comes after symbol */
        put_explicit(build, &build->columns->pieces[column]);
        return 0;
    case COLUMN_RAW: put_raw(build, column); return 0; /* the last */
    case COLUMN_SEQ:
    case COLUMN_EXCHANGE: break;
    }
    return 0;
}

/* ---- building ------------------------------------------------------------ */

/* Takes the rows of a column that come next. */
static int
take_piece(struct build *build, unsigned column)
{
    struct event_columns *columns = build->columns;
    struct parquet_cursor *cursor = &columns->cursors[column];
    struct parquet_picks picks = columns->picks;

    if (!picks.rows)
        return parquet_cursor_take(cursor, build->count,
                                   &columns->pieces[column], build->failure);
    assert(build->first + build->count <= picks.count);
    picks.rows += build->first;
    picks.count = build->count;
    return parquet_cursor_pick(cursor, picks, &columns->pieces[column],
                               build->failure);
}

static int
take_pieces(struct build *build)
{
    const struct event_columns *columns = build->columns;

    assert(build->count > 0 && build->count <= PARQUET_PIECE);
    for (unsigned d = 0; d < columns->differ_count; d++)
        if (take_piece(build, columns->differ[d]) != 0)
            return fail_at(build->failure, "column '%s'",
                           columns->layout.columns[columns->differ[d]].name);
    return 0;
}

static int
check_seqs(struct build *build)
{
    uint64_t last = build->columns->seq;

    for (uint32_t i = 0; i < build->count; i++) {
        uint64_t seq = event_columns_seq(build->columns, i);

        if (seq <= last || seq > INT64_MAX)
            return fail(build->failure, FAILURE_DATA,
                        "column 'seq': row %u: seq does not ascend: the file "
                        "is damaged",
                        build->first + i);
        last = seq;
    }
    build->columns->seq = last;
    return 0;
}

/* Room for the events, and one more after them. */
static int
make_room(struct build *build, struct bytes *out)
{
    struct event_columns *columns = build->columns;
    int64_t size = (int64_t)build->count * columns->layout.fixed;

    if (columns->has_texts || columns->has_raw)
        size = place_events(build);
    if (size < 0)
        return -1;
    bytes_clear(out);
    build->bytes = bytes_room(out, (size_t)size + EVENT_MAX);
    if (!build->bytes)
        return fail_memory(build->failure);
    out->size = (size_t)size;
    put_all_same(build, out->size);
    return 0;
}

static int
build_events(struct build *build, struct bytes *out)
{
    struct event_columns *columns = build->columns;

    if (take_pieces(build) != 0 || check_seqs(build) != 0 ||
        make_room(build, out) != 0)
        return -1;
    for (unsigned d = 0; d < columns->differ_count; d++)
        if (put_column(build, columns->differ[d]) != 0)
            return -1;
    return 0;
}

int
event_columns_build(struct event_columns *columns, struct bytes *out,
                    struct failure *failure)
{
    uint32_t rows = columns->picks.rows
                        ? columns->picks.count
                        : columns->cursors[0].chunk.values.count;
    uint32_t left = rows - columns->next;
    struct build build = {.columns = columns,
                          .first = columns->next,
                          .count = left < PARQUET_PIECE ? left : PARQUET_PIECE,
                          .failure = failure};

    assert(columns->next <= rows);
    if (build.count == 0)
        return 0;
    if (build_events(&build, out) != 0)
        return fail_at(failure, "%s: row group %u", columns->file->input.name,
                       columns->group);
    columns->next += build.count;
    return (int)build.count;
}
