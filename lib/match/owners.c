#include "match/owners.h"

bool
match_same_group(const struct match *match, uint64_t account, uint64_t other)
{
    uint32_t group = map_get(&match->members, account);

    return group != MAP_NONE && group == map_get(&match->members, other);
}

int
match_account(struct match *match, const struct account *account,
              struct failure *failure)
{
    uint32_t group;

    if (account->account_id == 0)
        return 0;
    if (account->group_id == 0) {
        map_remove(&match->members, account->account_id);
        return 0;
    }
    group = map_get(&match->groups, account->group_id);
    if (group == MAP_NONE) {
        group = (uint32_t)match->groups.count;
        if (!map_put(&match->groups, account->group_id, group))
            return fail_memory(failure);
    }
    if (!map_put(&match->members, account->account_id, group))
        return fail_memory(failure);
    return 0;
}
