/* sum.h - what the trades of one bar add up to.
 *
 * A trade is added in constant time; two sums of adjoining buckets merge into
 * the sum of both, exactly: the notional is a sum of numbers that were
 * rounded once, trade by trade.
 *
 * Open and close are by (time, order of arrival): among trades of one time
 * the first to arrive can open and the last can close.
 *
 * Nothing overflows: price and quantity are below 10^18 units, so a notional
 * is below 10^28, and SUM_COUNT_MAX of them stay within AMOUNT_MAX.
 */
#ifndef BARS_SUM_H
#define BARS_SUM_H

#include <stdbool.h>

#include "base/decimal.h"
#include "tape/event.h"

#define SUM_COUNT_MAX UINT64_C(10000000000)

/* A trade as bars see it. */
struct sum_trade {
    int64_t time;
    int64_t price;    /* within DECIMAL_MAX either way */
    int64_t quantity; /* from 1 to DECIMAL_MAX */
    uint64_t id;
    bool buy; /* the aggressor bought */
};

/* Of one side. */
struct sum_side {
    struct amount volume, notional;
};

/* A zeroed sum is empty; while count is 0 the other fields mean nothing. */
struct sum {
    uint64_t count;
    int64_t first_time, last_time; /* of the trades that open and close */
    uint64_t first_id, last_id;
    int64_t open, high, low, close;
    struct sum_side sides[2]; /* [1]: the aggressor bought; [0]: the rest */
};

/* Two words and a carry: an i128 in memory would be stored by halves and
 * loaded whole, which stalls. */
static inline void
sum_amount(struct amount *amount, i128 more)
{
    bool carry =
        __builtin_add_overflow(amount->low, (uint64_t)more, &amount->low);

    amount->high += (int64_t)(more >> 64) + carry;
}

/* Makes an empty sum ready for its first trade, which is then added. */
void sum_start(struct sum *sum, int64_t time, int64_t price, uint64_t id);

/* Adds a trade to a sum that was started and has fewer than SUM_COUNT_MAX. */
static inline void
sum_add(struct sum *sum, const struct sum_trade *trade)
{
    struct sum_side *side = &sum->sides[trade->buy];
    int64_t time = trade->time, price = trade->price;
    int64_t quantity = trade->quantity;

    sum->count++;
    if (time >= sum->last_time) {
        sum->last_time = time;
        sum->last_id = trade->id;
        sum->close = price;
    } else if (time < sum->first_time) {
        sum->first_time = time;
        sum->first_id = trade->id;
        sum->open = price;
    }
    sum->high = price > sum->high ? price : sum->high;
    sum->low = price < sum->low ? price : sum->low;
    sum_amount(&side->volume, (uint64_t)quantity);
    sum_amount(&side->notional, decimal_notional(price, quantity));
}

/* Adds the sum of a later bucket, not empty.  False, with sum as it was, when
 * that were more than SUM_COUNT_MAX trades. */
bool sum_merge(struct sum *sum, const struct sum *next);

/* Sets the fields of a bar that come from its trades. */
void sum_to_bar(const struct sum *sum, struct bar *bar);

#endif
