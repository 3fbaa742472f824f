/* close.h - what ends many orders at once: mass cancels, the end of the day and
 * of an auction, the time of orders that are good till one.
 *
 * Orders end in ascending order id.  All functions return 0, or -1 if out of
 * memory or if an instrument can have no id on this tape.
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

/* What only the auction that is over could have filled is cancelled. */
int match_end_passing(struct match *match, struct market *market,
                      const struct event *cause, struct failure *failure);

/* Orders whose time came with an event expire, those of an earlier time
 * first. */
int match_expire(struct match *match, const struct event *cause,
                 struct failure *failure);

#endif
