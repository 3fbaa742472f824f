/* report.h - writing execution reports: one function for each kind.
 *
 * Each writes one event to the lent room or the sink.  cause is the event that
 * led to it and gives it instrument and time; where an event may concern many
 * instruments, match_cause makes the cause of one of them.
 */
#ifndef MATCH_REPORT_H
#define MATCH_REPORT_H

#include <assert.h>
#include <string.h>

#include "match/match.h"
#include "match/owners.h"
#include "match/rules.h"

/* An order while it trades: it has just arrived, was modified or triggered. */
struct taker {
    const struct event *cause;
    uint64_t order_id, account_id;
    int64_t open;
    int64_t limit;   /* least key of the opposite side that it trades with */
    uint32_t number; /* in the books; 0: a plain order that arrives */
    uint8_t side;
    uint8_t self_trade; /* its mode */
    uint8_t request;    /* that its end answers, enum request; 0: none */
};

/* Sets *cause to the head of an event as if it concerned one market alone,
 * which is given an id on this tape if it has none.  0, or -1 if there can be
 * no such id. */
int match_cause(struct match *match, struct market *market,
                const struct event *event, struct event *cause,
                struct failure *failure);

/* Fills in what a report has on a live order, except head and reason. */
void describe_order(const struct match *match, uint32_t order,
                    struct order_report *report);

void emit_modified(struct match *match, const struct event *cause,
                   uint32_t order, enum reason reason);

/* A trade of an auction. */
void emit_cross(struct match *match, struct market *market,
                const struct event *cause, uint32_t buy, uint32_t sell,
                int64_t price, int64_t quantity);

/* A new order is refused. */
void emit_order_rejected(struct match *match, const struct order *order,
                         enum reason reason);

/* A modify or cancel is refused; order is the one it was meant for, 0 if there
 * is none that its sender may know of. */
void emit_request_rejected(struct match *match, const struct event *cause,
                           enum request request, uint64_t order_id,
                           uint64_t account_id, uint32_t order,
                           enum reason reason);

/* What is open of an order that was never in the books is cancelled. */
void emit_remainder(struct match *match, const struct order *order,
                    int64_t open, enum reason reason);

/* A live order is cancelled or expires. */
void emit_end(struct match *match, const struct event *cause,
              enum event_type type, enum request request, enum reason reason,
              uint32_t order);

/* A stop is triggered. */
void emit_triggered(struct match *match, const struct event *cause,
                    uint32_t order);

void emit_indicative(struct match *match, const struct event *cause,
                     const struct indication *indication);

/* ---- what nearly every event causes -------------------------------------- */

static inline void *
emit_room(struct match *match, size_t size)
{
    char *at = match->room.at;

    assert(size <= MATCH_REPORT_MAX); /* known when this is compiled */
    if (__builtin_expect(at >= match->room.end, 0))
        return match->sink.put(match->sink.owner, size);
    match->room.at = at + size;
    match->room.reports++;
    return at;
}

/* Room for a report, with its head filled in. */
static inline void *
emit_head(struct match *match, enum event_type type, size_t size,
          const struct event *cause)
{
    struct event *event = emit_room(match, size);

    event->words = (uint16_t)(size / 8);
    event->type = (uint16_t)type;
    event->instrument = cause->instrument;
    event->time = cause->time;
    return event;
}

/* The fields that an order and a report on one have in the same places: from
 * side to expire_time. */
struct order_body {
    uint64_t words[11];
};
_Static_assert(offsetof(struct order, side) + sizeof(struct order_body) ==
                       offsetof(struct order, price_offset) &&
                   offsetof(struct order_report, side) +
                           sizeof(struct order_body) ==
                       offsetof(struct order_report, remaining_quantity),
               "accepted is an order with more after it");

static inline struct order_body *
order_body(const void *side)
{
    return (struct order_body *)(uintptr_t)side;
}

/* An order is accepted, with its type and time in force as they were
 * understood; the caller may still set limit and stop price. */
static inline struct order_report *
emit_accepted(struct match *match, const struct order *order,
              uint8_t order_type, uint8_t time_in_force)
{
    struct order_report *report =
        emit_head(match, EVENT_ACCEPTED, sizeof *report, &order->event);

    *order_body(&report->side) = *order_body(&order->side);
    report->order_type = order_type;
    report->time_in_force = time_in_force;
    report->reason = 0;
    memset(report->reserved, 0, sizeof report->reserved);
    report->remaining_quantity = order->quantity;
    report->price_offset = order->price_offset;
    report->offset_step = order->offset_step;
    return report;
}

static inline struct trade *
emit_trade_head(struct match *match, struct market *market,
                const struct event *cause)
{
    struct trade *trade = emit_head(match, EVENT_TRADE, sizeof *trade, cause);

    memset(trade->reserved, 0, sizeof trade->reserved);
    trade->trade_id = ++market->trades;
    match->trades++;
    return trade;
}

static inline void
emit_trade(struct match *match, struct market *market,
           const struct taker *taker, const struct resting *maker,
           int64_t quantity)
{
    struct trade *trade = emit_trade_head(match, market, taker->cause);
    bool sells = taker->side == SIDE_SELL;

    assert(quantity > 0 && maker->side != taker->side);
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
emit_end_head(struct match *match, enum event_type type,
              const struct event *cause)
{
    struct order_end *end = emit_head(match, type, sizeof *end, cause);

    memset(&end->side, 0,
           offsetof(struct order_end, order_id) -
               offsetof(struct order_end, side));
    return end;
}

/* A plain order is cancelled as requested. */
static inline void
emit_cancelled(struct match *match, const struct event *cause,
               const struct resting *order)
{
    struct order_end *end = emit_end_head(match, EVENT_CANCELLED, cause);

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
