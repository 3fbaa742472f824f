/* match_model_auction.h - the plain engine: many orders meet at one price. */
#ifndef TESTS_MATCH_MODEL_AUCTION_H
#define TESTS_MATCH_MODEL_AUCTION_H

#include "match_model_stop.h"

static bool
model_joins(const struct model_order *order, uint32_t instrument)
{
    return order->where == MODEL_BOOK && !model_is_whole(order) &&
           order->order.event.instrument == instrument;
}

/* ---- the price ----------------------------------------------------------- */

/* What would trade, and what would be left, at a price. */
static struct model_auction
model_auction_at(const struct model *model, uint32_t instrument, int64_t price)
{
    i128 buy = 0, sell = 0;

    for (int i = 0; i < model->count; i++) {
        const struct model_order *order = &model->live[i];

        if (model_joins(order, instrument) && model_takes_price(order, price))
            *(model_buys(order) ? &buy : &sell) += order->open;
    }
    return (struct model_auction){price, buy < sell ? buy : sell, buy - sell};
}

static i128
model_size_of(i128 value)
{
    return value < 0 ? -value : value;
}

static int64_t
model_tick(const struct model_symbol *symbol, int64_t price)
{
    int64_t tick = symbol->tick;

    for (int i = 0; i < symbol->tick_count; i++)
        if (i == 0 || symbol->ticks[i].from <= price)
            tick = symbol->ticks[i].tick;
    return tick;
}

/* Where an auction's price leans to; null: nowhere. */
static int64_t
model_reference(const struct model_symbol *symbol)
{
    if (symbol->last != DECIMAL_NULL)
        return symbol->last;
    return symbol->reference > 0 && symbol->reference <= DECIMAL_MAX
               ? symbol->reference
               : DECIMAL_NULL;
}

/* The price of a range in which all are equally good. */
static int64_t
model_between(const struct model_symbol *symbol, int64_t low, int64_t high)
{
    int64_t reference = model_reference(symbol);
    int64_t middle = (low + high) / 2, tick;

    if (reference != DECIMAL_NULL)
        return reference < low ? low : reference > high ? high : reference;
    if ((low + high) % 2 != 0 && middle % 2 != 0) /* a half: to even */
        middle++;
    tick = model_tick(symbol, middle);
    if (tick > 0)
        middle -= middle % tick;
    return middle < low ? low : middle;
}

/* The limits at which most trades and then least is left: the lowest and the
 * highest of them, and whether buyers or sellers are left at one. */
struct model_tie {
    struct model_auction best;
    int64_t low, high;
    bool buyers, sellers, even;
};

static void
model_tie_add(struct model_tie *tie, const struct model_auction *at)
{
    i128 more = at->quantity - tie->best.quantity;
    i128 left = model_size_of(at->surplus) - model_size_of(tie->best.surplus);

    if (tie->best.price == DECIMAL_NULL || more > 0 || (more == 0 && left < 0))
        *tie = (struct model_tie){*at, at->price, at->price, 0, 0, 0};
    else if (more < 0 || left > 0)
        return;
    if (at->price < tie->low)
        tie->low = at->price;
    if (at->price > tie->high)
        tie->high = at->price;
    tie->buyers |= at->surplus > 0;
    tie->sellers |= at->surplus < 0;
    tie->even |= at->surplus == 0;
}

/* What the auction would do if it ended now. */
static struct model_auction
model_auction(const struct model *model, uint32_t instrument)
{
    const struct model_symbol *symbol = &model->symbols[instrument - 1];
    struct model_tie tie = {.best.price = DECIMAL_NULL};
    int64_t price;

    for (int i = 0; i < model->count; i++) {
        const struct model_order *order = &model->live[i];

        if (model_joins(order, instrument) && order->limit != MODEL_ANY_PRICE) {
            struct model_auction at =
                model_auction_at(model, instrument, order->limit);

            model_tie_add(&tie, &at);
        }
    }
    if (tie.best.price == DECIMAL_NULL)
        price = model_reference(symbol);
    else if (tie.buyers && !tie.sellers)
        price = tie.high;
    else if (tie.sellers && !tie.buyers)
        price = tie.low;
    else
        price = model_between(symbol, tie.low, tie.high);
    if (price != DECIMAL_NULL) {
        tie.best = model_auction_at(model, instrument, price);
        if (tie.best.quantity > 0)
            return tie.best;
    }
    return (struct model_auction){DECIMAL_NULL, 0, 0};
}

/* ---- what is reported while it is collected
 * ---------------------------------- */

