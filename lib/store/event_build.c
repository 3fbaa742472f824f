/* Events from the columns of a row group. */
#include "store/event_columns.h"

#include <stdlib.h>
#include <string.h>

#include "tape/frame.h"

#define PLACES_MAX (1 << 20) /* of symbol and exchange, whose ids are kept */

/* Events that column raw tells are built too, from what the other columns
 * have, but behind all others, where nobody looks: so no loop needs to know
 * of them. */
struct build {
    struct event_columns *columns;
    uint32_t first, count; /* rows */
    uint32_t *starts;      /* of each event, in bytes */
    uint16_t *ends;        /* of each event's texts so far, from its start */
    unsigned char *bytes;
    struct failure *failure;
};

static const struct parquet_values *
values_of(const struct event_columns *columns, enum column_role role)
{
    int column = layout_find(&columns->layout, role);

    return column < 0 ? NULL : &columns->chunks[column].values;
}

static bool
has_values(const struct parquet_values *values)
{
    return values && values->nulls < values->count;
}

/* ---- places -------------------------------------------------------------- */

/* Sets ends to where each event ends, texts included. */
static int
add_lengths(struct build *build)
{
    const struct layout *layout = &build->columns->layout;

    for (uint32_t i = 0; i < build->count; i++)
        build->ends[i] = layout->fixed;
    for (unsigned c = 0; c < layout->column_count; c++) {
        const struct schema_field *field = layout->fields[c];
        const struct parquet_values *values = &build->columns->chunks[c].values;

        if (!field || field->kind != FIELD_TEXT || !layout_has(layout, field) ||
            !has_values(values))
            continue;
        for (uint32_t i = 0; i < build->count; i++) {
            uint32_t row = build->first + i, size = build->ends[i];

            if (values->valid[row])
                size += values->table[values->words[row]].size;
            if (size > EVENT_MAX - 8)
                return fail(build->failure, FAILURE_DATA,
                            "row %u: its texts are too long for an event", row);
            build->ends[i] = (uint16_t)size;
        }
    }
    return 0;
}

/* Decides where each event lies; the size of all, or -1. */
static int64_t
place_events(struct build *build)
{
    const struct layout *layout = &build->columns->layout;
    const struct parquet_values *raw = values_of(build->columns, COLUMN_RAW);
    bool raws = has_values(raw);
    uint32_t at = 0, size = layout->fixed;

    if (layout->has_texts && add_lengths(build) != 0)
        return -1;
    for (uint32_t i = 0; i < build->count; i++) {
        uint32_t row = build->first + i;

        build->starts[i] = at;
        if (layout->has_texts)
            size = (build->ends[i] + 7U) / 8 * 8;
        if (raws && raw->valid[row]) {
            build->starts[i] = UINT32_MAX;
            at += raw->table[raw->words[row]].size;
        } else {
            at += size;
        }
    }
    for (uint32_t i = 0; raws && i < build->count; i++)
        if (build->starts[i] == UINT32_MAX)
            build->starts[i] = at;
    return at;
}

