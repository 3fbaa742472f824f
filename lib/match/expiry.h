/* expiry.h - orders that are good till a time: a heap by expire_time,
 * order id and market; private to match*.c.
 */
#ifndef MATCH_EXPIRY_H
#define MATCH_EXPIRY_H

#include "match/match.h"

#define NEVER INT64_MAX

/* Makes room for one more order that expires. */
int match_reserve_expiry(struct match *match, struct failure *failure);

void match_add_expiry(struct match *match, uint32_t order);
void match_remove_expiry(struct match *match, uint32_t order);

/* Lets all orders expire whose time has come with an event. */
int match_expire(struct match *match, const struct event *cause,
                 struct failure *failure);

#endif
