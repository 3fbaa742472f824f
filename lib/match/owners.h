/* owners.h - which accounts belong together: orders of one owner need not
 * trade with each other (self-trade prevention).
 */
#ifndef MATCH_OWNERS_H
#define MATCH_OWNERS_H

#include "match/match.h"

/* An account event names the group that an account belongs to; 0: none.  The
 * last one counts. */
int match_account(struct match *match, const struct account *account,
                  struct failure *failure);

bool match_same_group(const struct match *match, uint64_t account,
                      uint64_t other);

/* Whether two accounts have one owner; account 0 has none. */
static inline bool
match_same_owner(const struct match *match, uint64_t account, uint64_t other)
{
    return account &&
           (account == other ||
            (match->members.count && match_same_group(match, account, other)));
}

#endif
