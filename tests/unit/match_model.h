/* match_model.h - a second matching engine, slow and plain: an array of live
 * orders in order of their priority, and linear search.  It shares nothing
 * with the first but the event structs.
 */
#ifndef TESTS_MATCH_MODEL_H
#define TESTS_MATCH_MODEL_H

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "tape/event.h"
#include "tape/schema.h"

#define MODEL_SYMBOLS 3
#define MODEL_LIVE    4096
#define MODEL_FACTS   4096

struct model_order {
    struct order order; /* as it stands: its price and total quantity */
    int64_t open;
};

union fact {
    struct event event;
    struct order_fact order;
    struct order_end end;
    struct trade trade;
};

struct model {
    struct model_order live[MODEL_LIVE]; /* earlier: higher priority */
    int count;
    struct {
        int64_t tick, lot;
        unsigned state;
        uint64_t trades;
    } symbols[MODEL_SYMBOLS]; /* by instrument id - 1 */
    union fact facts[MODEL_FACTS];
    int fact_count;
};

static union fact *
model_fact(struct model *model, enum event_type type, const struct event *cause)
{
    union fact *fact = &model->facts[model->fact_count++];

    assert(model->fact_count <= MODEL_FACTS);
    event_init(fact, type);
    fact->event.instrument = cause->instrument;
    fact->event.time = cause->time;
    return fact;
}

static void
model_end(struct model *model, enum event_type type, const struct event *cause,
          const struct model_order *order, enum request request,
          enum reason reason)
{
    struct order_end *end = &model_fact(model, type, cause)->end;

    end->event.instrument = order->order.event.instrument;
    end->side = order->order.side;
    end->reason = (uint8_t)reason;
    end->request = (uint8_t)request;
    end->order_id = order->order.order_id;
    end->account_id = order->order.account_id;
    end->client_order_id = order->order.client_order_id;
    end->price = order->order.price;
    end->remaining_quantity = order->open;
}

static void
model_whole(struct model *model, enum event_type type,
            const struct event *cause, const struct model_order *from,
            enum reason reason)
{
    struct order_fact *to = &model_fact(model, type, cause)->order;
    const struct order *order = &from->order;

    to->side = order->side;
    to->order_type = order->order_type;
    to->time_in_force = order->time_in_force;
    to->self_trade = order->self_trade;
    to->flags = order->flags;
    to->reason = (uint8_t)reason;
    to->order_id = order->order_id;
    to->account_id = order->account_id;
    to->client_order_id = order->client_order_id;
    to->strategy_id = order->strategy_id;
    to->price = order->price;
    to->quantity = order->quantity;
    to->remaining_quantity = from->open;
}

static void
model_remove(struct model *model, int at)
{
    model->count--;
    memmove(&model->live[at], &model->live[at + 1],
            (size_t)(model->count - at) * sizeof model->live[0]);
}

static void
model_append(struct model *model, const struct model_order *order)
{
    assert(model->count < MODEL_LIVE);
    model->live[model->count++] = *order;
}

/* The place of a live order, or -1. */
static int
model_find(const struct model *model, uint32_t instrument, uint64_t order_id,
           uint64_t account_id)
{
    for (int i = 0; i < model->count; i++) {
        const struct order *order = &model->live[i].order;

        if (order->event.instrument == instrument &&
            order->order_id == order_id)
            return account_id && account_id != order->account_id ? -1 : i;
    }
    return -1;
}

/* Whether a buyer or seller at price would trade with an offer at other. */
static bool
model_meets(const struct order *order, int64_t other)
{
    if (order->order_type == ORDER_MARKET)
        return true;
    return order->side == SIDE_BUY ? other <= order->price
                                   : other >= order->price;
}

/* The order that trades next with this one, or -1; *total is all that would.
 */
static int
model_maker(const struct model *model, const struct order *order, i128 *total)
{
    int best = -1;

    *total = 0;
    for (int i = 0; i < model->count; i++) {
        const struct order *other = &model->live[i].order;
        bool better;

        if (other->event.instrument != order->event.instrument ||
            other->side == order->side || !model_meets(order, other->price))
            continue;
        *total += model->live[i].open;
        better =
            best < 0 || (order->side == SIDE_BUY
                             ? other->price < model->live[best].order.price
                             : other->price > model->live[best].order.price);
        if (better)
            best = i;
    }
    return best;
}

