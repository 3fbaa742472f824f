#include "parquet/cursor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "parquet/values.h"

void
parquet_cursor_free(struct parquet_cursor *cursor)
{
    parquet_chunk_values_free(&cursor->chunk);
    bytes_free(&cursor->page);
    free((void *)(uintptr_t)cursor->table.words);
    memset(cursor, 0, sizeof *cursor);
}

/* ---- opening ------------------------------------------------------------- */

static bool
begin_indices(struct parquet_cursor *cursor, const struct chunk_reader *reader,
              uint32_t count)
{
    const unsigned char *at = cursor->at;
    uint32_t index;
    unsigned width;

    if (!reader->has_dictionary || at == cursor->end)
        return false;
    width = *at++;
    cursor->way = PARQUET_CURSOR_INDICES;
    if (decode_run(&at, cursor->end, width, &index, count) &&
        index < reader->dictionary_count) {
        cursor->way = PARQUET_CURSOR_SAME;
        cursor->word = reader->dictionary[index];
    }
    return true;
}

bool
parquet_cursor_begin(struct parquet_cursor *cursor,
                     const struct chunk_reader *reader,
                     enum parquet_encoding encoding, const unsigned char *at,
                     const unsigned char *end, uint32_t count)
{
    bool words = reader->column->physical == PARQUET_INT64;

    assert(count == cursor->chunk.values.count);
    assert(cursor->chunk.values.nulls == 0);
    cursor->at = at;
    cursor->end = end;
    switch (encoding) {
    case PARQUET_PLAIN:
        cursor->way = PARQUET_CURSOR_PLAIN;
        return words && (size_t)(end - at) / 8 >= count;
    case PARQUET_DELTA:
        cursor->way = PARQUET_CURSOR_DELTA;
        return words && delta_init(&cursor->delta, at, end, count);
    case PARQUET_PLAIN_DICTIONARY:
    case PARQUET_RLE_DICTIONARY: return begin_indices(cursor, reader, count);
    default: return false;
    }
}

void
parquet_cursor_rewind(struct parquet_cursor *cursor)
{
    uint32_t count = cursor->chunk.values.count;

    cursor->next = 0;
    cursor->ready_first = 0;
    cursor->ready_count = 0;
    assert(cursor->way != PARQUET_CURSOR_INDICES || cursor->at < cursor->end);
    if (cursor->way == PARQUET_CURSOR_INDICES)
        hybrid_init(&cursor->hybrid, cursor->at + 1, cursor->end, *cursor->at,
                    count);
    else if (cursor->way == PARQUET_CURSOR_DELTA) /* as it did before */
        (void)delta_init(&cursor->delta, cursor->at, cursor->end, count);
}

void
parquet_cursor_map(struct parquet_cursor *cursor, uint64_t *numbers)
{
    struct parquet_values *values = &cursor->chunk.values;

    assert(cursor->way != PARQUET_CURSOR_SAME ||
           cursor->word < values->table_count);
    if (cursor->way == PARQUET_CURSOR_SAME)
        cursor->word = numbers[cursor->word];
    if (cursor->way == PARQUET_CURSOR_WORDS)
        for (uint32_t i = 0; i < values->count; i++)
            values->words[i] = values->valid[i] ? numbers[values->words[i]] : 0;
    free((void *)(uintptr_t)cursor->table.words);
    cursor->table.words = numbers;
}

/* ---- rows ---------------------------------------------------------------- */

static int
damaged(struct failure *failure)
{
    return fail(failure, FAILURE_DATA, "its values are damaged");
}

static void
fill(struct parquet_cursor *cursor, uint64_t word, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        cursor->words[i] = word;
}

int
parquet_cursor_take(struct parquet_cursor *cursor, uint32_t count,
                    struct parquet_piece *piece, struct failure *failure)
{
    const struct parquet_values *values = &cursor->chunk.values;
    uint32_t first = cursor->next;

