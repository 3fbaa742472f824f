#include "match/expiry.h"

#include <assert.h>

#include "base/array.h"

int
match_reserve_expiry(struct match *match, struct failure *failure)
{
    uint32_t *larger =
        array_grow(match->expiries, &match->expiry_capacity,
                   match->expiry_count + 2, sizeof *larger, failure);

    if (!larger)
        return -1;
    match->expiries = larger;
    return 0;
}

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
    assert(at > 0 && at <= match->expiry_count);
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
    assert(match->expiry_count + 1 < match->expiry_capacity);
    assert(books_extra(&match->books, order)->expiry == 0);
    sift_up(match, (uint32_t)++match->expiry_count, order);
    note_next(match);
}

void
match_remove_expiry(struct match *match, uint32_t order)
{
    uint32_t at = books_extra(&match->books, order)->expiry;
    uint32_t last = match->expiries[match->expiry_count];

    assert(at > 0 && at <= match->expiry_count);
    assert(match->expiries[at] == order);
    match->expiry_count--;
    books_extra(&match->books, order)->expiry = 0;
    if (last != order) {
        if (at > 1 && is_sooner(match, last, match->expiries[at / 2]))
            sift_up(match, at, last);
        else
            sift_down(match, at, last);
    }
    note_next(match);
}
