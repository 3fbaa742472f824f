/* match_model.h - the plain engine: requests and phases.
 *
 *      model_init      nothing there, and trading is continuous
 *      model_define    an instrument has these attributes
 *      model_event     anything happens; what it causes is in model->reports
 */
#ifndef TESTS_MATCH_MODEL_H
#define TESTS_MATCH_MODEL_H

#include "base/decimal.h"
#include "match_model_check.h"

/* ---- orders -------------------------------------------------------------- */

/* A trailing stop begins where the last price puts it, unless told. */
static void
model_set_stop(struct model *model, struct order *order)
{
    int64_t last = model->symbols[order->event.instrument - 1].last;

    if (order->order_type == ORDER_TRAILING_STOP &&
        !IS_SET(order->stop_price) && IS_SET(last))
        order->stop_price = model_trail(order, last);
}

/* An order waits for what is to come. */
static void
model_put(struct model *model, struct model_order *order,
          enum model_where where)
{
    order->where = where;
    order->limit =
        IS_SET(order->order.price) ? order->order.price : MODEL_ANY_PRICE;
    model_to_the_end(model, order);
    model_add(model, order);
}

static void
model_accept(struct model *model, struct model_order *order)
{
    struct order *terms = &order->order;
    unsigned state = model_symbol(model, order)->state;
    bool waits = model_is_stop(terms) || state != SESSION_CONTINUOUS ||
                 model_is_for_auction(terms);

    if (!waits)
        model_set_limit(model, order);
    model_set_stop(model, terms);
    model_whole(model, EVENT_ACCEPTED, order, 0);
    if (model_is_stop(terms))
        model_enter_stop(model, order);
    else if (terms->time_in_force == TIF_AT_CLOSE &&
             state != SESSION_CLOSING_AUCTION)
        model_put(model, order, MODEL_ASIDE);
    else if (waits)
        model_put(model, order, MODEL_BOOK);
    else
        model_activate(model, order);
}

static void
model_on_order(struct model *model, const struct order *event)
{
    struct model_order order = {.order = *event,
                                .limit = event->price,
                                .open = event->quantity,
                                .entry = ++model->places,
                                .request = REQUEST_ORDER};
    enum reason reason;

    if (order.order.order_type == 0 && IS_SET(order.order.price))
        order.order.order_type = ORDER_LIMIT;
    if (order.order.time_in_force == 0)
        order.order.time_in_force = TIF_DAY;
    reason = model_check_order(model, &order);
    if (reason)
        model_end(model, EVENT_REJECTED, &order, reason);
    else
        model_accept(model, &order);
}

/* ---- modifies ------------------------------------------------------------ */

/* A modify or cancel of a live order, or none (-1), is refused. */
static void
model_refuse(struct model *model, enum request request, uint64_t order_id,
             uint64_t account_id, int at, enum reason reason)
{
    struct model_order whose = {.open = DECIMAL_NULL};

    event_init(&whose.order, EVENT_ORDER);
    whose.order.event.instrument = model->cause->instrument;
    whose.order.order_id = order_id;
    whose.order.account_id = account_id;
    if (at >= 0)
        whose = model->live[at];
    whose.request = (uint8_t)request;
    model_end(model, EVENT_REJECTED, &whose, reason);
}

/* The order as a modify wants it; its open quantity may be 0 or less. */
static struct model_order
model_modified(const struct model_order *order, const struct modify *modify)
{
    struct model_order to = *order;
    int64_t executed = order->order.quantity - order->open;

    if (IS_SET(modify->quantity))
        to.open = modify->quantity;
    if (IS_SET(modify->total_quantity))
        to.open = modify->total_quantity - executed;
    if (IS_SET(modify->price))
        to.order.price = to.limit = modify->price;
    if (IS_SET(modify->stop_price))
        to.order.stop_price = modify->stop_price;
    to.order.quantity = executed + to.open;
    to.request = REQUEST_MODIFY;
    return to;
}

