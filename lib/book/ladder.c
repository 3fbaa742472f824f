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
rungs_free(struct rungs *rungs)
{
    free(rungs->levels);
    free(rungs->nodes);
    memset(rungs, 0, sizeof *rungs);
}

static void
empty(struct rung_node *node, uint32_t count)
{
    for (unsigned i = 0; i < LADDER_FAN; i++)
        node->keys[i] = KEY_END;
    node->count = (uint16_t)count;
    node->live = 0;
    node->worse = 0;
    node->better = 0;
}

void *
pool_enlarge(void *old, size_t count, size_t wanted, size_t each)
{
    void *larger = aligned_alloc(64, wanted * each);

    if (!larger)
        return NULL;
    if (old)
        memcpy(larger, old, count * each);
    free(old);
    return larger;
}

static int
grow_levels(struct rungs *rungs, struct failure *failure)
{
    uint32_t wanted =
        rungs->level_capacity ? rungs->level_capacity * 2 + 1 : 255;
    void *larger = NULL;

    if (wanted < RUNGS_MAX)
        larger = pool_enlarge(rungs->levels, rungs->level_capacity + 1UL,
                              wanted + 1UL, sizeof *rungs->levels);
    if (!larger)
        return fail_memory(failure);
    rungs->levels = larger;
    rungs->level_capacity = wanted;
    return 0;
}

static int
grow_nodes(struct rungs *rungs, struct failure *failure)
{
    uint32_t wanted = rungs->node_capacity ? rungs->node_capacity * 2 + 1 : 255;
    void *larger = NULL;

    if (wanted < RUNGS_MAX)
        larger = pool_enlarge(rungs->nodes, rungs->node_capacity + 1UL,
                              wanted + 1UL, sizeof *rungs->nodes);
    if (!larger)
        return fail_memory(failure);
    rungs->nodes = larger;
    if (rungs->node_capacity == 0)
        empty(&rungs->nodes[0], LADDER_FAN); /* full: nobody adds to it */
    rungs->node_capacity = wanted;
    return 0;
}

int
rungs_grow(struct rungs *rungs, struct failure *failure)
{
    if (rungs->level_capacity - rungs->level_kept <= 1 &&
        grow_levels(rungs, failure) != 0)
        return -1;
    if (rungs->node_capacity - rungs->node_count <= 2 * LADDER_HEIGHT &&
        grow_nodes(rungs, failure) != 0)
        return -1;
    return 0;
}

static uint32_t
new_level(struct rungs *rungs, int64_t price)
{
    uint32_t number = rungs->level_free;
    struct level *level;

    assert(rungs->level_kept < rungs->level_capacity);
    rungs->level_kept++;
    rungs->level_count++;
    if (number)
        rungs->level_free = rungs->levels[number].head;
    else
        number = ++rungs->level_used;
    level = &rungs->levels[number];
    memset(level, 0, sizeof *level);
    level->price = price;
    return number;
}

static void
free_level(struct rungs *rungs, uint32_t number)
{
    rungs->levels[number].head = rungs->level_free;
    rungs->level_free = number;
    rungs->level_kept--;
}

static uint32_t
new_node(struct rungs *rungs)
{
    uint32_t number = rungs->node_free;

    assert(rungs->node_count < rungs->node_capacity);
    rungs->node_count++;
    if (number)
        rungs->node_free = rungs->nodes[number].worse;
    else
        number = ++rungs->node_used;
    empty(&rungs->nodes[number], 0);
    return number;
}

static void
free_node(struct rungs *rungs, uint32_t number)
{
    rungs->nodes[number].worse = rungs->node_free;
    rungs->node_free = number;
    rungs->node_count--;
}

/* ---- one node ------------------------------------------------------------ */

static inline void
swap_at(struct rung_node *node, uint32_t at, int64_t *key, uint32_t *kid)
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

/* Kids move over one by one.  They are few, and a copy of many at once would
 * have to wait for the one that was written last. */
