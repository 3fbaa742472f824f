/* feed_match - books made from xmatch's reports, against what the plain engine
 * shows. */
#include "match_flow.h"
#include "match_pair.h"
#include "match_shown.h"
#include "tap.h"

#define EVENTS 100000

static struct pair pair;

static struct feed feed;

/* Whether a book is crossed that must not be. */
static bool
is_crossed(void)
{
    struct quote quote;

    for (uint32_t i = 0; i < MODEL_SYMBOLS; i++)
        if (pair.model.symbols[i].state == SESSION_CONTINUOUS &&
            feed_quote(&feed, i, &quote) && quote.bid_price != DECIMAL_NULL &&
            quote.ask_price != DECIMAL_NULL &&
            quote.bid_price >= quote.ask_price)
            return true;
    return false;
}

/* Applies a phase or a report; whether that could be. */
static bool
apply(const struct event *event)
{
    struct failure failure = {0};

    if (!feed_takes(event->type) || event->instrument > MODEL_SYMBOLS)
        return true;
    return feed_apply(&feed,
                      event->instrument ? event->instrument - 1 : FEED_ALL,
                      event, &failure) == 0;
}

static bool
is_shown(void)
{
    for (uint32_t i = 1; i <= MODEL_SYMBOLS; i++)
        if (!shown_is_same(&pair.model, &feed, i, SIDE_BUY) ||
            !shown_is_same(&pair.model, &feed, i, SIDE_SELL))
            return false;
    return true;
}

static void
shown_books(void)
{
    struct random random = {.state = 7};
    struct failure failure = {0};
    bool same = true, crossed = false;

    pair_init(&pair);
    feed_reserve(&feed, MODEL_SYMBOLS - 1, &failure);
    for (int i = 1; i <= EVENTS && same && !crossed; i++) {
        union request_event request;

        some_request(&random, MODEL_SYMBOLS, 3 * i, &request);
        same &= pair_take(&pair, &request.event);
        if (request.event.type == EVENT_SESSION)
            same &= apply(&request.event);
        for (size_t f = 0; f < pair.reports.count; f++) {
            same &= apply((const void *)pair.reports.all[f].bytes);
            crossed |= request.event.type != EVENT_SESSION && is_crossed();
        }
        same &= is_shown();
        crossed |= is_crossed();
    }
    OK("The book made from xmatch's reports is what is shown, order counts and "
       "all.",
       same);
    OK("It is never crossed in continuous trading, not even between an order "
       "and its trades.",
       !crossed);
    OK("Much was traded.", pair.match.trades > EVENTS / 20);
    feed_free(&feed);
    pair_free(&pair);
}

int
main(void)
{
    shown_books();
    return tap_done();
}