/* Puts the raw events where they belong, now that all others are built. */
static void
put_raw(struct build *build)
{
    const struct parquet_values *raw = values_of(build->columns, COLUMN_RAW);
    unsigned char *at = build->bytes;

    for (uint32_t i = 0; has_values(raw) && i < build->count; i++) {
        uint32_t row = build->first + i;
        const struct parquet_text *text = &raw->table[raw->words[row]];

        if (raw->valid[row])
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
    struct growing *key = &columns->key;
    uint32_t found;

    growing_clear(key);
    if (exchange)
        growing_put(key, exchange->bytes, exchange->size);
    growing_put_byte(key, 0);
    growing_put(key, symbol->bytes, symbol->size);
    if (growing_ok(key, failure) != 0)
        return -1;
    found =
        texts_find(&columns->identities, (const char *)key->bytes, key->size);
    if (found == TEXTS_NONE)
        return fail(failure, FAILURE_DATA,
                    "row %u: its instrument is not in the file's list", row);
    *id = ((const uint32_t *)(const void *)columns->ids.bytes)[found];
    return 0;
}

/* Local ids by place of the symbol and, 0 for none, place + 1 of the exchange;
 * 0 where not looked up yet.  NULL: too many, or no memory. */
static uint32_t *
local_ids(struct event_columns *columns, uint64_t count)
{
    struct growing *local = &columns->local;
    size_t size = (size_t)count * sizeof(uint32_t);

    if (count > PLACES_MAX)
        return NULL;
    if (local->size != size) {
        growing_clear(local);
        if (!growing_room(local, size))
            return NULL;
        memset(local->bytes, 0, size);
        local->size = size;
    }
    return (void *)local->bytes;
}

/* The ids of all rows from their symbols and exchanges. */
static int
put_instruments(struct build *build)
{
    struct event_columns *columns = build->columns;
    const struct parquet_values *symbol = values_of(columns, COLUMN_SYMBOL);
    const struct parquet_values *exchange = values_of(columns, COLUMN_EXCHANGE);
    bool exchanges = has_values(exchange);
    uint64_t width;
    uint32_t *ids;

    if (!has_values(symbol))
        return 0;
    width = exchanges ? exchange->table_count + 1UL : 1;
    ids = local_ids(columns, symbol->table_count * width);
    for (uint32_t i = 0; i < build->count; i++) {
        struct event *event = (void *)(build->bytes + build->starts[i]);
        const struct parquet_text *text = NULL;
        uint32_t row = build->first + i, id;
        uint64_t place = symbol->words[row] * width;

        if (!symbol->valid[row])
            continue;
        if (exchanges && exchange->valid[row]) {
            text = &exchange->table[exchange->words[row]];
            place += exchange->words[row] + 1;
        }
        id = ids ? ids[place] : 0;
        if (id == 0 && look_up(columns, &symbol->table[symbol->words[row]],
                               text, row, &id, build->failure) != 0)
            return -1;
        if (ids)
            ids[place] = id;
        event->instrument = id;
    }
    return 0;
}

/* ---- fields -------------------------------------------------------------- */

static void
put_heads(struct build *build)
{
    const struct layout *layout = &build->columns->layout;
    const struct parquet_values *time = values_of(build->columns, COLUMN_TIME);
    bool times = has_values(time);
    struct event event = {layout->fixed / 8, layout->type, 0, INT64_MIN};
    unsigned char *bytes = build->bytes;

    for (uint32_t i = 0; i < build->count; i++) {
        if (times)
            event.time = (int64_t)time->words[build->first + i];
        memcpy(bytes + build->starts[i], &event, sizeof event);
    }
    for (uint32_t i = 0; layout->has_texts && i < build->count; i++) {
        struct event *at = (void *)(bytes + build->starts[i]);

        at->words = (uint16_t)((build->ends[i] + 7) / 8);
        build->ends[i] = layout->fixed; /* where the first text goes */
    }
}

static void
put_explicit(struct build *build)
{
    const struct parquet_values *ids =
        values_of(build->columns, COLUMN_INSTRUMENT);

    for (uint32_t i = 0; has_values(ids) && i < build->count; i++) {
        struct event *event = (void *)(build->bytes + build->starts[i]);

        if (ids->valid[build->first + i])
            event->instrument = (uint32_t)ids->words[build->first + i];
    }
}

static void
put_texts(struct build *build, const struct schema_field *field,
          const struct parquet_values *values)
{
    for (uint32_t i = 0; has_values(values) && i < build->count; i++) {
        unsigned char *event = build->bytes + build->starts[i];
        uint32_t row = build->first + i;
        const struct parquet_text *value;
        struct text text = {0, 0, 0};

        if (!values->valid[row])
            continue;
        value = &values->table[values->words[row]];
        if (value->size == 0)
            continue;
        text.offset = build->ends[i];
        text.length = (uint16_t)value->size;
        memcpy(event + field->offset, &text, sizeof text);
        memcpy(event + text.offset, value->bytes, value->size);
        build->ends[i] = (uint16_t)(text.offset + value->size);
    }
}

static void
put_amounts(struct build *build, const struct schema_field *field,
            const struct parquet_values *values)
{
    struct amount null = amount_of(AMOUNT_NULL);
    bool some = has_values(values);

    for (uint32_t i = 0; i < build->count; i++) {
        uint32_t row = build->first + i;
        const void *amount =
            some && values->valid[row]
                ? (const void *)values->table[values->words[row]].bytes
                : &null;

        memcpy(build->bytes + build->starts[i] + field->offset, amount,
               sizeof null);
    }
}

/* Whether null is the least number rather than 0. */
static bool
is_signed(const struct schema_field *field)
{
    return field->kind == FIELD_PRICE || field->kind == FIELD_QUANTITY ||
           field->kind == FIELD_RATIO || field->kind == FIELD_TIME ||
           field->kind == FIELD_DURATION;
}

static void
put_words(struct build *build, const struct schema_field *field,
          const struct parquet_values *values)
{
    const uint32_t *starts = build->starts;
    const uint64_t *words = values->words + build->first;
    unsigned char *at = build->bytes + field->offset;
    uint64_t null = (uint64_t)INT64_MIN;
    uint32_t count = build->count;

    if (!has_values(values)) {
        for (uint32_t i = 0; is_signed(field) && i < count; i++)
            memcpy(at + starts[i], &null, sizeof null);
    } else if (field->size == 8) {
        for (uint32_t i = 0; i < count; i++)
            memcpy(at + starts[i], &words[i], 8);
    } else if (field->size == 4) {
        for (uint32_t i = 0; i < count; i++)
            memcpy(at + starts[i], &words[i], 4);
    } else {
        for (uint32_t i = 0; i < count; i++)
            at[starts[i]] = (unsigned char)words[i];
    }
}

static void
put_fields(struct build *build)
{
    const struct layout *layout = &build->columns->layout;

    for (unsigned c = 0; c < layout->column_count; c++) {
        const struct schema_field *field = layout->fields[c];
        const struct parquet_values *values = &build->columns->chunks[c].values;

        if (!field || !layout_has(layout, field))
            continue;
        if (field->kind == FIELD_TEXT)
            put_texts(build, field, values);
        else if (field->kind == FIELD_AMOUNT)
            put_amounts(build, field, values);
        else
            put_words(build, field, values);
    }
}

/* Room for the events, zeroed, and one more behind them. */
static int
make_room(struct build *build, struct growing *out)
{
    struct event_columns *columns = build->columns;
    int64_t size;

    growing_clear(&columns->starts);
    growing_clear(&columns->ends);
    growing_clear(out);
    build->starts = (void *)growing_room(&columns->starts,
                                         build->count * sizeof *build->starts);
    build->ends = (void *)growing_room(&columns->ends,
                                       build->count * sizeof *build->ends);
    if (!build->starts || !build->ends)
        return fail(build->failure, FAILURE_ENVIRONMENT, "out of memory");
    size = place_events(build);
    if (size < 0)
        return -1;
    build->bytes = growing_room(out, (size_t)size + EVENT_MAX);
    if (!build->bytes)
        return fail(build->failure, FAILURE_ENVIRONMENT, "out of memory");
    memset(build->bytes, 0, (size_t)size);
    out->size = (size_t)size;
    return 0;
}

int
event_columns_build(struct event_columns *columns, uint32_t first,
                    uint32_t count, struct growing *out,
                    struct failure *failure)
{
    struct build build = {
        .columns = columns, .first = first, .count = count, .failure = failure};

    if (make_room(&build, out) != 0)
        return fail_at(failure, "%s", columns->file->input.name);
    put_heads(&build);
    if (put_instruments(&build) != 0)
        return fail_at(failure, "%s", columns->file->input.name);
    put_explicit(&build);
    put_fields(&build);
    put_raw(&build);
    return 0;
}
