/* rules.h - the predicates that the files of the engine share: phases, kinds
 * of orders, ranges of numbers.
 */
#ifndef MATCH_RULES_H
#define MATCH_RULES_H

#include "match/match.h"

/* ---- phases -------------------------------------------------------------- */

/* Orders are collected, and nothing trades. */
static inline bool
is_collecting(const struct market *market)
{
    return market->state == SESSION_PRE_OPEN ||
           market->state == SESSION_OPENING_AUCTION ||
           market->state == SESSION_CLOSING_AUCTION;
}

/* And the auction's price is reported. */
static inline bool
is_auction(const struct market *market)
{
    return market->state == SESSION_OPENING_AUCTION ||
           market->state == SESSION_CLOSING_AUCTION;
}

/* ---- orders -------------------------------------------------------------- */

static inline bool
is_stop(unsigned order_type)
{
    return order_type >= ORDER_STOP && order_type <= ORDER_TRAILING_STOP;
}

static inline uint8_t
self_trade_mode(const struct match *match, uint8_t mode)
{
    return mode ? mode : match->self_trade;
}

/* ---- numbers ------------------------------------------------------------- */

static inline bool
is_given(int64_t value)
{
    return value != DECIMAL_NULL;
}

/* A price or quantity above 0 that the format holds. */
static inline bool
is_amount(int64_t value)
{
    return (uint64_t)value - 1 < (uint64_t)DECIMAL_MAX;
}

/* What is outside the format's range is reported as null. */
static inline int64_t
in_range(int64_t number)
{
    return number <= DECIMAL_MAX && number >= -DECIMAL_MAX ? number
                                                           : DECIMAL_NULL;
}

#endif