/* A modify that stands, of the order at a number. */
static void
model_change(struct model *model, int at, struct model_order *to)
{
    struct model_order *order = &model->live[at];
    bool trading = model_symbol(model, order)->state == SESSION_CONTINUOUS;
    bool keeps =
        to->order.price == order->order.price && to->open <= order->open;

    if (order->where == MODEL_STOP)
        keeps = to->order.stop_price == order->order.stop_price;
    if (!keeps && order->where == MODEL_BOOK && trading &&
        (to->order.flags & ORDER_POST_ONLY) && model_would_take(model, to)) {
        model_refuse(model, REQUEST_MODIFY, to->order.order_id, 0, at,
                     REASON_POST_ONLY);
        return;
    }
    model_whole(model, EVENT_MODIFIED, to, REASON_REQUESTED);
    if (keeps) {
        to->request = 0;
        model_lessen(to, to->open);
        *order = *to;
        return;
    }
    model_remove(model, at);
    if (to->where == MODEL_STOP)
        model_enter_stop(model, to);
    else if (to->where == MODEL_BOOK && trading)
        model_act(model, to);
    else
        model_put(model, to, to->where);
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
    struct model_order to = {.open = 0};

    if (at >= 0) {
        reason = model_check_modify(&model->symbols[instrument - 1],
                                    &model->live[at], modify);
        if (!reason)
            to = model_modified(&model->live[at], modify);
    }
    if (!reason && to.open <= 0) {
        model->live[at].request = REQUEST_MODIFY;
        model_end(model, EVENT_CANCELLED, &model->live[at], REASON_REQUESTED);
        model_remove(model, at);
        return;
    }
    if (!reason && to.order.quantity > DECIMAL_MAX)
        reason = REASON_AMOUNT_RANGE;
    if (!reason && model_is_too_deep(&to))
        reason = REASON_LIMIT_REACHED;
    if (reason)
        model_refuse(model, REQUEST_MODIFY, modify->order_id,
                     modify->account_id, at, reason);
    else
        model_change(model, at, &to);
}

/* ---- cancels ------------------------------------------------------------- */

/* Whether an order goes before another of those that end together. */
static bool
model_ends_before(const struct order *one, const struct order *other)
{
    if (one->order_id != other->order_id)
        return one->order_id < other->order_id;
    return one->event.instrument < other->event.instrument;
}

/* Ends the live orders that are meant, least order id first. */
static void
model_end_many(struct model *model, uint64_t account_id, enum event_type type)
{
    uint32_t instrument = model->cause->instrument;

    for (;;) {
        int least = -1;

        for (int i = 0; i < model->count; i++) {
            const struct order *order = &model->live[i].order;
            bool day = order->time_in_force != TIF_GTC &&
                       order->time_in_force != TIF_GTD;

            if ((instrument && instrument != order->event.instrument) ||
                (account_id && account_id != order->account_id) ||
                (type == EVENT_EXPIRED && !day))
                continue;
            if (least < 0 ||
                model_ends_before(order, &model->live[least].order))
                least = i;
        }
        if (least < 0)
            return;
        if (type == EVENT_CANCELLED)
            model->live[least].request = REQUEST_CANCEL;
        model_end(model, type, &model->live[least],
                  type == EVENT_EXPIRED ? REASON_DAY_END : REASON_MASS_CANCEL);
        model_remove(model, least);
    }
}

