/* facts.h - a market whose history is known order by order: history decides,
 * by order id, what becomes of its orders; own orders stand in the true queue.
 *
 *      facts.c      what history does to the book, and what own orders get
 *      facts_own.c  own requests, and what they leave of history's orders
 *
 * History's orders stand in the engine's book as they were announced and never
 * trade with one another.  An execution of one that stands after an own order
 * is the own order's first, up to its quantity; so is a print of what was
 * hidden, at the own order's price or a worse one, and an order that arrives
 * where an own order would have met it.  History's orders end as they did all
 * the same.
 *
 * Own orders take what stands in the book, by the engine's rules.  With
 * SIM_IMPACT_TAKE that is then missing when history wants it, and counted; with
 * SIM_IMPACT_NONE the book is as if nothing had been taken.
 */
#ifndef SIM_FACTS_H
#define SIM_FACTS_H

#include "sim/sim.h"

/* Liquidity of a level whose orders are not known has ids from here to
 * SIM_IDS_END. */
#define FACTS_LEVEL_FIRST SIM_OWN_END

/* Own orders get what they would have, of a quantity that history gave to an
 * order at that price of that side.  maker: its number, and who is before it
 * in its queue comes first; 0: no order that is known, and equal says whether
 * own ones at the same price come first. */
int facts_give(struct sim *sim, struct market *market,
               const struct event *event, enum side side, int64_t price,
               uint32_t maker, bool equal, int64_t quantity,
               struct failure *failure);

/* Removes an order of history. */
void facts_remove(struct sim *sim, struct market *market, uint32_t number);

/* An own request. */
int facts_request(struct sim *sim, uint32_t index, const struct event *event,
                  struct failure *failure);

/* Around what lets own orders take: which orders of history they may take,
 * as much as wanted and all that they have open; and what was taken. */
int facts_remember(struct sim *sim, struct market *market, i128 wanted,
                   struct failure *failure);
int facts_settle(struct sim *sim, struct market *market,
                 struct failure *failure);

#endif
