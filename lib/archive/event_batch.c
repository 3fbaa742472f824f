#include "archive/event_batch.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

/* Whether columns can hold an event. */
enum state {
    STATE_PLAIN,  /* all of it */
    STATE_RAW,    /* not all of it: raw too */
    STATE_OPAQUE, /* too short for its fields: raw only */
};

#define NONE  UINT64_MAX            /* no place in a table */
#define LEAST ((uint64_t)INT64_MIN) /* no price, quantity or time */

struct batch {
    struct event_rows *rows;
    const struct layout *layout;
    uint32_t count;
    const struct event **events;
    const char *fields[STAGE_EVENTS]; /* the event, or one of nulls */
    uint8_t state[STAGE_EVENTS];
    uint64_t nulls[EVENT_FIXED_MAX / sizeof(uint64_t)]; /* the event of nulls */
    /* of the current column: values, where they belong if they are gathered as
     * words, else in scratch; what stands for null; how many are not null */
    uint64_t *words, null;
    uint32_t found;
    uint64_t scratch[STAGE_EVENTS];
};

/* ---- what columns can hold ----------------------------------------------- */

static struct text
text_of(const void *event, const struct schema_field *field)
{
    struct text text;

    memcpy(&text, (const char *)event + field->offset, sizeof text);
    return text;
}

/* The texts lie one after the other after the fixed part, zeros to the end:
 * as the reader of a file will put them. */
static bool
strtab_in_order(const struct layout *layout, const struct event *event)
{
    size_t at = layout->fixed, size = event->words * 8UL;

    for (unsigned i = 0; i < layout->schema->field_count; i++) {
        const struct schema_field *field = &layout->schema->fields[i];
        struct text text;

        if (field->kind != FIELD_TEXT || !layout_has(layout, field))
            continue;
        text = text_of(event, field);
        if (text.offset != (text.length ? at : 0))
            return false;
        at += text.length;
    }
    if ((at + 7) / 8 * 8 != size)
        return false;
    for (; at < size; at++)
        if (((const char *)event)[at])
            return false;
    return true;
}

static enum state
state_of(const struct layout *layout, const struct event *event)
{
    const uint64_t *words = (const void *)event;
    size_t size = event->words * 8UL;

    if (size < layout->fixed)
        return STATE_OPAQUE;
    for (unsigned i = 0; i < layout->gap_count; i++)
        if (words[layout->gap_words[i]] & layout->gap_masks[i])
            return STATE_RAW;
    if (!layout->has_texts)
        return size == layout->fixed ? STATE_PLAIN : STATE_RAW;
    return strtab_in_order(layout, event) ? STATE_PLAIN : STATE_RAW;
}

static void
find_events(struct batch *batch)
{
    struct event_stage *stage = batch->rows->stage;

    batch->events = stage->events;
    batch->count = stage->count;
    assert(batch->count <= STAGE_EVENTS);
    if (batch->layout->schema)
        event_init(batch->nulls, (enum event_type)batch->layout->type);
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct event *event = batch->events[i];
        uint8_t state = (uint8_t)state_of(batch->layout, event);

        batch->fields[i] = state == STATE_OPAQUE ? (const void *)batch->nulls
                                                 : (const void *)event;
        batch->state[i] = state;
    }
}

/* ---- numbers ------------------------------------------------------------- */

/* Each take_... sets words to the values of a column, those that are null to
 * NONE or what it says, and counts the others. */

/* Signed words of eight bytes, null the least; those beyond limit only raw
 * can hold. */
static void
take_signed(struct batch *batch, size_t offset, uint64_t limit)
{
    const char *const *fields = batch->fields;
    uint64_t *words = batch->words;
    uint32_t count = batch->count, found = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t value;

        memcpy(&value, fields[i] + offset, sizeof value);
        if (value + limit > 2 * limit) {
            if (value != LEAST)
                batch->state[i] |= STATE_RAW;
            value = LEAST;
        }
        words[i] = value;
        found += value != LEAST;
    }
    batch->null = LEAST;
    batch->found = found;
}

