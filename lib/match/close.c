#include "match/close.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "base/array.h"
#include "match/auction.h"
#include "match/expiry.h"
#include "match/report.h"
#include "match/special.h"

/* An order that is to end. */
struct match_choice {
    uint64_t order_id;
    uint32_t index; /* of its market */
    uint32_t order;
};

/* Which orders are meant. */
struct wanted {
    unsigned times, places; /* sets of times in force and of places */
};

#define BIT(value)    (1U << (value))
#define EVERY         UINT_MAX
#define AUCTION_TIMES (BIT(TIF_AT_OPEN) | BIT(TIF_AT_CLOSE))

/* IOC and FOK: of a stop, which waits for the day */
#define DAY_TIMES (BIT(TIF_DAY) | BIT(TIF_IOC) | BIT(TIF_FOK) | AUCTION_TIMES)

static int
choose(struct match *match, uint32_t order, struct failure *failure)
{
    const struct resting *resting = &match->books.orders[order];
    struct match_choice *choices =
        array_grow(match->choices, &match->choice_capacity,
                   match->choice_count + 1, sizeof *choices, failure);

    assert(resting->book < match->count);
    if (!choices)
        return -1;
    match->choices = choices;
    choices[match->choice_count++] =
        (struct match_choice){resting->order_id, resting->book, order};
    return 0;
}

static int
choose_in_ladder(struct match *match, const struct ladder *ladder,
                 const struct wanted *wanted, struct failure *failure)
{
    struct books *books = &match->books;
    struct ladder_place place;
    uint32_t level = ladder_first(&books->pool, ladder, &place);

    for (; level; level = ladder_next(&books->pool, &place)) {
        uint32_t order = books_level(books, level)->head;

        for (; order; order = books->orders[order].newer) {
            const struct resting *resting = &books->orders[order];

            if (wanted->times & BIT(resting->time_in_force) &&
                choose(match, order, failure) != 0)
                return -1;
        }
    }
    return 0;
}

static int
choose_in_market(struct match *match, struct market *market,
                 const struct wanted *wanted, struct failure *failure)
{
    for (int place = 0; place < PLACE_NOWHERE; place++)
        for (int side = 0; side < 2; side++)
            if (wanted->places & BIT(place) &&
                choose_in_ladder(match, &market->book.ladders[place][side],
                                 wanted, failure) != 0)
                return -1;
    return 0;
}

/* Finds the wanted orders of one market, or (NULL) of all. */
static int
choose_orders(struct match *match, struct market *market,
              const struct wanted *wanted, struct failure *failure)
{
    struct market *first = market ? market : match->markets;
    struct market *end = market ? market + 1 : match->markets + match->count;

    match->choice_count = 0;
    for (market = first; market < end; market++)
        if (choose_in_market(match, market, wanted, failure) != 0)
            return -1;
    return 0;
}

/* ---- of an account ------------------------------------------------------- */

static int
choose_in_group(struct match *match, uint32_t group, struct failure *failure)
{
    const struct accounts *accounts = &match->books.accounts;
    uint32_t order = group ? accounts->groups[group].head : 0;

    for (; order; order = accounts->links[order].newer)
        if (choose(match, order, failure) != 0)
            return -1;
    return 0;
}

/* Finds the orders of an account in one market, or (NULL) in all. */
static int
choose_of_account(struct match *match, const struct market *market,
                  uint64_t account_id, struct failure *failure)
{
    struct books *books = &match->books;
    const struct accounts *accounts = &books->accounts;
    uint32_t group;

    match->choice_count = 0;
    if (!accounts->links && accounts_build(books, failure) != 0)
        return -1;
    if (market)
        return choose_in_group(
            match, accounts_find(accounts, account_id, market->book.number),
            failure);
    group = accounts_find(accounts, account_id, ACCOUNTS_ALL);
    for (group = group ? accounts->groups[group].head : 0; group;
         group = accounts->groups[group].newer)
        if (choose_in_group(match, group, failure) != 0)
            return -1;
    return 0;
}

/* ---- ending them --------------------------------------------------------- */

