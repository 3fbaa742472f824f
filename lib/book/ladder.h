/* ladder.h - the price levels of one side of a book, best first.
 *
 * A ladder is a B+-tree of levels: finding, adding and removing one costs
 * O(log n) whatever the prices are, and near the best it touches one leaf.
 * The better a price, the larger its key: the price of a bid, the negated
 * price of an ask; so both sides are the same code.
 *
 * Levels and nodes of all ladders live in one struct level_pool, where 32-bit
 * numbers name them that stay the same while they live; 0 names none.  Pointers
 * to them are void after level_pool_reserve.
 *
 * A level that is removed keeps its place in its leaf, marked as not live,
 * until the leaf is full, or has no other and is not the only one: orders
 * return to the prices that they left, and then nothing moves.  A full leaf is
 * split only if all of its levels are live.
 *
 * A node is freed when it is empty and never merged with another.  The tree
 * grows by one level for seven times as many additions, whatever is removed in
 * between: its height is within the logarithm of all that were ever made.
 */
#ifndef BOOK_LADDER_H
#define BOOK_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/failure.h"

#define LADDER_FAN    15 /* levels in a leaf, kids of an inner node */
#define LADDER_HEIGHT 24 /* 7^24 additions could not reach it */
#define LEVELS_MAX    (UINT32_C(1) << 31)
#define KEY_NONE      INT64_MIN       /* worse than every price */
#define KEY_ANY       (INT64_MIN + 1) /* as a limit: every price will do */
#define KEY_END       INT64_MAX       /* better than every price */

struct level {
    int64_t price;
    uint64_t quantity_low; /* open at this price: level_quantity */
    uint32_t quantity_high;
    uint32_t head, tail; /* orders, the oldest and the newest */
    uint32_t count;      /* orders */
};
_Static_assert(sizeof(struct level) == 32, "half a cache line");

struct level_node {
    int64_t keys[LADDER_FAN];  /* ascending, then KEY_END; inner: the kid has
                                  no less, and the first is KEY_NONE */
    uint32_t worse, better;    /* leaves: the neighbours */
    uint32_t kids[LADDER_FAN]; /* levels of a leaf, nodes of an inner node */
    uint16_t count;
    uint16_t live; /* leaves: which levels are; none only in a root */
};
_Static_assert(sizeof(struct level_node) == 192, "three cache lines");

/* A zeroed struct level_pool is empty. */
struct level_pool {
    struct level *levels;
    struct level_node *nodes;
    uint32_t level_count; /* live ones */
    uint32_t level_kept;  /* these and those that keep their place */
    uint32_t level_capacity, level_used, level_free;
    uint32_t node_count, node_capacity, node_used, node_free;
};

struct ladder {
    int64_t best_key; /* KEY_NONE: no level */
    uint32_t best;    /* the best level, 0: none */
    uint32_t top;     /* the leaf that holds it */
    uint32_t root;
    uint16_t height; /* inner nodes above a leaf */
    int8_t flip;     /* -1: a larger price is worse; else 0 */
};

/* A place in a ladder, for walking from better to worse. */
struct ladder_place {
    uint32_t leaf, at;
};

static inline i128
level_quantity(const struct level *level)
{
    return (i128)((u128)level->quantity_high << 64 | level->quantity_low);
}

/* The sum is not negative and below 2^96. */
static inline void
level_add(struct level *level, int64_t quantity)
{
    i128 sum = level_quantity(level) + quantity;

    level->quantity_low = (uint64_t)sum;
    level->quantity_high = (uint32_t)((u128)sum >> 64);
}

/* Makes room for wanted elements instead of count in an array that begins on a
 * cache line.  Returns where it is now; or NULL if out of memory, and then the
 * old array stays as it was. */
void *grow_aligned(void *old, size_t count, size_t wanted, size_t each);

void level_pool_free(struct level_pool *pool);

/* Makes room for two more levels, of one ladder or two.  0, or -1 if
 * out of memory. */
int level_pool_grow(struct level_pool *pool, struct failure *failure);

static inline int
level_pool_reserve(struct level_pool *pool, struct failure *failure)
{
    if (__builtin_expect(pool->level_capacity - pool->level_kept > 1 &&
                             pool->node_capacity - pool->node_count >
                                 2 * LADDER_HEIGHT,
                         1))
        return 0;
    return level_pool_grow(pool, failure);
}

void ladder_init(struct ladder *ladder, bool sell);

/* How a price compares on this side: larger is better.  The price itself or
 * its negative, without a branch, since sides come at random.  A null price,
 * which has no negative, stays null. */
static inline int64_t
ladder_key(const struct ladder *ladder, int64_t price)
{
    uint64_t flip = (uint64_t)ladder->flip;

    return (int64_t)(((uint64_t)price ^ flip) - flip);
}

/* The level of a price, or 0. */
uint32_t ladder_find(const struct level_pool *pool, const struct ladder *ladder,
                     int64_t price);

/* ---- what every order needs ---------------------------------------------- */

/* How many keys of a node are less than key: without a branch to guess, since
 * places without a kid hold KEY_END. */
static inline uint32_t
node_less(const struct level_node *node, int64_t key)
{
    const int64_t *keys = node->keys;
    uint32_t at = 8U * (keys[7] < key);

    at += 4U * (keys[at + 3] < key);
    at += 2U * (keys[at + 1] < key);
    return at + (keys[at] < key);
}

/* Finds the leaf where a key belongs, from the root. */
uint32_t ladder_descend(const struct level_pool *pool,
                        const struct ladder *ladder, int64_t key);

/* The same, near the best at once; node 0 if there is none. */
static inline struct level_node *
ladder_leaf(const struct level_pool *pool, const struct ladder *ladder,
            int64_t key)
{
    struct level_node *top = &pool->nodes[ladder->top];

    if (__builtin_expect(ladder->height > 0 && key < top->keys[0], 0))
        return &pool->nodes[ladder_descend(pool, ladder, key)];
    return top;
}

/* Adds a level that is in no leaf. */
uint32_t ladder_add(struct level_pool *pool, struct ladder *ladder,
                    int64_t price);

/* The level of a price, added when there is none: without orders, quantity
 * 0.  level_pool_reserve has made room. */
static inline uint32_t
ladder_take(struct level_pool *pool, struct ladder *ladder, int64_t price)
{
    int64_t key = ladder_key(ladder, price);
    struct level_node *leaf = ladder_leaf(pool, ladder, key);
    uint32_t at = node_less(leaf, key);

    if (at >= leaf->count || leaf->keys[at] != key)
        return ladder_add(pool, ladder, price);
    pool->level_count += !(leaf->live >> at & 1);
    leaf->live |= (uint16_t)(1U << at);
    if (key > ladder->best_key) {
        ladder->best_key = key;
        ladder->best = leaf->kids[at];
    }
    return leaf->kids[at];
}

/* Removes a level of this ladder; it has no orders and quantity 0. */
void ladder_remove(struct level_pool *pool, struct ladder *ladder,
                   uint32_t level);

/* ---- walking ------------------------------------------------------------- */

/* The best level, and where to go on from; 0: there is none. */
uint32_t ladder_first(const struct level_pool *pool,
                      const struct ladder *ladder, struct ladder_place *place);
/* The next worse level, or 0. */
uint32_t ladder_next(const struct level_pool *pool, struct ladder_place *place);

#endif
