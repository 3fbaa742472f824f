#include "match/plain.h"

#include <assert.h>

#include "match/finish.h"
#include "match/special.h"
#include "match/take.h"

/* ---- arriving ------------------------------------------------------------ */

/* A new order as a taker, with the least key that it trades with. */
static struct taker
taker_of(const struct match *match, const struct order *order, int64_t limit)
{
    return (struct taker){
        .cause = &order->event,
        .order_id = order->order_id,
        .account_id = order->account_id,
        .open = order->quantity,
        .limit = limit,
        .side = order->side,
        .self_trade = self_trade_mode(match, order->self_trade),
        .request = REQUEST_ORDER,
    };
}

static int64_t
limit_of(const struct market *market, struct arrival arrival)
{
    const struct order *order = arrival.order;

    return arrival.order_type == ORDER_LIMIT
               ? ladder_key(&market->book.sides[SIDE_SELL - order->side],
                            order->price)
               : KEY_ANY;
}

bool
match_would_take(const struct match *match, struct market *market,
                 struct arrival arrival)
{
    const struct order *order = arrival.order;
    struct taker taker;

    if (!(order->flags & ORDER_POST_ONLY))
        return false;
    taker = taker_of(match, order, limit_of(market, arrival));
    if (order->flags & ORDER_ALL_OR_NONE &&
        !match_fillable(match, market, &taker, taker.open))
        return false;
    return match_meets(match, market, &taker);
}

/* ---- plain orders -------------------------------------------------------- */

/* Lets what is open of a plain order rest, where it is not urgent. */
static __attribute__((noinline)) void
rest_later(struct match *match, struct market *market, struct arrival arrival,
           int64_t open)
{
    const struct order *order = arrival.order;

    match_enter_plain(
        match, market, order, arrival.time_in_force, open,
        books_slot(&match->books, market->book.number, order->order_id));
}

/* Whether a plain order rests with what it does not get. */
static inline bool
rests(struct arrival arrival)
{
    return arrival.order_type == ORDER_LIMIT && arrival.time_in_force < TIF_IOC;
}

/* Why what a plain order did not get is cancelled. */
static enum reason
end_of(struct arrival arrival)
{
    return arrival.time_in_force == TIF_FOK    ? REASON_FOK
           : arrival.order_type == ORDER_LIMIT ? REASON_IOC_REMAINDER
                                               : REASON_NO_LIQUIDITY;
}

/* Lets a plain order trade; returns what is then open of it, or -1. */
static inline int64_t
take_plain(struct match *match, struct market *market,
           const struct order *order, int64_t limit, struct failure *failure)
{
    struct taker taker = taker_of(match, order, limit);

    if (order->time_in_force == TIF_FOK &&
        !match_fillable(match, market, &taker, taker.open))
        return taker.open;
    if (match_take(match, market, &taker, failure) != 0)
        return -1;
    assert(taker.open >= 0 && taker.open <= order->quantity);
    return taker.open;
}

/* A valid plain order that may trade, or that does not rest. */
static __attribute__((noinline)) int
on_taker(struct match *match, struct market *market, const struct order *order,
         struct failure *failure)
{
    struct arrival arrival = match_understand(order);
    int64_t limit = limit_of(market, arrival), open = order->quantity;
    bool meets = may_meet(market, order->side, limit);

    if (meets && order->flags && match_would_take(match, market, arrival)) {
        emit_order_rejected(match, order, REASON_POST_ONLY);
        return 0;
    }
    emit_accepted(match, order, arrival.order_type, arrival.time_in_force);
    if (meets)
        open = take_plain(match, market, order, limit, failure);
    if (open < 0)
        return -1;
    if (open > 0 && rests(arrival))
        rest_later(match, market, arrival, open);
    else if (open > 0)
        emit_remainder(match, order, open, end_of(arrival));
    return match->busy ? match_finish(match, market, &order->event, failure)
                       : 0;
}

int
match_plain_order(struct match *match, struct market *market,
                  const struct order *order, struct failure *failure)
{
    struct books *books = &match->books;
    struct arrival arrival = match_understand(order);
    enum reason reason;
    uint32_t *slot;

    if (books_reserve(books, failure) != 0)
        return -1;
    slot = books_slot(books, market->book.number, order->order_id);
    reason = match_check_plain(match, market, arrival, slot);
    if (__builtin_expect(reason != 0, 0)) {
        emit_order_rejected(match, order, reason);
        return 0;
    }
    if (!rests(arrival) ||
        may_meet(market, order->side, limit_of(market, arrival)))
        return on_taker(match, market, order, failure);
    emit_accepted(match, order, arrival.order_type, arrival.time_in_force);
    match_enter_plain(match, market, order, arrival.time_in_force,
                      order->quantity, slot);
    return 0;
}

int
match_plain_collected(struct match *match, struct market *market,
                      const struct order *order, struct failure *failure)
{
    struct arrival arrival = match_understand(order);
    enum reason reason = match_check(match, market, &arrival);

    if (reason) {
        emit_order_rejected(match, order, reason);
        return 0;
    }
    assert(rests(arrival));
    if (books_reserve(&match->books, failure) != 0)
        return -1;
    emit_accepted(match, order, arrival.order_type, arrival.time_in_force);
    rest_later(match, market, arrival, order->quantity);
    if (market->has_curve)
        curve_add(&match->curves, &market->curve, order->side - SIDE_BUY,
                  order->price, order->quantity);
    return 0;
}

/* ---- cancels ------------------------------------------------------------- */

int
match_plain_cancel(struct match *match, struct market *market,
                   const struct cancel *cancel, uint32_t number, uint32_t *slot)
{
    struct books *books = &match->books;

    assert(!books->orders[number].special);
    emit_cancelled(match, &cancel->event, &books->orders[number]);
    book_remove(books, &market->book, slot, number);
    return 0;
}