static void
insert_at(struct rung_node *node, uint32_t at, int64_t key, uint32_t kid)
{
    uint32_t below = bits_below(node->live, at);

    node->live = (uint16_t)((node->live - below) << 1 | 1U << at | below);
    for (; at < node->count; at++)
        swap_at(node, at, &key, &kid);
    node->keys[at] = key;
    node->kids[at] = kid;
    node->count++;
}

static void
remove_at(struct rung_node *node, uint32_t at)
{
    uint32_t below = bits_below(node->live, at);
    int64_t key = KEY_END;
    uint32_t kid = 0;

    node->live = (uint16_t)((node->live >> 1 & ~0U << at) | below);
    for (uint32_t i = node->count; i-- > at;)
        swap_at(node, i, &key, &kid);
    node->count--;
}

/* Removes the levels of a leaf that are not live. */
static void
sweep(struct rungs *rungs, struct rung_node *leaf)
{
    for (uint32_t at = leaf->count; at-- > 0;)
        if (!(leaf->live >> at & 1)) {
            free_level(rungs, leaf->kids[at]);
            remove_at(leaf, at);
        }
}

/* ---- finding ------------------------------------------------------------- */

uint32_t
ladder_descend(const struct rungs *rungs, const struct ladder *ladder,
               int64_t key)
{
    uint32_t number = ladder->root;

    for (unsigned height = ladder->height; height > 0; height--) {
        const struct rung_node *node = &rungs->nodes[number];

        number = node->kids[rung_less(node, key + 1) - 1];
    }
    return number;
}

/* The same, with the way there. */
static uint32_t
descend(const struct rungs *rungs, const struct ladder *ladder, int64_t key,
        struct path *path)
{
    uint32_t number = ladder->root;

    assert(ladder->height < LADDER_HEIGHT);
    for (path->depth = 0; path->depth < ladder->height; path->depth++) {
        const struct rung_node *node = &rungs->nodes[number];
        uint32_t at = rung_less(node, key + 1) - 1;

        path->nodes[path->depth] = number;
        path->at[path->depth] = at;
        number = node->kids[at];
    }
    return number;
}