static void
model_trade(struct model *model, struct model_order *taker,
            const struct event *cause)
{
    int at;
    i128 total;

    while (taker->open > 0 &&
           (at = model_maker(model, &taker->order, &total)) >= 0) {
        struct model_order *maker = &model->live[at];
        struct trade *trade = &model_fact(model, EVENT_TRADE, cause)->trade;
        const struct order *buy = &taker->order, *sell = &maker->order;

        if (taker->order.side == SIDE_SELL) {
            buy = &maker->order;
            sell = &taker->order;
        }
        trade->side = taker->order.side;
        if (buy->account_id == sell->account_id && buy->account_id)
            trade->flags = TRADE_SELF;
        trade->price = maker->order.price;
        trade->quantity = taker->open < maker->open ? taker->open : maker->open;
        trade->trade_id = ++model->symbols[cause->instrument - 1].trades;
        trade->buy_order_id = buy->order_id;
        trade->sell_order_id = sell->order_id;
        trade->buyer_id = buy->account_id;
        trade->seller_id = sell->account_id;
        taker->open -= trade->quantity;
        maker->open -= trade->quantity;
        if (maker->open == 0)
            model_remove(model, at);
    }
}

static enum reason
model_check_terms(const struct model *model, uint32_t instrument,
                  const int64_t *quantity, const int64_t *price)
{
    int64_t lot = model->symbols[instrument - 1].lot;
    int64_t tick = model->symbols[instrument - 1].tick;

    if (quantity && (*quantity <= 0 || *quantity > DECIMAL_MAX))
        return REASON_INVALID_QUANTITY;
    if (quantity && lot > 0 && *quantity % lot != 0)
        return REASON_LOT_SIZE;
    if (price && (*price <= 0 || *price > DECIMAL_MAX))
        return REASON_INVALID_PRICE;
    if (price && tick > 0 && *price % tick != 0)
        return REASON_TICK_SIZE;
    return 0;
}

static enum reason
model_check_state(const struct model *model, uint32_t instrument)
{
    switch (model->symbols[instrument - 1].state) {
    case SESSION_CLOSED: return REASON_CLOSED;
    case SESSION_HALT: return REASON_HALTED;
    case SESSION_CONTINUOUS: return 0;
    default: return REASON_UNSUPPORTED;
    }
}

static enum reason
model_check_order(const struct model *model, const struct order *order)
{
    bool limit = order->order_type == ORDER_LIMIT;
    bool rests = limit && (order->time_in_force == TIF_DAY ||
                           order->time_in_force == TIF_GTC);
    uint32_t instrument = order->event.instrument;
    enum reason reason;
    i128 total;

    if (instrument == 0 || instrument > MODEL_SYMBOLS)
        return REASON_UNKNOWN_INSTRUMENT;
    if (order->order_id == 0)
        return REASON_INVALID_ID;
    if (order->side == 0)
        return REASON_INVALID_SIDE;
    if (order->order_type == 0)
        return REASON_INVALID_TYPE;
    reason = model_check_state(model, instrument);
    if (reason)
        return reason;
    if (order->order_type > ORDER_LIMIT || order->time_in_force > TIF_FOK ||
        order->self_trade > SELF_TRADE_NONE ||
        (order->flags & (ORDER_ALL_OR_NONE | ORDER_HIDDEN)) ||
        order->stop_price != DECIMAL_NULL)
        return REASON_UNSUPPORTED;
    if ((order->flags & ORDER_POST_ONLY) && !rests)
        return REASON_INVALID_TYPE;
    reason = model_check_terms(model, instrument, &order->quantity,
                               limit ? &order->price : NULL);
    if (reason)
        return reason;
    if (!limit && order->price != DECIMAL_NULL)
        return REASON_INVALID_PRICE;
    if (model_find(model, instrument, order->order_id, 0) >= 0)
        return REASON_DUPLICATE_ID;
    if ((order->flags & ORDER_POST_ONLY) &&
        model_maker(model, order, &total) >= 0)
        return REASON_POST_ONLY;
    return 0;
}