    assert(count <= PARQUET_PIECE && count <= values->count - first);
    *piece = (struct parquet_piece){.words = cursor->words};
    cursor->next += count;
    switch (cursor->way) {
    case PARQUET_CURSOR_NULL:
        fill(cursor, 0, count);
        memset(cursor->valid, 0, count);
        piece->valid = cursor->valid;
        return 0;
    case PARQUET_CURSOR_SAME: fill(cursor, cursor->word, count); return 0;
    case PARQUET_CURSOR_WORDS:
        piece->words = values->words + first;
        piece->valid = values->nulls ? values->valid + first : NULL;
        return 0;
    case PARQUET_CURSOR_PLAIN:
        memcpy(cursor->words, cursor->at + first * 8UL, count * 8UL);
        return 0;
    case PARQUET_CURSOR_DELTA:
        return delta_next(&cursor->delta, cursor->words, count)
                   ? 0
                   : damaged(failure);
    case PARQUET_CURSOR_INDICES:
        return hybrid_look_up(&cursor->hybrid, &cursor->table, cursor->words,
                              count)
                   ? 0
                   : chunk_reader_damaged(&cursor->table, failure);
    }
    return 0;
}

/* Decodes the piece that a row lies in.  Each value is a sum of all before it,
 * so those between are gone over. */
static bool
ready_sums(struct parquet_cursor *cursor, uint32_t row)
{
    uint32_t from = cursor->ready_first + cursor->ready_count;
    uint32_t skipped = (row - from) / PARQUET_PIECE * PARQUET_PIECE;
    uint32_t left = cursor->chunk.values.count - from - skipped;

    assert(row >= from && row < cursor->chunk.values.count);
    cursor->ready_first = from + skipped;
    cursor->ready_count = left < PARQUET_PIECE ? left : PARQUET_PIECE;
    return delta_skip(&cursor->delta, skipped) &&
           delta_next(&cursor->delta, cursor->ready, cursor->ready_count);
}

static int
pick_sums(struct parquet_cursor *cursor, struct parquet_picks picks,
          struct failure *failure)
{
    for (uint32_t i = 0; i < picks.count; i++) {
        uint32_t row = picks.rows[i];

        if (row - cursor->ready_first >= cursor->ready_count &&
            !ready_sums(cursor, row))
            return damaged(failure);
        cursor->words[i] = cursor->ready[row - cursor->ready_first];
    }
    return 0;
}

static void
pick_words(struct parquet_cursor *cursor, struct parquet_picks picks,
           struct parquet_piece *piece)
{
    const struct parquet_values *values = &cursor->chunk.values;

    for (uint32_t i = 0; i < picks.count; i++) {
        cursor->words[i] = values->words[picks.rows[i]];
        cursor->valid[i] = values->valid[picks.rows[i]];
    }
    piece->valid = values->nulls ? cursor->valid : NULL;
}

int
parquet_cursor_pick(struct parquet_cursor *cursor, struct parquet_picks picks,
                    struct parquet_piece *piece, struct failure *failure)
{
    assert(picks.count <= PARQUET_PIECE);
    assert(picks.count == 0 ||
           picks.rows[picks.count - 1] < cursor->chunk.values.count);
    *piece = (struct parquet_piece){.words = cursor->words};
    switch (cursor->way) {
    case PARQUET_CURSOR_NULL:
    case PARQUET_CURSOR_SAME:
        return parquet_cursor_take(cursor, picks.count, piece, failure);
    case PARQUET_CURSOR_WORDS: pick_words(cursor, picks, piece); return 0;
    case PARQUET_CURSOR_PLAIN:
        for (uint32_t i = 0; i < picks.count; i++)
            memcpy(&cursor->words[i], cursor->at + picks.rows[i] * 8UL, 8);
        return 0;
    case PARQUET_CURSOR_DELTA: return pick_sums(cursor, picks, failure);
    case PARQUET_CURSOR_INDICES:
        return hybrid_pick(&cursor->hybrid, &cursor->table, picks.rows,
                           picks.count, cursor->words)
                   ? 0
                   : chunk_reader_damaged(&cursor->table, failure);
    }
    return 0;
}
