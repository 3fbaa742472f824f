#include "base/tournament.h"

#include <assert.h>
#include <stdlib.h>

/* tree[0] is the winner, node k the one that lost the match between what nodes
 * 2k and 2k+1 sent up, and player i plays from leaf count + i. */

int
tournament_begin(struct tournament *tournament, const i128 *keys,
                 uint32_t count, struct failure *failure)
{
    i128 *won = allocate(failure, 2UL * count, sizeof *won);

    assert(count > 0);
    tournament->count = count;
    tournament->tree = allocate(failure, count, sizeof *tournament->tree);
    if (!won || !tournament->tree) {
        free(won);
        return -1;
    }
    for (size_t node = 2UL * count - 1; node > 0; node--) {
        i128 a, b;

        if (node >= count) {
            won[node] = keys[node - count];
            assert((uint32_t)won[node] == node - count);
            continue;
        }
        a = won[2 * node];
        b = won[2 * node + 1];
        won[node] = a < b ? a : b;
        tournament->tree[node] = a < b ? b : a;
    }
    tournament->tree[0] = won[1];
    free(won);
    return 0;
}

void
tournament_free(struct tournament *tournament)
{
    free(tournament->tree);
    *tournament = (struct tournament){0};
}

void
tournament_play(struct tournament *tournament, uint32_t number, i128 key)
{
    i128 *tree = tournament->tree;

    assert(number == (uint32_t)tree[0]);
    for (size_t node = (tournament->count + (size_t)number) / 2; node > 0;
         node /= 2) {
        i128 other = tree[node];
        bool loses = other < key;

        tree[node] = loses ? key : other;
        key = loses ? other : key;
    }
    tree[0] = key;
}
