/* holding.h - what an account holds of one instrument, at average cost.
 *
 * Quantity and cost are signed: short means both are negative, and cost is
 * minus the proceeds, so that one formula serves both sides (rule R2).  All
 * numbers are in units of 10^-8.
 *
 * Invariants: quantity 0 means cost 0 (I12); the cash of all trades is
 * realized - cost, exactly (I1).
 */
#ifndef LEDGER_HOLDING_H
#define LEDGER_HOLDING_H

#include <stdbool.h>

#include "base/decimal.h"

struct holding {
    i128 quantity, cost, realized;
};

/* One side of a trade: quantity is signed (+: bought), cash is what the
 * account got (+) or paid (-) for it.  What closes realizes the difference
 * between its share of the cash and its share of the cost; the last close
 * takes all the cost that is left; what goes beyond flat opens at this trade.
 * False, with the holding unchanged, when a number would exceed its range. */
bool holding_trade(struct holding *holding, i128 quantity, i128 cash);

/* Every old shares become new ones, both positive; cost stays.  The quantity is
 * rounded half to even.  False, with the holding unchanged, when it would leave
 * its range, or nothing be left of it. */
bool holding_split(struct holding *holding, i128 new, i128 old);

/* price * quantity * multiplier (null: 1), rounded once, half to even; false:
 * beyond the range of an amount. */
bool holding_notional(int64_t price, i128 quantity, int64_t multiplier,
                      i128 *notional);

/* cost / quantity, rounded half to even; DECIMAL_NULL when flat or when it
 * does not fit a decimal. */
int64_t holding_average(const struct holding *holding);

#endif
