#include "match/check.h"

#include <assert.h>

enum reason
check_stop(const struct market *market, int64_t price)
{
    return is_amount(price) && is_on_tick(market, price) ? 0
                                                         : REASON_INVALID_STOP;
}

/* ---- types --------------------------------------------------------------- */

#define BIT(value) (1U << (value))
#define RESTING_TIMES                                                          \
    (BIT(TIF_DAY) | BIT(TIF_GTC) | BIT(TIF_GTD)) /* that may rest */
#define TAKING_TIMES  (BIT(TIF_IOC) | BIT(TIF_FOK))
#define AUCTION_TIMES (BIT(TIF_AT_OPEN) | BIT(TIF_AT_CLOSE))
#define MOST_TIMES    (RESTING_TIMES | TAKING_TIMES)

enum need { NEVER_GIVEN, MAY_BE_GIVEN, MUST_BE_GIVEN };

/* What a type of order may have. */
static const struct kind {
    uint16_t times; /* in force; 0: there is no such type */
    uint8_t flags;
    bool is_priced; /* has its own limit */
    bool may_rest;  /* sooner or later, if its time in force lets it */
    uint8_t stop_price, price_offset;
} kinds[16] = {
    [ORDER_MARKET] = {MOST_TIMES | AUCTION_TIMES,
                      ORDER_HIDDEN | ORDER_ALL_OR_NONE, false, false,
                      NEVER_GIVEN, MAY_BE_GIVEN},
    [ORDER_LIMIT] = {MOST_TIMES | AUCTION_TIMES,
                     ORDER_HIDDEN | ORDER_ALL_OR_NONE | ORDER_POST_ONLY, true,
                     true, NEVER_GIVEN, NEVER_GIVEN},
    [ORDER_STOP] = {MOST_TIMES, ORDER_HIDDEN | ORDER_ALL_OR_NONE, false, false,
                    MUST_BE_GIVEN, NEVER_GIVEN},
    [ORDER_STOP_LIMIT] = {MOST_TIMES,
                          ORDER_HIDDEN | ORDER_ALL_OR_NONE | ORDER_POST_ONLY,
                          true, true, MUST_BE_GIVEN, NEVER_GIVEN},
    [ORDER_TRAILING_STOP] = {MOST_TIMES, ORDER_HIDDEN | ORDER_ALL_OR_NONE,
                             false, false, MAY_BE_GIVEN, MUST_BE_GIVEN},
    [ORDER_MARKET_TO_LIMIT] = {MOST_TIMES, ORDER_HIDDEN | ORDER_ALL_OR_NONE,
                               false, true, NEVER_GIVEN, NEVER_GIVEN},
};

_Static_assert(ORDER_MARKET_TO_LIMIT < 16 && TIF_AT_CLOSE < 16,
               "types and times in force fit their four bits");

static const struct kind *
kind_of(const struct arrival *arrival)
{
    return &kinds[arrival->order_type & 15];
}

static bool
can_rest(const struct arrival *arrival)
{
    return kind_of(arrival)->may_rest &&
           BIT(arrival->time_in_force & 15) & RESTING_TIMES;
}

/* Type, time in force and flags, and what does not go together. */
static bool
is_of_a_kind(const struct arrival *arrival)
{
    const struct order *order = arrival->order;
    const struct kind *kind = kind_of(arrival);
    unsigned time = BIT(arrival->time_in_force & 15);
    bool peak = is_given(order->display_quantity);
    bool least = is_given(order->min_quantity);

    if (!(kind->times & time) || order->flags & ~kind->flags)
        return false;
    if (order->flags & ORDER_POST_ONLY && !can_rest(arrival))
        return false;
    if (time & AUCTION_TIMES)
        return !peak && !least && !order->flags &&
               !is_given(order->price_offset);
    if (order->flags & ORDER_ALL_OR_NONE)
        return !peak && !least;
    return !(least && time & BIT(TIF_FOK));
}

/* ---- sessions ------------------------------------------------------------ */

/* Whether an order can be collected for an auction. */
static bool
is_collectable(const struct arrival *arrival)
{
    const struct order *order = arrival->order;

    if (is_stop(arrival->order_type))
        return true;
    return !(BIT(arrival->time_in_force & 15) & TAKING_TIMES) &&
           !(order->flags & ORDER_ALL_OR_NONE) &&
           !is_given(order->min_quantity) &&
           arrival->order_type != ORDER_MARKET_TO_LIMIT &&
           !(arrival->order_type == ORDER_MARKET &&
             is_given(order->price_offset));
}