static void
model_cancel_one(struct model *model, int at, int64_t quantity)
{
    struct model_order *order = &model->live[at];

    if (IS_SET(quantity) && quantity < order->open) {
        order->order.quantity -= quantity;
        model_lessen(order, order->open - quantity);
        model_whole(model, EVENT_MODIFIED, order, REASON_REDUCED);
    } else {
        order->request = REQUEST_CANCEL;
        model_end(model, EVENT_CANCELLED, order, REASON_REQUESTED);
        model_remove(model, at);
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
    int64_t quantity = cancel->quantity;
    enum reason reason = 0;

    if (!many && !known)
        reason = REASON_UNKNOWN_INSTRUMENT;
    else if (!many && at < 0)
        reason = REASON_UNKNOWN_ORDER;
    else if (many && !instrument && !cancel->account_id)
        reason = REASON_INVALID_ID;
    else if (IS_SET(quantity) && (many || quantity <= 0))
        reason = REASON_INVALID_QUANTITY;
    else if (!many && IS_SET(quantity) && quantity < model->live[at].open &&
             !model_is_multiple(quantity, model->symbols[instrument - 1].lot))
        reason = REASON_LOT_SIZE;
    if (reason)
        model_refuse(model, REQUEST_CANCEL, cancel->order_id,
                     cancel->account_id, at, reason);
    else if (many)
        model_end_many(model, cancel->account_id, EVENT_CANCELLED);
    else
        model_cancel_one(model, at, quantity);
}

/* ---- phases, time and accounts ------------------------------------------- */

/* Orders for the closing auction join it, in the order of their entry. */
static void
model_join(struct model *model, uint32_t instrument)
{
    for (;;) {
        struct model_order *first = NULL;

        for (int i = 0; i < model->count; i++) {
            struct model_order *order = &model->live[i];

            if (order->where == MODEL_ASIDE &&
                order->order.event.instrument == instrument &&
                (!first || order->place < first->place))
                first = order;
        }
        if (!first)
            return;
        first->where = MODEL_BOOK;
        first->place = ++model->places;
    }
}

static void
model_begin_phase(struct model *model, uint32_t instrument, unsigned state)
{
    struct model_symbol *symbol = &model->symbols[instrument - 1];
    unsigned before = symbol->state;
    uint64_t trades = symbol->trades;

    if (state == before)
        return;
    symbol->state = state;
    symbol->told = (struct model_auction){DECIMAL_NULL, 0, 0};
    if (state == SESSION_CLOSING_AUCTION)
        model_join(model, instrument);
    if (state == SESSION_CONTINUOUS ||
        (before == SESSION_CLOSING_AUCTION && state == SESSION_CLOSED))
        model_uncross(model, instrument);
    if (state == SESSION_CONTINUOUS)
        model_elect(model, instrument);
    if (symbol->trades > trades)
        model_move_stops(model, instrument, symbol->last);
    if (state == SESSION_CONTINUOUS)
        model_fire(model);
}

static void
model_on_session(struct model *model, const struct session *session)
{
    uint32_t instrument = session->event.instrument;

    if (session->state == 0 || instrument > MODEL_SYMBOLS)
        return;
    for (uint32_t i = 1; i <= MODEL_SYMBOLS; i++)
        if (instrument == 0 || instrument == i)
            model_begin_phase(model, i, session->state);
    if (session->state == SESSION_CLOSED)
        model_end_many(model, 0, EVENT_EXPIRED);
}

/* Ends what is good till now: what should have ended first, first. */
static void
model_expire(struct model *model)
{
    for (;;) {
        int first = -1;

        for (int i = 0; i < model->count; i++) {
            const struct order *order = &model->live[i].order;
            const struct order *best =
                &model->live[first < 0 ? i : first].order;

            if (order->time_in_force != TIF_GTD ||
                order->expire_time > model->now)
                continue;
            if (first < 0 || order->expire_time < best->expire_time ||
                (order->expire_time == best->expire_time &&
                 model_ends_before(order, best)))
                first = i;
        }
        if (first < 0)
            return;
        model_end(model, EVENT_EXPIRED, &model->live[first],
                  REASON_EXPIRE_TIME);
        model_remove(model, first);
    }
}

static void
model_on_account(struct model *model, const struct account *account)
{
    int at = 0;

    while (at < model->account_count &&
           model->accounts[at].account != account->account_id)
        at++;
    if (at == model->account_count)
        model->account_count++;
    assert(model->account_count <= MODEL_ACCOUNTS);
    model->accounts[at].account = account->account_id;
    model->accounts[at].group = account->group_id;
}

/* "0.01,1:0.05": a tick, then from:tick. */
static void
model_read_ticks(struct model_symbol *symbol, const char *text, size_t size)
{
    symbol->tick_count = 0;
    while (size > 0) {
        const char *comma = memchr(text, ',', size), *colon;
        size_t length = comma ? (size_t)(comma - text) : size;
        int row = symbol->tick_count++;

        assert(row < MODEL_TICKS);
        colon = memchr(text, ':', length);
        symbol->ticks[row].from = 0;
        if (colon)
            decimal_parse(text, (size_t)(colon - text),
                          &symbol->ticks[row].from);
        colon = colon ? colon + 1 : text;
        decimal_parse(colon, length - (size_t)(colon - text),
                      &symbol->ticks[row].tick);
        size -= comma ? length + 1 : length;
        text += comma ? length + 1 : length;
    }
}

static void
model_define(struct model *model, const struct instrument *instrument)
{
    struct model_symbol *symbol =
        &model->symbols[instrument->event.instrument - 1];

    symbol->tick = instrument->tick_size;
    symbol->lot = instrument->lot_size;
    symbol->lower = instrument->lower_price;
    symbol->upper = instrument->upper_price;
    symbol->reference = instrument->reference_price;
    model_read_ticks(symbol, event_text(instrument, instrument->tick_table),
                     instrument->tick_table.length);
}

static void
model_event(struct model *model, const struct event *event)
{
    const void *at = event;

    model->cause = event;
    model->report_count = 0;
    if (event->time > model->now)
        model->now = event->time;
    model_expire(model);
    model_indicate_all(model);
    switch (event->type) {
    case EVENT_ORDER: model_on_order(model, at); break;
    case EVENT_MODIFY: model_on_modify(model, at); break;
    case EVENT_CANCEL: model_on_cancel(model, at); break;
    case EVENT_SESSION: model_on_session(model, at); break;
    case EVENT_ACCOUNT: model_on_account(model, at); break;
    }
    model_fire(model);
    model_indicate_all(model);
}

#endif
