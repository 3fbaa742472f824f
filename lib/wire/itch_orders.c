#include "wire/itch_orders.h"

#include <assert.h>
#include <stdlib.h>

#include "base/array.h"

void
itch_orders_free(struct itch_orders *orders)
{
    map_free(&orders->numbers);
    free(orders->orders);
    *orders = (struct itch_orders){0};
}

/* The number of an order to fill in; 0 if out of memory. */
static uint32_t
new_number(struct itch_orders *orders, struct failure *failure)
{
    uint32_t number = orders->free;
    struct itch_order *larger;

    if (number) {
        orders->free = orders->orders[number].next_free;
        return number;
    }
    larger = array_grow(orders->orders, &orders->capacity, orders->used + 2UL,
                        sizeof *larger, failure);
    if (!larger)
        return 0;
    orders->orders = larger;
    return ++orders->used;
}

int
itch_orders_add(struct itch_orders *orders, uint64_t id,
                const struct itch_order *order, struct failure *failure)
{
    uint32_t number = map_get(&orders->numbers, id);

    assert(order->shares > 0);
    if (number == MAP_NONE) {
        number = new_number(orders, failure);
        if (number == 0)
            return -1;
        if (!map_put(&orders->numbers, id, number))
            return fail_memory(failure);
    }
    assert(number > 0 && number <= orders->used);
    orders->orders[number] = *order;
    return 0;
}

struct itch_order *
itch_orders_find(const struct itch_orders *orders, uint64_t id)
{
    uint32_t number = map_get(&orders->numbers, id);

    return number == MAP_NONE ? NULL : &orders->orders[number];
}

uint32_t
itch_orders_take(struct itch_orders *orders, uint64_t id,
                 struct itch_order *order, uint32_t shares)
{
    uint32_t had = order->shares;

    assert(order > orders->orders);
    assert(order <= orders->orders + orders->used);
    if (shares < had) {
        order->shares -= shares;
        return had;
    }
    map_remove(&orders->numbers, id);
    order->next_free = orders->free;
    orders->free = (uint32_t)(order - orders->orders);
    return had;
}
