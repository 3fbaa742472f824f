#include "match/act.h"

#include <assert.h>

#include "match/special.h"
#include "match/stop.h"
#include "match/take.h"

int64_t
match_touch(const struct market *market, uint8_t side, int64_t offset)
{
    unsigned other = SIDE_SELL - side;
    const struct ladder *shown = &market->book.ladders[PLACE_BOOK][other];
    const struct ladder *hidden = &market->book.ladders[PLACE_HIDDEN][other];
    int64_t key =
        shown->best_key > hidden->best_key ? shown->best_key : hidden->best_key;

    assert(side == SIDE_BUY || side == SIDE_SELL);
    if (key == KEY_NONE)
        return DECIMAL_NULL;
    return ladder_key(shown, key - offset); /* it is its own inverse */
}

/* ---- what kind of order it is -------------------------------------------- */

/* Whether it stays with what it does not trade. */
static bool
rests(const struct match *match, uint32_t order)
{
    uint8_t time_in_force = match->books.orders[order].time_in_force;

    return books_limit(&match->books, order) != DECIMAL_NULL &&
           time_in_force != TIF_IOC && time_in_force != TIF_FOK;
}

/* Whether it is filled whole or not at all, now. */
static bool
is_whole(const struct match *match, uint32_t order)
{
    const struct resting *resting = &match->books.orders[order];

    return resting->time_in_force == TIF_FOK ||
           resting->flags & ORDER_ALL_OR_NONE;
}

/* The least key that it trades with. */
static int64_t
limit_of(const struct match *match, struct market *market, uint32_t order)
{
    const struct resting *resting = &match->books.orders[order];
    int64_t price = books_limit(&match->books, order);

    if (resting->special) {
        const struct extra *extra = books_extra(&match->books, order);

        if (resting->order_type == ORDER_MARKET_TO_LIMIT &&
            price == DECIMAL_NULL)
            return KEY_END;
        if (resting->order_type == ORDER_MARKET &&
            extra->price_offset != DECIMAL_NULL) {
            price = match_touch(market, resting->side, extra->price_offset);
            if (price == DECIMAL_NULL)
                return KEY_END;
        }
    }
    return price == DECIMAL_NULL
               ? KEY_ANY
               : ladder_key(book_opposite(&market->book, resting->side), price);
}

/* ---- before it trades ---------------------------------------------------- */

/* Why it must not trade at all; 0: it may. */
static enum reason
hold_back(const struct match *match, struct market *market,
          const struct taker *taker, const struct turn *turn)
{
    const struct resting *resting = &match->books.orders[taker->number];
    int64_t least = DECIMAL_NULL;

    if (is_whole(match, taker->number) &&
        !match_fillable(match, market, taker, taker->open))
        return REASON_FOK;
    if (resting->flags & ORDER_POST_ONLY && match_meets(match, market, taker))
        return REASON_POST_ONLY;
    if (resting->special && turn->request != REQUEST_MODIFY)
        least = books_extra(&match->books, taker->number)->min_quantity;
    if (least > taker->open ||
        (least != DECIMAL_NULL && !match_fillable(match, market, taker, least)))
        return REASON_MIN_QUANTITY;
    return 0;
}

/* ---- after it traded ----------------------------------------------------- */

static void
cancel(struct match *match, struct market *market, uint32_t order,
       const struct turn *turn, enum reason reason)
{
    emit_end(match, turn->cause, EVENT_CANCELLED, turn->request, reason, order);
    match_remove(match, market, order);
}

/* Puts what is left of an order with a limit into the book. */
static void
rest(struct match *match, struct market *market, uint32_t order,
     const struct turn *turn)
{
    const struct resting *resting = &match->books.orders[order];
    enum book_place place = match_rest_place(match, order);

    assert(books_limit(&match->books, order) != DECIMAL_NULL);
    if (place == PLACE_ALL_OR_NONE &&
        market->all_or_none[resting->side - SIDE_BUY] >= ALL_OR_NONE_MAX)
        cancel(match, market, order, turn, REASON_LIMIT_REACHED);
    else
        match_place(match, market, order, place,
                    books_limit(&match->books, order));
}

/* Why what is left of an order that does not rest is cancelled. */
static enum reason
end_of(const struct match *match, uint32_t order)
{
    return is_whole(match, order) ? REASON_FOK
           : books_limit(&match->books, order) == DECIMAL_NULL
               ? REASON_NO_LIQUIDITY
               : REASON_IOC_REMAINDER;
}

/* ---- its turn ------------------------------------------------------------ */

int
match_act(struct match *match, struct market *market, uint32_t order,
          const struct turn *turn, struct failure *failure)
{
    struct resting *resting = &match->books.orders[order];
    bool untouched = resting->order_type == ORDER_MARKET_TO_LIMIT &&
                     books_limit(&match->books, order) == DECIMAL_NULL;
    struct taker taker = {
        .cause = turn->cause,
        .order_id = resting->order_id,
        .account_id = resting->account_id,
        .open = resting->open,
        .limit = limit_of(match, market, order),
        .number = order,
        .side = resting->side,
        .self_trade = self_trade_mode(match, resting->self_trade),
        .request = (uint8_t)turn->request,
    };
    enum reason reason = hold_back(match, market, &taker, turn);

    assert(resting->place == PLACE_NOWHERE && resting->open > 0);
    if (!reason && match_take(match, market, &taker, failure) != 0)
        return -1;
    assert(taker.open >= 0 && taker.open <= resting->open);
    resting->open = taker.open;
    if (taker.open == 0)
        match_remove(match, market, order);
    else if (reason == REASON_MIN_QUANTITY || reason == REASON_POST_ONLY)
        cancel(match, market, order, turn, reason);
    else if (untouched)
        cancel(match, market, order, turn, REASON_NO_LIQUIDITY);
    else if (rests(match, order))
        rest(match, market, order, turn);
    else
        cancel(match, market, order, turn, end_of(match, order));
    return 0;
}

int
match_act_triggered(struct match *match, struct market *market,
                    const struct event *cause, struct failure *failure)
{
    const struct turn turn = {cause, 0};
    uint32_t order;

    while ((order = match_next_triggered(match)) != 0) {
        if (books_reserve(&match->books, failure) != 0)
            return -1;
        emit_triggered(match, cause, order);
        if (match_act(match, market, order, &turn, failure) != 0)
            return -1;
    }
    match->busy = match->many;
    return 0;
}

void
match_collect(struct match *match, struct market *market, uint32_t order,
              bool aside)
{
    struct books *books = &match->books;
    int64_t limit = books_limit(books, order);

    if (aside)
        match_place(match, market, order, PLACE_CLOSE, 0);
    else if (limit == DECIMAL_NULL)
        match_place(match, market, order, PLACE_MARKET, 0);
    else
        match_place(match, market, order, match_rest_place(match, order),
                    limit);
}
