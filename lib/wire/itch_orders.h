/* itch_orders.h - the live orders of a feed that names them by id only: what
 * an execution or a cancel says nothing about.
 *
 * Memory: 24 bytes an order and 32 to 64 of the table; it grows with the
 * orders that are live at once.
 */
#ifndef WIRE_ITCH_ORDERS_H
#define WIRE_ITCH_ORDERS_H

#include "base/failure.h"
#include "base/map.h"

struct itch_order {
    int64_t price;
    uint32_t shares; /* that are left */
    uint32_t instrument;
    uint32_t next_free;
    uint8_t side;
};

struct itch_orders {
    struct map numbers; /* by id */
    struct itch_order *orders;
    size_t capacity;
    uint32_t used, free; /* number 0 is nobody's */
};

void itch_orders_free(struct itch_orders *orders);

/* Adds an order, in place of one with the same id.  0, or -1 if out of
 * memory. */
int itch_orders_add(struct itch_orders *orders, uint64_t id,
                    const struct itch_order *order, struct failure *failure);

/* The order with an id, or NULL; valid until the next addition. */
struct itch_order *itch_orders_find(const struct itch_orders *orders,
                                    uint64_t id);

/* Takes shares from an order, which goes with its last.  Returns how many it
 * had. */
uint32_t itch_orders_take(struct itch_orders *orders, uint64_t id,
                          struct itch_order *order, uint32_t shares);

#endif
