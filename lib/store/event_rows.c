#include "store/event_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether columns can tell an event. */
enum state {
    STATE_PLAIN,  /* all of it */
    STATE_RAW,    /* not all of it: raw too */
    STATE_OPAQUE, /* too short for its fields: raw only */
};

int
event_rows_scratch_init(struct event_rows_scratch *scratch,
                        struct failure *failure)
{
    memset(scratch, 0, sizeof *scratch);
    scratch->words =
        allocate(failure, PARQUET_GROUP_ROWS, sizeof *scratch->words);
    scratch->valid = allocate(failure, PARQUET_GROUP_ROWS, 1);
    scratch->state = allocate(failure, PARQUET_GROUP_ROWS, 1);
    return failure->kind == FAILURE_NONE ? 0 : -1;
}

void
event_rows_scratch_free(struct event_rows_scratch *scratch)
{
    free(scratch->words);
    free(scratch->valid);
    free(scratch->state);
    texts_free(&scratch->texts);
    growing_free(&scratch->table);
    growing_free(&scratch->bytes);
    memset(scratch, 0, sizeof *scratch);
}

void
event_rows_init(struct event_rows *rows, uint16_t type, uint16_t written,
                const struct identities *identities,
                struct event_rows_scratch *scratch)
{
    memset(rows, 0, sizeof *rows);
    layout_init(&rows->layout, type, written);
    rows->identities = identities;
    rows->scratch = scratch;
}

void
event_rows_free(struct event_rows *rows)
{
    growing_free(&rows->events);
    growing_free(&rows->seqs);
    growing_free(&rows->places);
    growing_free(&rows->identity);
    growing_free(&rows->first);
    growing_free(&rows->appeared);
    memset(rows, 0, sizeof *rows);
}

/* ---- gathering ----------------------------------------------------------- */

bool
event_rows_full(const struct event_rows *rows, const struct event *event)
{
    return rows->count == PARQUET_GROUP_ROWS ||
           (rows->count > 0 &&
            rows->events.size + event->words * 8UL > EVENT_ROWS_BYTES);
}

/* Remembers the first local id of an identity. */
static void
note_identity(struct event_rows *rows, uint32_t identity, uint32_t id)
{
    uint32_t *first = (void *)rows->first.bytes;
    size_t count = rows->first.size / sizeof *first;

    while (count <= identity && !rows->first.failed) {
        growing_put(&rows->first, &(uint32_t){0}, sizeof *first);
        count++;
    }
    first = (void *)rows->first.bytes;
    if (rows->first.failed || first[identity])
        return;
    first[identity] = id;
    growing_put(&rows->appeared, &identity, sizeof identity);
}

int
event_rows_add(struct event_rows *rows, const struct event *event, uint64_t seq,
               struct failure *failure)
{
    uint32_t place = (uint32_t)(rows->events.size / 8);
    uint32_t identity = IDENTITY_NONE;

    if (event->instrument && rows->layout.type != EVENT_INSTRUMENT)
        identity = identities_find(rows->identities, event->instrument);
    if (identity != IDENTITY_NONE)
        note_identity(rows, identity, event->instrument);
    growing_put(&rows->events, event, event->words * 8UL);
    growing_put(&rows->seqs, &seq, sizeof seq);
    growing_put(&rows->places, &place, sizeof place);
    growing_put(&rows->identity, &identity, sizeof identity);
    rows->count++;
    if (rows->events.failed || rows->seqs.failed || rows->places.failed ||
        rows->identity.failed || rows->first.failed || rows->appeared.failed)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    return 0;
}

void
event_rows_clear(struct event_rows *rows)
{
    rows->count = 0;
    growing_clear(&rows->events);
    growing_clear(&rows->seqs);
    growing_clear(&rows->places);
    growing_clear(&rows->identity);
}

