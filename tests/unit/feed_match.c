/* feed_match - books made from xmatch's facts, against what the plain engine
 * shows. */
#include "match_flow.h"
#include "match_pair.h"
#include "match_shown.h"
#include "tap.h"

#define EVENTS 100000

static struct pair pair;

static bool
is_crossed(const struct feed *feed)
{
    struct quote quote;

    return feed_quote(feed, 0, &quote) && quote.bid_price != DECIMAL_NULL &&
           quote.ask_price != DECIMAL_NULL &&
           quote.bid_price >= quote.ask_price;
}

/* Quantities whose sum at one price could be too large for a quote. */
static bool
is_huge(const union request_event *request)
{
    const int64_t much = 1000000 * DECIMAL_ONE;

    return (request->event.type == EVENT_ORDER &&
            request->order.quantity > much) ||
           (request->event.type == EVENT_MODIFY &&
            (request->modify.quantity > much ||
             request->modify.total_quantity > much));
}

/* What is to be seen of the first instrument. */
static struct feed feed;
static bool refused, crossed;

static void
feed_takes_it(const struct event *event)
{
    struct failure failure = {0};

    if (feed_takes(event->type) && event->instrument <= 1)
        refused |= feed_apply(&feed, event->instrument ? 0 : FEED_ALL, event,
                              &failure) != 0;
}

/* An event, its facts, and what is shown then: whether that is right. */
static bool
take(const struct event *event)
{
    bool same = pair_take(&pair, event);
    bool continuous;

    feed_takes_it(event);
    /* while an auction is resolved a book is crossed */
    continuous = event->type != EVENT_SESSION &&
                 feed.books[0].state == SESSION_CONTINUOUS;
    for (size_t f = 0; f < pair.facts.count; f++) {
        feed_takes_it((const void *)pair.facts.all[f].bytes);
        crossed |= continuous && is_crossed(&feed);
    }
    return same && shown_is_same(&pair.model, &feed, 1, SIDE_BUY) &&
           shown_is_same(&pair.model, &feed, 1, SIDE_SELL);
}

static void
shown_book(void)
{
    struct random random = {.state = 7};
    struct failure failure = {0};
    bool same = true;

    pair_init(&pair);
    feed.state = SESSION_CONTINUOUS;
    feed_reserve(&feed, MODEL_SYMBOLS - 1, &failure);
    for (int i = 0; i < EVENTS && same && !crossed; i++) {
        union request_event request;

        some_request(&random, 1, i, &request);
        if (!is_huge(&request))
            same &= take(&request.event);
    }
    OK("The book made from xmatch's facts is what is shown, order counts and "
       "all.",
       same && !refused);
    OK("While trading is continuous it is never crossed, not even between an "
       "order and its trades.",
       !crossed);
    OK("Much was traded.", pair.match.trades > EVENTS / 20);
    feed_free(&feed);
    pair_free(&pair);
}

int
main(void)
{
    shown_book();
    return tap_done();
}
