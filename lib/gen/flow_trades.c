#include "gen/flow_state.h"

#define TRADE_LOTS 100
_Static_assert(TRADE_LOTS <= FLOW_LOTS_MAX, "the largest trade");

/* The price goes a tick up or down, or stays. */
static int64_t
walk(struct flow *flow, struct flow_walk *walk)
{
    int64_t tick = walk->tick - 1 + random_below(&flow->random, 3);

    if (tick >= FLOW_TICK_MIN && tick < FLOW_TICK_MAX)
        walk->tick = tick;
    walk->trades++;
    return walk->tick * flow->plan.tick_size;
}

static int64_t
pick_quantity(struct flow *flow)
{
    return (1 + (int64_t)random_below(&flow->random, TRADE_LOTS)) *
           flow->plan.lot_size;
}

size_t
flow_next_trade(struct flow *flow, void *room)
{
    uint32_t symbol = flow_pick_symbol(flow);
    struct trade *event = room;

    *event = flow->trade;
    flow_stamp(flow, &event->event, symbol);
    event->side = (uint8_t)(SIDE_BUY + random_below(&flow->random, 2));
    event->price = walk(flow, &flow->walks[symbol]);
    event->quantity = pick_quantity(flow);
    event->trade_id = flow->walks[symbol].trades;
    event->buy_order_id = ++flow->last_order;
    event->sell_order_id = ++flow->last_order;
    event->buyer_id = flow_pick_account(flow);
    event->seller_id = flow_pick_account(flow);
    if (event->seller_id == event->buyer_id)
        event->seller_id = event->buyer_id % flow->plan.accounts + 1;
    event->flags = event->seller_id == event->buyer_id ? TRADE_SELF : 0;
    return sizeof *event;
}

size_t
flow_next_print(struct flow *flow, void *room)
{
    uint32_t symbol = flow_pick_symbol(flow);
    struct print *event = room;

    *event = flow->print;
    flow_stamp(flow, &event->event, symbol);
    event->side = (uint8_t)(SIDE_BUY + random_below(&flow->random, 2));
    event->price = walk(flow, &flow->walks[symbol]);
    event->quantity = pick_quantity(flow);
    event->trade_id = flow->walks[symbol].trades;
    return sizeof *event;
}
