/* followers.h - the stops of a market that follow its last price: a list in
 * the order in which they came, and the prices between which none moves.
 */
#ifndef MATCH_FOLLOWERS_H
#define MATCH_FOLLOWERS_H

#include "match/match.h"

/* Where a stop that follows the price at a distance stands for a price. */
static inline int64_t
match_stop_at(uint8_t side, int64_t price, int64_t offset)
{
    return side == SIDE_BUY ? price + offset : price - offset;
}

/* A waiting order was put where it waits, or taken from there.  Does nothing
 * unless it is a trailing stop. */
void match_follow(struct match *match, struct market *market, uint32_t order);
void match_unfollow(struct match *match, struct market *market, uint32_t order);

/* A follower that moves, and what decides which moves first. */
struct match_mover {
    int64_t key; /* the larger, the sooner it would have been triggered */
    uint64_t since;
    uint32_t order;
    uint8_t side;
};

/* Whether any follower moves at the last price. */
static inline bool
match_any_moves(const struct market *market)
{
    return market->last <= market->trail_below ||
           market->last >= market->trail_above;
}

/* Finds the followers that move at the last price, in the order in which they
 * do, and leaves them in match->movers.  0, or -1 if out of memory. */
int match_find_movers(struct match *match, struct market *market, size_t *count,
                      struct failure *failure);

/* Finds out again between which prices none moves. */
void match_note_thresholds(struct match *match, struct market *market);

#endif
