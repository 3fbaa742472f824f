#include "match/followers.h"

#include <assert.h>
#include <stdlib.h>

#include "base/array.h"

/* ---- the list ------------------------------------------------------------ */

/* By how much a new stop price must be better. */
static int64_t
step_of(const struct extra *extra)
{
    return extra->offset_step > 0 ? extra->offset_step : 1;
}

/* Narrows the prices between which none moves to those at which this one does
 * not either: most trades then need no look at the list. */
static void
note_threshold(const struct match *match, struct market *market, uint32_t order)
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
match_note_thresholds(struct match *match, struct market *market)
{
    market->trail_below = INT64_MIN;
    market->trail_above = INT64_MAX;
    for (uint32_t at = market->trailing_head; at;
         at = books_extra(&match->books, at)->next)
        note_threshold(match, market, at);
}

void
match_follow(struct match *match, struct market *market, uint32_t order)
{
    struct books *books = &match->books;
    struct extra *extra = books_extra(books, order);

    if (books->orders[order].order_type != ORDER_TRAILING_STOP)
        return;
    assert((market->trailing == 0) == (market->trailing_tail == 0));
    assert(extra->price_offset > 0);
    extra->before = market->trailing_tail;
    extra->next = 0;
    if (market->trailing_tail)
        books_extra(books, market->trailing_tail)->next = order;
    else
        market->trailing_head = order;
    market->trailing_tail = order;
    market->trailing++;
    note_threshold(match, market, order);
}

void
match_unfollow(struct match *match, struct market *market, uint32_t order)
{
    struct books *books = &match->books;
    struct extra *extra = books_extra(books, order);

    if (books->orders[order].order_type != ORDER_TRAILING_STOP)
        return;
    assert(market->trailing > 0);
    if (extra->before)
        books_extra(books, extra->before)->next = extra->next;
    else
        market->trailing_head = extra->next;
    if (extra->next)
        books_extra(books, extra->next)->before = extra->before;
    else
        market->trailing_tail = extra->before;
    market->trailing--;
    assert((market->trailing == 0) == (market->trailing_head == 0));
}

/* ---- those that move ----------------------------------------------------- */

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
    int64_t now =
        match_stop_at(resting->side, market->last, extra->price_offset);

    if (extra->stop_price == DECIMAL_NULL)
        return true;
    return resting->side == SIDE_BUY
               ? now <= extra->stop_price - step_of(extra)
               : now >= extra->stop_price + step_of(extra);
}

static struct match_mover
mover_of(const struct books *books, uint32_t order)
{
    const struct resting *resting = &books->orders[order];
    const struct extra *extra = books_extra(books, order);
    bool unset = extra->stop_price == DECIMAL_NULL;

    return (struct match_mover){
        .key = unset                       ? KEY_NONE
               : resting->side == SIDE_BUY ? -extra->stop_price
                                           : extra->stop_price,
        .since = extra->since,
        .order = order,
        .side = resting->side,
    };
}

int
match_find_movers(struct match *match, struct market *market, size_t *count,
                  struct failure *failure)
{
    const struct books *books = &match->books;
    struct match_mover *movers =
        array_grow(match->movers, &match->mover_capacity,
                   market->trailing + 1UL, sizeof *movers, failure);

    assert(market->last != DECIMAL_NULL);
    if (!movers)
        return -1;
    match->movers = movers;
    *count = 0;
    for (uint32_t at = market->trailing_head; at;
         at = books_extra(books, at)->next)
        if (moves(market, &books->orders[at], books_extra(books, at)))
            movers[(*count)++] = mover_of(books, at);
    assert(*count <= market->trailing);
    if (*count > 1)
        qsort(movers, *count, sizeof *movers, compare_movers);
    return 0;
}
