/* match_fact.h - how the engine tells what happened; private to match*.c.
 *
 * Each function writes one event to the sink.  cause is the event that led to
 * it, and gives it instrument and time; that of an event which may concern
 * many instruments is made by match_cause.
 */
#ifndef MARKET_MATCH_FACT_H
#define MARKET_MATCH_FACT_H

#include "market/match.h"

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

/* An order, with its type and time in force as they were understood; the
 * caller may still set its limit and stop price. */
struct order_fact *tell_accepted(struct match *match, const struct order *order,
                                 uint8_t order_type, uint8_t time_in_force);

/* Fills in what a fact tells of a live order, but for its head and reason. */
void describe_order(const struct match *match, uint32_t order,
                    struct order_fact *fact);

void tell_modified(struct match *match, const struct event *cause,
                   uint32_t order, enum reason reason);

void tell_trade(struct match *match, struct market *market,
                const struct taker *taker, const struct resting *maker,
                int64_t quantity);

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

#endif