static void
take_unsigned(struct batch *batch, const struct schema_field *field)
{
    const char *const *fields = batch->fields;
    uint64_t *words = batch->words;
    uint32_t count = batch->count, found = 0, word;
    size_t offset = field->offset;

    assert(field->size == 8 || field->size == 4);
    if (field->size == 8) {
        for (uint32_t i = 0; i < count; i++) {
            memcpy(&words[i], fields[i] + offset, 8);
            found += words[i] != 0;
        }
    } else {
        for (uint32_t i = 0; i < count; i++) {
            memcpy(&word, fields[i] + offset, 4);
            words[i] = word;
            found += word != 0;
        }
    }
    batch->null = 0;
    batch->found = found;
}

/* Bytes that have a text, by the value less 1. */
static void
take_bytes(struct batch *batch, const struct schema_field *field)
{
    const char *const *fields = batch->fields;
    uint64_t *words = batch->words;
    unsigned limit = words_count(field->words);
    uint32_t count = batch->count, found = 0;
    size_t offset = field->offset;

    if (field->kind == FIELD_FLAGS)
        limit = (1U << limit) - 1;
    assert(field->size == 1 && limit <= UINT8_MAX);
    for (uint32_t i = 0; i < count; i++) {
        unsigned value = (unsigned char)fields[i][offset];

        if (value > limit) {
            batch->state[i] |= STATE_RAW;
            value = 0;
        }
        words[i] = value - 1UL;
        found += value != 0;
    }
    batch->found = found;
}

/* ---- bytes, by their places in a table ----------------------------------- */

/* Adds a value that is bytes to those of the column; NULL: null. */
static int
take_text(struct batch *batch, uint32_t row, struct row_cells *column,
          const void *bytes, size_t size)
{
    uint32_t place = 0;

    if (bytes)
        place = strtab_add(&column->texts, bytes, size, NULL);
    batch->words[row] = bytes ? place : NONE;
    batch->found += bytes != NULL;
    return place == STRTAB_NONE ? -1 : 0;
}

static int
take_codes(struct batch *batch, const struct schema_field *field,
           struct row_cells *column)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        struct code code;
        char room[16];
        size_t size = 0;

        memcpy(&code, batch->fields[i] + field->offset, sizeof code);
        if (code.word)
            size = code_to_text(code, room);
        if (code.word && code_from_text(room, size).word != code.word) {
            batch->state[i] |= STATE_RAW;
            code.word = 0;
        }
        if (take_text(batch, i, column, code.word ? room : NULL, size) != 0)
            return -1;
    }
    return 0;
}

static int
take_texts(struct batch *batch, const struct schema_field *field,
           struct row_cells *column)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct event *event = (const void *)batch->fields[i];
        struct text text = text_of(event, field);
        const char *bytes = NULL;

        if (text.length && (text.offset + text.length > event->words * 8 ||
                            !is_utf8(event_text(event, text), text.length)))
            batch->state[i] |= STATE_RAW;
        else if (text.length)
            bytes = event_text(event, text);
        if (take_text(batch, i, column, bytes, text.length) != 0)
            return -1;
    }
    return 0;
}

/* Amounts as Parquet has them: the most significant byte first. */
static int
take_amounts(struct batch *batch, const struct schema_field *field,
             struct row_cells *column)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        struct amount amount;
        uint64_t turned[2];
        i128 value;
        bool inside;

        memcpy(&amount, batch->fields[i] + field->offset, sizeof amount);
        value = amount_get(amount);
        inside = value <= AMOUNT_MAX && value >= -AMOUNT_MAX;
        if (!inside && value != AMOUNT_NULL)
            batch->state[i] |= STATE_RAW;
        turned[0] = __builtin_bswap64((uint64_t)amount.high);
        turned[1] = __builtin_bswap64(amount.low);
        if (take_text(batch, i, column, inside ? turned : NULL,
                      sizeof turned) != 0)
            return -1;
    }
    return 0;
}

