#include "book/ladder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The way from the root to a leaf; at[i] is the child taken in nodes[i]. */
struct path {
    uint32_t nodes[LADDER_HEIGHT], at[LADDER_HEIGHT];
    unsigned depth;
};

/* ---- room ---------------------------------------------------------------- */

void
level_pool_free(struct level_pool *pool)
{
    free(pool->levels);
    free(pool->nodes);
    memset(pool, 0, sizeof *pool);
}

static void
empty(struct level_node *node, uint32_t count)
{
    for (unsigned i = 0; i < LADDER_FAN; i++)
        node->keys[i] = KEY_END;
    node->count = (uint16_t)count;
    node->live = 0;
    node->worse = 0;
    node->better = 0;
}

void *
grow_aligned(void *old, size_t count, size_t wanted, size_t each)
{
    void *larger = aligned_alloc(64, wanted * each);

    assert(wanted > count && wanted * each % 64 == 0);
    if (!larger)
        return NULL;
    if (old)
        memcpy(larger, old, count * each);
    free(old);
    return larger;
}

static int
grow_levels(struct level_pool *pool, struct failure *failure)
{
    uint32_t wanted = pool->level_capacity ? pool->level_capacity * 2 + 1 : 255;
    void *larger = NULL;

    if (wanted < LEVELS_MAX)
        larger = grow_aligned(pool->levels, pool->level_capacity + 1UL,
                              wanted + 1UL, sizeof *pool->levels);
    if (!larger)
        return fail_memory(failure);
    pool->levels = larger;
    pool->level_capacity = wanted;
    return 0;
}

static int
grow_nodes(struct level_pool *pool, struct failure *failure)
{
    uint32_t wanted = pool->node_capacity ? pool->node_capacity * 2 + 1 : 255;
    void *larger = NULL;

    if (wanted < LEVELS_MAX)
        larger = grow_aligned(pool->nodes, pool->node_capacity + 1UL,
                              wanted + 1UL, sizeof *pool->nodes);
    if (!larger)
        return fail_memory(failure);
    pool->nodes = larger;
    if (pool->node_capacity == 0)
        empty(&pool->nodes[0], LADDER_FAN); /* full: nobody adds to it */
    pool->node_capacity = wanted;
    return 0;
}

int
level_pool_grow(struct level_pool *pool, struct failure *failure)
{
    if (pool->level_capacity - pool->level_kept <= 1 &&
        grow_levels(pool, failure) != 0)
        return -1;
    if (pool->node_capacity - pool->node_count <= 2 * LADDER_HEIGHT &&
        grow_nodes(pool, failure) != 0)
        return -1;
    return 0;
}

static uint32_t
new_level(struct level_pool *pool, int64_t price)
{
    uint32_t number = pool->level_free;
    struct level *level;

    assert(pool->level_kept < pool->level_capacity);
    pool->level_kept++;
    pool->level_count++;
    if (number)
        pool->level_free = pool->levels[number].head;
    else
        number = ++pool->level_used;
    level = &pool->levels[number];
    memset(level, 0, sizeof *level);
    level->price = price;
    return number;
}

static void
free_level(struct level_pool *pool, uint32_t number)
{
    pool->levels[number].head = pool->level_free;
    pool->level_free = number;
    pool->level_kept--;
}

static uint32_t
new_node(struct level_pool *pool)
{
    uint32_t number = pool->node_free;

    assert(pool->node_count < pool->node_capacity);
    pool->node_count++;
    if (number)
        pool->node_free = pool->nodes[number].worse;
    else
        number = ++pool->node_used;
    empty(&pool->nodes[number], 0);
    return number;
}

static void
free_node(struct level_pool *pool, uint32_t number)
{
    pool->nodes[number].worse = pool->node_free;
    pool->node_free = number;
    pool->node_count--;
}

/* ---- one node ------------------------------------------------------------ */

static inline void
swap_at(struct level_node *node, uint32_t at, int64_t *key, uint32_t *kid)
{
    int64_t old_key = node->keys[at];
    uint32_t old_kid = node->kids[at];

    node->keys[at] = *key;
    node->kids[at] = *kid;
    *key = old_key;
    *kid = old_kid;
}

/* The place of the highest bit of a mask, which is not 0. */
static inline uint32_t
highest(uint32_t mask)
{
    return 31 - (uint32_t)__builtin_clz(mask);
}

/* The bits of a mask below a place. */
static inline uint32_t
bits_below(uint32_t mask, uint32_t at)
{
    return mask & ((1U << at) - 1);
}

/* Kids move one by one: they are few, and a copy of several at once would have
 * to wait until the last one has been written. */
