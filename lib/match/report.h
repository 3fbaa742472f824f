/* report.h - how the engine tells what happened; private to match*.c.
 *
 * Each function writes one event to the sink.  cause is the event that led to
 * it, and gives it instrument and time; that of an event which may concern
 * many instruments is made by match_cause.
 */
#ifndef MATCH_REPORT_H
#define MATCH_REPORT_H

#include <string.h>

#include "match/match.h"
#include "match/special.h"

/* An order that arrives, was changed or went off, while it trades. */
struct taker {
    const struct event *cause;
    uint64_t order_id, account_id;
    int64_t open;
    int64_t limit;   /* least key of the opposite side that it trades with */
    uint32_t number; /* in the books; 0: a plain order that arrives */
    uint8_t side;
    uint8_t self_trade; /* its mode */
    uint8_t request;    /* what its end answers, enum request; 0: nothing */
};

/* Sets *cause to the head of an event as if it concerned one market alone,
 * which is given an id on this tape if it has none. */
int match_cause(struct match *match, struct market *market,
                const struct event *event, struct event *cause,
                struct failure *failure);

/* A number out of the format's range must not go on. */
static inline int64_t
in_range(int64_t number)
{
    return number <= DECIMAL_MAX && number >= -DECIMAL_MAX ? number
                                                           : DECIMAL_NULL;
}

/* Fills in what a fact tells of a live order, but for its head and reason. */
void describe_order(const struct match *match, uint32_t order,
                    struct order_fact *fact);

void tell_modified(struct match *match, const struct event *cause,
                   uint32_t order, enum reason reason);

/* A trade of an auction. */
void tell_cross(struct match *match, struct market *market,
                const struct event *cause, uint32_t buy, uint32_t sell,
                int64_t price, int64_t quantity);

/* A new order that is refused. */
void tell_order_rejected(struct match *match, const struct order *order,
                         enum reason reason);

/* A modify or cancel that is refused; order is the one it was meant for, 0 if
 * there is none that its sender may know of. */
void tell_request_rejected(struct match *match, const struct event *cause,
                           enum request request, uint64_t order_id,
                           uint64_t account_id, uint32_t order,
                           enum reason reason);

/* What an order that was never in the books could not do. */
void tell_remainder(struct match *match, const struct order *order,
                    int64_t open, enum reason reason);

/* An order is cancelled or expires. */
void tell_end(struct match *match, const struct event *cause,
              enum event_type type, enum request request, enum reason reason,
              uint32_t order);

/* A stop goes off. */
void tell_triggered(struct match *match, const struct event *cause,
                    uint32_t order);

void tell_indicative(struct match *match, const struct event *cause,
                     const struct indication *indication);

/* ---- what nearly every event tells --------------------------------------- */

static inline void *
match_room(struct match *match, size_t size)
{
    char *at = match->room.at;

    if (__builtin_expect(at >= match->room.end, 0))
        return match->sink.put(match->sink.owner, size);
    match->room.at = at + size;
    match->room.facts++;
    return at;
}

/* Room for a fact, with its head. */
static inline void *
match_put(struct match *match, enum event_type type, size_t size,
          const struct event *cause)
{
    struct event *event = match_room(match, size);

    event->words = (uint16_t)(size / 8);
    event->type = (uint16_t)type;
    event->instrument = cause->instrument;
    event->time = cause->time;
    return event;
}

/* What an order and an order fact have in the same places: all fields from
 * side to expire_time. */
struct order_body {
    uint64_t words[11];
};
_Static_assert(offsetof(struct order, side) + sizeof(struct order_body) ==
                       offsetof(struct order, price_offset) &&
                   offsetof(struct order_fact, side) +
                           sizeof(struct order_body) ==
                       offsetof(struct order_fact, remaining_quantity),
               "accepted is an order with more behind");

static inline struct order_body *
order_body(const void *side)
{
    return (struct order_body *)(uintptr_t)side;
}

/* An order, with its type and time in force as they were understood; the
 * caller may still set its limit and stop price. */
static inline struct order_fact *
tell_accepted(struct match *match, const struct order *order,
              uint8_t order_type, uint8_t time_in_force)
{
    struct order_fact *fact =
        match_put(match, EVENT_ACCEPTED, sizeof *fact, &order->event);

    *order_body(&fact->side) = *order_body(&order->side);
    fact->order_type = order_type;
    fact->time_in_force = time_in_force;
    fact->reason = 0;
    memset(fact->reserved, 0, sizeof fact->reserved);
    fact->remaining_quantity = order->quantity;
    fact->price_offset = order->price_offset;
    fact->offset_step = order->offset_step;
    return fact;
}

static inline struct trade *
match_put_trade(struct match *match, struct market *market,
                const struct event *cause)
{
    struct trade *trade = match_put(match, EVENT_TRADE, sizeof *trade, cause);

    memset(trade->reserved, 0, sizeof trade->reserved);
    trade->trade_id = ++market->trades;
    match->trades++;
    return trade;
}

static inline void
tell_trade(struct match *match, struct market *market,
           const struct taker *taker, const struct resting *maker,
           int64_t quantity)
{
    struct trade *trade = match_put_trade(match, market, taker->cause);
    bool sells = taker->side == SIDE_SELL;

    trade->side = taker->side;
    trade->flags = match_same_owner(match, taker->account_id, maker->account_id)
                       ? TRADE_SELF
                       : 0;
    trade->price = maker->price;
    trade->quantity = quantity;
    trade->buy_order_id = sells ? maker->order_id : taker->order_id;
    trade->sell_order_id = sells ? taker->order_id : maker->order_id;
    trade->buyer_id = sells ? maker->account_id : taker->account_id;
    trade->seller_id = sells ? taker->account_id : maker->account_id;
}

static inline struct order_end *
match_put_end(struct match *match, enum event_type type,
              const struct event *cause)
{
    struct order_end *end = match_put(match, type, sizeof *end, cause);

    memset(&end->side, 0,
           offsetof(struct order_end, order_id) -
               offsetof(struct order_end, side));
    return end;
}

/* A plain order is cancelled as was asked for. */
static inline void
tell_cancelled(struct match *match, const struct event *cause,
               const struct resting *order)
{
    struct order_end *end = match_put_end(match, EVENT_CANCELLED, cause);

    end->side = order->side;
    end->reason = REASON_REQUESTED;
    end->request = REQUEST_CANCEL;
    end->order_id = order->order_id;
    end->account_id = order->account_id;
    end->client_order_id = order->client_order_id;
    end->price = order->price;
    end->remaining_quantity = order->open;
}

#endif
