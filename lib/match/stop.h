/* stop.h - stops: they wait, go off at a trade, and some follow the
 * price; private to match*.c.
 *
 * A stop that goes off joins match->fired, a queue, and acts when the order
 * that traded is wholly done: first the stops of its first trade, then those
 * of the second, ..., then those that the stops' own trades set off.
 */
#ifndef MATCH_STOP_H
#define MATCH_STOP_H

#include "match/act.h"

static inline bool
is_stop(unsigned order_type)
{
    return order_type >= ORDER_STOP && order_type <= ORDER_TRAILING_STOP;
}

/* The stop price that a stop of the market begins with; null: none yet. */
int64_t match_first_stop(const struct market *market,
                         const struct order *order);

/* Lets a stop that stands nowhere wait, or go off when the last price is at
 * its stop price already and trading is continuous. */
void match_wait(struct match *match, struct market *market, uint32_t order);

/* A trade was made at market->last: stops go off, then others move. */
int match_traded(struct match *match, struct market *market,
                 struct failure *failure);

/* Each of the two by itself. */
void match_elect(struct match *match, struct market *market);
int match_trail(struct match *match, struct market *market,
                struct failure *failure);

/* Lets the stops that went off act, one after the other. */
int match_run_fired(struct match *match, struct market *market,
                    const struct event *cause, struct failure *failure);

/* Whether a stop would go off if trading were continuous. */
bool match_has_due(const struct market *market);

/* A stop was put to where it waits, or taken away. */
void match_follow(struct match *match, struct market *market, uint32_t order);
void match_unfollow(struct match *match, struct market *market, uint32_t order);

#endif