uint32_t
ladder_find(const struct rungs *rungs, const struct ladder *ladder,
            int64_t price)
{
    int64_t key = ladder_key(ladder, price);
    const struct rung_node *leaf;
    uint32_t at;

    if (ladder->best == 0)
        return 0;
    leaf = ladder_leaf(rungs, ladder, key);
    at = rung_less(leaf, key);
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
find_best(const struct rungs *rungs, struct ladder *ladder)
{
    const struct rung_node *top = &rungs->nodes[ladder->top];

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
split(struct rungs *rungs, struct ladder *ladder, uint32_t number, bool leaf)
{
    uint32_t added = new_node(rungs);
    struct rung_node *from = &rungs->nodes[number], *to = &rungs->nodes[added];
    uint32_t half = LADDER_FAN / 2, more = LADDER_FAN - half;

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
        rungs->nodes[from->better].worse = added;
    else
        ladder->top = added;
    from->better = added;
    return added;
}

/* Inserts a kid into a node of which the path is known, splitting upwards
 * as far as nodes are full. */
static void
insert(struct rungs *rungs, struct ladder *ladder, struct path *path,
       uint32_t number, int64_t key, uint32_t kid)
{
    bool leaf = true;

    for (;;) {
        struct rung_node *node = &rungs->nodes[number];
        uint32_t at = rung_less(node, key), added;

        if (node->count < LADDER_FAN) {
            insert_at(node, at, key, kid);
            return;
        }
        added = split(rungs, ladder, number, leaf);
        if (at <= node->count)
            insert_at(node, at, key, kid);
        else
            insert_at(&rungs->nodes[added], at - node->count, key, kid);
        key = rungs->nodes[added].keys[0];
        kid = added;
        if (!leaf)
            rungs->nodes[added].keys[0] = KEY_NONE;
        leaf = false;
        if (path->depth == 0)
            break;
        number = path->nodes[--path->depth];
    }
    number = new_node(rungs);
    insert_at(&rungs->nodes[number], 0, KEY_NONE, ladder->root);
    insert_at(&rungs->nodes[number], 1, key, kid);
    ladder->root = number;
    ladder->height++;
}

/* Adds a level to a ladder without leaves, or where its leaf is full. */
static __attribute__((noinline)) void
add_to_full(struct rungs *rungs, struct ladder *ladder, int64_t key,
            uint32_t level)
{
    struct path path;

    if (ladder->root == 0)
        ladder->root = ladder->top = new_node(rungs);
    insert(rungs, ladder, &path, descend(rungs, ladder, key, &path), key,
           level);
}

uint32_t
ladder_add(struct rungs *rungs, struct ladder *ladder, int64_t price)
{
    int64_t key = ladder_key(ladder, price);
    struct rung_node *leaf = ladder_leaf(rungs, ladder, key);
    uint32_t level = new_level(rungs, price);

    if (leaf->count == LADDER_FAN && ladder->root)
        sweep(rungs, leaf);
    if (leaf->count < LADDER_FAN)
        insert_at(leaf, rung_less(leaf, key), key, level);
    else
        add_to_full(rungs, ladder, key, level);
    if (key > ladder->best_key) {
        ladder->best_key = key;
        ladder->best = level;
    }
    return level;
}

/* ---- dropping ------------------------------------------------------------ */

/* Takes an empty leaf out of the tree, and every node that this empties. */
static void
remove_leaf(struct rungs *rungs, struct ladder *ladder, struct path *path,
            uint32_t number)
{
    struct rung_node *leaf = &rungs->nodes[number];

    if (leaf->worse)
        rungs->nodes[leaf->worse].better = leaf->better;
    if (leaf->better)
        rungs->nodes[leaf->better].worse = leaf->worse;
    else
        ladder->top = leaf->worse;
    while (path->depth > 0) {
        struct rung_node *above = &rungs->nodes[path->nodes[--path->depth]];

        free_node(rungs, number);
        remove_at(above, path->at[path->depth]);
        if (above->count > 0) {
            above->keys[0] = KEY_NONE;
            break;
        }
        number = path->nodes[path->depth];
    }
    while (ladder->height > 0 && rungs->nodes[ladder->root].count == 1) {
        uint32_t root = ladder->root;

        ladder->root = rungs->nodes[root].kids[0];
        ladder->height--;
        free_node(rungs, root);
    }
}

/* Drops a leaf of which no level is live and that is not the only one. */
static __attribute__((noinline)) void
drop_leaf(struct rungs *rungs, struct ladder *ladder, int64_t key)
{
    struct path path;
    uint32_t leaf = descend(rungs, ladder, key, &path);

    sweep(rungs, &rungs->nodes[leaf]);
    remove_leaf(rungs, ladder, &path, leaf);
}

void
ladder_drop(struct rungs *rungs, struct ladder *ladder, uint32_t level)
{
    int64_t key = ladder_key(ladder, rungs->levels[level].price);
    struct rung_node *leaf = ladder_leaf(rungs, ladder, key);
    uint32_t at = rung_less(leaf, key);

    assert(at < leaf->count && leaf->kids[at] == level);
    leaf->live &= (uint16_t) ~(1U << at);
    rungs->level_count--;
    if (leaf->live == 0 && ladder->height > 0)
        drop_leaf(rungs, ladder, key);
    if (key == ladder->best_key)
        find_best(rungs, ladder);
}

/* ---- walking ------------------------------------------------------------- */

uint32_t
ladder_first(const struct rungs *rungs, const struct ladder *ladder,
             struct ladder_place *place)
{
    place->leaf = ladder->top;
    place->at = LADDER_FAN;
    return ladder->best ? ladder_next(rungs, place) : 0;
}

uint32_t
ladder_next(const struct rungs *rungs, struct ladder_place *place)
{
    const struct rung_node *leaf = &rungs->nodes[place->leaf];
    uint32_t left = bits_below(leaf->live, place->at);

    if (left == 0) {
        if (leaf->worse == 0)
            return 0;
        place->leaf = leaf->worse;
        leaf = &rungs->nodes[place->leaf];
        left = leaf->live;
    }
    place->at = highest(left);
    return leaf->kids[place->at];
}
