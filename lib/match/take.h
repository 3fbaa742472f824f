/* take.h - an incoming order meets the orders that rest.
 *
 * Makers come by price; at one price those that are shown, then hidden and
 * all-or-none ones by time.  An all-or-none maker that the taker cannot fill
 * whole is passed over.
 */
#ifndef MATCH_TAKE_H
#define MATCH_TAKE_H

#include "match/report.h"

/* Whether there may be a maker for a taker of that side and limit. */
static inline bool
may_meet(const struct market *market, unsigned side, int64_t limit)
{
    const struct ladder *shown = &market->book.sides[SIDE_SELL - side];

    return shown->best_key >= limit || market->unshown != 0;
}

/* Trades until the taker has what it wants or nothing is left within its
 * limit.  If self-trade prevention ends it, nothing is open of it and its end
 * is reported.  Stops that are triggered are queued (stop.h).  0, or -1 if out
 * of memory. */
int match_take(struct match *match, struct market *market, struct taker *taker,
               struct failure *failure);

/* Whether it would meet any maker. */
bool match_meets(const struct match *match, struct market *market,
                 const struct taker *taker);

/* Whether it would get the wanted quantity at once; makers of its owner are
 * treated as its self-trade mode requires. */
bool match_fillable(const struct match *match, struct market *market,
                    const struct taker *taker, int64_t wanted);

#endif
