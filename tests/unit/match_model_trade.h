/* match_model_trade.h - the plain engine: an order meets the other side. */
#ifndef TESTS_MATCH_MODEL_TRADE_H
#define TESTS_MATCH_MODEL_TRADE_H

#include "match_model_state.h"

static void model_on_trade(struct model *model, uint32_t instrument,
                           int64_t price);

/* ---- who is next --------------------------------------------------------- */

/* How good a limit is for the other side: more is better. */
static int64_t
model_rank(const struct model_order *order)
{
    if (order->limit == MODEL_ANY_PRICE)
        return INT64_MAX;
    return model_buys(order) ? order->limit : -order->limit;
}

/* Whether an order comes before another of its side. */
static bool
model_precedes(const struct model_order *one, const struct model_order *other)
{
    if (model_rank(one) != model_rank(other))
        return model_rank(one) > model_rank(other);
    if (model_is_shown(one) != model_is_shown(other))
        return model_is_shown(one);
    return one->place < other->place;
}

static bool
model_takes_price(const struct model_order *order, int64_t price)
{
    if (order->limit == MODEL_ANY_PRICE)
        return true;
    return model_buys(order) ? price <= order->limit : price >= order->limit;
}

static bool
model_is_opposite(const struct model_order *order,
                  const struct model_order *other)
{
    return other->where == MODEL_BOOK && other->open > 0 &&
           other->order.event.instrument == order->order.event.instrument &&
           other->order.side != order->order.side;
}

/* The number of the order that this one trades with next, or -1. */
static int
model_maker(const struct model_order *orders, int count,
            const struct model_order *taker)
{
    int best = -1;

    for (int i = 0; i < count; i++) {
        const struct model_order *other = &orders[i];

        if (model_is_opposite(taker, other) &&
            model_takes_price(taker, other->limit) &&
            (!model_is_whole(other) || other->open <= taker->open) &&
            (best < 0 || model_precedes(other, &orders[best])))
            best = i;
    }
    return best;
}

/* The best price of the other side, all or none apart; null: none. */
static int64_t
model_best_opposite(const struct model *model, const struct model_order *taker)
{
    const struct model_order *best = NULL;

    for (int i = 0; i < model->count; i++) {
        const struct model_order *other = &model->live[i];

        if (model_is_opposite(taker, other) && !model_is_whole(other) &&
            (!best || model_precedes(other, best)))
            best = other;
    }
    return best ? best->limit : DECIMAL_NULL;
}

/* ---- orders of one owner ------------------------------------------------- */

static uint64_t
model_group(const struct model *model, uint64_t account)
{
    for (int i = 0; i < model->account_count; i++)
        if (model->accounts[i].account == account)
            return model->accounts[i].group;
    return 0;
}

static bool
model_is_own(const struct model *model, const struct model_order *one,
             const struct model_order *other)
{
    uint64_t a = one->order.account_id, b = other->order.account_id;

    if (a == 0 || b == 0)
        return false;
    return a == b || (model_group(model, a) != 0 &&
                      model_group(model, a) == model_group(model, b));
}

/* What keeps the two from trading, by the newer one's rule; none: nothing. */
static unsigned
model_rule(const struct model *model, const struct model_order *older,
           const struct model_order *newer)
{
    if (!model_is_own(model, older, newer))
        return SELF_TRADE_NONE;
    if (newer->order.self_trade)
        return newer->order.self_trade;
    return model->self_trade ? model->self_trade : SELF_TRADE_NONE;
}

static void
model_cancel_own(struct model *model, struct model_order *order)
{
    model_end(model, EVENT_CANCELLED, order, REASON_SELF_TRADE);
    order->open = 0;
}

static void
model_decrement(struct model *model, struct model_order *order,
                int64_t quantity)
{
    if (order->open == quantity) {
        model_cancel_own(model, order);
        return;
    }
    order->open -= quantity;
    order->peak -= quantity;
    order->order.quantity -= quantity;
    model_whole(model, EVENT_MODIFIED, order, REASON_SELF_TRADE);
}

