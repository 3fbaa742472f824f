#include "match/report.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

int
match_cause(struct match *match, struct market *market,
            const struct event *event, struct event *cause,
            struct failure *failure)
{
    if (market->local == 0)
        market->local = match->sink.name(match->sink.owner, market->book.number,
                                         event, failure);
    *cause = *event;
    cause->instrument = market->local;
    return market->local ? 0 : -1;
}

void
describe_order(const struct match *match, uint32_t order,
               struct order_report *report)
{
    static const struct extra none = {
        .display_quantity = DECIMAL_NULL,
        .min_quantity = DECIMAL_NULL,
        .expire_time = DECIMAL_NULL,
        .stop_price = DECIMAL_NULL,
        .price_offset = DECIMAL_NULL,
        .offset_step = DECIMAL_NULL,
    };
    const struct books *books = &match->books;
    const struct resting *resting = &books->orders[order];
    const struct resting_rest *rest = &books->rests[order];
    const struct extra *extra =
        resting->special ? books_extra(books, order) : &none;

    *report = (struct order_report){
        .event = report->event,
        .side = resting->side,
        .order_type = resting->order_type,
        .time_in_force = resting->time_in_force,
        .self_trade = resting->self_trade,
        .flags = resting->flags,
        .order_id = resting->order_id,
        .account_id = resting->account_id,
        .client_order_id = resting->client_order_id,
        .strategy_id =
            resting->special ? extra->strategy_id : rest->strategy_id,
        .price = books_limit(books, order),
        .quantity = rest->quantity,
        .stop_price = in_range(extra->stop_price),
        .display_quantity = extra->display_quantity,
        .min_quantity = extra->min_quantity,
        .expire_time = extra->expire_time,
        .remaining_quantity = books_open(books, order),
        .price_offset = extra->price_offset,
        .offset_step = extra->offset_step,
    };
}

void
emit_modified(struct match *match, const struct event *cause, uint32_t order,
              enum reason reason)
{
    struct order_report *report =
        emit_head(match, EVENT_MODIFIED, sizeof *report, cause);

    describe_order(match, order, report);
    report->reason = (uint8_t)reason;
}

void
emit_cross(struct match *match, struct market *market,
           const struct event *cause, uint32_t buy, uint32_t sell,
           int64_t price, int64_t quantity)
{
    const struct resting *buyer = &match->books.orders[buy];
    const struct resting *seller = &match->books.orders[sell];
    struct trade *trade = emit_trade_head(match, market, cause);

    assert(buyer->side == SIDE_BUY && seller->side == SIDE_SELL);
    trade->side = 0;
    trade->flags = TRADE_AUCTION;
    if (match_same_owner(match, buyer->account_id, seller->account_id))
        trade->flags |= TRADE_SELF;
    trade->price = price;
    trade->quantity = quantity;
    trade->buy_order_id = buyer->order_id;
    trade->sell_order_id = seller->order_id;
    trade->buyer_id = buyer->account_id;
    trade->seller_id = seller->account_id;
}

static struct order_end *
emit_order_end(struct match *match, enum event_type type,
               const struct order *order, enum reason reason)
{
    struct order_end *end = emit_end_head(match, type, &order->event);

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
emit_order_rejected(struct match *match, const struct order *order,
                    enum reason reason)
{
    emit_order_end(match, EVENT_REJECTED, order, reason)->remaining_quantity =
        in_range(order->quantity);
    match->rejects++;
}

void
emit_remainder(struct match *match, const struct order *order, int64_t open,
               enum reason reason)
{
    emit_order_end(match, EVENT_CANCELLED, order, reason)->remaining_quantity =
        open;
}

static void
describe_end(struct order_end *end, const struct books *books, uint32_t order)
{
    const struct resting *resting = &books->orders[order];

    end->side = resting->side;
    end->order_id = resting->order_id;
    end->account_id = resting->account_id;
    end->client_order_id = resting->client_order_id;
    end->price = resting->price;
    end->remaining_quantity = resting->open;
    if (resting->special) {
        end->price = books_extra(books, order)->limit;
        end->remaining_quantity += books_extra(books, order)->reserve;
    }
}

void
emit_request_rejected(struct match *match, const struct event *cause,
                      enum request request, uint64_t order_id,
                      uint64_t account_id, uint32_t order, enum reason reason)
{
    struct order_end *end = emit_end_head(match, EVENT_REJECTED, cause);

    end->order_id = order_id;
    end->account_id = account_id;
    end->client_order_id = 0;
    end->price = DECIMAL_NULL;
    end->remaining_quantity = DECIMAL_NULL;
    if (order)
        describe_end(end, &match->books, order);
    end->reason = (uint8_t)reason;
    end->request = (uint8_t)request;
    match->rejects++;
}

void
emit_end(struct match *match, const struct event *cause, enum event_type type,
         enum request request, enum reason reason, uint32_t order)
{
    struct order_end *end = emit_end_head(match, type, cause);

    describe_end(end, &match->books, order);
    end->reason = (uint8_t)reason;
    end->request = (uint8_t)request;
}

void
emit_triggered(struct match *match, const struct event *cause, uint32_t order)
{
    struct order_end *end = emit_end_head(match, EVENT_TRIGGERED, cause);

    describe_end(end, &match->books, order);
    end->price = books_extra(&match->books, order)->stop_price;
}

void
emit_indicative(struct match *match, const struct event *cause,
                const struct indication *indication)
{
    struct indicative *report =
        emit_head(match, EVENT_INDICATIVE, sizeof *report, cause);
    int64_t surplus = indication->surplus;

    assert(surplus >= -DECIMAL_MAX && surplus <= DECIMAL_MAX);
    memset(&report->side, 0, sizeof *report - sizeof report->event);
    report->side = surplus > 0 ? SIDE_BUY : surplus < 0 ? SIDE_SELL : 0;
    report->price = indication->price;
    report->quantity = indication->quantity;
    report->surplus = surplus < 0 ? -surplus : surplus;
    report->received = TIME_NULL;
}
