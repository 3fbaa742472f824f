#include "match/modify.h"

#include <assert.h>

#include "match/act.h"
#include "match/check.h"
#include "match/close.h"
#include "match/report.h"
#include "match/special.h"
#include "match/stop.h"
#include "match/take.h"

/* The live order that a request of that account may touch, or 0. */
static inline uint32_t
find_order(const struct match *match, const struct market *market,
           uint64_t order_id, uint64_t account_id)
{
    uint32_t number = books_find(&match->books, market->book.number, order_id);

    if (number && account_id &&
        match->books.orders[number].account_id != account_id)
        return 0;
    return number;
}

/* ---- what a modify asks for ---------------------------------------------- */

/* What an order becomes when it is modified. */
struct change {
    const struct modify *modify;
    uint32_t number;
    int64_t price, stop_price; /* its limit; null: none */
    int64_t open;
    int64_t quantity; /* executed and open */
    bool keeps_place; /* only less is open: its priority stays */
};

static bool
is_waiting(const struct resting *order)
{
    return order->place == PLACE_STOP || order->place == PLACE_UNSET;
}

/* What is open then; 0 or less: the order ends. */
static enum reason
change_quantity(const struct match *match, const struct market *market,
                struct change *change)
{
    const struct modify *modify = change->modify;
    int64_t open = books_open(&match->books, change->number);
    int64_t executed = match->books.rests[change->number].quantity - open;
    bool total = modify->total_quantity != DECIMAL_NULL;
    int64_t asked = total ? modify->total_quantity : modify->quantity;
    enum reason reason = 0;

    assert(executed >= 0);
    if (total && modify->quantity != DECIMAL_NULL)
        return REASON_INVALID_QUANTITY;
    if (asked != DECIMAL_NULL)
        reason = check_quantity(market, asked);
    if (reason)
        return reason;
    change->open = asked == DECIMAL_NULL ? open
                   : total               ? asked - executed
                                         : asked;
    change->quantity = executed + change->open;
    return 0;
}

static enum reason
change_price(const struct match *match, const struct market *market,
             struct change *change)
{
    int64_t price = change->modify->price;

    change->price = books_limit(&match->books, change->number);
    if (price == DECIMAL_NULL)
        return 0;
    if (change->price == DECIMAL_NULL)
        return REASON_INVALID_PRICE;
    change->price = price;
    return check_limit(market, price);
}

static enum reason
change_stop(const struct match *match, const struct market *market,
            struct change *change)
{
    const struct resting *order = &match->books.orders[change->number];
    int64_t stop = change->modify->stop_price;

    change->stop_price =
        order->special ? books_extra(&match->books, change->number)->stop_price
                       : DECIMAL_NULL;
    if (stop == DECIMAL_NULL)
        return 0;
    if (!is_waiting(order) || order->order_type == ORDER_TRAILING_STOP)
        return REASON_INVALID_STOP;
    change->stop_price = stop;
    return check_stop(market, stop);
}

static bool
is_limit_reached(const struct match *match, const struct change *change)
{
    const struct books *books = &match->books;
    int64_t peak = books->orders[change->number].special
                       ? books_extra(books, change->number)->display_quantity
                       : DECIMAL_NULL;

    return peak > 0 && change->open / peak > PEAKS_MAX;
}

/* Whether a post-only order would trade where it is moved to. */
static bool
would_take(const struct match *match, struct market *market,
           const struct change *change)
{
    const struct resting *order = &match->books.orders[change->number];
    struct taker taker = {
        .account_id = order->account_id,
        .open = change->open,
        .side = order->side,
        .self_trade = self_trade_mode(match, order->self_trade),
    };

    if (!(order->flags & ORDER_POST_ONLY) || change->keeps_place ||
        order->place > PLACE_ALL_OR_NONE || market->state != SESSION_CONTINUOUS)
        return false;
    taker.limit =
        ladder_key(book_opposite(&market->book, order->side), change->price);
    if (order->flags & ORDER_ALL_OR_NONE &&
        !match_fillable(match, market, &taker, taker.open))
        return false;
    return match_meets(match, market, &taker);
}

static enum reason
check_modify(const struct match *match, struct market *market,
             struct change *change)
{
    enum reason reason = market->state == SESSION_CLOSED ? REASON_CLOSED
                         : market->state == SESSION_HALT ? REASON_HALTED
                                                         : 0;

    if (!reason)
        reason = change_quantity(match, market, change);
    if (!reason)
        reason = change_price(match, market, change);
    if (!reason)
        reason = change_stop(match, market, change);
    if (reason)
        return reason;
    if (change->open <= 0)
        return 0; /* it ends */
    if (change->quantity > DECIMAL_MAX)
        return REASON_AMOUNT_RANGE;
    if (is_limit_reached(match, change))
        return REASON_LIMIT_REACHED;
    change->keeps_place =
        change->price == books_limit(&match->books, change->number) &&
        change->open <= books_open(&match->books, change->number);
    return would_take(match, market, change) ? REASON_POST_ONLY : 0;
}

/* ---- doing it ------------------------------------------------------------ */