static void
model_on_order(struct model *model, const struct order *event)
{
    struct model_order order = {*event, event->quantity};
    enum reason reason;
    i128 total;

    if (order.order.order_type == 0 && order.order.price != DECIMAL_NULL)
        order.order.order_type = ORDER_LIMIT;
    if (order.order.time_in_force == 0)
        order.order.time_in_force = TIF_DAY;
    reason = model_check_order(model, &order.order);
    if (reason) {
        if (order.open > DECIMAL_MAX || order.open < -DECIMAL_MAX)
            order.open = DECIMAL_NULL;
        if (order.order.price > DECIMAL_MAX || order.order.price < -DECIMAL_MAX)
            order.order.price = DECIMAL_NULL;
        model_end(model, EVENT_REJECTED, &event->event, &order, REQUEST_ORDER,
                  reason);
        return;
    }
    model_whole(model, EVENT_ACCEPTED, &event->event, &order, 0);
    model_maker(model, &order.order, &total);
    if (order.order.time_in_force == TIF_FOK && total < order.open) {
        model_end(model, EVENT_CANCELLED, &event->event, &order, REQUEST_ORDER,
                  REASON_FOK);
        return;
    }
    model_trade(model, &order, &event->event);
    if (order.open == 0)
        return;
    if (order.order.order_type == ORDER_MARKET)
        model_end(model, EVENT_CANCELLED, &event->event, &order, REQUEST_ORDER,
                  REASON_NO_LIQUIDITY);
    else if (order.order.time_in_force == TIF_IOC)
        model_end(model, EVENT_CANCELLED, &event->event, &order, REQUEST_ORDER,
                  REASON_IOC_REMAINDER);
    else
        model_append(model, &order);
}

/* A modify or cancel that is refused. */
static void
model_refuse(struct model *model, const struct event *cause,
             enum request request, uint64_t order_id, uint64_t account_id,
             int at, enum reason reason)
{
    struct model_order nobody;

    event_init(&nobody.order, EVENT_ORDER);
    nobody.order.event.instrument = cause->instrument;
    nobody.order.order_id = order_id;
    nobody.order.account_id = account_id;
    nobody.open = DECIMAL_NULL;
    model_end(model, EVENT_REJECTED, cause,
              at >= 0 ? &model->live[at] : &nobody, request, reason);
}

static enum reason
model_change(struct model *model, int at, const struct modify *modify,
             struct model_order *order)
{
    uint32_t instrument = modify->event.instrument;
    int64_t executed = order->order.quantity - order->open;
    bool quantity = modify->quantity != DECIMAL_NULL;
    bool price = modify->price != DECIMAL_NULL;
    enum reason reason = model_check_state(model, instrument);
    i128 total;

    (void)at;
    if (!reason)
        reason = model_check_terms(model, instrument,
                                   quantity ? &modify->quantity : NULL,
                                   price ? &modify->price : NULL);
    if (reason)
        return reason;
    if (quantity)
        order->open = modify->quantity;
    if (price)
        order->order.price = modify->price;
    order->order.quantity = executed + order->open;
    if (order->order.quantity > DECIMAL_MAX)
        return REASON_AMOUNT_RANGE;
    if ((order->order.flags & ORDER_POST_ONLY) &&
        model_maker(model, &order->order, &total) >= 0)
        return REASON_POST_ONLY;
    return 0;
}

static void
model_on_modify(struct model *model, const struct modify *modify)
{
    uint32_t instrument = modify->event.instrument;
    bool known = instrument > 0 && instrument <= MODEL_SYMBOLS;
    int at = !known ? -1
                    : model_find(model, instrument, modify->order_id,
                                 modify->account_id);
    enum reason reason = !known              ? REASON_UNKNOWN_INSTRUMENT
                         : !modify->order_id ? REASON_INVALID_ID
                                             : REASON_UNKNOWN_ORDER;
    struct model_order order;

    if (at >= 0) {
        order = model->live[at];
        reason = model_change(model, at, modify, &order);
    }
    if (reason) {
        model_refuse(model, &modify->event, REQUEST_MODIFY, modify->order_id,
                     modify->account_id, at, reason);
        return;
    }
    model_whole(model, EVENT_MODIFIED, &modify->event, &order,
                REASON_REQUESTED);
    if (order.order.price == model->live[at].order.price &&
        order.open <= model->live[at].open) {
        model->live[at] = order;
        return;
    }
    model_remove(model, at);
    model_trade(model, &order, &modify->event);
    if (order.open > 0)
        model_append(model, &order);
}