static bool
model_collects(unsigned state)
{
    return state == SESSION_PRE_OPEN || state == SESSION_OPENING_AUCTION ||
           state == SESSION_CLOSING_AUCTION;
}

/* As near to a quantity as the format has one. */
static i128
model_capped(i128 quantity)
{
    return quantity > DECIMAL_MAX    ? DECIMAL_MAX
           : quantity < -DECIMAL_MAX ? -DECIMAL_MAX
                                     : quantity;
}

static void
model_indicate(struct model *model, uint32_t instrument)
{
    struct model_symbol *symbol = &model->symbols[instrument - 1];
    struct model_auction now, *told = &symbol->told;
    struct indicative *report;

    if (symbol->state != SESSION_OPENING_AUCTION &&
        symbol->state != SESSION_CLOSING_AUCTION)
        return;
    now = model_auction(model, instrument);
    now.quantity = model_capped(now.quantity);
    now.surplus = model_capped(now.surplus);
    if (now.price == told->price && now.quantity == told->quantity &&
        now.surplus == told->surplus)
        return;
    *told = now;
    report = &model_report(model, EVENT_INDICATIVE, instrument)->indicative;
    report->side = now.surplus > 0 ? SIDE_BUY : now.surplus < 0 ? SIDE_SELL : 0;
    report->price = now.price;
    report->quantity = (int64_t)now.quantity;
    report->surplus = (int64_t)model_size_of(now.surplus);
}

static void
model_indicate_all(struct model *model)
{
    for (uint32_t i = 1; i <= MODEL_SYMBOLS; i++)
        model_indicate(model, i);
}

/* ---- the end ------------------------------------------------------------- */

/* The first of a side that takes the price, or -1. */
static int
model_head(const struct model *model, uint32_t instrument, enum side side,
           int64_t price)
{
    int best = -1;

    for (int i = 0; i < model->count; i++) {
        const struct model_order *order = &model->live[i];

        if (model_joins(order, instrument) && order->order.side == side &&
            order->open > 0 && model_takes_price(order, price) &&
            (best < 0 || model_precedes(order, &model->live[best])))
            best = i;
    }
    return best;
}

/* Pairs both sides until one has nothing at the price. */
static void
model_pair(struct model *model, uint32_t instrument, int64_t price)
{
    int buy, sell;

    while ((buy = model_head(model, instrument, SIDE_BUY, price)) >= 0 &&
           (sell = model_head(model, instrument, SIDE_SELL, price)) >= 0) {
        bool buy_first = model->live[buy].entry < model->live[sell].entry;
        struct model_order *older = &model->live[buy_first ? buy : sell];
        struct model_order *newer = &model->live[buy_first ? sell : buy];
        int64_t quantity = model_least(older->open, newer->open);
        unsigned rule = model_rule(model, older, newer);

        if (rule == SELF_TRADE_NONE) {
            model_tell_trade(model, older, newer, quantity, price, true);
            model_take(older, quantity);
            model_take(newer, quantity);
            model->symbols[instrument - 1].last = price;
        } else {
            model_prevent(model, rule, older, newer, quantity);
        }
        if (rule == SELF_TRADE_NONE || rule == SELF_TRADE_DECREMENT) {
            model_show_peak(older);
            model_show_peak(newer);
        }
    }
    for (int i = model->count - 1; i >= 0; i--)
        if (model->live[i].open == 0)
            model_remove(model, i);
}

/* The live order with the least id that lives for one auction, or -1. */
static int
model_left_over(const struct model *model, uint32_t instrument)
{
    int least = -1;

    for (int i = 0; i < model->count; i++) {
        const struct model_order *order = &model->live[i];
        const struct order *terms = &order->order;

        if (order->where == MODEL_BOOK &&
            terms->event.instrument == instrument &&
            (terms->order_type == ORDER_MARKET ||
             terms->time_in_force == TIF_AT_OPEN ||
             terms->time_in_force == TIF_AT_CLOSE) &&
            (least < 0 || terms->order_id < model->live[least].order.order_id))
            least = i;
    }
    return least;
}

/* The auction ends: trades as long as the book is crossed, which it may still
 * be when self-trade prevention took orders away. */
static void
model_uncross(struct model *model, uint32_t instrument)
{
    struct model_auction auction;
    int at;

    while ((auction = model_auction(model, instrument)).price != DECIMAL_NULL)
        model_pair(model, instrument, auction.price);
    while ((at = model_left_over(model, instrument)) >= 0) {
        model_end(model, EVENT_CANCELLED, &model->live[at],
                  REASON_AUCTION_REMAINDER);
        model_remove(model, at);
    }
}

#endif