/* Changes a waiting stop: only another stop price moves it. */
static void
change_waiting(struct match *match, struct market *market,
               const struct change *change)
{
    struct books *books = &match->books;
    uint32_t number = change->number;
    struct extra *extra = books_extra(books, number);
    bool moves = change->stop_price != extra->stop_price;

    assert(books->orders[number].special); /* as all stops are */
    extra->limit = change->price;
    book_reduce(books, number, books->orders[number].open - change->open);
    if (moves)
        match_displace(match, market, number);
    extra->stop_price = change->stop_price;
    emit_modified(match, &change->modify->event, number, REASON_REQUESTED);
    if (moves)
        match_wait(match, market, number);
}

/* The order goes to the end of a queue, and may trade on its way there. */
static int
change_place(struct match *match, struct market *market,
             const struct change *change, struct failure *failure)
{
    struct books *books = &match->books;
    uint32_t number = change->number;
    const struct turn turn = {&change->modify->event, REQUEST_MODIFY};
    struct resting *order = &books->orders[number];
    bool aside = order->place == PLACE_CLOSE;
    bool acts = market->state == SESSION_CONTINUOUS &&
                order->place <= PLACE_ALL_OR_NONE;

    match_displace(match, market, number);
    order->open = change->open;
    if (order->special)
        books_extra(books, number)->limit = change->price;
    else
        order->price = change->price;
    emit_modified(match, &change->modify->event, number, REASON_REQUESTED);
    if (acts)
        return match_act(match, market, number, &turn, failure);
    match_collect(match, market, number, aside);
    return 0;
}

static int
apply_modify(struct match *match, struct market *market,
             const struct change *change, struct failure *failure)
{
    struct books *books = &match->books;
    const struct event *cause = &change->modify->event;
    uint32_t number = change->number;

    if (change->open <= 0) {
        emit_end(match, cause, EVENT_CANCELLED, REQUEST_MODIFY,
                 REASON_REQUESTED, number);
        match_remove(match, market, number);
        return 0;
    }
    assert(change->quantity >= change->open);
    books->rests[number].quantity = change->quantity;
    if (is_waiting(&books->orders[number])) {
        change_waiting(match, market, change);
    } else if (change->keeps_place) {
        match_shrink(match, market, number, change->open);
        emit_modified(match, cause, number, REASON_REQUESTED);
    } else {
        return change_place(match, market, change, failure);
    }
    return 0;
}

int
match_modify(struct match *match, struct market *market,
             const struct modify *modify, struct failure *failure)
{
    enum reason reason = REASON_UNKNOWN_INSTRUMENT;
    struct change change = {.modify = modify};

    if (market) {
        change.number =
            find_order(match, market, modify->order_id, modify->account_id);
        reason = change.number      ? check_modify(match, market, &change)
                 : modify->order_id ? REASON_UNKNOWN_ORDER
                                    : REASON_INVALID_ID;
    }
    if (reason) {
        emit_request_rejected(match, &modify->event, REQUEST_MODIFY,
                              modify->order_id, modify->account_id,
                              change.number, reason);
        return 0;
    }
    if (books_reserve(&match->books, failure) != 0)
        return -1;
    return apply_modify(match, market, &change, failure);
}

/* ---- cancelling ---------------------------------------------------------- */

static void
cancel_all(struct match *match, struct market *market, uint32_t number,
           const struct cancel *cancel)
{
    emit_end(match, &cancel->event, EVENT_CANCELLED, REQUEST_CANCEL,
             REASON_REQUESTED, number);
    match_remove(match, market, number);
}

/* Cancels a quantity of what is open, or all. */
static enum reason
cancel_some(struct match *match, struct market *market, uint32_t number,
            const struct cancel *cancel)
{
    int64_t open = books_open(&match->books, number);
    enum reason reason;

    if (cancel->quantity >= open) {
        cancel_all(match, market, number, cancel);
        return 0;
    }
    reason = check_quantity(market, cancel->quantity);
    if (reason)
        return reason;
    match->books.rests[number].quantity -= cancel->quantity;
    match_shrink(match, market, number, open - cancel->quantity);
    emit_modified(match, &cancel->event, number, REASON_REDUCED);
    return 0;
}

int
match_cancel(struct match *match, struct market *market,
             const struct cancel *cancel, struct failure *failure)
{
    enum reason reason =
        market ? REASON_UNKNOWN_ORDER : REASON_UNKNOWN_INSTRUMENT;
    uint32_t number = 0;

    if (cancel->order_id == 0 && (market || cancel->event.instrument == 0))
        return match_cancel_many(match, market, cancel, failure);
    if (market)
        number =
            find_order(match, market, cancel->order_id, cancel->account_id);
    if (number && cancel->quantity == DECIMAL_NULL) {
        cancel_all(match, market, number, cancel);
        return 0;
    }
    if (number)
        reason = cancel_some(match, market, number, cancel);
    if (reason)
        emit_request_rejected(match, &cancel->event, REQUEST_CANCEL,
                              cancel->order_id, cancel->account_id, number,
                              reason);
    return 0;
}
