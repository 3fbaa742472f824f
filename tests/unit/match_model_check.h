/* match_model_check.h - the plain engine: why a request is refused.  The
 * checks stand in the order in which reasons are told. */
#ifndef TESTS_MATCH_MODEL_CHECK_H
#define TESTS_MATCH_MODEL_CHECK_H

#include "match_model_auction.h"

#define IS_SET(value) ((value) != DECIMAL_NULL)

static bool
model_is_positive(int64_t value)
{
    return value > 0 && value <= DECIMAL_MAX;
}

static bool
model_is_multiple(int64_t value, int64_t unit)
{
    return unit <= 0 || !IS_SET(value) || value % unit == 0;
}

static bool
model_is_stop(const struct order *order)
{
    return order->order_type == ORDER_STOP ||
           order->order_type == ORDER_STOP_LIMIT ||
           order->order_type == ORDER_TRAILING_STOP;
}

static bool
model_has_price(const struct order *order)
{
    return order->order_type == ORDER_LIMIT ||
           order->order_type == ORDER_STOP_LIMIT;
}

static bool
model_is_for_auction(const struct order *order)
{
    return order->time_in_force == TIF_AT_OPEN ||
           order->time_in_force == TIF_AT_CLOSE;
}

/* Whether type, time in force and flags go together. */
static bool
model_type_fits(const struct order *order)
{
    bool at_once =
        order->time_in_force == TIF_IOC || order->time_in_force == TIF_FOK;
    bool whole = order->flags & ORDER_ALL_OR_NONE;
    bool part = IS_SET(order->display_quantity) || IS_SET(order->min_quantity);

    if (order->order_type == 0)
        return false;
    if ((order->flags & ORDER_POST_ONLY) &&
        (at_once || !model_has_price(order)))
        return false;
    if (model_is_for_auction(order) &&
        ((order->order_type != ORDER_LIMIT &&
          order->order_type != ORDER_MARKET) ||
         order->flags || part || IS_SET(order->price_offset)))
        return false;
    if (order->time_in_force == TIF_FOK && IS_SET(order->min_quantity))
        return false;
    return !(whole && part);
}

/* What no phase but continuous trading can take; a stop only waits. */
static bool
model_needs_trading(const struct order *order)
{
    if (model_is_stop(order))
        return false;
    return order->time_in_force == TIF_IOC || order->time_in_force == TIF_FOK ||
           (order->flags & ORDER_ALL_OR_NONE) || IS_SET(order->min_quantity) ||
           order->order_type == ORDER_MARKET_TO_LIMIT ||
           (order->order_type == ORDER_MARKET && IS_SET(order->price_offset));
}

static enum reason
model_check_state(const struct model_symbol *symbol)
{
    return symbol->state == SESSION_CLOSED ? REASON_CLOSED
           : symbol->state == SESSION_HALT ? REASON_HALTED
                                           : 0;
}

static enum reason
model_check_phase(const struct model_symbol *symbol, const struct order *order)
{
    unsigned state = symbol->state;
    bool opening =
        state == SESSION_PRE_OPEN || state == SESSION_OPENING_AUCTION;

    if (model_check_state(symbol))
        return model_check_state(symbol);
    if ((model_collects(state) && model_needs_trading(order)) ||
        (order->time_in_force == TIF_AT_OPEN && !opening))
        return REASON_AUCTION;
    return 0;
}

static enum reason
model_check_quantities(const struct model_symbol *symbol,
                       const struct order *order)
{
    int64_t all = order->quantity, part = order->display_quantity,
            least = order->min_quantity;

    if (!model_is_positive(all) ||
        (IS_SET(part) &&
         (!model_is_positive(part) || part > all ||
          (order->flags & ORDER_HIDDEN) || !model_rests(order))) ||
        (IS_SET(least) && (!model_is_positive(least) || least > all)))
        return REASON_INVALID_QUANTITY;
    if (!model_is_multiple(all, symbol->lot) ||
        !model_is_multiple(part, symbol->lot) ||
        !model_is_multiple(least, symbol->lot))
        return REASON_LOT_SIZE;
    return 0;
}

static enum reason
model_check_price(const struct model_symbol *symbol, int64_t price)
{
    if (!model_is_positive(price))
        return REASON_INVALID_PRICE;
    if (!model_is_multiple(price, model_tick(symbol, price)))
        return REASON_TICK_SIZE;
    if ((IS_SET(symbol->lower) && price < symbol->lower) ||
        (IS_SET(symbol->upper) && price > symbol->upper))
        return REASON_PRICE_BAND;
    return 0;
}

static bool
model_stop_fits(const struct model_symbol *symbol, int64_t stop)
{
    return model_is_positive(stop) &&
           model_is_multiple(stop, model_tick(symbol, stop));
}

