#include "market/ladder.h"

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

int
rungs_grow(struct rungs *rungs, struct failure *failure)
{
    if (rungs->level_count >= rungs->level_capacity) {
        uint32_t wanted =
            rungs->level_capacity ? rungs->level_capacity * 2 : 256;
        void *larger =
            reallocarray(rungs->levels, wanted + 1UL, sizeof *rungs->levels);

        if (!larger || wanted > UINT32_MAX / 4)
            return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
        rungs->levels = larger;
        rungs->level_capacity = wanted;
    }
    if (rungs->node_capacity - rungs->node_count <= LADDER_HEIGHT) {
        uint32_t wanted = rungs->node_capacity ? rungs->node_capacity * 2 : 64;
        void *larger =
            reallocarray(rungs->nodes, wanted + 1UL, sizeof *rungs->nodes);

        if (!larger || wanted > UINT32_MAX / 4)
            return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
        rungs->nodes = larger;
        rungs->node_capacity = wanted;
    }
    return 0;
}

static uint32_t
new_level(struct rungs *rungs, int64_t price)
{
    uint32_t number = rungs->level_free;
    struct level *level;

    assert(rungs->level_count < rungs->level_capacity);
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
    rungs->level_count--;
}

static uint32_t
new_node(struct rungs *rungs)
{
    uint32_t number = rungs->node_free;
    struct rung_node *node;

    assert(rungs->node_count < rungs->node_capacity);
    rungs->node_count++;
    if (number)
        rungs->node_free = rungs->nodes[number].worse;
    else
        number = ++rungs->node_used;
    node = &rungs->nodes[number];
    for (unsigned i = 0; i < LADDER_FAN; i++)
        node->keys[i] = KEY_END;
    node->count = 0;
    node->worse = 0;
    node->better = 0;
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

/* How many keys of a node are less than key: without a branch to guess, since
 * places without a kid hold KEY_END. */
static inline uint32_t
count_less(const struct rung_node *node, int64_t key)
{
    const int64_t *at = node->keys;

    for (uint32_t half = LADDER_FAN / 2; half > 0; half /= 2)
        at += half & -(uint32_t)(at[half - 1] < key);
    return (uint32_t)(at - node->keys) + (*at < key);
}

static void
insert_at(struct rung_node *node, uint32_t at, int64_t key, uint32_t kid)
{
    uint32_t behind = node->count - at;

    memmove(&node->keys[at + 1], &node->keys[at], behind * sizeof *node->keys);
    memmove(&node->kids[at + 1], &node->kids[at], behind * sizeof *node->kids);
    node->keys[at] = key;
    node->kids[at] = kid;
    node->count++;
}

static void
remove_at(struct rung_node *node, uint32_t at)
{
    uint32_t behind = --node->count - at;

    memmove(&node->keys[at], &node->keys[at + 1], behind * sizeof *node->keys);
    memmove(&node->kids[at], &node->kids[at + 1], behind * sizeof *node->kids);
    node->keys[node->count] = KEY_END;
}

/* ---- finding ------------------------------------------------------------- */

/* The leaf where a key belongs. */
static uint32_t
find_leaf(const struct rungs *rungs, const struct ladder *ladder, int64_t key)
{
    uint32_t number = ladder->root;

    if (key >= rungs->nodes[ladder->top].keys[0])
        return ladder->top;
    for (unsigned height = ladder->height; height > 0; height--) {
        const struct rung_node *node = &rungs->nodes[number];

        number = node->kids[count_less(node, key + 1) - 1];
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
        uint32_t at = count_less(node, key + 1) - 1;

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
    leaf = &rungs->nodes[find_leaf(rungs, ladder, key)];
    at = count_less(leaf, key);
    return at < LADDER_FAN && leaf->keys[at] == key ? leaf->kids[at] : 0;
}

/* ---- adding -------------------------------------------------------------- */

void
ladder_init(struct ladder *ladder, bool sell)
{
    memset(ladder, 0, sizeof *ladder);
    ladder->best_key = KEY_NONE;
    ladder->sell = sell;
}

static void
find_best(const struct rungs *rungs, struct ladder *ladder)
{
    const struct rung_node *top = &rungs->nodes[ladder->top];

    ladder->best = top->count ? top->kids[top->count - 1] : 0;
    ladder->best_key = top->count ? top->keys[top->count - 1] : KEY_NONE;
}

/* Moves the better half of a full node to a new one, which it returns. */
static uint32_t
split(struct rungs *rungs, struct ladder *ladder, uint32_t number, bool leaf)
{
    uint32_t added = new_node(rungs);
    struct rung_node *from = &rungs->nodes[number], *to = &rungs->nodes[added];
    uint32_t half = LADDER_FAN / 2;

    memcpy(to->keys, from->keys + half, half * sizeof *to->keys);
    memcpy(to->kids, from->kids + half, half * sizeof *to->kids);
    for (uint32_t i = half; i < LADDER_FAN; i++)
        from->keys[i] = KEY_END;
    from->count = to->count = half;
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
        uint32_t at = count_less(node, key), added;

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

/* Adds a level that is not there. */
static __attribute__((noinline)) uint32_t
add_level(struct rungs *rungs, struct ladder *ladder, int64_t price)
{
    int64_t key = ladder_key(ladder, price);
    uint32_t level = new_level(rungs, price);
    struct path path;

    if (ladder->root == 0)
        ladder->root = ladder->top = new_node(rungs);
    insert(rungs, ladder, &path, descend(rungs, ladder, key, &path), key,
           level);
    if (key > ladder->best_key)
        find_best(rungs, ladder);
    return level;
}

uint32_t
ladder_take(struct rungs *rungs, struct ladder *ladder, int64_t price)
{
    uint32_t level = ladder_find(rungs, ladder, price);

    return level ? level : add_level(rungs, ladder, price);
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

/* Drops the last level of a leaf that is not the only one. */
static __attribute__((noinline)) void
drop_leaf(struct rungs *rungs, struct ladder *ladder, int64_t key)
{
    struct path path;

    remove_leaf(rungs, ladder, &path, descend(rungs, ladder, key, &path));
}

void
ladder_drop(struct rungs *rungs, struct ladder *ladder, uint32_t level)
{
    int64_t key = ladder_key(ladder, rungs->levels[level].price);
    struct rung_node *leaf = &rungs->nodes[find_leaf(rungs, ladder, key)];
    uint32_t at = count_less(leaf, key);

    assert(at < leaf->count && leaf->kids[at] == level);
    free_level(rungs, level);
    if (leaf->count > 1 || ladder->height == 0)
        remove_at(leaf, at);
    else
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
    place->at = ladder->best ? rungs->nodes[ladder->top].count : 0;
    return ladder->best ? ladder_next(rungs, place) : 0;
}

uint32_t
ladder_next(const struct rungs *rungs, struct ladder_place *place)
{
    if (place->at == 0) {
        if (place->leaf == 0 || rungs->nodes[place->leaf].worse == 0)
            return 0;
        place->leaf = rungs->nodes[place->leaf].worse;
        place->at = rungs->nodes[place->leaf].count;
    }
    return rungs->nodes[place->leaf].kids[--place->at];
}
