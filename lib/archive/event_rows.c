#include "archive/event_rows.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/event_batch.h"
#include "tape/frame.h"

_Static_assert(STAGE_BYTES >= EVENT_MAX, "room for the largest event");

int
event_rows_scratch_init(struct event_rows_scratch *scratch,
                        struct failure *failure)
{
    memset(scratch, 0, sizeof *scratch);
    scratch->words =
        allocate(failure, PARQUET_GROUP_ROWS, sizeof *scratch->words);
    return scratch->words ? 0 : -1;
}

void
event_rows_scratch_free(struct event_rows_scratch *scratch)
{
    free(scratch->words);
    bytes_free(&scratch->table);
    bytes_free(&scratch->bytes);
    memset(scratch, 0, sizeof *scratch);
}

/* Bytes that a value takes while it is gathered. */
static uint8_t
cell_size(const struct layout *layout, unsigned column)
{
    const struct schema_field *field = layout->fields[column];

    if (field && (field->kind == FIELD_ENUM || field->kind == FIELD_FLAGS))
        return 1;
    return layout->columns[column].physical == PARQUET_INT64 ? 8 : 4;
}

int
event_rows_init(struct event_rows *rows, uint16_t type, uint16_t written,
                const struct identities *identities,
                struct event_rows_scratch *scratch, struct failure *failure)
{
    memset(rows, 0, sizeof *rows);
    layout_init(&rows->layout, type, written, LAYOUT_VERSION);
    rows->identities = identities;
    rows->group = 1;
    rows->scratch = scratch;
    rows->columns =
        allocate(failure, rows->layout.column_count, sizeof *rows->columns);
    rows->stage = allocate(failure, 1, sizeof *rows->stage);
    if (!rows->columns || !rows->stage)
        return -1;
    for (unsigned i = 0; i < rows->layout.column_count; i++)
        rows->columns[i].cell_size = cell_size(&rows->layout, i);
    if (digest_reset(&rows->digest) != 0)
        return fail_memory(failure);
    return 0;
}

void
event_rows_free(struct event_rows *rows)
{
    for (unsigned i = 0; rows->columns && i < rows->layout.column_count; i++) {
        bytes_free(&rows->columns[i].cells);
        bytes_free(&rows->columns[i].valid);
        strtab_free(&rows->columns[i].texts);
    }
    free(rows->columns);
    digest_free(&rows->digest);
    free(rows->stage);
    bytes_free(&rows->seen);
    bytes_free(&rows->appeared);
    bytes_free(&rows->needed);
    memset(rows, 0, sizeof *rows);
}

/* ---- gathering ----------------------------------------------------------- */

/* Remembers the first local id of an identity. */
static void
note_identity(struct event_rows *rows, uint32_t identity, uint32_t id)
{
    static const struct row_identity none;
    struct row_identity *seen;
    size_t count = rows->seen.size / sizeof *seen;

    assert(id > 0); /* 0 stands for not seen yet */
    while (count <= identity && !rows->seen.failed) {
        bytes_put(&rows->seen, &none, sizeof none);
        count++;
    }
    seen = (void *)rows->seen.bytes;
    if (rows->seen.failed || seen[identity].first)
        return;
    seen[identity] = (struct row_identity){.first = id, .group = rows->group};
    bytes_put(&rows->appeared, &identity, sizeof identity);
}

int
event_rows_settle(struct event_rows *rows, struct failure *failure)
{
    struct event_stage *stage = rows->stage;

    if (rows->seen.failed || rows->appeared.failed)
        return fail_memory(failure);
    if (stage->count == 0)
        return 0;
    digest_events(&rows->digest, (const void *)stage->bytes,
                  stage->bytes + stage->size);
    if (event_batch_take(rows, failure) != 0)
        return -1;
    stage->count = 0;
    stage->size = 0;
    return 0;
}

/* The identity of an event's instrument, which is noted. */
static inline uint32_t
identity_of(struct event_rows *rows, const struct event *event)
{
    struct row_identity *seen = (void *)rows->seen.bytes;
    uint32_t id = event->instrument, identity = IDENTITY_NONE;

    if (id && rows->layout.type != EVENT_INSTRUMENT)
        identity = identities_find(rows->identities, id);
    if (identity == IDENTITY_NONE)
        return identity;
    if (identity < rows->seen.size / sizeof *seen && seen[identity].first)
        seen[identity].group = rows->group;
    else
        note_identity(rows, identity, id);
    return identity;
}

