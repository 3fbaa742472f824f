/* take.h - an order on the move meets the orders that rest; private to
 * match*.c.
 *
 * Makers come by price; at one price those that are shown first, then hidden
 * and all-or-none ones by time.  An all-or-none maker that the taker cannot
 * fill whole is passed over.
 */
#ifndef MATCH_TAKE_H
#define MATCH_TAKE_H

#include "match/report.h"
#include "match/special.h"

/* Whether there may be a maker for a taker of that side and limit. */
static inline bool
may_meet(const struct market *market, unsigned side, int64_t limit)
{
    const struct ladder *shown = &market->book.sides[SIDE_SELL - side];

    return shown->best_key >= limit || market->unshown != 0;
}

/* Trades until the taker has what it wants, or nothing within its limit is
 * left, or self-trade prevention ends it; then nothing is open of it, and its
 * end is told.  Stops that go off are left in match->fired. */
int match_take(struct match *match, struct market *market, struct taker *taker,
               struct failure *failure);

/* Whether it would meet any maker. */
bool match_meets(const struct match *match, struct market *market,
                 const struct taker *taker);

/* Whether it would get so much at once, all makers that are its owner's aside
 * as its mode says. */
bool match_fillable(const struct match *match, struct market *market,
                    const struct taker *taker, int64_t wanted);

#endif
