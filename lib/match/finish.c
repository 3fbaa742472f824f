#include "match/finish.h"

#include <assert.h>

#include "match/act.h"
#include "match/auction.h"

int
match_finish(struct match *match, struct market *market,
             const struct event *event, struct failure *failure)
{
    if (match_act_triggered(match, market, event, failure) != 0)
        return -1;
    if (match->many) {
        match->busy = match->many = false;
        for (uint32_t i = 0; i < match->count; i++)
            if (match_indicate(match, &match->markets[i], event, failure) != 0)
                return -1;
    } else if (market && match_indicate(match, market, event, failure) != 0) {
        return -1;
    }
    assert(!match->busy && !match->triggered);
    return curves_reserve(&match->curves, failure); /* for the next event */
}
