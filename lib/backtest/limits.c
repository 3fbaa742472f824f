#include "backtest/limits.h"

#include <assert.h>

#include "base/clock.h"

/* What is on order of one side of an instrument. */
static i128
on_order(const struct strategy *strategy, const struct own_position *position,
         enum side side)
{
    const struct own_order *orders = strategy->world->orders.orders;
    i128 sum = 0;

    assert(position->live_count <= strategy->world->orders.count);
    for (uint32_t i = 0; i < position->live_count; i++)
        if (orders[position->live[i]].side == side)
            sum += orders[position->live[i]].left;
    return sum;
}

static bool
is_too_large(const struct limits *limits, const struct strategy *strategy,
             uint32_t index, enum side side, int64_t more)
{
    const struct own_position *position;
    i128 held = 0, ordered = 0;

    if (limits->position <= 0 || more <= 0)
        return false;
    if (index < strategy->own.position_count) {
        position = &strategy->own.positions[index];
        held = position->holding.quantity;
        ordered = on_order(strategy, position, side);
    }
    return (side == SIDE_BUY ? held : -held) + ordered + more >
           limits->position;
}

static uint64_t
count_live(const struct strategy *strategy)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < strategy->own.position_count; i++)
        count += strategy->own.positions[i].live_count;
    return count;
}

/* Counts a request in its second. */
static bool
is_too_often(const struct limits *limits, struct strategy *strategy,
             int64_t time)
{
    int64_t second = time / NS_PER_SECOND;

    assert(strategy->world->latency->least >= 0);
    if (limits->rate == 0)
        return false;
    if (second != strategy->second)
        strategy->in_second = 0;
    strategy->second = second;
    return ++strategy->in_second > limits->rate;
}

enum reason
limits_check(const struct limits *limits, struct strategy *strategy,
             uint32_t index, enum side side, int64_t quantity, int64_t more,
             bool is_new, int64_t time)
{
    assert(index < strategy->world->listing_count);
    if (strategy->killed || is_too_often(limits, strategy, time) ||
        (limits->order > 0 && quantity > limits->order) ||
        (is_new && limits->open && count_live(strategy) >= limits->open) ||
        is_too_large(limits, strategy, index, side, more))
        return REASON_LIMIT_REACHED;
    return 0;
}

bool
limits_lost(const struct limits *limits, const struct strategy *strategy)
{
    i128 sum = 0, equity;

    if (limits->loss <= 0 || strategy->killed)
        return false;
    for (uint32_t i = 0; i < strategy->own.position_count; i++) {
        const struct own_position *position = &strategy->own.positions[i];

        if (position->last == DECIMAL_NULL)
            continue;
        if (!own_equity(position, strategy_middle(strategy->world, i),
                        strategy_multiplier(strategy->world, i), &equity))
            return true;
        sum += equity;
    }
    return sum < -(i128)limits->loss;
}
