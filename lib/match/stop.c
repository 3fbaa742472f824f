#include "match/stop.h"

#include <assert.h>

#include "match/followers.h"
#include "match/special.h"

/* ---- waiting ------------------------------------------------------------- */

int64_t
match_first_stop(const struct market *market, const struct order *order)
{
    if (order->order_type != ORDER_TRAILING_STOP ||
        order->stop_price != DECIMAL_NULL || market->last == DECIMAL_NULL)
        return order->stop_price;
    return match_stop_at(order->side, market->last, order->price_offset);
}

static bool
is_due(const struct market *market, uint8_t side, int64_t stop)
{
    if (market->last == DECIMAL_NULL || stop == DECIMAL_NULL)
        return false;
    return side == SIDE_BUY ? market->last >= stop : market->last <= stop;
}

/* The key of the last price among stops: those at it or better are due. */
static int64_t
due_key(const struct market *market, const struct ladder *ladder)
{
    return market->last == DECIMAL_NULL ? KEY_END
                                        : ladder_key(ladder, market->last);
}

bool
match_has_due(const struct market *market)
{
    const struct ladder *stops = market->book.ladders[PLACE_STOP];

    return stops[0].best_key >= due_key(market, &stops[0]) ||
           stops[1].best_key >= due_key(market, &stops[1]);
}

/* ---- being triggered ----------------------------------------------------- */

/* An order that stands nowhere joins the queue; its link "newer" is free. */
static void
trigger(struct match *match, uint32_t order)
{
    struct books *books = &match->books;

    assert(books->orders[order].place == PLACE_NOWHERE);
    books->orders[order].newer = 0;
    if (match->triggered)
        books->orders[match->triggered_tail].newer = order;
    else
        match->triggered = order;
    match->triggered_tail = order;
    match->busy = true;
}

uint32_t
match_next_triggered(struct match *match)
{
    uint32_t order = match->triggered;

    if (order)
        match->triggered = match->books.orders[order].newer;
    return order;
}

void
match_wait(struct match *match, struct market *market, uint32_t order)
{
    const struct resting *resting = &match->books.orders[order];
    int64_t stop = books_extra(&match->books, order)->stop_price;

    if (market->state == SESSION_CONTINUOUS &&
        is_due(market, resting->side, stop))
        trigger(match, order);
    else if (stop == DECIMAL_NULL)
        match_place(match, market, order, PLACE_UNSET, 0);
    else
        match_place(match, market, order, PLACE_STOP, stop);
}

void
match_trigger(struct match *match, struct market *market)
{
    struct books *books = &match->books;

    assert(market->state == SESSION_CONTINUOUS);
    for (int side = 0; side < 2; side++) {
        struct ladder *ladder = &market->book.ladders[PLACE_STOP][side];
        int64_t due = due_key(market, ladder);

        while (ladder->best_key >= due) {
            uint32_t order = books_level(books, ladder->best)->head;

            match_displace(match, market, order);
            trigger(match, order);
        }
    }
}

/* ---- following the price ------------------------------------------------- */

static int
move(struct match *match, struct market *market,
     const struct match_mover *mover, struct failure *failure)
{
    struct extra *extra = books_extra(&match->books, mover->order);

    if (level_pool_reserve(&match->books.pool, failure) != 0)
        return -1;
    match_displace(match, market, mover->order);
    extra->stop_price =
        match_stop_at(mover->side, market->last, extra->price_offset);
    match_place(match, market, mover->order, PLACE_STOP, extra->stop_price);
    return 0;
}

int
match_trail(struct match *match, struct market *market, struct failure *failure)
{
    size_t count;

    if (!match_any_moves(market))
        return 0;
    if (match_find_movers(match, market, &count, failure) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (move(match, market, &match->movers[i], failure) != 0)
            return -1;
    match_note_thresholds(match, market);
    return 0;
}

int
match_traded(struct match *match, struct market *market,
             struct failure *failure)
{
    match_trigger(match, market);
    return match_trail(match, market, failure);
}