static int
compare_ids(const void *a, const void *b)
{
    const struct match_choice *left = a, *right = b;

    if (left->order_id != right->order_id)
        return left->order_id < right->order_id ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

/* Ends the chosen orders in ascending order of id. */
static int
end_orders(struct match *match, const struct event *event, enum event_type type,
           enum request request, enum reason reason, struct failure *failure)
{
    if (match->choice_count > 1)
        qsort(match->choices, match->choice_count, sizeof *match->choices,
              compare_ids);
    for (size_t i = 0; i < match->choice_count; i++) {
        uint32_t order = match->choices[i].order;
        struct market *market = &match->markets[match->choices[i].index];
        struct event cause;

        assert(i == 0 ||
               compare_ids(&match->choices[i - 1], &match->choices[i]) < 0);
        if (match_cause(match, market, event, &cause, failure) != 0)
            return -1;
        emit_end(match, &cause, type, request, reason, order);
        match_remove(match, market, order);
    }
    return 0;
}

static int
compare_markets(const void *a, const void *b)
{
    const struct match_choice *left = a, *right = b;

    return left->index < right->index ? -1 : left->index > right->index;
}

/* Reports new indicative prices where orders ended, by market. */
static int
indicate_chosen(struct match *match, const struct event *event,
                struct failure *failure)
{
    uint32_t last = MATCH_NO_MARKET;

    if (match->choice_count > 1)
        qsort(match->choices, match->choice_count, sizeof *match->choices,
              compare_markets);
    for (size_t i = 0; i < match->choice_count; i++) {
        uint32_t index = match->choices[i].index;

        if (index != last &&
            match_indicate(match, &match->markets[index], event, failure) != 0)
            return -1;
        last = index;
    }
    return 0;
}

/* ---- occasions ----------------------------------------------------------- */

int
match_cancel_many(struct match *match, struct market *market,
                  const struct cancel *cancel, struct failure *failure)
{
    const struct wanted all = {EVERY, EVERY};
    enum reason reason = 0;
    int result;

    if (!market && !cancel->account_id)
        reason = REASON_INVALID_ID;
    else if (cancel->quantity != DECIMAL_NULL)
        reason = REASON_INVALID_QUANTITY;
    if (reason) {
        emit_request_rejected(match, &cancel->event, REQUEST_CANCEL, 0,
                              cancel->account_id, 0, reason);
        return 0;
    }
    result = cancel->account_id
                 ? choose_of_account(match, market, cancel->account_id, failure)
                 : choose_orders(match, market, &all, failure);
    if (result != 0 ||
        end_orders(match, &cancel->event, EVENT_CANCELLED, REQUEST_CANCEL,
                   REASON_MASS_CANCEL, failure) != 0)
        return -1;
    return market ? 0 : indicate_chosen(match, &cancel->event, failure);
}

int
match_end_day(struct match *match, struct market *market,
              const struct event *cause, struct failure *failure)
{
    const struct wanted wanted = {DAY_TIMES, EVERY};

    if (choose_orders(match, market, &wanted, failure) != 0)
        return -1;
    return end_orders(match, cause, EVENT_EXPIRED, 0, REASON_DAY_END, failure);
}

int
match_end_passing(struct match *match, struct market *market,
                  const struct event *cause, struct failure *failure)
{
    const struct wanted limits = {AUCTION_TIMES, BIT(PLACE_BOOK)};
    const struct wanted others = {EVERY, BIT(PLACE_MARKET)};

    match->choice_count = 0;
    if (choose_in_market(match, market, &limits, failure) != 0 ||
        choose_in_market(match, market, &others, failure) != 0)
        return -1;
    return end_orders(match, cause, EVENT_CANCELLED, 0,
                      REASON_AUCTION_REMAINDER, failure);
}

int
match_expire(struct match *match, const struct event *cause,
             struct failure *failure)
{
    uint32_t order;
    struct event own;

    match->choice_count = 0;
    while ((order = match_first_expired(match)) != 0) {
        uint32_t index = match->books.orders[order].book;
        struct market *market = &match->markets[index];

        assert(books_extra(&match->books, order)->expire_time <= match->now);
        if (match_cause(match, market, cause, &own, failure) != 0)
            return -1;
        emit_end(match, &own, EVENT_EXPIRED, 0, REASON_EXPIRE_TIME, order);
        if (is_auction(market) && choose(match, order, failure) != 0)
            return -1;
        match_remove(match, market, order);
    }
    return indicate_chosen(match, cause, failure);
}
