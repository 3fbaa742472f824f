#include "match/special.h"

#include <assert.h>
#include <stdlib.h>

#include "match/expiry.h"
#include "match/followers.h"

/* ---- making one ---------------------------------------------------------- */

int
match_reserve(struct match *match, struct failure *failure)
{
    if (books_reserve(&match->books, failure) != 0 ||
        books_reserve_extra(&match->books, failure) != 0)
        return -1;
    return match_reserve_expiry(match, failure);
}

uint32_t
match_hold(struct match *match, struct market *market,
           const struct order *order, uint8_t order_type, uint8_t time_in_force)
{
    struct books *books = &match->books;
    uint32_t number = books_new(books), extra = books_new_extra(books);

    assert(order->quantity > 0);
    match_fill(&books->orders[number], market, order, order_type, time_in_force,
               order->quantity);
    books->orders[number].place = PLACE_NOWHERE;
    books->orders[number].special = true;
    books->rests[number] = (struct resting_rest){
        .extra = extra,
        .quantity = order->quantity,
    };
    books->ages[number] = ++match->accepted;
    books->extras[extra] = (struct extra){
        .strategy_id = order->strategy_id,
        .limit = order->price,
        .display_quantity = order->display_quantity,
        .min_quantity = order->min_quantity,
        .expire_time = order->expire_time,
        .stop_price = order->stop_price,
        .price_offset = order->price_offset,
        .offset_step = order->offset_step,
    };
    books_hold(books, number);
    if (time_in_force == TIF_GTD)
        match_add_expiry(match, number);
    return number;
}

enum book_place
match_rest_place(const struct match *match, uint32_t order)
{
    uint8_t flags = match->books.orders[order].flags;

    return flags & ORDER_ALL_OR_NONE ? PLACE_ALL_OR_NONE
           : flags & ORDER_HIDDEN    ? PLACE_HIDDEN
                                     : PLACE_BOOK;
}

/* ---- icebergs ------------------------------------------------------------ */

/* Adds quantity and a number of icebergs to what is in reserve at the price of
 * one; the level goes when no iceberg there has a reserve. */
static void
add_reserve(struct match *match, struct market *market, uint32_t order,
            int64_t quantity, int count)
{
    const struct resting *resting = &match->books.orders[order];
    struct level_pool *pool = &match->books.pool;
    struct ladder *ladder =
        book_ladder(&market->book, PLACE_RESERVES, resting->side);
    uint32_t number = ladder_take(pool, ladder, resting->price);
    struct level *level = &pool->levels[number];

    level_add(level, quantity);
    level->count += (uint32_t)count;
    if (level->count == 0)
        ladder_remove(pool, ladder, number);
}

static void
set_reserve(struct match *match, struct market *market, uint32_t order,
            int64_t reserve)
{
    struct extra *extra = books_extra(&match->books, order);
    int64_t more = reserve - extra->reserve;

    assert(reserve >= 0);
    if (more != 0)
        add_reserve(match, market, order, more,
                    (reserve > 0) - (extra->reserve > 0));
    extra->reserve = reserve;
}

/* How much of what is open is shown. */
static int64_t
peak_of(const struct extra *extra, int64_t open)
{
    return extra->display_quantity != DECIMAL_NULL &&
                   extra->display_quantity < open
               ? extra->display_quantity
               : open;
}

void
match_shrink(struct match *match, struct market *market, uint32_t order,
             int64_t open)
{
    struct books *books = &match->books;
    int64_t less = books_open(books, order) - open;

    assert(open > 0 && less >= 0);
    match_want(match, market, order, -less);
    if (books->orders[order].special) {
        int64_t reserve = books_extra(books, order)->reserve;
        int64_t hidden = less < reserve ? less : reserve;

        set_reserve(match, market, order, reserve - hidden);
        less -= hidden;
    }
    book_reduce(books, order, less);
}

