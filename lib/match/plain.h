/* plain.h - what nearly every event is, done by the shortest way: plain orders
 * that arrive, and cancels of plain orders while trading is continuous.
 *
 * What act.c and modify.c do for orders of any kind is done here once more for
 * these, in a straight line, without an extra or a turn.  The rules are the
 * same; what is not plain is left to the others.
 */
#ifndef MATCH_PLAIN_H
#define MATCH_PLAIN_H

#include "match/check.h"

/* Whether a new order, plain or not, is post-only and would trade. */
bool match_would_take(const struct match *match, struct market *market,
                      struct arrival arrival);

/* Takes a plain order while trading is continuous.  Stops that it triggered
 * are left in the queue.  0, or -1 if out of memory. */
int match_plain_order(struct match *match, struct market *market,
                      const struct order *order, struct failure *failure);

/* Takes a plain limit order at any other time: it is collected for an auction,
 * or refused.  0, or -1 if out of memory. */
int match_plain_collected(struct match *match, struct market *market,
                          const struct order *order, struct failure *failure);

/* Takes a cancel of all of a plain order while trading is continuous; false,
 * with nothing done, if it is any other cancel. */
bool match_plain_cancel(struct match *match, struct market *market,
                        const struct cancel *cancel);

#endif
