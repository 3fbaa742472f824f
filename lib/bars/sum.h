/* sum.h - the sum of the trades of one bar.
 *
 * A trade is added in constant time; two sums of adjoining buckets merge into
 * the sum of both, exactly: the notional is a sum of numbers that were
 * rounded once, trade by trade.
 *
 * Open and close are by (time, order of arrival): among trades of one time
 * the first to arrive can open and the last can close.
 *
 * A trade may count in part (enum sum_part): for the high and low, as the
 * last price and so for open and close, with its volume.  A sum that has no
 * last price yet has SUM_UNPRICED in its count, and null prices.
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

#define SUM_UNPRICED (UINT64_C(1) << 63)

enum sum_part { SUM_RANGE = 1, SUM_LAST = 2, SUM_VOLUME = 4, SUM_ALL = 7 };

/* A trade as bars see it. */
struct sum_trade {
    int64_t time;
    int64_t price;    /* within DECIMAL_MAX either way; null: volume only */
    int64_t quantity; /* from 1 to DECIMAL_MAX; 0 or null: price only */
    uint64_t id;
    bool buy;        /* the aggressor bought */
    uint8_t without; /* enum sum_part: what it does not count for; what is
                      * null, it does not */
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

/* How many trades. */
static inline uint64_t
sum_count(const struct sum *sum)
{
    return sum->count & ~SUM_UNPRICED;
}

/* Adds a trade in part, to an empty sum also, of fewer than SUM_COUNT_MAX. */
void sum_add_parts(struct sum *sum, const struct sum_trade *trade);

/* Takes the volume and the count of a trade out of a sum that has it.  False
 * when its prices must be made anew, from the trades that are left. */
bool sum_remove(struct sum *sum, const struct sum_trade *trade);

/* Adds the sum of a later bucket, not empty.  False, with sum as it was, when
 * that were more than SUM_COUNT_MAX trades. */
bool sum_merge(struct sum *sum, const struct sum *next);

/* Adds the sum of any other stretch of time, not empty. */
void sum_join(struct sum *sum, const struct sum *other);

/* Sets the fields of a bar that come from its trades. */
void sum_to_bar(const struct sum *sum, struct bar *bar);

#endif
