/* close.h - what ends many orders at once: mass cancels, the end of the
 * day and of an auction; private to match*.c.
 */
#ifndef MATCH_CLOSE_H
#define MATCH_CLOSE_H

#include "match/match.h"

/* A cancel without order id, of one market or (NULL) all. */
int match_cancel_many(struct match *match, struct market *market,
                      const struct cancel *cancel, struct failure *failure);

/* Orders for the day expire, in one market or (NULL) all. */
int match_end_day(struct match *match, struct market *market,
                  const struct event *cause, struct failure *failure);

/* What only an auction that is over could have filled is cancelled. */
int match_end_passing(struct match *match, struct market *market,
                      const struct event *cause, struct failure *failure);

#endif