/* Ends the live orders that are meant, least order id first. */
static void
model_end_many(struct model *model, const struct event *cause,
               uint64_t account_id, enum event_type type)
{
    for (;;) {
        int least = -1;

        for (int i = 0; i < model->count; i++) {
            const struct order *order = &model->live[i].order;
            const struct order *best =
                &model->live[least < 0 ? i : least].order;

            if ((cause->instrument &&
                 cause->instrument != order->event.instrument) ||
                (account_id && account_id != order->account_id) ||
                (type == EVENT_EXPIRED && order->time_in_force != TIF_DAY))
                continue;
            if (least < 0 || order->order_id < best->order_id ||
                (order->order_id == best->order_id &&
                 order->event.instrument < best->event.instrument))
                least = i;
        }
        if (least < 0)
            return;
        model_end(model, type, cause, &model->live[least],
                  type == EVENT_EXPIRED ? 0 : REQUEST_CANCEL,
                  type == EVENT_EXPIRED ? REASON_DAY_END : REASON_MASS_CANCEL);
        model_remove(model, least);
    }
}

static void
model_on_cancel(struct model *model, const struct cancel *cancel)
{
    uint32_t instrument = cancel->event.instrument;
    bool known = instrument > 0 && instrument <= MODEL_SYMBOLS;
    bool many = cancel->order_id == 0 && (known || instrument == 0);
    int at = many || !known ? -1
                            : model_find(model, instrument, cancel->order_id,
                                         cancel->account_id);
    enum reason reason = 0;

    if (!many && !known)
        reason = REASON_UNKNOWN_INSTRUMENT;
    else if (!many && at < 0)
        reason = REASON_UNKNOWN_ORDER;
    else if (many && !instrument && !cancel->account_id)
        reason = REASON_INVALID_ID;
    else if (cancel->quantity != DECIMAL_NULL &&
             (many || cancel->quantity <= 0))
        reason = REASON_INVALID_QUANTITY;
    else if (!many && cancel->quantity != DECIMAL_NULL &&
             cancel->quantity < model->live[at].open)
        reason = model_check_terms(model, instrument, &cancel->quantity, NULL);
    if (reason) {
        model_refuse(model, &cancel->event, REQUEST_CANCEL, cancel->order_id,
                     cancel->account_id, at, reason);
    } else if (many) {
        model_end_many(model, &cancel->event, cancel->account_id,
                       EVENT_CANCELLED);
    } else if (cancel->quantity != DECIMAL_NULL &&
               cancel->quantity < model->live[at].open) {
        model->live[at].open -= cancel->quantity;
        model->live[at].order.quantity -= cancel->quantity;
        model_whole(model, EVENT_MODIFIED, &cancel->event, &model->live[at],
                    REASON_REDUCED);
    } else {
        model_end(model, EVENT_CANCELLED, &cancel->event, &model->live[at],
                  REQUEST_CANCEL, REASON_REQUESTED);
        model_remove(model, at);
    }
}

static void
model_on_session(struct model *model, const struct session *session)
{
    uint32_t instrument = session->event.instrument;

    if (session->state == 0 || instrument > MODEL_SYMBOLS)
        return;
    for (uint32_t i = 0; i < MODEL_SYMBOLS; i++)
        if (instrument == 0 || instrument == i + 1)
            model->symbols[i].state = session->state;
    if (session->state == SESSION_CLOSED)
        model_end_many(model, &session->event, 0, EVENT_EXPIRED);
}

/* Takes an event; what it causes is then in model->facts. */
static void
model_event(struct model *model, const struct event *event)
{
    const void *at = event;

    model->fact_count = 0;
    switch (event->type) {
    case EVENT_ORDER: model_on_order(model, at); break;
    case EVENT_MODIFY: model_on_modify(model, at); break;
    case EVENT_CANCEL: model_on_cancel(model, at); break;
    case EVENT_SESSION: model_on_session(model, at); break;
    }
}

#endif