void
match_show(struct match *match, struct market *market, uint32_t order,
           int64_t open)
{
    struct books *books = &match->books;
    int64_t peak = peak_of(books_extra(books, order), open);

    assert(open == books_open(books, order));
    book_reduce(books, order, books->orders[order].open - peak);
    set_reserve(match, market, order, open - peak);
}

void
match_show_only(struct match *match, struct market *market, uint32_t order,
                int64_t visible)
{
    struct books *books = &match->books;
    int64_t open = books_open(books, order);

    assert(visible > 0 && visible <= open);
    book_reduce(books, order, books->orders[order].open - visible);
    set_reserve(match, market, order, open - visible);
}

bool
match_refill(struct match *match, struct market *market, uint32_t order)
{
    struct books *books = &match->books;
    struct extra *extra = books_extra(books, order);
    int64_t reserve = extra->reserve;

    assert(books->orders[order].open == 0);
    if (reserve == 0)
        return false;
    book_unqueue(books, &market->book, order);
    books->orders[order].open = peak_of(extra, reserve);
    set_reserve(match, market, order, reserve - books->orders[order].open);
    book_queue(books, &market->book, order);
    return true;
}

/* ---- places -------------------------------------------------------------- */

/* Adds one, or -1 as an unsigned number, to the counts of the place where a
 * special order stands. */
static void
count_place(struct market *market, const struct resting *resting, uint32_t one)
{
    switch (resting->place) {
    case PLACE_ALL_OR_NONE:
        market->all_or_none[resting->side - SIDE_BUY] += one;
        market->unshown += one;
        break;
    case PLACE_HIDDEN: market->unshown += one; break;
    case PLACE_STOP:
    case PLACE_UNSET: market->stops += one; break;
    case PLACE_MARKET: market->passing += one; break;
    case PLACE_BOOK:
        if (resting->time_in_force == TIF_AT_OPEN ||
            resting->time_in_force == TIF_AT_CLOSE)
            market->passing += one;
        break;
    default: break;
    }
}

void
match_place(struct match *match, struct market *market, uint32_t order,
            enum book_place place, int64_t price)
{
    struct books *books = &match->books;
    struct resting *resting = &books->orders[order];
    int64_t open = resting->open;

    assert(resting->place == PLACE_NOWHERE && place < PLACE_NOWHERE);
    assert(open > 0);
    resting->price = price;
    resting->place = (uint8_t)place & 15U;
    if (resting->special) {
        struct extra *extra = books_extra(books, order);

        extra->since = ++match->stamps;
        if (place == PLACE_BOOK) {
            resting->open = peak_of(extra, open);
            set_reserve(match, market, order, open - resting->open);
        }
        count_place(market, resting, 1);
        if (place == PLACE_STOP || place == PLACE_UNSET)
            match_follow(match, market, order);
    }
    book_queue(books, &market->book, order);
    match_want(match, market, order, open);
}

void
match_displace(struct match *match, struct market *market, uint32_t order)
{
    struct books *books = &match->books;
    struct resting *resting = &books->orders[order];
    int64_t open = books_open(books, order);

    assert(resting->place != PLACE_NOWHERE);
    assert(resting->book == market->book.number);
    match_want(match, market, order, -open);
    book_unqueue(books, &market->book, order);
    if (resting->special) {
        set_reserve(match, market, order, 0);
        count_place(market, resting, UINT32_MAX);
        if (resting->place == PLACE_STOP || resting->place == PLACE_UNSET)
            match_unfollow(match, market, order);
    }
    resting->open = open;
    resting->place = PLACE_NOWHERE;
}

void
match_remove(struct match *match, struct market *market, uint32_t order)
{
    struct books *books = &match->books;

    if (books->orders[order].place != PLACE_NOWHERE)
        match_displace(match, market, order);
    if (books->orders[order].special && books_extra(books, order)->expiry)
        match_remove_expiry(match, order);
    books_forget(books, order);
}