void
event_rows_instruments(const struct event_rows *rows, struct growing *out)
{
    const uint32_t *appeared = (const void *)rows->appeared.bytes;
    const uint32_t *first = (const void *)rows->first.bytes;
    const struct identities *identities = rows->identities;
    char number[16];

    for (size_t i = 0; i < rows->appeared.size / sizeof *appeared; i++) {
        uint32_t identity = appeared[i];
        const struct parquet_text *text;
        int size =
            snprintf(number, sizeof number, "%" PRIu32 "\t", first[identity]);

        growing_put(out, number, (size_t)size);
        text = identity_name(&identities->exchanges, identity);
        growing_put(out, text->bytes, text->size);
        growing_put_byte(out, '\t');
        text = identity_name(&identities->symbols, identity);
        growing_put(out, text->bytes, text->size);
        growing_put_byte(out, '\n');
    }
}

/* ---- what columns can tell ----------------------------------------------- */

static const struct event *
event_of(const struct event_rows *rows, uint32_t row)
{
    const uint32_t *places = (const void *)rows->places.bytes;

    return (const void *)(rows->events.bytes + places[row] * 8UL);
}

static struct text
text_of(const struct event *event, const struct schema_field *field)
{
    struct text text;

    memcpy(&text, (const char *)event + field->offset, sizeof text);
    return text;
}

/* The texts lie one after the other behind the fixed part, zeros to the end:
 * as the reader of a file will put them. */
static bool
texts_in_order(const struct layout *layout, const struct event *event)
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
    return texts_in_order(layout, event) ? STATE_PLAIN : STATE_RAW;
}

void
event_rows_begin(struct event_rows *rows)
{
    for (uint32_t i = 0; i < rows->count; i++)
        rows->scratch->state[i] =
            (uint8_t)state_of(&rows->layout, event_of(rows, i));
}

/* ---- columns ------------------------------------------------------------- */

struct fill {
    struct event_rows *rows;
    const struct schema_field *field;
    uint64_t *words;
    uint8_t *valid, *state;
    struct parquet_values *values;
};

static const char *
field_of(const struct fill *fill, uint32_t row)
{
    return (const char *)event_of(fill->rows, row) + fill->field->offset;
}

/* Signed words of eight bytes, null the least; those beyond limit only raw
 * can tell. */
static void
fill_signed(struct fill *fill, int64_t limit)
{
    for (uint32_t i = 0; i < fill->rows->count; i++) {
        int64_t value = INT64_MIN;
        bool inside;

        if (fill->state[i] != STATE_OPAQUE)
            memcpy(&value, field_of(fill, i), sizeof value);
        inside = value <= limit && value >= -limit;
        if (!inside && value != INT64_MIN)
            fill->state[i] |= STATE_RAW;
        fill->valid[i] = inside;
        fill->words[i] = inside ? (uint64_t)value : 0;
    }
}

static void
fill_unsigned(struct fill *fill)
{
    for (uint32_t i = 0; i < fill->rows->count; i++) {
        uint64_t value = 0;

        if (fill->state[i] != STATE_OPAQUE)
            memcpy(&value, field_of(fill, i), fill->field->size);
        fill->words[i] = value;
        fill->valid[i] = value != 0;
    }
}

/* Bytes of which values from 1 to limit have a text in the table. */
static void
fill_bytes(struct fill *fill, unsigned limit)
{
    for (uint32_t i = 0; i < fill->rows->count; i++) {
        unsigned value = 0;

        if (fill->state[i] != STATE_OPAQUE)
            value = *(const unsigned char *)field_of(fill, i);
        if (value > limit) {
            fill->state[i] |= STATE_RAW;
            value = 0;
        }
        fill->valid[i] = value != 0;
        fill->words[i] = value ? value - 1 : 0;
    }
}

