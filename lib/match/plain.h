/* plain.h - what nearly every event is, done by the shortest way: plain
 * orders that arrive, and cancels of them while trading is continuous; private
 * to match*.c.
 *
 * What match.c, match_act.c and match_modify.c do for any order is done here
 * for these once more, in a straight line: without an extra, a turn, or a place
 * to look up.  The rules are the same.
 */
#ifndef MATCH_PLAIN_H
#define MATCH_PLAIN_H

#include "match/check.h"

/* Whether a new order, plain or not, would trade when it must not. */
bool match_would_take(const struct match *match, struct market *market,
                      struct arrival arrival);

/* A plain order while trading is continuous. */
int match_plain_order(struct match *match, struct market *market,
                      const struct order *order, struct failure *failure);

/* A plain limit order at any other time: it is collected for an auction, if it
 * can be. */
int match_plain_collected(struct match *match, struct market *market,
                          const struct order *order, struct failure *failure);

/* A cancel while trading is continuous: of all that is open of a plain order,
 * or it goes to match_any. */
int match_plain_cancel(struct match *match, struct market *market,
                       const struct cancel *cancel, struct failure *failure);

/* In match.c: an event of any kind; and what an event led to: stops act, and
 * an auction has another price. */
int match_any(struct match *match, struct market *market,
              const struct event *event, struct failure *failure);
int match_finish(struct match *match, struct market *market,
                 const struct event *event, struct failure *failure);

#endif
