/* stop.h - stops: they wait, a trade triggers them, and some follow the price.
 *
 * A triggered stop joins the queue match->triggered, and acts (act.h) when the
 * order that traded is completely done: first the stops of its first trade,
 * then those of the second, and so on; then those that the stops' own trades
 * trigger.
 */
#ifndef MATCH_STOP_H
#define MATCH_STOP_H

#include "match/match.h"

/* The stop price with which a stop enters the market; null: none yet. */
int64_t match_first_stop(const struct market *market,
                         const struct order *order);

/* Lets a stop that stands nowhere wait; if trading is continuous and the last
 * price has reached its stop price, it is triggered instead. */
void match_wait(struct match *match, struct market *market, uint32_t order);

/* There was a trade at market->last: it triggers stops, then others move.  0,
 * or -1 if out of memory. */
int match_traded(struct match *match, struct market *market,
                 struct failure *failure);

/* Each half of match_traded alone. */
void match_trigger(struct match *match, struct market *market);
int match_trail(struct match *match, struct market *market,
                struct failure *failure);

/* Takes the first stop off the queue of those triggered; 0: there is none. */
uint32_t match_next_triggered(struct match *match);

/* Whether the last price would trigger a stop if trading were continuous. */
bool match_has_due(const struct market *market);

#endif
