#include "backtest/own.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void
own_orders_free(struct own_orders *orders)
{
    free(orders->orders);
    memset(orders, 0, sizeof *orders);
}

void
own_free(struct own *own)
{
    for (uint32_t i = 0; i < own->position_count; i++)
        free(own->positions[i].live);
    free(own->positions);
    map_free(&own->clients);
    memset(own, 0, sizeof *own);
}

struct own_position *
own_position(struct own *own, uint32_t index, struct failure *failure)
{
    struct own_position *positions;

    if (index < own->position_count)
        return &own->positions[index];
    positions = array_grow(own->positions, &own->position_capacity, index + 1UL,
                           sizeof *positions, failure);
    if (!positions)
        return NULL;
    own->positions = positions;
    for (; own->position_count <= index; own->position_count++)
        positions[own->position_count] =
            (struct own_position){.last = DECIMAL_NULL};
    return &positions[index];
}

/* ---- orders -------------------------------------------------------------- */

uint32_t
own_order_new(struct own_orders *orders, struct own *own,
              const struct own_order *order, struct failure *failure)
{
    struct own_order *grown =
        array_grow(orders->orders, &orders->capacity, orders->count + 1UL,
                   sizeof *grown, failure);

    if (!grown)
        return OWN_NONE;
    orders->orders = grown;
    if (order->client_id &&
        !map_put(&own->clients, order->client_id, orders->count)) {
        fail_memory(failure);
        return OWN_NONE;
    }
    grown[orders->count] = *order;
    grown[orders->count].live = false;
    return orders->count++;
}

int
own_order_live(struct own_orders *orders, struct own *own, uint32_t number,
               struct failure *failure)
{
    struct own_order *order = &orders->orders[number];
    struct own_position *position;
    uint32_t *live;

    assert(number < orders->count);
    if (order->live)
        return 0;
    position = own_position(own, order->index, failure);
    live = position
               ? array_grow(position->live, &position->live_capacity,
                            position->live_count + 1UL, sizeof *live, failure)
               : NULL;
    if (!live)
        return -1;
    position->live = live;
    order->place = position->live_count;
    order->live = true;
    live[position->live_count++] = number;
    return 0;
}

/* The last one takes its place: no result depends on their order. */
void
own_order_end(struct own_orders *orders, struct own *own, uint32_t number)
{
    struct own_order *order = &orders->orders[number];
    struct own_position *position;
    uint32_t last;

    assert(number < orders->count);
    if (!order->live)
        return;
    position = &own->positions[order->index];
    assert(order->place < position->live_count);
    last = position->live[--position->live_count];
    position->live[order->place] = last;
    orders->orders[last].place = order->place;
    order->live = false;
}

/* ---- money --------------------------------------------------------------- */

bool
own_fee(const struct own_fees *fees, enum own_role role, int64_t price,
        int64_t quantity, int64_t multiplier, i128 *fee)
{
    int64_t rate = role == OWN_TAKER ? fees->taker : fees->maker;
    i128 notional;

    *fee = 0;
    if (rate == 0)
        return true;
    return holding_notional(price, quantity, multiplier, &notional) &&
           amount_rate(notional < 0 ? -notional : notional, rate, fee);
}

bool
own_fill(struct own_position *position, int64_t price, int64_t quantity,
         int64_t multiplier, i128 fee)
{
    struct own_position after = *position;
    i128 notional;

    assert(price != DECIMAL_NULL && quantity != DECIMAL_NULL);
    if (!holding_notional(price, quantity, multiplier, &notional) ||
        (quantity && !holding_trade(&after.holding, quantity, -notional)) ||
        !amount_add(after.fees, fee, &after.fees))
        return false;
    after.last = price;
    *position = after;
    return true;
}

bool
own_equity(const struct own_position *position, int64_t price,
           int64_t multiplier, i128 *equity)
{
    const struct holding *holding = &position->holding;
    i128 value = 0;

    assert(holding->quantity != 0 || holding->cost == 0);
    if (price == DECIMAL_NULL)
        price = position->last;
    if (holding->quantity &&
        !holding_notional(price, holding->quantity, multiplier, &value))
        return false;
    return amount_sub(value, holding->cost, &value) &&
           amount_add(value, holding->realized, &value) &&
           amount_sub(value, position->fees, equity);
}
