#include "match/session.h"

#include <assert.h>

#include "match/act.h"
#include "match/auction.h"
#include "match/close.h"
#include "match/report.h"
#include "match/special.h"
#include "match/stop.h"

/* Whether a new phase ends the auction that was collected before. */
static bool
ends_auction(uint8_t from, uint8_t to)
{
    return (to == SESSION_CONTINUOUS && from != to) ||
           (to == SESSION_CLOSED && from == SESSION_CLOSING_AUCTION);
}

/* Whether the end of an auction changes nothing. */
static bool
is_quiet(const struct market *market)
{
    return !match_is_crossed(market) && market->passing == 0 &&
           !match_has_due(market);
}

/* Orders for the closing auction join the others, as they came. */
static int
join_close(struct match *match, struct market *market, struct failure *failure)
{
    struct books *books = &match->books;

    for (int side = 0; side < 2; side++) {
        const struct ladder *queue = &market->book.ladders[PLACE_CLOSE][side];

        while (queue->best) {
            uint32_t order = books_level(books, queue->best)->head;

            if (books_reserve(books, failure) != 0 ||
                curves_reserve(&match->curves, failure) != 0)
                return -1;
            assert(books->orders[order].place == PLACE_CLOSE);
            match_displace(match, market, order);
            match_collect(match, market, order, false);
        }
    }
    return 0;
}

/* Trades what was collected, and cancels what was meant for that alone. */
static int
end_auction(struct match *match, struct market *market,
            const struct event *cause, struct failure *failure)
{
    bool traded;

    if (match_build_curve(match, market, failure) != 0)
        return -1;
    traded = match_uncross(match, market, cause);
    if (market->passing &&
        match_end_passing(match, market, cause, failure) != 0)
        return -1;
    if (market->state == SESSION_CONTINUOUS)
        match_trigger(match, market);
    if (traded && match_trail(match, market, failure) != 0)
        return -1;
    return match_act_triggered(match, market, cause, failure);
}

static int
begin_phase(struct match *match, struct market *market,
            const struct session *session, struct failure *failure)
{
    uint8_t from = market->state;
    struct event cause;

    market->state = session->state;
    if (from == session->state)
        return 0;
    if (session->state == SESSION_CLOSING_AUCTION &&
        join_close(match, market, failure) != 0)
        return -1;
    market->indicated = (struct indication){.price = DECIMAL_NULL};
    if (ends_auction(from, market->state) && !is_quiet(market) &&
        (match_cause(match, market, &session->event, &cause, failure) != 0 ||
         end_auction(match, market, &cause, failure) != 0))
        return -1;
    if (!is_auction(market))
        match_discard_curve(match, market);
    assert(is_auction(market) || market->curve == 0);
    return 0;
}

int
match_session(struct match *match, struct market *market,
              const struct session *session, struct failure *failure)
{
    if (session->state == 0 || (!market && session->event.instrument != 0))
        return 0;
    if (market) {
        if (begin_phase(match, market, session, failure) != 0)
            return -1;
    } else {
        match->state = session->state;
        match->busy = match->many = true;
        for (uint32_t i = 0; i < match->count; i++)
            if (begin_phase(match, &match->markets[i], session, failure) != 0)
                return -1;
    }
    if (session->state != SESSION_CLOSED)
        return 0;
    return match_end_day(match, market, &session->event, failure);
}
