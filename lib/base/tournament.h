/* tournament.h - which of many is the smallest, asked again and again.
 *
 * A tournament that keeps its losers: of count players, each with a key, the
 * smallest wins; when the winner's key has changed it plays again, one match a
 * level, without a branch to mispredict and without a look at the others.
 *
 * Keys are of tournament_key: ordered by place first, then by number.
 */
#ifndef BASE_TOURNAMENT_H
#define BASE_TOURNAMENT_H

#include <stdint.h>

#include "base/decimal.h"
#include "base/failure.h"

struct tournament {
    i128 *tree; /* [0]: the winner; owned */
    uint32_t count;
};

/* The key of a player at a place, and that of one that is out: after every
 * other. */
static inline i128
tournament_key(int64_t place, uint32_t number)
{
    return place * ((i128)1 << 64) + number;
}

static inline i128
tournament_out(uint32_t number)
{
    return ((i128)INT64_MAX << 64) + ((i128)1 << 32) + number;
}

/* Plays all matches between keys, of players 0 to count - 1; count > 0.  0,
 * or -1 without memory. */
int tournament_begin(struct tournament *tournament, const i128 *keys,
                     uint32_t count, struct failure *failure);
/* Fine on one that is zeroed. */
void tournament_free(struct tournament *tournament);

/* The number of the winner; UINT32_MAX: all are out. */
static inline uint32_t
tournament_winner(const struct tournament *tournament)
{
    uint64_t number = (uint64_t)tournament->tree[0];

    return number < tournament->count ? (uint32_t)number : UINT32_MAX;
}

/* The winner's key is now this. */
void tournament_play(struct tournament *tournament, uint32_t number, i128 key);

#endif
