#include "market/match_fact.h"

#include <string.h>

static void *
put(struct match *match, enum event_type type, size_t size,
    const struct event *cause)
{
    struct event *event = match->sink.put(match->sink.owner, size);

    event->words = (uint16_t)(size / 8);
    event->type = (uint16_t)type;
    event->instrument = cause->instrument;
    event->time = cause->time;
    return event;
}

static struct order_end *
put_end(struct match *match, enum event_type type, const struct event *cause)
{
    struct order_end *end = put(match, type, sizeof *end, cause);

    memset(&end->side, 0, sizeof *end - sizeof end->event);
    return end;
}

/* A number out of the format's range must not go on. */
static int64_t
in_range(int64_t number)
{
    return number <= DECIMAL_MAX && number >= -DECIMAL_MAX ? number
                                                           : DECIMAL_NULL;
}

void
tell_accepted(struct match *match, const struct order *order,
              uint8_t order_type, uint8_t time_in_force)
{
    struct order_fact *fact =
        put(match, EVENT_ACCEPTED, sizeof *fact, &order->event);

    /* the same fields in the same places, up to expire_time */
    _Static_assert(offsetof(struct order_fact, expire_time) ==
                       offsetof(struct order, expire_time),
                   "accepted is an order with more behind");
    memcpy((char *)fact + sizeof fact->event,
           (const char *)order + sizeof order->event,
           offsetof(struct order, price_offset) - sizeof order->event);
    fact->order_type = order_type;
    fact->time_in_force = time_in_force;
    fact->reason = 0;
    memset(fact->reserved, 0, sizeof fact->reserved);
    fact->remaining_quantity = order->quantity;
    fact->price_offset = order->price_offset;
    fact->offset_step = order->offset_step;
}

void
tell_modified(struct match *match, const struct event *cause, uint32_t order,
              enum reason reason)
{
    const struct resting *resting = &match->books.orders[order];
    const struct resting_rest *rest = &match->books.rests[order];
    struct order_fact *fact = put(match, EVENT_MODIFIED, sizeof *fact, cause);

    *fact = (struct order_fact){
        .event = fact->event,
        .side = resting->side,
        .order_type = resting->order_type,
        .time_in_force = resting->time_in_force,
        .self_trade = resting->self_trade,
        .flags = resting->flags,
        .reason = (uint8_t)reason,
        .order_id = resting->order_id,
        .account_id = resting->account_id,
        .client_order_id = resting->client_order_id,
        .strategy_id = rest->strategy_id,
        .price = resting->price,
        .quantity = rest->quantity,
        .stop_price = DECIMAL_NULL,
        .display_quantity = DECIMAL_NULL,
        .min_quantity = DECIMAL_NULL,
        .expire_time = DECIMAL_NULL,
        .remaining_quantity = resting->open,
        .price_offset = DECIMAL_NULL,
        .offset_step = DECIMAL_NULL,
    };
}

void
tell_trade(struct match *match, struct market *market,
           const struct taker *taker, const struct resting *maker,
           int64_t quantity)
{
    struct trade *trade = put(match, EVENT_TRADE, sizeof *trade, taker->cause);
    const uint64_t orders[2] = {taker->order_id, maker->order_id};
    const uint64_t accounts[2] = {taker->account_id, maker->account_id};
    unsigned sells = taker->side - SIDE_BUY; /* the seller's place there is 0 */
    bool self = taker->account_id && taker->account_id == maker->account_id;

    trade->side = taker->side;
    trade->flags = self ? TRADE_SELF : 0;
    memset(trade->reserved, 0, sizeof trade->reserved);
    trade->price = maker->price;
    trade->quantity = quantity;
    trade->trade_id = ++market->trades;
    trade->buy_order_id = orders[sells];
    trade->sell_order_id = orders[!sells];
    trade->buyer_id = accounts[sells];
    trade->seller_id = accounts[!sells];
    match->trades++;
}

static struct order_end *
put_order_end(struct match *match, enum event_type type,
              const struct order *order, enum reason reason)
{
    struct order_end *end = put_end(match, type, &order->event);

    end->side = order->side;
    end->reason = (uint8_t)reason;
    end->request = REQUEST_ORDER;
    end->order_id = order->order_id;
    end->account_id = order->account_id;
    end->client_order_id = order->client_order_id;
    end->price = in_range(order->price);
    return end;
}

void
tell_order_rejected(struct match *match, const struct order *order,
                    enum reason reason)
{
    put_order_end(match, EVENT_REJECTED, order, reason)->remaining_quantity =
        in_range(order->quantity);
    match->rejects++;
}

void
tell_remainder(struct match *match, const struct order *order, int64_t open,
               enum reason reason)
{
    put_order_end(match, EVENT_CANCELLED, order, reason)->remaining_quantity =
        open;
}

static void
describe(struct order_end *end, const struct resting *resting)
{
    end->side = resting->side;
    end->order_id = resting->order_id;
    end->account_id = resting->account_id;
    end->client_order_id = resting->client_order_id;
    end->price = resting->price;
    end->remaining_quantity = resting->open;
}

void
tell_request_rejected(struct match *match, const struct event *cause,
                      enum request request, uint64_t order_id,
                      uint64_t account_id, uint32_t order, enum reason reason)
{
    struct order_end *end = put_end(match, EVENT_REJECTED, cause);

    end->order_id = order_id;
    end->account_id = account_id;
    end->price = DECIMAL_NULL;
    end->remaining_quantity = DECIMAL_NULL;
    if (order)
        describe(end, &match->books.orders[order]);
    end->reason = (uint8_t)reason;
    end->request = (uint8_t)request;
    match->rejects++;
}

void
tell_end(struct match *match, const struct event *cause, uint32_t local,
         enum event_type type, enum request request, enum reason reason,
         uint32_t order)
{
    struct order_end *end = put_end(match, type, cause);

    end->event.instrument = local;
    describe(end, &match->books.orders[order]);
    end->reason = (uint8_t)reason;
    end->request = (uint8_t)request;
}
