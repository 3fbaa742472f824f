#include "match/curves.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/seed.h"

void
curves_free(struct curves *curves)
{
    free(curves->nodes);
    memset(curves, 0, sizeof *curves);
}

int
curves_reserve(struct curves *curves, struct failure *failure)
{
    uint32_t wanted = curves->capacity ? curves->capacity * 2 : 63;
    void *nodes;

    if (curves->free || curves->used < curves->capacity)
        return 0;
    nodes = reallocarray(curves->nodes, wanted + 1UL, sizeof *curves->nodes);
    if (!nodes)
        return fail_memory(failure);
    curves->nodes = nodes;
    if (curves->capacity == 0)
        memset(curves->nodes, 0, sizeof *curves->nodes); /* 0: nothing */
    curves->capacity = wanted;
    return 0;
}

/* ---- the treap ----------------------------------------------------------- */

static uint32_t
new_node(struct curves *curves, int64_t price)
{
    uint32_t number = curves->free;
    uint64_t mixed =
        ((uint64_t)price ^ hash_seed) * UINT64_C(0x9e3779b97f4a7c15);

    assert(number || curves->used < curves->capacity); /* curves_reserve */
    if (number)
        curves->free = curves->nodes[number].kids[0];
    else
        number = ++curves->used;
    mixed = (mixed ^ mixed >> 32) * UINT64_C(0xd6e8feb86659fd93);
    curves->nodes[number] =
        (struct curve_node){.price = price, .rank = (uint32_t)(mixed >> 32)};
    return number;
}

static void
free_node(struct curves *curves, uint32_t number)
{
    assert(number > 0 && number <= curves->used);
    curves->nodes[number].kids[0] = curves->free;
    curves->free = number;
}

/* Sums up a node again. */
static void
sum_up(struct curves *curves, uint32_t number)
{
    struct curve_node *node = &curves->nodes[number];
    const struct curve_node *lower = &curves->nodes[node->kids[0]];
    const struct curve_node *higher = &curves->nodes[node->kids[1]];

    for (int side = 0; side < 2; side++)
        node->sum[side] =
            node->own[side] + lower->sum[side] + higher->sum[side];
}

/* Two treaps as one; all prices of the first are lower. */
static uint32_t
merge(struct curves *curves, uint32_t lower, uint32_t higher)
{
    struct curve_node *low = &curves->nodes[lower];
    struct curve_node *high = &curves->nodes[higher];

    if (!lower || !higher)
        return lower ? lower : higher;
    assert(low->price < high->price);
    if (low->rank > high->rank) {
        low->kids[1] = merge(curves, low->kids[1], higher);
        sum_up(curves, lower);
        return lower;
    }
    high->kids[0] = merge(curves, lower, high->kids[0]);
    sum_up(curves, higher);
    return higher;
}

/* Puts a kid above its parent. */
static uint32_t
lift(struct curves *curves, uint32_t parent, int which)
{
    struct curve_node *node = &curves->nodes[parent];
    uint32_t kid = node->kids[which];

    assert(kid && curves->nodes[kid].rank > node->rank);
    node->kids[which] = curves->nodes[kid].kids[!which];
    curves->nodes[kid].kids[!which] = parent;
    sum_up(curves, parent);
    return kid;
}

static uint32_t
add(struct curves *curves, uint32_t at, int side, int64_t price, i128 quantity)
{
    struct curve_node *node;

    if (!at)
        at = new_node(curves, price);
    node = &curves->nodes[at];
    if (price == node->price) {
        node->own[side] += quantity;
        if (node->own[0] == 0 && node->own[1] == 0) {
            uint32_t rest = merge(curves, node->kids[0], node->kids[1]);

            free_node(curves, at);
            return rest;
        }
    } else {
        int which = price > node->price;
        uint32_t kid = add(curves, node->kids[which], side, price, quantity);

        node->kids[which] = kid;
        if (kid && curves->nodes[kid].rank > node->rank)
            at = lift(curves, at, which);
    }
    sum_up(curves, at);
    return at;
}

void
curve_add(struct curves *curves, uint32_t *root, int side, int64_t price,
          i128 quantity)
{
    assert(side == 0 || side == 1);
    if (quantity != 0)
        *root = add(curves, *root, side, price, quantity);
}

void
curve_clear(struct curves *curves, uint32_t *root)
{
    uint32_t at = *root;

    if (!at)
        return;
    curve_clear(curves, &curves->nodes[at].kids[0]);
    curve_clear(curves, &curves->nodes[at].kids[1]);
    free_node(curves, at);
    *root = 0;
}

/* ---- asking -------------------------------------------------------------- */

struct curve_point
curve_at(const struct curves *curves, uint32_t root, const i128 at_any_price[2],
         int64_t price)
{
    struct curve_point point = {true, price, at_any_price[0], at_any_price[1]};

    for (uint32_t at = root; at;) {
        const struct curve_node *node = &curves->nodes[at];

        if (node->price >= price)
            point.demand += node->own[0] + curves->nodes[node->kids[1]].sum[0];
        if (node->price <= price)
            point.supply += node->own[1] + curves->nodes[node->kids[0]].sum[1];
        at = node->price == price ? 0 : node->kids[node->price < price];
    }
    return point;
}

void
curve_cut(const struct curves *curves, uint32_t root,
          const i128 at_any_price[2], i128 excess, struct curve_point *below,
          struct curve_point *above)
{
    i128 demand = at_any_price[0], supply = at_any_price[1];

    below->exists = above->exists = false;
    for (uint32_t at = root; at;) {
        const struct curve_node *node = &curves->nodes[at];
        i128 higher = node->own[0] + curves->nodes[node->kids[1]].sum[0];
        i128 lower = node->own[1] + curves->nodes[node->kids[0]].sum[1];
        struct curve_point here = {true, node->price, demand + higher,
                                   supply + lower};
        bool exceeds = here.demand - here.supply > excess;

        if (exceeds) {
            *below = here;
            supply += lower;
        } else {
            *above = here;
            demand += higher;
        }
        at = node->kids[exceeds];
    }
}
