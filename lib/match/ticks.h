/* ticks.h - which prices an instrument can have: multiples of its tick size
 * or, with a tick table, of the tick of the price's row.
 */
#ifndef MATCH_TICKS_H
#define MATCH_TICKS_H

#include "match/match.h"

#define TICK_ROWS 32
_Static_assert(TICK_ROWS <= UINT8_MAX, "tick_count holds the number of rows");

/* Reads the instrument's tick size and tick table.  0, or -1 with the market
 * as it was: the table is malformed, or out of memory. */
int match_read_ticks(struct market *market, const struct instrument *definition,
                     struct failure *failure);

/* The tick at a price; 1: any number will do. */
int64_t match_tick(const struct market *market, int64_t price);

/* Whether a price above 0 is a multiple of the tick of its row; there is a
 * table. */
bool match_is_on_row(const struct market *market, int64_t price);

static inline bool
is_on_tick(const struct market *market, int64_t price)
{
    if (__builtin_expect(market->tick_count != 0, 0))
        return match_is_on_row(market, price);
    return is_multiple(&market->tick, price);
}

#endif