/* Stages as many events as there is room for: how many; moves past them. */
static uint32_t
stage_events(struct event_rows *rows, const struct event **from, uint32_t count,
             uint64_t seq)
{
    struct event_stage *stage = rows->stage;
    unsigned char *to = stage->bytes + stage->size;
    const struct event *event = *from;
    uint32_t done = 0, size = 0;

    for (; done < count && stage->count < STAGE_EVENTS; done++) {
        uint32_t length = event->words * 8U, place = stage->count;

        if (stage->size + size + length > STAGE_BYTES)
            break;
        stage->events[place] = (const void *)(to + size);
        stage->identity[place] = identity_of(rows, event);
        stage->seq[place] = seq + done;
        stage->count++;
        size += length;
        event = event_next(event);
    }
    memcpy(to, *from, size);
    *from = event;
    stage->size += size;
    assert(stage->size <= STAGE_BYTES && stage->count <= STAGE_EVENTS);
    rows->count += done;
    rows->size += size;
    return done;
}

int
event_rows_add(struct event_rows *rows, const struct event *event,
               uint32_t count, uint64_t seq, struct failure *failure)
{
    while (count > 0) {
        uint32_t done = stage_events(rows, &event, count, seq);

        if (done < count && event_rows_settle(rows, failure) != 0)
            return -1;
        count -= done;
        seq += done;
    }
    return 0;
}

void
event_rows_clear(struct event_rows *rows)
{
    assert(rows->stage->count == 0); /* settled: nothing is lost */
    rows->before += rows->count;
    rows->group++;
    rows->count = 0;
    rows->size = 0;
    bytes_clear(&rows->needed);
    for (unsigned i = 0; i < rows->layout.column_count; i++) {
        bytes_clear(&rows->columns[i].cells);
        bytes_clear(&rows->columns[i].valid);
        strtab_free(&rows->columns[i].texts);
        rows->columns[i].nulls = 0;
    }
}

uint64_t
event_rows_instruments(const struct event_rows *rows, struct bytes *out)
{
    const uint32_t *appeared = (const void *)rows->appeared.bytes;
    const struct row_identity *seen = (const void *)rows->seen.bytes;
    const struct identities *identities = rows->identities;
    uint64_t unlisted = 0;
    char number[16];

    for (size_t i = 0; i < rows->appeared.size / sizeof *appeared; i++) {
        uint32_t identity = appeared[i];
        const struct parquet_text *text;
        int size;

        if (!seen[identity].listed) {
            unlisted++;
            continue;
        }
        size = snprintf(number, sizeof number, "%" PRIu32 "\t",
                        seen[identity].first);
        bytes_put(out, number, (size_t)size);
        text = identity_name(&identities->exchanges, identity);
        bytes_put(out, text->bytes, text->size);
        bytes_put_byte(out, '\t');
        text = identity_name(&identities->symbols, identity);
        bytes_put(out, text->bytes, text->size);
        bytes_put_byte(out, '\n');
    }
    return unlisted;
}

/* ---- handing over -------------------------------------------------------- */

/* The texts of an enumeration, or of all sets of flags, by value less 1. */
static void
list_words(struct event_rows_scratch *scratch, const struct schema_field *field)
{
    unsigned count = words_count(field->words);
    bool flags = field->kind == FIELD_FLAGS;
    unsigned limit = flags ? (1U << count) - 1 : count;
    char *at =
        (char *)bytes_room(&scratch->bytes, limit * (size_t)FLAGS_TEXT_MAX);

    assert(limit <= UINT8_MAX); /* the field is one byte */
    for (unsigned value = 1; at && value <= limit; value++) {
        struct parquet_text text = {(const void *)at, 0};

        if (flags) {
            text.size = (uint32_t)flags_to_text(field->words, value, at);
            at += text.size;
        } else {
            text.bytes = (const void *)field->words[value - 1];
            text.size = (uint32_t)strlen(field->words[value - 1]);
        }
        bytes_put(&scratch->table, &text, sizeof text);
    }
    scratch->table.failed |= !at;
}