static int
take_raw(struct batch *batch, struct row_cells *column)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct event *event = batch->events[i];

        if (take_text(batch, i, column,
                      batch->state[i] == STATE_PLAIN ? NULL : event,
                      event->words * 8UL) != 0)
            return -1;
    }
    return 0;
}

/* ---- instruments --------------------------------------------------------- */

/* Symbol or exchange: texts by identity; null when empty. */
static void
take_names(struct batch *batch, const struct identity_names *names)
{
    const uint32_t *identity = batch->rows->stage->identity;
    const uint32_t *number = (const void *)names->of.bytes;
    const struct parquet_text *table = (const void *)names->table.bytes;
    uint64_t *words = batch->words;
    uint32_t count = batch->count, found = 0;

    for (uint32_t i = 0; i < count; i++) {
        bool known = identity[i] != IDENTITY_NONE;
        uint32_t word = known ? number[identity[i]] : 0;

        known = known && table[word].size > 0;
        words[i] = known ? word : NONE;
        found += known;
    }
    batch->found = found;
}

/* Local ids; and where they are needed even if there is a list, since they are
 * not the first one of their identity in the file. */
static int
take_ids(struct batch *batch)
{
    const uint32_t *identity = batch->rows->stage->identity;
    const struct row_identity *seen = (const void *)batch->rows->seen.bytes;
    struct bytes *all = &batch->rows->needed;
    uint8_t *needed = bytes_room(all, batch->count + 1UL);
    uint64_t *words = batch->words;
    uint32_t count = batch->count, found = 0;

    for (uint32_t i = 0; needed && i < count; i++) {
        uint32_t id = batch->events[i]->instrument;

        words[i] = id;
        found += id != 0;
        needed[i] = id != 0 && (identity[i] == IDENTITY_NONE ||
                                seen[identity[i]].first != id);
    }
    batch->null = 0;
    batch->found = found;
    all->size += count;
    return needed ? 0 : -1;
}

/* ---- columns ------------------------------------------------------------- */

/* The time of an event is in its column whatever else is. */
static void
take_event_times(struct batch *batch)
{
    const struct event **events = batch->events;
    uint64_t *words = batch->words;
    uint32_t count = batch->count, found = 0;

    for (uint32_t i = 0; i < count; i++) {
        words[i] = (uint64_t)events[i]->time;
        found += words[i] != LEAST;
    }
    batch->null = LEAST;
    batch->found = found;
}

/* Times as microseconds; null stays so. */
static void
take_micros(struct batch *batch)
{
    uint64_t *words = batch->words;

    for (uint32_t i = 0; i < batch->count; i++)
        if (words[i] != LEAST)
            words[i] = (uint64_t)micros_of((int64_t)words[i]);
}

/* What is left of the times of an event (NULL), or of a field. */
static void
take_nanos(struct batch *batch, const struct schema_field *field)
{
    uint64_t *words = batch->words;
    uint32_t count = batch->count, found = 0;

    batch->null = 0;
    if (field && !layout_has(batch->layout, field))
        return;
    for (uint32_t i = 0; i < count; i++) {
        int64_t time = batch->events[i]->time;

        if (field)
            memcpy(&time, batch->fields[i] + field->offset, sizeof time);
        words[i] = time == TIME_NULL ? 0 : nanos_of(time);
        found += words[i] != 0;
    }
    batch->found = found;
}

