/* flow_state.h - what the files of the generator share: flow.c makes the
 * definitions, flow_orders.c and flow_trades.c what follows.
 */
#ifndef GEN_FLOW_STATE_H
#define GEN_FLOW_STATE_H

#include "base/random.h"
#include "gen/flow.h"
#include "gen/flow_book.h"

/* The price of an instrument when trades are made up directly. */
struct flow_walk {
    int64_t tick;
    uint64_t trades; /* so far: the last trade_id */
};

struct flow {
    struct flow_plan plan;
    struct random random;
    unsigned phase;        /* of flow.c's table */
    uint64_t length, done; /* events of this phase; those so far */
    int64_t time;          /* of the last event */
    uint32_t gap;          /* the next event is less than that later, ns */
    uint64_t last_order;
    struct flow_book *books; /* by symbol, for orders */
    struct flow_walk *walks; /* by symbol, for trades and prints */

    /* Events with null in every field, to begin from. */
    struct order order;
    struct modify modify;
    struct cancel cancel;
    struct trade trade;
    struct print print;
};

/* Each writes one event to room and returns its size. */
size_t flow_next_order(struct flow *flow, void *room);
size_t flow_next_trade(struct flow *flow, void *room);
size_t flow_next_print(struct flow *flow, void *room);

/* Some instruments trade much more than others: the density falls like the
 * logarithm of n / rank. */
static inline uint32_t
flow_pick_symbol(struct flow *flow)
{
    uint64_t bits = random_next(&flow->random);
    uint64_t most = (bits >> 32) * flow->plan.symbols >> 32;

    return (uint32_t)((bits & UINT32_MAX) * (most + 1) >> 32);
}

static inline uint32_t
flow_pick_account(struct flow *flow)
{
    return 1 + random_below(&flow->random, (uint32_t)flow->plan.accounts);
}

/* Sets the header's instrument and, a little later than before, its time. */
static inline void
flow_stamp(struct flow *flow, struct event *event, uint32_t symbol)
{
    flow->time += random_below(&flow->random, flow->gap);
    event->instrument = symbol + 1;
    event->time = flow->time;
}

#endif
