/* curves.h - what buyers and sellers of a market want, summed up over prices:
 * demand is what is wanted at a price or higher, supply at a price or lower.
 *
 * A curve is a treap of prices, each with the sums below it, so that adding
 * to a price, asking at one and finding where demand meets supply take
 * O(log prices).  All curves share one pool.
 */
#ifndef MATCH_CURVES_H
#define MATCH_CURVES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/failure.h"

struct curve_node {
    i128 own[2], sum[2]; /* buyers, sellers: at the price, and with all below */
    int64_t price;
    uint32_t kids[2]; /* lower, higher; 0: none */
    uint32_t rank;    /* no kid has more */
};

/* A zeroed struct curves is empty. */
struct curves {
    struct curve_node *nodes;
    uint32_t capacity, used, free;
};

/* A price that someone named, with demand and supply there. */
struct curve_point {
    bool exists;
    int64_t price;
    i128 demand, supply;
};

void curves_free(struct curves *curves);

/* Makes room for one more price.  0, or -1 out of memory. */
int curves_reserve(struct curves *curves, struct failure *failure);

/* Adds to what a side (0: buyers, 1: sellers) wants at a price; one at which
 * nothing is wanted is no more.  curves_reserve has made room. */
void curve_add(struct curves *curves, uint32_t *root, int side, int64_t price,
               i128 quantity);

void curve_clear(struct curves *curves, uint32_t *root);

/* Demand and supply at any price; at_any_price is what both want besides. */
struct curve_point curve_at(const struct curves *curves, uint32_t root,
                            const i128 at_any_price[2], int64_t price);

/* The highest price at which demand exceeds supply by more than excess, and
 * the lowest at which it does not. */
void curve_cut(const struct curves *curves, uint32_t root,
               const i128 at_any_price[2], i128 excess,
               struct curve_point *below, struct curve_point *above);

#endif
