#include "bars/sum.h"

#include <assert.h>

void
sum_start(struct sum *sum, int64_t time, int64_t price, uint64_t id)
{
    static const struct sum_side nothing;

    sum->count = 0;
    sum->first_time = sum->last_time = time;
    sum->first_id = sum->last_id = id;
    sum->open = sum->high = sum->low = sum->close = price;
    sum->sides[0] = sum->sides[1] = nothing;
}

/* An empty sum, without prices. */
static void
sum_start_unpriced(struct sum *sum, int64_t time)
{
    sum_start(sum, time, DECIMAL_NULL, 0);
    sum->low = INT64_MAX;
    sum->count = SUM_UNPRICED;
}

static void
add_last(struct sum *sum, const struct sum_trade *trade)
{
    bool first = sum->count & SUM_UNPRICED;

    sum->count &= ~SUM_UNPRICED;
    if (first || trade->time >= sum->last_time) {
        sum->last_time = trade->time;
        sum->last_id = trade->id;
        sum->close = trade->price;
    }
    if (first || trade->time < sum->first_time) {
        sum->first_time = trade->time;
        sum->first_id = trade->id;
        sum->open = trade->price;
    }
}

void
sum_add_parts(struct sum *sum, const struct sum_trade *trade)
{
    struct sum_side *side = &sum->sides[trade->buy];

    if (sum->count == 0)
        sum_start_unpriced(sum, trade->time);
    assert(sum_count(sum) < SUM_COUNT_MAX);
    sum->count++;
    if (!(trade->without & SUM_LAST))
        add_last(sum, trade);
    if (!(trade->without & SUM_RANGE)) {
        sum->high = trade->price > sum->high ? trade->price : sum->high;
        sum->low = trade->price < sum->low ? trade->price : sum->low;
    }
    if (trade->without & SUM_VOLUME)
        return;
    sum_amount(&side->volume, (uint64_t)trade->quantity);
    if (trade->price != DECIMAL_NULL)
        sum_amount(&side->notional,
                   decimal_notional(trade->price, trade->quantity));
}

bool
sum_remove(struct sum *sum, const struct sum_trade *trade)
{
    struct sum_side *side = &sum->sides[trade->buy];

    assert(sum_count(sum) > 0);
    sum->count--;
    if (sum_count(sum) == 0) {
        sum->count = 0;
        return true;
    }
    if (!(trade->without & SUM_VOLUME)) {
        sum_amount(&side->volume, -(i128)trade->quantity);
        if (trade->price != DECIMAL_NULL)
            sum_amount(&side->notional,
                       -decimal_notional(trade->price, trade->quantity));
    }
    if (!(trade->without & SUM_RANGE) &&
        (trade->price == sum->high || trade->price == sum->low))
        return false;
    return trade->without & SUM_LAST ||
           (trade->time != sum->first_time && trade->time != sum->last_time);
}

bool
sum_merge(struct sum *sum, const struct sum *next)
{
    assert(next->count > 0);
    if (sum->count == 0) {
        *sum = *next;
        return true;
    }
    if (sum_count(next) > SUM_COUNT_MAX - sum_count(sum))
        return false;
    if (sum->count & SUM_UNPRICED) {
        sum->first_time = next->first_time;
        sum->first_id = next->first_id;
        sum->open = next->open;
    }
    if (!(next->count & SUM_UNPRICED)) {
        sum->count &= ~SUM_UNPRICED;
        sum->last_time = next->last_time;
        sum->last_id = next->last_id;
        sum->close = next->close;
    }
    sum->count += sum_count(next);
    if (next->high > sum->high)
        sum->high = next->high;
    if (next->low < sum->low)
        sum->low = next->low;
    for (unsigned i = 0; i < 2; i++) {
        const struct sum_side *side = &next->sides[i];

        sum_amount(&sum->sides[i].volume, amount_get(side->volume));
        sum_amount(&sum->sides[i].notional, amount_get(side->notional));
    }
    return true;
}

void
sum_join(struct sum *sum, const struct sum *other)
{
    struct sum early = *sum, late = *other;
    bool fits;

    if (sum->count > 0 && other->first_time < sum->first_time) {
        early = *other;
        late = *sum;
    }
    fits = sum_merge(&early, &late);
    assert(fits); /* too many trades were refused */
    (void)fits;
    *sum = early;
}

void
sum_to_bar(const struct sum *sum, struct bar *bar)
{
    const struct sum_side *bought = &sum->sides[1];

    assert((sum->open == DECIMAL_NULL) == (sum->close == DECIMAL_NULL));
    bar->open = sum->open;
    bar->high = sum->high;
    bar->low = sum->low == INT64_MAX ? DECIMAL_NULL : sum->low;
    bar->flags |= sum->open == DECIMAL_NULL ? BAR_NO_PRICE : 0;
    bar->close = sum->close;
    bar->volume = bar->buy_volume = bought->volume;
    bar->notional = bar->buy_notional = bought->notional;
    sum_amount(&bar->volume, amount_get(sum->sides[0].volume));
    sum_amount(&bar->notional, amount_get(sum->sides[0].notional));
    bar->trade_count = sum_count(sum);
    bar->first_trade_id = sum->first_id;
    bar->last_trade_id = sum->last_id;
}