static void
insert_at(struct level_node *node, uint32_t at, int64_t key, uint32_t kid)
{
    uint32_t below = bits_below(node->live, at);

    assert(at <= node->count && node->count < LADDER_FAN);
    node->live = (uint16_t)((node->live - below) << 1 | 1U << at | below);
    for (; at < node->count; at++)
        swap_at(node, at, &key, &kid);
    node->keys[at] = key;
    node->kids[at] = kid;
    node->count++;
}

static void
remove_at(struct level_node *node, uint32_t at)
{
    uint32_t below = bits_below(node->live, at);
    int64_t key = KEY_END;
    uint32_t kid = 0;

    assert(at < node->count);
    node->live = (uint16_t)((node->live >> 1 & ~0U << at) | below);
    for (uint32_t i = node->count; i-- > at;)
        swap_at(node, i, &key, &kid);
    node->count--;
}

/* Removes the levels of a leaf that are not live. */
static void
sweep(struct level_pool *pool, struct level_node *leaf)
{
    for (uint32_t at = leaf->count; at-- > 0;)
        if (!(leaf->live >> at & 1)) {
            free_level(pool, leaf->kids[at]);
            remove_at(leaf, at);
        }
}

/* ---- finding ------------------------------------------------------------- */

uint32_t
ladder_descend(const struct level_pool *pool, const struct ladder *ladder,
               int64_t key)
{
    uint32_t number = ladder->root;

    for (unsigned height = ladder->height; height > 0; height--) {
        const struct level_node *node = &pool->nodes[number];

        number = node->kids[node_less(node, key + 1) - 1];
    }
    return number;
}

/* The same, with the way there. */
static uint32_t
descend(const struct level_pool *pool, const struct ladder *ladder, int64_t key,
        struct path *path)
{
    uint32_t number = ladder->root;

    assert(ladder->height < LADDER_HEIGHT);
    for (path->depth = 0; path->depth < ladder->height; path->depth++) {
        const struct level_node *node = &pool->nodes[number];
        uint32_t at = node_less(node, key + 1) - 1;

        path->nodes[path->depth] = number;
        path->at[path->depth] = at;
        number = node->kids[at];
    }
    return number;
}

uint32_t
ladder_find(const struct level_pool *pool, const struct ladder *ladder,
            int64_t price)
{
    int64_t key = ladder_key(ladder, price);
    const struct level_node *leaf;
    uint32_t at;

    if (ladder->best == 0)
        return 0;
    leaf = ladder_leaf(pool, ladder, key);
    at = node_less(leaf, key);
    return at < leaf->count && leaf->keys[at] == key && leaf->live >> at & 1
               ? leaf->kids[at]
               : 0;
}

/* ---- adding -------------------------------------------------------------- */

void
ladder_init(struct ladder *ladder, bool sell)
{
    memset(ladder, 0, sizeof *ladder);
    ladder->best_key = KEY_NONE;
    ladder->flip = sell ? -1 : 0;
}

static void
find_best(const struct level_pool *pool, struct ladder *ladder)
{
    const struct level_node *top = &pool->nodes[ladder->top];

    ladder->best = 0;
    ladder->best_key = KEY_NONE;
    if (top->live) {
        uint32_t at = highest(top->live);

        ladder->best = top->kids[at];
        ladder->best_key = top->keys[at];
    }
}

/* Moves the better half of a full node to a new one, which it returns. */
static uint32_t
split(struct level_pool *pool, struct ladder *ladder, uint32_t number,
      bool leaf)
{
    uint32_t added = new_node(pool);
    struct level_node *from = &pool->nodes[number], *to = &pool->nodes[added];
    uint32_t half = LADDER_FAN / 2, more = LADDER_FAN - half;

    assert(from->count == LADDER_FAN && to->count == 0);
    memcpy(to->keys, from->keys + half, more * sizeof *to->keys);
    memcpy(to->kids, from->kids + half, more * sizeof *to->kids);
    for (uint32_t i = half; i < LADDER_FAN; i++)
        from->keys[i] = KEY_END;
    from->count = (uint16_t)half;
    from->live = (uint16_t)bits_below(from->live, half);
    to->count = (uint16_t)more;
    to->live = (uint16_t)bits_below(UINT32_MAX, more);
    if (!leaf)
        return added;
    to->worse = number;
    to->better = from->better;
    if (from->better)
        pool->nodes[from->better].worse = added;
    else
        ladder->top = added;
    from->better = added;
    return added;
}

/* Inserts a kid into a node of which the path is known, splitting upwards
 * as far as nodes are full. */
