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

bool
sum_merge(struct sum *sum, const struct sum *next)
{
    assert(next->count > 0);
    if (sum->count == 0) {
        *sum = *next;
        return true;
    }
    if (next->count > SUM_COUNT_MAX - sum->count)
        return false;
    sum->count += next->count;
    sum->last_time = next->last_time;
    sum->last_id = next->last_id;
    sum->close = next->close;
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
sum_to_bar(const struct sum *sum, struct bar *bar)
{
    const struct sum_side *bought = &sum->sides[1];

    assert(sum->low <= sum->open && sum->open <= sum->high);
    assert(sum->low <= sum->close && sum->close <= sum->high);
    bar->open = sum->open;
    bar->high = sum->high;
    bar->low = sum->low;
    bar->close = sum->close;
    bar->volume = bar->buy_volume = bought->volume;
    bar->notional = bar->buy_notional = bought->notional;
    sum_amount(&bar->volume, amount_get(sum->sides[0].volume));
    sum_amount(&bar->notional, amount_get(sum->sides[0].notional));
    bar->trade_count = sum->count;
    bar->first_trade_id = sum->first_id;
    bar->last_trade_id = sum->last_id;
}