static int
fill_words(struct fill *fill, struct failure *failure)
{
    struct event_rows_scratch *scratch = fill->rows->scratch;
    const char *const *words = fill->field->words;
    unsigned count = words_count(words);
    bool flags = fill->field->kind == FIELD_FLAGS;
    unsigned limit = flags ? (1U << count) - 1 : count;

    growing_clear(&scratch->table);
    growing_clear(&scratch->bytes);
    /* the table points into the bytes: they must not move */
    if (!growing_room(&scratch->bytes, limit * (size_t)FLAGS_TEXT_MAX))
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    for (unsigned value = 1; value <= limit; value++) {
        char *at = (char *)scratch->bytes.bytes + scratch->bytes.size;
        struct parquet_text text = {(const void *)at, 0};

        if (flags) {
            text.size = (uint32_t)flags_to_text(words, value, at);
            scratch->bytes.size += text.size;
        } else {
            text.bytes = (const void *)words[value - 1];
            text.size = (uint32_t)strlen(words[value - 1]);
        }
        growing_put(&scratch->table, &text, sizeof text);
    }
    fill_bytes(fill, limit);
    fill->values->table = (void *)scratch->table.bytes;
    fill->values->table_count = limit;
    return growing_ok(&scratch->table, failure);
}

/* The bytes of a value that is interned: a code, a text, an amount; NULL for
 * null and for what columns can not tell. */
static const void *
code_bytes(struct fill *fill, uint32_t row, char room[16], size_t *size)
{
    struct code code;

    memcpy(&code, field_of(fill, row), sizeof code);
    if (code.word == 0)
        return NULL;
    *size = code_to_text(code, room);
    if (code_from_text(room, *size).word != code.word)
        return fill->state[row] |= STATE_RAW, NULL;
    return room;
}

static const void *
text_bytes(struct fill *fill, uint32_t row, char room[16], size_t *size)
{
    const struct event *event = event_of(fill->rows, row);
    struct text text = text_of(event, fill->field);

    (void)room;
    if (text.length == 0)
        return NULL;
    *size = text.length;
    if (text.offset + text.length > event->words * 8 ||
        !is_utf8(event_text(event, text), text.length))
        return fill->state[row] |= STATE_RAW, NULL;
    return event_text(event, text);
}

static const void *
amount_bytes(struct fill *fill, uint32_t row, char room[16], size_t *size)
{
    struct amount amount;
    i128 value;

    memcpy(&amount, field_of(fill, row), sizeof amount);
    value = amount_get(amount);
    if (value == AMOUNT_NULL)
        return NULL;
    if (value > AMOUNT_MAX || value < -AMOUNT_MAX)
        return fill->state[row] |= STATE_RAW, NULL;
    amount.low = __builtin_bswap64(amount.low);
    amount.high = (int64_t)__builtin_bswap64((uint64_t)amount.high);
    memcpy(room, &amount.high, 8);
    memcpy(room + 8, &amount.low, 8);
    *size = 16;
    return room;
}

static const void *
raw_bytes(struct fill *fill, uint32_t row, char room[16], size_t *size)
{
    const struct event *event = event_of(fill->rows, row);

    (void)room;
    if (fill->state[row] == STATE_PLAIN)
        return NULL;
    *size = event->words * 8UL;
    return event;
}

typedef const void *value_bytes(struct fill *fill, uint32_t row, char room[16],
                                size_t *size);

static int
fill_interned(struct fill *fill, value_bytes *bytes_of, struct failure *failure)
{
    struct event_rows_scratch *scratch = fill->rows->scratch;
    struct texts *texts = &scratch->texts;
    bool opaque = bytes_of == raw_bytes;

    texts_free(texts);
    for (uint32_t i = 0; i < fill->rows->count; i++) {
        const void *bytes = NULL;
        char room[16];
        size_t size;

        if (opaque || fill->state[i] != STATE_OPAQUE)
            bytes = bytes_of(fill, i, room, &size);
        fill->valid[i] = bytes != NULL;
        fill->words[i] = bytes ? texts_add(texts, bytes, size, NULL) : 0;
        if (bytes && fill->words[i] == TEXTS_NONE)
            return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    }
    growing_clear(&scratch->table);
    for (uint32_t i = 0; i < texts->count; i++) {
        struct parquet_text text = {(const void *)texts->entries[i].bytes,
                                    texts->entries[i].size};

        growing_put(&scratch->table, &text, sizeof text);
    }
    fill->values->table = (void *)scratch->table.bytes;
    fill->values->table_count = texts->count;
    return growing_ok(&scratch->table, failure);
}

