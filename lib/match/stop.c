#include "match/stop.h"

#include <assert.h>
#include <stdlib.h>

#include "match/special.h"

/* ---- waiting ------------------------------------------------------------- */

/* Where a stop that follows the price at a distance is for a price. */
static int64_t
stop_at(uint8_t side, int64_t price, int64_t offset)
{
    return side == SIDE_BUY ? price + offset : price - offset;
}

int64_t
match_first_stop(const struct market *market, const struct order *order)
{
    if (order->order_type != ORDER_TRAILING_STOP ||
        order->stop_price != DECIMAL_NULL || market->last == DECIMAL_NULL)
        return order->stop_price;
    return stop_at(order->side, market->last, order->price_offset);
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

/* ---- going off ----------------------------------------------------------- */

static void
fire(struct match *match, uint32_t order)
{
    struct books *books = &match->books;

    books->orders[order].newer = 0;
    if (match->fired)
        books->orders[match->fired_tail].newer = order;
    else
        match->fired = order;
    match->fired_tail = order;
    match->busy = true;
}

void
match_wait(struct match *match, struct market *market, uint32_t order)
{
    const struct resting *resting = &match->books.orders[order];
    int64_t stop = books_extra(&match->books, order)->stop_price;

    if (market->state == SESSION_CONTINUOUS &&
        is_due(market, resting->side, stop))
        fire(match, order);
    else if (stop == DECIMAL_NULL)
        match_place(match, market, order, PLACE_UNSET, 0);
    else
        match_place(match, market, order, PLACE_STOP, stop);
}

void
match_elect(struct match *match, struct market *market)
{
    struct books *books = &match->books;

    for (int side = 0; side < 2; side++) {
        struct ladder *ladder = &market->book.ladders[PLACE_STOP][side];
        int64_t due = due_key(market, ladder);

        while (ladder->best_key >= due) {
            uint32_t order = books_level(books, ladder->best)->head;

            match_displace(match, market, order);
            fire(match, order);
        }
    }
}

int
match_run_fired(struct match *match, struct market *market,
                const struct event *cause, struct failure *failure)
{
    const struct turn turn = {cause, 0};

    while (match->fired) {
        uint32_t order = match->fired;

        match->fired = match->books.orders[order].newer;
        if (books_reserve(&match->books, failure) != 0)
            return -1;
        tell_triggered(match, cause, order);
        if (match_act(match, market, order, &turn, failure) != 0)
            return -1;
    }
    match->busy = match->many;
    return 0;
}

/* ---- following the price ------------------------------------------------- */

/* How much better a new stop price must be. */
static int64_t
step_of(const struct extra *extra)
{
    return extra->offset_step > 0 ? extra->offset_step : 1;
}

/* Lets the market know at which prices this one moves. */
static void
note_thresholds(const struct match *match, struct market *market,
                uint32_t order)
{
    const struct extra *extra = books_extra(&match->books, order);
    int64_t far = extra->price_offset + step_of(extra);
    bool unset = extra->stop_price == DECIMAL_NULL;
    int64_t at;

    if (match->books.orders[order].side == SIDE_BUY) {
        at = unset ? INT64_MAX : extra->stop_price - far;
        if (at > market->trail_below)
            market->trail_below = at;
    } else {
        at = unset ? INT64_MIN : extra->stop_price + far;
        if (at < market->trail_above)
            market->trail_above = at;
    }
}

void
match_follow(struct match *match, struct market *market, uint32_t order)
{
    struct books *books = &match->books;
    struct extra *extra = books_extra(books, order);

    if (books->orders[order].order_type != ORDER_TRAILING_STOP)
        return;
    extra->before = market->trailing_tail;
    extra->next = 0;
    if (market->trailing_tail)
        books_extra(books, market->trailing_tail)->next = order;
    else
        market->trailing_head = order;
    market->trailing_tail = order;
    market->trailing++;
    note_thresholds(match, market, order);
}

void
match_unfollow(struct match *match, struct market *market, uint32_t order)
{
    struct books *books = &match->books;
    struct extra *extra = books_extra(books, order);

    if (books->orders[order].order_type != ORDER_TRAILING_STOP)
        return;
    if (extra->before)
        books_extra(books, extra->before)->next = extra->next;
    else
        market->trailing_head = extra->next;
    if (extra->next)
        books_extra(books, extra->next)->before = extra->before;
    else
        market->trailing_tail = extra->before;
    market->trailing--;
}

/* A stop that is about to move, and its place among those that are. */
struct match_mover {
    int64_t key; /* the larger, the sooner it would have gone off */
    uint64_t since;
    uint32_t order;
    uint8_t side;
};

static int
compare_movers(const void *a, const void *b)
{
    const struct match_mover *left = a, *right = b;

    if (left->side != right->side)
        return left->side < right->side ? -1 : 1;
    if (left->key != right->key)
        return left->key > right->key ? -1 : 1;
    return left->since < right->since ? -1 : left->since > right->since;
}

static bool
moves(const struct market *market, const struct resting *resting,
      const struct extra *extra)
{
    int64_t now = stop_at(resting->side, market->last, extra->price_offset);

    if (extra->stop_price == DECIMAL_NULL)
        return true;
    return resting->side == SIDE_BUY
               ? now <= extra->stop_price - step_of(extra)
               : now >= extra->stop_price + step_of(extra);
}

/* Fills in those that move at the last price, in the order in which they do;
 * how many there are. */
static size_t
find_movers(const struct match *match, struct market *market,
            struct match_mover *movers)
{
    const struct books *books = &match->books;
    size_t count = 0;

    for (uint32_t at = market->trailing_head; at;) {
        const struct resting *resting = &books->orders[at];
        const struct extra *extra = books_extra(books, at);
        bool set = extra->stop_price != DECIMAL_NULL;

        if (moves(market, resting, extra))
            movers[count++] = (struct match_mover){
                .key = !set                        ? KEY_NONE
                       : resting->side == SIDE_BUY ? -extra->stop_price
                                                   : extra->stop_price,
                .since = extra->since,
                .order = at,
                .side = resting->side,
            };
        at = extra->next;
    }
    if (count > 1)
        qsort(movers, count, sizeof *movers, compare_movers);
    return count;
}

static int
move_all(struct match *match, struct market *market,
         const struct match_mover *movers, size_t count,
         struct failure *failure)
{
    struct books *books = &match->books;

    for (size_t i = 0; i < count; i++) {
        uint32_t order = movers[i].order;
        struct extra *extra = books_extra(books, order);

        if (rungs_reserve(&books->rungs, failure) != 0)
            return -1;
        match_displace(match, market, order);
        extra->stop_price =
            stop_at(movers[i].side, market->last, extra->price_offset);
        match_place(match, market, order, PLACE_STOP, extra->stop_price);
    }
    return 0;
}

static int
reserve_movers(struct match *match, struct market *market,
               struct failure *failure)
{
    size_t wanted = market->trailing * 2UL;
    void *larger;

    if (market->trailing <= match->mover_capacity)
        return 0;
    larger = reallocarray(match->movers, wanted, sizeof *match->movers);
    if (!larger)
        return fail_memory(failure);
    match->movers = larger;
    match->mover_capacity = wanted;
    return 0;
}

int
match_trail(struct match *match, struct market *market, struct failure *failure)
{
    size_t count;

    if (market->last > market->trail_below &&
        market->last < market->trail_above)
        return 0;
    if (reserve_movers(match, market, failure) != 0)
        return -1;
    count = find_movers(match, market, match->movers);
    if (move_all(match, market, match->movers, count, failure) != 0)
        return -1;
    market->trail_below = INT64_MIN;
    market->trail_above = INT64_MAX;
    for (uint32_t at = market->trailing_head; at;
         at = books_extra(&match->books, at)->next)
        note_thresholds(match, market, at);
    return 0;
}

int
match_traded(struct match *match, struct market *market,
             struct failure *failure)
{
    match_elect(match, market);
    return match_trail(match, market, failure);
}