/* Applies a rule other than none to two orders that would trade so much. */
static void
model_prevent(struct model *model, unsigned rule, struct model_order *older,
              struct model_order *newer, int64_t quantity)
{
    if (rule == SELF_TRADE_DECREMENT) {
        model_decrement(model, older, quantity);
        model_decrement(model, newer, quantity);
        return;
    }
    if (rule == SELF_TRADE_CANCEL_OLDEST || rule == SELF_TRADE_CANCEL_BOTH)
        model_cancel_own(model, older);
    if (rule == SELF_TRADE_CANCEL_NEWEST || rule == SELF_TRADE_CANCEL_BOTH)
        model_cancel_own(model, newer);
}

/* ---- trades -------------------------------------------------------------- */

/* Side 0 and the flag auction: neither is the aggressor. */
static void
model_tell_trade(struct model *model, const struct model_order *maker,
                 const struct model_order *taker, int64_t quantity,
                 int64_t price, bool auction)
{
    const struct model_order *buy = model_buys(taker) ? taker : maker;
    const struct model_order *sell = model_buys(taker) ? maker : taker;
    struct trade *trade =
        &model_report(model, EVENT_TRADE, taker->order.event.instrument)->trade;

    trade->side = auction ? 0 : taker->order.side;
    trade->flags = auction ? TRADE_AUCTION : 0;
    if (model_is_own(model, maker, taker))
        trade->flags |= TRADE_SELF;
    trade->price = price;
    trade->quantity = quantity;
    trade->trade_id = ++model_symbol(model, taker)->trades;
    trade->buy_order_id = buy->order.order_id;
    trade->sell_order_id = sell->order.order_id;
    trade->buyer_id = buy->order.account_id;
    trade->seller_id = sell->order.account_id;
}

/* A peak that is used up: the next one goes to the back of the level. */
static void
model_refill(struct model *model, struct model_order *order)
{
    if (model_is_iceberg(order) && order->open > 0 && order->peak == 0)
        model_to_the_end(model, order);
}

static void
model_take(struct model_order *order, int64_t quantity)
{
    order->open -= quantity;
    order->peak -= quantity;
}

/* The order trades as far as it can; its rest is what is open. */
static void
model_trade(struct model *model, struct model_order *taker)
{
    int at;

    while (taker->open > 0 &&
           (at = model_maker(model->live, model->count, taker)) >= 0) {
        struct model_order *maker = &model->live[at];
        int64_t quantity = model_least(taker->open, model_size(maker));
        unsigned rule = model_rule(model, maker, taker);

        if (rule == SELF_TRADE_NONE) {
            model_tell_trade(model, maker, taker, quantity, maker->limit,
                             false);
            model_take(maker, quantity);
            model_take(taker, quantity);
            model_on_trade(model, taker->order.event.instrument, maker->limit);
        } else {
            model_prevent(model, rule, maker, taker, quantity);
        }
        model_refill(model, maker);
        if (maker->open == 0)
            model_remove(model, at);
    }
}

/* How much the order would trade at once: the same, and nothing is told.  A
 * rule that ends the order, or changes it, ends the count. */
static int64_t
model_fillable(struct model *model, const struct model_order *order)
{
    static struct model_order others[MODEL_LIVE];
    struct model_order taker = *order;
    int count = 0, at;

    for (int i = 0; i < model->count; i++)
        if (model_is_opposite(order, &model->live[i]))
            others[count++] = model->live[i];
    while (taker.open > 0 && (at = model_maker(others, count, &taker)) >= 0) {
        struct model_order *maker = &others[at];
        int64_t quantity = model_least(taker.open, model_size(maker));
        unsigned rule = model_rule(model, maker, &taker);

        if (rule == SELF_TRADE_CANCEL_OLDEST) {
            maker->open = 0;
            continue;
        }
        if (rule != SELF_TRADE_NONE)
            break;
        model_take(&taker, quantity);
        model_take(maker, quantity);
        model_refill(model, maker);
    }
    return order->open - taker.open;
}

/* ---- an order becomes active --------------------------------------------- */

