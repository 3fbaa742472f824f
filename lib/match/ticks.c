#include "match/ticks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int64_t
match_tick(const struct market *market, int64_t price)
{
    int64_t size = market->tick_size;

    for (uint32_t i = 0; i < market->tick_count; i++)
        if (market->ticks[i].from <= price)
            size = market->ticks[i].size;
    return size > 0 ? size : 1;
}

bool
match_is_on_row(const struct market *market, int64_t price)
{
    uint32_t row = market->tick_count - 1;

    assert(market->tick_count > 0 && market->ticks[0].from == 0 && price > 0);
    while (market->ticks[row].from > price)
        row--;
    return is_multiple(&market->ticks[row].tick, price);
}

/* ---- tick tables --------------------------------------------------------- */

/* Reads the decimal from *at up to sign, and moves *at there. */
static bool
read_number(const char **at, const char *end, char sign, int64_t *number)
{
    const char *to = memchr(*at, sign, (size_t)(end - *at));

    if (!to)
        return false;
    if (decimal_parse(*at, (size_t)(to - *at), number) != DECIMAL_OK)
        return false;
    *at = to;
    return true;
}

/* "0.001,1:0.005,10:0.01": a tick, then from:tick, ascending. */
static bool
read_rows(const char *at, const char *end, struct tick_row *rows,
          uint32_t *count)
{
    for (*count = 0; *count < TICK_ROWS; at++) {
        struct tick_row *row = &rows[*count];
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *to = comma ? comma : end;

        row->from = 0;
        if (*count > 0) {
            if (!read_number(&at, to, ':', &row->from) ||
                row->from <= rows[*count - 1].from)
                return false;
            at++;
        }
        if (decimal_parse(at, (size_t)(to - at), &row->size) != DECIMAL_OK ||
            row->size <= 0)
            return false;
        row->tick = multiple_of(row->size);
        ++*count;
        at = to;
        if (!comma)
            return true;
    }
    return false;
}

static int
fail_table(const struct instrument *definition, struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "the tick table of %.*s is malformed: give a tick, then up to "
                "%d times from:tick, ascending, for example 0.001,1:0.005",
                (int)definition->symbol.length,
                event_text(definition, definition->symbol), TICK_ROWS - 1);
}

int
match_read_ticks(struct market *market, const struct instrument *definition,
                 struct failure *failure)
{
    const char *text = event_text(definition, definition->tick_table);
    size_t length = definition->tick_table.length;
    struct tick_row rows[TICK_ROWS], *kept = NULL;
    uint32_t count = 0;

    if (length > 0) {
        if (!read_rows(text, text + length, rows, &count))
            return fail_table(definition, failure);
        kept = allocate(failure, count, sizeof *rows);
        if (!kept)
            return -1;
        memcpy(kept, rows, count * sizeof *rows);
    }
    assert((length > 0) == (count > 0) && count <= TICK_ROWS);
    free(market->ticks);
    market->ticks = kept;
    market->tick_count = (uint8_t)count;
    market->tick_size = definition->tick_size;
    market->tick = multiple_of(definition->tick_size);
    return 0;
}
