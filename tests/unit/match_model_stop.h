/* match_model_stop.h - the plain engine: orders that wait for a price. */
#ifndef TESTS_MATCH_MODEL_STOP_H
#define TESTS_MATCH_MODEL_STOP_H

#include "match_model_trade.h"

/* Whether the last price has reached a stop. */
static bool
model_is_through(struct model *model, const struct model_order *order)
{
    int64_t last = model_symbol(model, order)->last;
    int64_t stop = order->order.stop_price;

    if (last == DECIMAL_NULL || stop == DECIMAL_NULL)
        return false;
    return model_buys(order) ? last >= stop : last <= stop;
}

static bool
model_waits(const struct model_order *order, uint32_t instrument)
{
    return order->where == MODEL_STOP && order->elected == 0 &&
           order->order.event.instrument == instrument;
}

/* Whether a stop would fire before another: buys up, then sells down, at one
 * price who came there first; who has no price yet, last. */
static bool
model_fires_before(const struct model_order *one,
                   const struct model_order *other)
{
    int64_t a = one->order.stop_price, b = other->order.stop_price;

    if (model_buys(one) != model_buys(other))
        return model_buys(one);
    if (a == b)
        return one->place < other->place;
    if (a == DECIMAL_NULL || b == DECIMAL_NULL)
        return b == DECIMAL_NULL;
    return model_buys(one) ? a < b : a > b;
}

/* Elects what the last price has reached. */
static void
model_elect(struct model *model, uint32_t instrument)
{
    for (;;) {
        struct model_order *first = NULL;

        for (int i = 0; i < model->count; i++) {
            struct model_order *order = &model->live[i];

            if (model_waits(order, instrument) &&
                model_is_through(model, order) &&
                (!first || model_fires_before(order, first)))
                first = order;
        }
        if (!first)
            return;
        first->elected = ++model->places;
    }
}

/* Where a trailing stop would be by a price, or null when it stays. */
static int64_t
model_trail(const struct order *order, int64_t price)
{
    int64_t sign = order->side == SIDE_BUY ? -1 : 1;
    int64_t to = price - sign * order->price_offset;
    int64_t step = order->offset_step == DECIMAL_NULL ? 1 : order->offset_step;

    if (order->stop_price != DECIMAL_NULL &&
        sign * (to - order->stop_price) < step)
        return DECIMAL_NULL;
    return to;
}

/* Moves trailing stops by a price, in the order in which they would fire. */
static void
model_move_stops(struct model *model, uint32_t instrument, int64_t price)
{
    uint64_t before = model->places;

    for (;;) {
        struct model_order *first = NULL;

        for (int i = 0; i < model->count; i++) {
            struct model_order *order = &model->live[i];

            if (model_waits(order, instrument) && order->place <= before &&
                order->order.order_type == ORDER_TRAILING_STOP &&
                model_trail(&order->order, price) != DECIMAL_NULL &&
                (!first || model_fires_before(order, first)))
                first = order;
        }
        if (!first)
            return;
        first->order.stop_price = model_trail(&first->order, price);
        first->place = ++model->places;
    }
}

/* What a trade of continuous trading does to the stops. */
static void
model_on_trade(struct model *model, uint32_t instrument, int64_t price)
{
    model->symbols[instrument - 1].last = price;
    model_elect(model, instrument);
    model_move_stops(model, instrument, price);
}

/* Lets what was elected act, one after the other, and what that elects. */
static void
model_fire(struct model *model)
{
    for (;;) {
        struct model_order order;
        struct order_end *end;
        int first = -1;

        for (int i = 0; i < model->count; i++)
            if (model->live[i].elected &&
                (first < 0 ||
                 model->live[i].elected < model->live[first].elected))
                first = i;
        if (first < 0)
            return;
        order = model->live[first];
        model_remove(model, first);
        end = model_end(model, EVENT_TRIGGERED, &order, 0);
        end->price = model_told(order.order.stop_price);
        order.elected = 0;
        order.where = MODEL_BOOK;
        model_set_limit(model, &order);
        model_activate(model, &order);
    }
}

/* A stop begins to wait, or is reached already. */
static void
model_enter_stop(struct model *model, struct model_order *order)
{
    uint32_t instrument = order->order.event.instrument;

    order->where = MODEL_STOP;
    model_to_the_end(model, order);
    model_add(model, order);
    if (model->symbols[instrument - 1].state == SESSION_CONTINUOUS)
        model_elect(model, instrument);
}

#endif
