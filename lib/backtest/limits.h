/* limits.h - what a strategy may do at most, checked before an order reaches
 * the market.
 */
#ifndef BACKTEST_LIMITS_H
#define BACKTEST_LIMITS_H

#include "backtest/strategy.h"

/* Null or 0: no limit. */
struct limits {
    int64_t order;    /* quantity of an order */
    int64_t position; /* held and on order of one side, of an instrument */
    int64_t loss;     /* over all instruments: the kill switch */
    uint64_t open;    /* live orders of all instruments */
    uint64_t rate;    /* orders and modifies in a second of event time */
};

/* Why a strategy may not send so much at that time, or 0.  more: how much more
 * would then be on order. */
enum reason limits_check(const struct limits *limits, struct strategy *strategy,
                         uint32_t index, enum side side, int64_t quantity,
                         int64_t more, bool is_new, int64_t time);

/* Whether a strategy lost more than it may. */
bool limits_lost(const struct limits *limits, const struct strategy *strategy);

#endif