static int
take_field(struct batch *batch, const struct schema_field *field,
           struct row_cells *column)
{
    if (!layout_has(batch->layout, field))
        return 0;
    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO: take_signed(batch, field->offset, DECIMAL_MAX); break;
    case FIELD_TIME:
    case FIELD_DURATION: take_signed(batch, field->offset, INT64_MAX); break;
    case FIELD_INTERVAL: take_signed(batch, field->offset, INT64_MAX); break;
    case FIELD_ID:
    case FIELD_COUNT:
    case FIELD_INSTRUMENT: take_unsigned(batch, field); break;
    case FIELD_ENUM:
    case FIELD_FLAGS: take_bytes(batch, field); break;
    case FIELD_CODE: return take_codes(batch, field, column);
    case FIELD_TEXT: return take_texts(batch, field, column);
    case FIELD_AMOUNT: return take_amounts(batch, field, column);
    }
    return 0;
}

static int
take_column(struct batch *batch, unsigned number, struct row_cells *column)
{
    const struct identities *identities = batch->rows->identities;
    int result = 0;

    batch->null = NONE;
    batch->found = 0;
    switch (batch->layout->roles[number]) {
    case COLUMN_SEQ:
        batch->found = batch->count;
        memcpy(batch->words, batch->rows->stage->seq, batch->count * 8UL);
        break;
    case COLUMN_TIME: take_event_times(batch); break;
    case COLUMN_NANOS: take_nanos(batch, batch->layout->fields[number]); break;
    case COLUMN_SYMBOL: take_names(batch, &identities->symbols); break;
    case COLUMN_EXCHANGE: take_names(batch, &identities->exchanges); break;
    case COLUMN_FIELD:
        result = take_field(batch, batch->layout->fields[number], column);
        break;
    case COLUMN_INSTRUMENT: return take_ids(batch);
    case COLUMN_RAW: return take_raw(batch, column);
    }
    if (batch->found > 0 && layout_is_split(batch->layout, number))
        take_micros(batch);
    return result;
}

/* Marks which values are not null, and moves those to the front. */
static void
drop_nulls(struct batch *batch, uint8_t *valid)
{
    uint64_t *words = batch->words, null = batch->null;
    uint32_t count = batch->count, kept = 0;

    if (batch->found == 0 || batch->found == count) {
        memset(valid, batch->found > 0, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t word = words[i];

        words[kept] = word;
        kept += word != null;
        valid[i] = word != null;
    }
    assert(kept == batch->found);
}

/* Appends the current column to what is gathered of it, in room. */
static int
append(struct batch *batch, struct row_cells *column, unsigned char *room)
{
    uint32_t found = batch->found, nulls = batch->count - found;
    uint32_t before = batch->rows->count - batch->count;
    uint8_t size = column->cell_size;

    assert(batch->found <= batch->count && batch->count <= batch->rows->count);
    if (column->nulls + nulls > 0 &&
        column->nulls + nulls < batch->rows->count) {
        if (!bytes_room(&column->valid, before + batch->count))
            return -1;
        if (column->valid.size == 0) /* so far all were null, or none was */
            memset(column->valid.bytes, column->nulls == 0, before);
        drop_nulls(batch, column->valid.bytes + before);
        column->valid.size = before + batch->count;
    }
    for (uint32_t i = 0; size < 8 && i < found; i++, room += size)
        memcpy(room, &batch->words[i], 4); /* the next one goes over the rest */
    column->cells.size += found * (size_t)size;
    column->nulls += nulls;
    return 0;
}

int
event_batch_take(struct event_rows *rows, struct failure *failure)
{
    struct batch batch;
    const struct layout *layout = &rows->layout;

    batch.rows = rows;
    batch.layout = layout;
    find_events(&batch);
    for (unsigned i = 0; i < layout->column_count; i++) {
        struct row_cells *column = &rows->columns[i];
        unsigned char *room =
            bytes_room(&column->cells, (batch.count + 1UL) * 8);

        batch.words =
            column->cell_size == 8 ? (void *)room : (void *)batch.scratch;
        if (!room || take_column(&batch, i, column) != 0 ||
            append(&batch, column, room) != 0)
            return fail_memory(failure);
    }
    return 0;
}
