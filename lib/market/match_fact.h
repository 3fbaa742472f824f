/* match_fact.h - how the engine tells what happened; private to match*.c.
 *
 * Each function writes one event to the sink.  cause is the event that led to
 * it and gives it instrument and time, unless it concerns all instruments.
 */
#ifndef MARKET_MATCH_FACT_H
#define MARKET_MATCH_FACT_H

#include "market/match.h"

/* An order that arrives or has been changed, while it trades. */
struct taker {
    const struct event *cause;
    uint64_t order_id, account_id;
    int64_t open;
    int64_t limit; /* least key of the opposite side that it trades with */
    uint8_t side;
};

/* An order, with its type and time in force as they were understood. */
void tell_accepted(struct match *match, const struct order *order,
                   uint8_t order_type, uint8_t time_in_force);

void tell_modified(struct match *match, const struct event *cause,
                   uint32_t order, enum reason reason);

void tell_trade(struct match *match, struct market *market,
                const struct taker *taker, const struct resting *maker,
                int64_t quantity);

/* A new order that is refused. */
void tell_order_rejected(struct match *match, const struct order *order,
                         enum reason reason);

/* A modify or cancel that is refused; order is the one it was meant for, 0 if
 * there is none that its sender may know of. */
void tell_request_rejected(struct match *match, const struct event *cause,
                           enum request request, uint64_t order_id,
                           uint64_t account_id, uint32_t order,
                           enum reason reason);

/* What an order that never rested could not do. */
void tell_remainder(struct match *match, const struct order *order,
                    int64_t open, enum reason reason);

/* A resting order is cancelled or expires; local is its instrument's id. */
void tell_end(struct match *match, const struct event *cause, uint32_t local,
              enum event_type type, enum request request, enum reason reason,
              uint32_t order);

#endif
