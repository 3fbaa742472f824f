#include "market/match_close.h"

#include <stdlib.h>

#include "market/match_fact.h"

/* An order that is to end. */
struct match_choice {
    uint64_t order_id;
    uint32_t index; /* of its market */
    uint32_t order;
};

/* Which orders are meant. */
struct wanted {
    uint64_t account_id; /* 0: of any */
    bool day_only;
};

static int
choose(struct match *match, const struct resting *resting, uint32_t order,
       struct failure *failure)
{
    if (match->choice_count == match->choice_capacity) {
        size_t wanted =
            match->choice_capacity ? match->choice_capacity * 2 : 64;
        void *larger =
            reallocarray(match->choices, wanted, sizeof *match->choices);

        if (!larger)
            return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
        match->choices = larger;
        match->choice_capacity = wanted;
    }
    match->choices[match->choice_count++] =
        (struct match_choice){resting->order_id, resting->book, order};
    return 0;
}

static int
choose_in_ladder(struct match *match, const struct ladder *ladder,
                 const struct wanted *wanted, struct failure *failure)
{
    struct books *books = &match->books;
    struct ladder_place place;
    uint32_t level = ladder_first(&books->rungs, ladder, &place);

    for (; level; level = ladder_next(&books->rungs, &place)) {
        uint32_t order = books_level(books, level)->head;

        for (; order; order = books->orders[order].newer) {
            const struct resting *resting = &books->orders[order];

            if ((wanted->account_id &&
                 wanted->account_id != resting->account_id) ||
                (wanted->day_only && resting->time_in_force != TIF_DAY))
                continue;
            if (choose(match, resting, order, failure) != 0)
                return -1;
        }
    }
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
        for (int side = 0; side < 2; side++)
            if (choose_in_ladder(match, &market->book.sides[side], wanted,
                                 failure) != 0)
                return -1;
    return 0;
}

static int
compare(const void *a, const void *b)
{
    const struct match_choice *left = a, *right = b;

    if (left->order_id != right->order_id)
        return left->order_id < right->order_id ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

/* Ends the chosen orders in ascending order of id. */
static int
end_orders(struct match *match, const struct event *cause, enum event_type type,
           enum request request, enum reason reason, struct failure *failure)
{
    if (match->choice_count > 1)
        qsort(match->choices, match->choice_count, sizeof *match->choices,
              compare);
    for (size_t i = 0; i < match->choice_count; i++) {
        uint32_t order = match->choices[i].order;
        struct market *market = &match->markets[match->choices[i].index];

        if (market->local == 0)
            market->local = match->sink.name(
                match->sink.owner, match->choices[i].index, cause, failure);
        if (market->local == 0)
            return -1;
        tell_end(match, cause,
                 cause->instrument ? cause->instrument : market->local, type,
                 request, reason, order);
        book_remove(&match->books, &market->book, order);
    }
    return 0;
}

int
match_cancel_many(struct match *match, struct market *market,
                  const struct cancel *cancel, struct failure *failure)
{
    const struct wanted wanted = {.account_id = cancel->account_id};
    enum reason reason = 0;

    if (!market && !cancel->account_id)
        reason = REASON_INVALID_ID;
    else if (cancel->quantity != DECIMAL_NULL)
        reason = REASON_INVALID_QUANTITY;
    if (reason) {
        tell_request_rejected(match, &cancel->event, REQUEST_CANCEL, 0,
                              cancel->account_id, 0, reason);
        return 0;
    }
    if (choose_orders(match, market, &wanted, failure) != 0)
        return -1;
    return end_orders(match, &cancel->event, EVENT_CANCELLED, REQUEST_CANCEL,
                      REASON_MASS_CANCEL, failure);
}

int
match_session(struct match *match, struct market *market,
              const struct session *session, struct failure *failure)
{
    const struct wanted wanted = {.day_only = true};

    if (session->state == 0 || (!market && session->event.instrument != 0))
        return 0;
    if (market) {
        market->state = session->state;
    } else {
        match->state = session->state;
        for (uint32_t i = 0; i < match->count; i++)
            match->markets[i].state = session->state;
    }
    if (session->state != SESSION_CLOSED)
        return 0;
    if (choose_orders(match, market, &wanted, failure) != 0)
        return -1;
    return end_orders(match, &session->event, EVENT_EXPIRED, 0, REASON_DAY_END,
                      failure);
}
