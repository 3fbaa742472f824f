/* history.h - what the models share in which a history decides what becomes of
 * its own orders, whatever a strategy does.
 *
 *      history.c    own orders that rest, history's orders, sessions, stops
 *      own.c        own requests, and what they leave of history's orders
 *
 * History's orders stand in the engine's book as they were announced and never
 * trade with one another; own orders stand there with them, in their true
 * places.  Each model decides what an own order gets of what history traded
 * (history_fill); history's orders end as they did all the same.
 *
 * Own orders take what stands in the book, by the engine's rules.  With
 * SIM_IMPACT_TAKE that is then missing when history wants it, and counted; with
 * SIM_IMPACT_NONE the book is as if nothing had been taken.
 */
#ifndef SIM_HISTORY_H
#define SIM_HISTORY_H

#include "sim/sim.h"

/* Liquidity of a level whose orders are not known has ids from here to
 * SIM_IDS_END. */
#define HISTORY_LEVEL_FIRST SIM_OWN_END

struct history_order {
    const struct event *event; /* that announced it */
    enum side side;
    uint64_t order_id; /* 0: liquidity whose orders are not known */
    int64_t price, quantity;
};

static inline bool
history_is_level(uint64_t order_id)
{
    return order_id >= HISTORY_LEVEL_FIRST && order_id < SIM_IDS_END;
}

/* An own order that rests is a maker of that much, not more than it shows. */
int history_fill(struct sim *sim, struct market *market,
                 const struct event *event, uint32_t number, int64_t quantity,
                 struct failure *failure);

/* An order of history rests at the end of its queue, whatever it crosses, in
 * place of one with its id.  Its number, or 0 without memory. */
uint32_t history_enter(struct sim *sim, struct market *market,
                       const struct history_order *order,
                       struct failure *failure);

/* Removes an order of history. */
void history_drop(struct sim *sim, struct market *market, uint32_t number);

/* How the model takes an execution of an order (0: it is not in the book),
 * before it happens. */
enum sim_verdict history_judge(const struct sim *sim,
                               const struct market *market, uint32_t number,
                               const struct book_order *event);

/* Somebody traded at that price: it is what everybody sees, and stops
 * follow. */
int history_traded(struct sim *sim, struct market *market,
                   const struct event *event, enum side aggressor,
                   int64_t price, int64_t quantity, struct failure *failure);

/* Before each event: sessions change, and what expires by then does. */
int history_pass(struct sim *sim, uint32_t index, const struct event *event,
                 struct failure *failure);

/* ---- own.c --------------------------------------------------------------- */

/* An own request. */
int history_request(struct sim *sim, uint32_t index, const struct event *event,
                    struct failure *failure);

/* Around what lets own orders take: which orders of history they may take,
 * as much as wanted and all that they have open; and what was taken. */
int history_remember(struct sim *sim, struct market *market, i128 wanted,
                     struct failure *failure);
int history_settle(struct sim *sim, struct market *market,
                   struct failure *failure);

#endif