static void
insert(struct level_pool *pool, struct ladder *ladder, struct path *path,
       uint32_t number, int64_t key, uint32_t kid)
{
    bool leaf = true;

    for (;;) {
        struct level_node *node = &pool->nodes[number];
        uint32_t at = node_less(node, key), added;

        if (node->count < LADDER_FAN) {
            insert_at(node, at, key, kid);
            return;
        }
        added = split(pool, ladder, number, leaf);
        if (at <= node->count)
            insert_at(node, at, key, kid);
        else
            insert_at(&pool->nodes[added], at - node->count, key, kid);
        key = pool->nodes[added].keys[0];
        kid = added;
        if (!leaf)
            pool->nodes[added].keys[0] = KEY_NONE;
        leaf = false;
        if (path->depth == 0)
            break;
        number = path->nodes[--path->depth];
    }
    number = new_node(pool);
    insert_at(&pool->nodes[number], 0, KEY_NONE, ladder->root);
    insert_at(&pool->nodes[number], 1, key, kid);
    ladder->root = number;
    ladder->height++;
}

/* Adds a level to a ladder without leaves, or where its leaf is full. */
static __attribute__((noinline)) void
add_to_full(struct level_pool *pool, struct ladder *ladder, int64_t key,
            uint32_t level)
{
    struct path path;

    if (ladder->root == 0)
        ladder->root = ladder->top = new_node(pool);
    insert(pool, ladder, &path, descend(pool, ladder, key, &path), key, level);
}

uint32_t
ladder_add(struct level_pool *pool, struct ladder *ladder, int64_t price)
{
    int64_t key = ladder_key(ladder, price);
    struct level_node *leaf = ladder_leaf(pool, ladder, key);
    uint32_t level = new_level(pool, price);

    if (leaf->count == LADDER_FAN && ladder->root)
        sweep(pool, leaf);
    if (leaf->count < LADDER_FAN)
        insert_at(leaf, node_less(leaf, key), key, level);
    else
        add_to_full(pool, ladder, key, level);
    if (key > ladder->best_key) {
        ladder->best_key = key;
        ladder->best = level;
    }
    return level;
}

/* ---- removing ------------------------------------------------------------ */

/* Takes an empty leaf out of the tree, and every node that this empties. */
static void
remove_leaf(struct level_pool *pool, struct ladder *ladder, struct path *path,
            uint32_t number)
{
    struct level_node *leaf = &pool->nodes[number];

    assert(leaf->count == 0 && ladder->height > 0);
    if (leaf->worse)
        pool->nodes[leaf->worse].better = leaf->better;
    if (leaf->better)
        pool->nodes[leaf->better].worse = leaf->worse;
    else
        ladder->top = leaf->worse;
    while (path->depth > 0) {
        struct level_node *above = &pool->nodes[path->nodes[--path->depth]];

        free_node(pool, number);
        remove_at(above, path->at[path->depth]);
        if (above->count > 0) {
            above->keys[0] = KEY_NONE;
            break;
        }
        number = path->nodes[path->depth];
    }
    while (ladder->height > 0 && pool->nodes[ladder->root].count == 1) {
        uint32_t root = ladder->root;

        ladder->root = pool->nodes[root].kids[0];
        ladder->height--;
        free_node(pool, root);
    }
}

/* Removes a leaf, not the only one, of which no level is live. */
static __attribute__((noinline)) void
remove_dead_leaf(struct level_pool *pool, struct ladder *ladder, int64_t key)
{
    struct path path;
    uint32_t leaf = descend(pool, ladder, key, &path);

    sweep(pool, &pool->nodes[leaf]);
    remove_leaf(pool, ladder, &path, leaf);
}

void
ladder_remove(struct level_pool *pool, struct ladder *ladder, uint32_t level)
{
    int64_t key = ladder_key(ladder, pool->levels[level].price);
    struct level_node *leaf = ladder_leaf(pool, ladder, key);
    uint32_t at = node_less(leaf, key);

    assert(at < leaf->count && leaf->kids[at] == level);
    leaf->live &= (uint16_t) ~(1U << at);
    pool->level_count--;
    if (leaf->live == 0 && ladder->height > 0)
        remove_dead_leaf(pool, ladder, key);
    if (key == ladder->best_key)
        find_best(pool, ladder);
}

/* ---- walking ------------------------------------------------------------- */

uint32_t
ladder_first(const struct level_pool *pool, const struct ladder *ladder,
             struct ladder_place *place)
{
    place->leaf = ladder->top;
    place->at = LADDER_FAN;
    return ladder->best ? ladder_next(pool, place) : 0;
}

uint32_t
ladder_next(const struct level_pool *pool, struct ladder_place *place)
{
    const struct level_node *leaf = &pool->nodes[place->leaf];
    uint32_t left = bits_below(leaf->live, place->at);

    if (left == 0) {
        if (leaf->worse == 0)
            return 0;
        place->leaf = leaf->worse;
        leaf = &pool->nodes[place->leaf];
        left = leaf->live;
    }
    place->at = highest(left);
    return leaf->kids[place->at];
}
