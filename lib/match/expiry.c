#include "match/expiry.h"

#include <stdlib.h>

#include "match/auction.h"
#include "match/report.h"
#include "match/special.h"

int
match_reserve_expiry(struct match *match, struct failure *failure)
{
    uint32_t wanted = match->expiry_capacity ? match->expiry_capacity * 2 : 63;
    uint32_t *larger;

    if (match->expiry_count < match->expiry_capacity)
        return 0;
    larger = reallocarray(match->expiries, wanted + 1UL, sizeof *larger);
    if (!larger)
        return fail_memory(failure);
    match->expiries = larger;
    match->expiry_capacity = wanted;
    return 0;
}

/* ---- the heap ------------------------------------------------------------ */

static bool
is_sooner(const struct match *match, uint32_t order, uint32_t other)
{
    const struct books *books = &match->books;
    const struct resting *a = &books->orders[order], *b = &books->orders[other];
    int64_t ends = books_extra(books, order)->expire_time;
    int64_t other_ends = books_extra(books, other)->expire_time;

    if (ends != other_ends)
        return ends < other_ends;
    if (a->order_id != b->order_id)
        return a->order_id < b->order_id;
    return a->book < b->book;
}

static void
put_at(struct match *match, uint32_t at, uint32_t order)
{
    match->expiries[at] = order;
    books_extra(&match->books, order)->expiry = at;
}

static void
sift_up(struct match *match, uint32_t at, uint32_t order)
{
    for (; at > 1 && is_sooner(match, order, match->expiries[at / 2]); at /= 2)
        put_at(match, at, match->expiries[at / 2]);
    put_at(match, at, order);
}

static void
sift_down(struct match *match, uint32_t at, uint32_t order)
{
    for (uint32_t kid = 2 * at; kid <= match->expiry_count; kid = 2 * at) {
        if (kid < match->expiry_count &&
            is_sooner(match, match->expiries[kid + 1], match->expiries[kid]))
            kid++;
        if (!is_sooner(match, match->expiries[kid], order))
            break;
        put_at(match, at, match->expiries[kid]);
        at = kid;
    }
    put_at(match, at, order);
}

static void
note_next(struct match *match)
{
    match->next_expiry =
        match->expiry_count
            ? books_extra(&match->books, match->expiries[1])->expire_time
            : NEVER;
}

void
match_add_expiry(struct match *match, uint32_t order)
{
    sift_up(match, ++match->expiry_count, order);
    note_next(match);
}

void
match_remove_expiry(struct match *match, uint32_t order)
{
    uint32_t at = books_extra(&match->books, order)->expiry;
    uint32_t last = match->expiries[match->expiry_count--];

    books_extra(&match->books, order)->expiry = 0;
    if (last != order) {
        if (at > 1 && is_sooner(match, last, match->expiries[at / 2]))
            sift_up(match, at, last);
        else
            sift_down(match, at, last);
    }
    note_next(match);
}

/* ---- time passes --------------------------------------------------------- */

int
match_expire(struct match *match, const struct event *cause,
             struct failure *failure)
{
    bool collecting = false;
    struct event own;

    while (match->expiry_count && match->next_expiry <= match->now) {
        uint32_t order = match->expiries[1];
        uint32_t index = match->books.orders[order].book;
        struct market *market = &match->markets[index];

        if (match_cause(match, market, cause, &own, failure) != 0)
            return -1;
        tell_end(match, &own, EVENT_EXPIRED, 0, REASON_EXPIRE_TIME, order);
        match_drop(match, market, order);
        collecting |= is_auction(market);
    }
    if (!collecting) /* the usual; there may be 10,000 markets */
        return 0;
    match->busy = match->many = true;
    return match_indicate(match, NULL, cause, failure);
}