/* Why the session refuses a new order; 0: it does not. */
static enum reason
check_session(const struct market *market, const struct arrival *arrival)
{
    if (market->state == SESSION_CLOSED)
        return REASON_CLOSED;
    if (market->state == SESSION_HALT)
        return REASON_HALTED;
    if (is_collecting(market) && !is_collectable(arrival))
        return REASON_AUCTION;
    if (arrival->time_in_force == TIF_AT_OPEN &&
        market->state != SESSION_PRE_OPEN &&
        market->state != SESSION_OPENING_AUCTION)
        return REASON_AUCTION;
    return 0;
}

/* ---- the rest of an order ------------------------------------------------ */

static enum reason
check_quantities(const struct market *market, const struct arrival *arrival)
{
    const struct order *order = arrival->order;
    int64_t peak = order->display_quantity, least = order->min_quantity;

    if (!is_amount(order->quantity))
        return REASON_INVALID_QUANTITY;
    if (is_given(peak) && (peak <= 0 || peak > order->quantity ||
                           order->flags & ORDER_HIDDEN || !can_rest(arrival)))
        return REASON_INVALID_QUANTITY;
    if (is_given(least) && (least <= 0 || least > order->quantity))
        return REASON_INVALID_QUANTITY;
    if (!is_multiple(&market->lot, order->quantity) ||
        (is_given(peak) && !is_multiple(&market->lot, peak)) ||
        (is_given(least) && !is_multiple(&market->lot, least)))
        return REASON_LOT_SIZE;
    return 0;
}

static bool
is_as_needed(enum need need, int64_t value)
{
    return need == MAY_BE_GIVEN || is_given(value) == (need == MUST_BE_GIVEN);
}

static bool
is_stop_valid(const struct market *market, const struct arrival *arrival)
{
    const struct order *order = arrival->order;
    const struct kind *kind = kind_of(arrival);
    bool trails = arrival->order_type == ORDER_TRAILING_STOP;
    int64_t stop = order->stop_price, offset = order->price_offset;

    if (!is_as_needed((enum need)kind->stop_price, stop) ||
        !is_as_needed((enum need)kind->price_offset, offset))
        return false;
    if (is_given(stop) && check_stop(market, stop))
        return false;
    if (is_given(offset) && !is_amount(offset) && (trails || offset != 0))
        return false;
    return !is_given(order->offset_step) ||
           (trails && is_amount(order->offset_step));
}

static bool
is_expiry_valid(const struct arrival *arrival)
{
    const struct order *order = arrival->order;

    if (arrival->time_in_force != TIF_GTD)
        return !is_given(order->expire_time);
    return is_given(order->expire_time) &&
           order->expire_time > order->event.time;
}

static bool
is_limit_reached(const struct market *market, const struct arrival *arrival)
{
    const struct order *order = arrival->order;

    assert(order->side == SIDE_BUY || order->side == SIDE_SELL);
    if (order->display_quantity > 0 &&
        order->quantity / order->display_quantity > PEAKS_MAX)
        return true;
    if (arrival->order_type == ORDER_TRAILING_STOP)
        return market->trailing >= TRAILING_MAX;
    return order->flags & ORDER_ALL_OR_NONE && can_rest(arrival) &&
           !is_stop(arrival->order_type) &&
           market->all_or_none[order->side - SIDE_BUY] >= ALL_OR_NONE_MAX;
}

/* ---- an order ------------------------------------------------------------ */

static enum reason
check_rest(const struct market *market, const struct arrival *arrival)
{
    const struct order *order = arrival->order;
    enum reason reason = check_session(market, arrival);

    if (!reason)
        reason = check_quantities(market, arrival);
    if (!reason && kind_of(arrival)->is_priced)
        reason = check_limit(market, order->price);
    else if (!reason && is_given(order->price))
        reason = REASON_INVALID_PRICE;
    if (!reason && !is_stop_valid(market, arrival))
        reason = REASON_INVALID_STOP;
    if (!reason && !is_expiry_valid(arrival))
        reason = REASON_EXPIRE_TIME;
    return reason;
}

enum reason
match_check(const struct match *match, const struct market *market,
            const struct arrival *arrival)
{
    const struct order *order = arrival->order;
    enum reason reason;

    if (order->order_id == 0)
        return REASON_INVALID_ID;
    if (order->side == 0)
        return REASON_INVALID_SIDE;
    if (!is_of_a_kind(arrival))
        return REASON_INVALID_TYPE;
    reason = check_rest(market, arrival);
    if (reason)
        return reason;
    if (books_find(&match->books, market->book.number, order->order_id))
        return REASON_DUPLICATE_ID;
    if (is_limit_reached(market, arrival))
        return REASON_LIMIT_REACHED;
    return 0;
}