static void
list_texts(struct event_rows_scratch *scratch, const struct strtab *texts)
{
    for (uint32_t i = 0; i < texts->count; i++) {
        struct parquet_text text = {(const void *)texts->entries[i].bytes,
                                    texts->entries[i].size};

        bytes_put(&scratch->table, &text, sizeof text);
    }
}

/* The table that the values of a column are places in. */
static const struct bytes *
table_of(struct event_rows *rows, unsigned column)
{
    struct event_rows_scratch *scratch = rows->scratch;
    enum column_role role = rows->layout.roles[column];

    if (role == COLUMN_SYMBOL)
        return &rows->identities->symbols.table;
    if (role == COLUMN_EXCHANGE)
        return &rows->identities->exchanges.table;
    bytes_clear(&scratch->table);
    bytes_clear(&scratch->bytes);
    if (rows->columns[column].cell_size == 1)
        list_words(scratch, rows->layout.fields[column]);
    else
        list_texts(scratch, &rows->columns[column].texts);
    return &scratch->table;
}

/* Values as words; the least significant byte comes first. */
static const uint64_t *
widen(const struct row_cells *column, uint32_t count, uint64_t *words)
{
    const unsigned char *cells = column->cells.bytes;

    assert(count <= PARQUET_GROUP_ROWS); /* the room of words */
    assert(column->cells.size == count * (size_t)column->cell_size);
    if (column->cell_size == 8)
        return (const void *)cells;
    if (column->cell_size == 1) {
        for (uint32_t i = 0; i < count; i++)
            words[i] = cells[i];
    } else {
        for (uint32_t i = 0; i < count; i++)
            words[i] = ((const uint32_t *)(const void *)cells)[i];
    }
    return words;
}

/* Whether the row group gives the ids of all rows: of a few rows of many
 * instruments, a list would be most of the file. */
static bool
gives_ids(const struct event_rows *rows)
{
    uint64_t instruments = rows->appeared.size / sizeof(uint32_t);

    return rows->by_ids &&
           rows->before + rows->count < instruments * ROWS_PER_LISTED;
}

/* Leaves out the ids that follow from the list, and notes what that needs. */
static void
fill_by_list(struct event_rows *rows, const struct row_cells *column,
             struct parquet_cells *cells)
{
    const uint32_t *appeared = (const void *)rows->appeared.bytes;
    const uint32_t *id = (const void *)column->cells.bytes;
    struct row_identity *seen = (void *)rows->seen.bytes;
    const uint8_t *needed = rows->needed.bytes;
    uint64_t *words = rows->scratch->words;
    bool some = column->nulls > 0;
    uint32_t found = 0;

    for (size_t i = 0; i < rows->appeared.size / sizeof *appeared; i++)
        if (seen[appeared[i]].group == rows->group)
            seen[appeared[i]].listed = true;
    for (uint32_t i = 0; i < rows->count; i++) {
        if (some && !column->valid.bytes[i])
            continue;
        if (needed[i])
            words[found++] = *id;
        id++;
    }
    cells->count = found;
    cells->words = words;
    cells->valid = needed;
}

int
event_rows_fill(void *owner, unsigned column, struct parquet_cells *cells,
                struct failure *failure)
{
    struct event_rows *rows = owner;
    const struct row_cells *from = &rows->columns[column];
    enum parquet_physical physical = rows->layout.columns[column].physical;

    assert(rows->stage->count == 0 && from->nulls <= rows->count);
    assert(from->valid.size == 0 || from->valid.size == rows->count);
    cells->rows = rows->count;
    cells->count = rows->count - from->nulls;
    cells->valid = from->valid.bytes;
    if (cells->count == 0)
        return 0;
    if (rows->layout.roles[column] == COLUMN_INSTRUMENT && !gives_ids(rows)) {
        assert(rows->needed.size == rows->count);
        fill_by_list(rows, from, cells);
        return 0;
    }
    cells->words = widen(from, cells->count, rows->scratch->words);
    if (physical == PARQUET_BYTE_ARRAY || physical == PARQUET_FIXED) {
        const struct bytes *table = table_of(rows, column);

        cells->table = (const void *)table->bytes;
        cells->table_count = (uint32_t)(table->size / sizeof *cells->table);
        return bytes_ok(table, failure);
    }
    return 0;
}
