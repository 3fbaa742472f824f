/* expiry.h - the orders that are good till a time: a heap by expire_time, then
 * order id, then market.
 */
#ifndef MATCH_EXPIRY_H
#define MATCH_EXPIRY_H

#include "match/match.h"

#define NEVER INT64_MAX

/* Makes room for one more.  0, or -1 if out of memory. */
int match_reserve_expiry(struct match *match, struct failure *failure);

/* A special order with an expire_time; match_reserve_expiry made room. */
void match_add_expiry(struct match *match, uint32_t order);

/* An order that was added. */
void match_remove_expiry(struct match *match, uint32_t order);

/* The first order whose time has come, or 0. */
static inline uint32_t
match_first_expired(const struct match *match)
{
    return match->expiry_count && match->next_expiry <= match->now
               ? match->expiries[1]
               : 0;
}

#endif
