/* check.h - which orders are valid, and why others are refused.
 *
 * If more than one reason applies, the first in the order of xmatch(1) is
 * given.  Nearly all orders are plain: their checks are inline, for plain.c.
 */
#ifndef MATCH_CHECK_H
#define MATCH_CHECK_H

#include <string.h>

#include "match/rules.h"
#include "match/ticks.h"

/* An order, with its type and time in force as they are understood. */
struct arrival {
    const struct order *order;
    uint8_t order_type, time_in_force;
};

/* ---- numbers: 0, or the reason against a quantity, a limit, a stop price --
 */

static inline enum reason
check_quantity(const struct market *market, int64_t quantity)
{
    if (!is_amount(quantity))
        return REASON_INVALID_QUANTITY;
    return is_multiple(&market->lot, quantity) ? 0 : REASON_LOT_SIZE;
}

static inline enum reason
check_limit(const struct market *market, int64_t price)
{
    if (!is_amount(price))
        return REASON_INVALID_PRICE;
    if (!is_on_tick(market, price))
        return REASON_TICK_SIZE;
    if (price < market->lower || price > market->upper)
        return REASON_PRICE_BAND;
    return 0;
}

enum reason check_stop(const struct market *market, int64_t price);

/* ---- orders -------------------------------------------------------------- */

static inline struct arrival
match_understand(const struct order *order)
{
    bool priced = order->price != DECIMAL_NULL;
    uint8_t meant = priced ? ORDER_LIMIT : 0;

    return (struct arrival){
        .order = order,
        .order_type = order->order_type ? order->order_type : meant,
        .time_in_force = order->time_in_force ? order->time_in_force : TIF_DAY,
    };
}

/* Whether all fields from stop_price to offset_step are null: two at a time. */
static inline bool
match_has_no_extras(const struct order *order)
{
    typedef int64_t pair __attribute__((vector_size(16)));
    const pair null = {DECIMAL_NULL, DECIMAL_NULL};
    pair fields[3], other;

    _Static_assert(offsetof(struct order, stop_price) + sizeof fields ==
                       sizeof(struct order),
                   "six fields up to the end");
    memcpy(fields, &order->stop_price, sizeof fields);
    other = (fields[0] ^ null) | (fields[1] ^ null) | (fields[2] ^ null);
    return (other[0] | other[1]) == 0;
}

/* Whether an order is no more than a limit or market order, for the day, until
 * cancelled, IOC or fill-or-kill, perhaps post-only: it needs no extra. */
static inline bool
match_is_plain(const struct match *match, const struct order *order)
{
    /* A byte each: side, type, time in force, self-trade, flags.  The addition
     * sets the highest bit of a byte that is above a plain order's. */
    const uint64_t high = UINT64_C(0x8080808080);
    const uint64_t more = UINT64_C(0x7e7e7b7d7d);
    uint64_t word;

    _Static_assert(ORDER_LIMIT == 2 && TIF_FOK == 4 && SELF_TRADE_NONE == 1 &&
                       ORDER_POST_ONLY == 1,
                   "plain orders have the least values");
    memcpy(&word, &order->side, sizeof word);
    return (((word | (word + more)) & high) |
            (match->self_trade > SELF_TRADE_NONE)) == 0 &&
           match_has_no_extras(order);
}

/* Checks all of a new order except whether post-only lets it trade; 0: it is
 * valid. */
enum reason match_check(const struct match *match, const struct market *market,
                        const struct arrival *arrival);

/* The same for a plain order while trading is continuous; slot is that of its
 * id. */
static inline enum reason
match_check_plain(const struct match *match, const struct market *market,
                  struct arrival arrival, const uint32_t *slot)
{
    const struct order *order = arrival.order;
    bool limit = arrival.order_type == ORDER_LIMIT;
    enum reason reason;

    if (order->order_id == 0)
        return REASON_INVALID_ID;
    if (order->side == 0)
        return REASON_INVALID_SIDE;
    if (arrival.order_type == 0 ||
        (order->flags && (!limit || arrival.time_in_force >= TIF_IOC)))
        return REASON_INVALID_TYPE;
    reason = check_quantity(market, order->quantity);
    if (reason)
        return reason;
    if (limit)
        reason = check_limit(market, order->price);
    else if (order->price != DECIMAL_NULL)
        reason = REASON_INVALID_PRICE;
    if (reason)
        return reason;
    if (books_find_at(&match->books, slot, market->book.number,
                      order->order_id))
        return REASON_DUPLICATE_ID;
    return 0;
}

#endif