static bool
model_rests(const struct order *order)
{
    return order->order_type != ORDER_MARKET &&
           order->order_type != ORDER_STOP &&
           order->order_type != ORDER_TRAILING_STOP &&
           order->time_in_force != TIF_IOC && order->time_in_force != TIF_FOK;
}

/* Sets how far an order goes that arrives in continuous trading: some hang on
 * the best price of the other side, and go nowhere when there is none. */
static void
model_set_limit(const struct model *model, struct model_order *order)
{
    struct order *terms = &order->order;
    bool protected = terms->order_type == ORDER_MARKET &&
                     terms->price_offset != DECIMAL_NULL;
    int64_t best = model_best_opposite(model, order);

    order->limit =
        terms->price == DECIMAL_NULL ? MODEL_ANY_PRICE : terms->price;
    if (!protected && terms->order_type != ORDER_MARKET_TO_LIMIT)
        return;
    if (best == DECIMAL_NULL)
        order->limit = model_buys(order) ? 0 : MODEL_NO_PRICE;
    else if (protected)
        order->limit = model_buys(order) ? best + terms->price_offset
                                         : best - terms->price_offset;
    else
        terms->price = order->limit = best;
}

/* Whether an order would trade at once, whosever the other one is. */
static bool
model_would_take(struct model *model, const struct model_order *order)
{
    if (model_is_whole(order))
        return model_fillable(model, order) == order->open;
    return model_maker(model->live, model->count, order) >= 0;
}

static int
model_count_whole(const struct model *model, const struct model_order *like)
{
    int count = 0;

    for (int i = 0; i < model->count; i++)
        count += model->live[i].where == MODEL_BOOK &&
                 model_is_whole(&model->live[i]) &&
                 model->live[i].order.side == like->order.side &&
                 model->live[i].order.event.instrument ==
                     like->order.event.instrument;
    return count;
}

/* Why an order ends before it trades, or 0. */
static enum reason
model_prevented(struct model *model, const struct model_order *order)
{
    const struct order *terms = &order->order;
    bool kill = terms->time_in_force == TIF_FOK ||
                (model_is_whole(order) && !model_rests(terms));

    if ((terms->flags & ORDER_POST_ONLY) && model_would_take(model, order))
        return REASON_POST_ONLY;
    if (terms->min_quantity != DECIMAL_NULL &&
        model_fillable(model, order) < terms->min_quantity)
        return REASON_MIN_QUANTITY;
    if (terms->order_type == ORDER_MARKET_TO_LIMIT &&
        terms->price == DECIMAL_NULL)
        return REASON_NO_LIQUIDITY;
    if (kill && model_fillable(model, order) < order->open)
        return REASON_FOK;
    return 0;
}

/* What becomes of the rest of an order that has traded. */
static void
model_rest(struct model *model, struct model_order *order)
{
    enum reason reason = 0;

    if (order->open == 0)
        return;
    if (order->order.order_type != ORDER_LIMIT &&
        order->order.order_type != ORDER_STOP_LIMIT &&
        order->order.order_type != ORDER_MARKET_TO_LIMIT)
        reason = REASON_NO_LIQUIDITY;
    else if (!model_rests(&order->order))
        reason = REASON_IOC_REMAINDER;
    else if (model_is_whole(order) && model_count_whole(model, order) >= 1000)
        reason = REASON_LIMIT_REACHED;
    if (reason) {
        model_end(model, EVENT_CANCELLED, order, reason);
        return;
    }
    order->where = MODEL_BOOK;
    model_to_the_end(model, order);
    model_add(model, order);
}

/* Trades an order that arrives, comes back or is triggered, and lays down the
 * rest.  All or none: the whole at once, or nothing. */
static void
model_act(struct model *model, struct model_order *order)
{
    if (!model_is_whole(order) || model_fillable(model, order) == order->open)
        model_trade(model, order);
    model_rest(model, order);
}

/* The first time that an order acts: what it asks for first is looked at. */
static void
model_activate(struct model *model, struct model_order *order)
{
    enum reason reason = model_prevented(model, order);

    if (reason)
        model_end(model, EVENT_CANCELLED, order, reason);
    else
        model_act(model, order);
}

#endif