static int
fill_field(struct fill *fill, struct failure *failure)
{
    if (!layout_has(&fill->rows->layout, fill->field)) {
        memset(fill->valid, 0, fill->rows->count);
        memset(fill->words, 0, fill->rows->count * sizeof *fill->words);
        return 0;
    }
    switch (fill->field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO: fill_signed(fill, DECIMAL_MAX); return 0;
    case FIELD_TIME:
    case FIELD_DURATION: fill_signed(fill, INT64_MAX); return 0;
    case FIELD_ID:
    case FIELD_COUNT:
    case FIELD_INSTRUMENT: fill_unsigned(fill); return 0;
    case FIELD_ENUM:
    case FIELD_FLAGS: return fill_words(fill, failure);
    case FIELD_CODE: return fill_interned(fill, code_bytes, failure);
    case FIELD_TEXT: return fill_interned(fill, text_bytes, failure);
    case FIELD_AMOUNT: return fill_interned(fill, amount_bytes, failure);
    }
    return 0;
}

/* Symbol or exchange: texts by identity; null when empty. */
static void
fill_identity(struct fill *fill, const struct identity_names *names)
{
    const uint32_t *identity = (const void *)fill->rows->identity.bytes;
    const uint32_t *number = (const void *)names->of.bytes;
    const struct parquet_text *table = (const void *)names->table.bytes;

    for (uint32_t i = 0; i < fill->rows->count; i++) {
        uint32_t word = identity[i] == IDENTITY_NONE ? 0 : number[identity[i]];

        fill->valid[i] = identity[i] != IDENTITY_NONE && table[word].size > 0;
        fill->words[i] = fill->valid[i] ? word : 0;
    }
    fill->values->table = (void *)names->table.bytes;
    fill->values->table_count = (uint32_t)(names->table.size / sizeof *table);
}

/* The local id where it is not the first one of its identity in the file. */
static void
fill_instrument(struct fill *fill)
{
    const uint32_t *identity = (const void *)fill->rows->identity.bytes;
    const uint32_t *first = (const void *)fill->rows->first.bytes;

    for (uint32_t i = 0; i < fill->rows->count; i++) {
        uint32_t id = event_of(fill->rows, i)->instrument;

        if (identity[i] != IDENTITY_NONE && first[identity[i]] == id)
            id = 0;
        fill->valid[i] = id != 0;
        fill->words[i] = id;
    }
}

static void
fill_time(struct fill *fill)
{
    for (uint32_t i = 0; i < fill->rows->count; i++) {
        int64_t time = event_of(fill->rows, i)->time;

        fill->valid[i] = time != INT64_MIN;
        fill->words[i] = fill->valid[i] ? (uint64_t)time : 0;
    }
}

int
event_rows_fill(void *owner, unsigned column, struct parquet_values *values,
                struct failure *failure)
{
    struct event_rows *rows = owner;
    struct fill fill = {rows,
                        rows->layout.fields[column],
                        rows->scratch->words,
                        rows->scratch->valid,
                        rows->scratch->state,
                        values};
    int result = 0;

    *values = (struct parquet_values){
        .count = rows->count, .words = fill.words, .valid = fill.valid};
    switch (rows->layout.roles[column]) {
    case COLUMN_SEQ: values->words = (void *)rows->seqs.bytes; return 0;
    case COLUMN_TIME: fill_time(&fill); break;
    case COLUMN_SYMBOL: fill_identity(&fill, &rows->identities->symbols); break;
    case COLUMN_EXCHANGE:
        fill_identity(&fill, &rows->identities->exchanges);
        break;
    case COLUMN_FIELD: result = fill_field(&fill, failure); break;
    case COLUMN_INSTRUMENT: fill_instrument(&fill); break;
    case COLUMN_RAW: result = fill_interned(&fill, raw_bytes, failure); break;
    }
    for (uint32_t i = 0; i < rows->count; i++)
        values->nulls += !fill.valid[i];
    return result;
}