/* Stop price, offset and step, each where it belongs and only there. */
static bool
model_stops_fit(const struct model_symbol *symbol, const struct order *order)
{
    bool trails = order->order_type == ORDER_TRAILING_STOP;
    int64_t stop = order->stop_price, offset = order->price_offset,
            step = order->offset_step;

    if (model_is_stop(order)
            ? !(trails && !IS_SET(stop)) && !model_stop_fits(symbol, stop)
            : IS_SET(stop))
        return false;
    if (trails && !model_is_positive(offset))
        return false;
    if (!trails && IS_SET(offset) &&
        (order->order_type != ORDER_MARKET || offset < 0 ||
         offset > DECIMAL_MAX))
        return false;
    return !IS_SET(step) || (trails && model_is_positive(step));
}

static int
model_count_trailing(const struct model *model, uint32_t instrument)
{
    int count = 0;

    for (int i = 0; i < model->count; i++)
        count += model_waits(&model->live[i], instrument) &&
                 model->live[i].order.order_type == ORDER_TRAILING_STOP;
    return count;
}

/* Whether an iceberg would come up more than a million times. */
static bool
model_is_too_deep(const struct model_order *order)
{
    return model_is_iceberg(order) &&
           order->open / order->order.display_quantity > 1000000;
}

static bool
model_is_too_many(const struct model *model, const struct model_order *order)
{
    const struct order *terms = &order->order;

    if (model_is_too_deep(order))
        return true;
    if (terms->order_type == ORDER_TRAILING_STOP)
        return model_count_trailing(model, terms->event.instrument) >= 10000;
    return model_is_whole(order) && model_rests(terms) &&
           !model_is_stop(terms) && model_count_whole(model, order) >= 1000;
}

/* What an order says of itself and its instrument. */
static enum reason
model_check_terms(const struct model_symbol *symbol, const struct order *order)
{
    enum reason reason = model_check_phase(symbol, order);
    bool dated = order->time_in_force == TIF_GTD;

    if (!reason)
        reason = model_check_quantities(symbol, order);
    if (!reason && model_has_price(order))
        reason = model_check_price(symbol, order->price);
    if (reason)
        return reason;
    if (!model_has_price(order) && IS_SET(order->price))
        return REASON_INVALID_PRICE;
    if (!model_stops_fit(symbol, order))
        return REASON_INVALID_STOP;
    if (dated ? order->expire_time <= order->event.time
              : IS_SET(order->expire_time))
        return REASON_EXPIRE_TIME;
    return 0;
}

static enum reason
model_check_order(struct model *model, const struct model_order *order)
{
    const struct order *terms = &order->order;
    uint32_t instrument = terms->event.instrument;
    enum reason reason;

    if (instrument == 0 || instrument > MODEL_SYMBOLS)
        return REASON_UNKNOWN_INSTRUMENT;
    if (terms->order_id == 0)
        return REASON_INVALID_ID;
    if (terms->side == 0)
        return REASON_INVALID_SIDE;
    if (!model_type_fits(terms))
        return REASON_INVALID_TYPE;
    reason = model_check_terms(&model->symbols[instrument - 1], terms);
    if (reason)
        return reason;
    if (model_find(model, instrument, terms->order_id, 0) >= 0)
        return REASON_DUPLICATE_ID;
    if (model_is_too_many(model, order))
        return REASON_LIMIT_REACHED;
    if ((terms->flags & ORDER_POST_ONLY) && terms->order_type == ORDER_LIMIT &&
        model->symbols[instrument - 1].state == SESSION_CONTINUOUS &&
        model_would_take(model, order))
        return REASON_POST_ONLY;
    return 0;
}

/* What a modify says of a live order. */
static enum reason
model_check_modify(const struct model_symbol *symbol,
                   const struct model_order *order, const struct modify *modify)
{
    const struct order *terms = &order->order;
    bool both = IS_SET(modify->quantity) && IS_SET(modify->total_quantity);
    int64_t quantity =
        IS_SET(modify->quantity) ? modify->quantity : modify->total_quantity;
    enum reason reason = model_check_state(symbol);

    if (reason)
        return reason;
    if (both || (IS_SET(quantity) && !model_is_positive(quantity)))
        return REASON_INVALID_QUANTITY;
    if (!model_is_multiple(quantity, symbol->lot))
        return REASON_LOT_SIZE;
    if (IS_SET(modify->price)) {
        if (!model_has_price(terms) &&
            terms->order_type != ORDER_MARKET_TO_LIMIT)
            return REASON_INVALID_PRICE;
        reason = model_check_price(symbol, modify->price);
    }
    if (reason)
        return reason;
    if (IS_SET(modify->stop_price) &&
        (order->where != MODEL_STOP ||
         terms->order_type == ORDER_TRAILING_STOP ||
         !model_stop_fits(symbol, modify->stop_price)))
        return REASON_INVALID_STOP;
    return 0;
}

#endif
