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
            request->modify.quantity > much);
}

/* What a book of facts knows of: limit and market orders in continuous
 * trading. */
static bool
is_plain(const union request_event *request)
{
    const struct order *order = &request->order;

    if (request->event.type == EVENT_SESSION)
        return request->session.state == SESSION_CONTINUOUS ||
               request->session.state == SESSION_HALT ||
               request->session.state == SESSION_CLOSED;
    if (request->event.type != EVENT_ORDER)
        return request->event.type != EVENT_INSTRUMENT;
    return order->order_type <= ORDER_LIMIT &&
           order->time_in_force <= TIF_FOK &&
           order->self_trade <= SELF_TRADE_NONE &&
           (order->flags & ~ORDER_POST_ONLY) == 0 &&
           order->display_quantity == DECIMAL_NULL;
}

static void
shown_book(void)
{
    struct random random = {.state = 7};
    struct failure failure = {0};
    struct feed feed = {0};
    bool same = true, crossed = false;

    pair_init(&pair);
    feed_reserve(&feed, MODEL_SYMBOLS - 1, &failure);
    for (int i = 0; i < EVENTS && same && !crossed; i++) {
        union request_event request;

        some_request(&random, 1, i, &request);
        if (request.event.instrument != 1 || is_huge(&request) ||
            !is_plain(&request))
            continue;
        same &= pair_take(&pair, &request.event);
        for (size_t f = 0; f < pair.facts.count; f++) {
            const struct event *fact = (const void *)pair.facts.all[f].bytes;

            if (!feed_takes(fact->type))
                continue;
            same &= feed_apply(&feed, 0, fact, &failure) == 0;
            crossed |= is_crossed(&feed);
        }
        same &= shown_is_same(&pair.model, &feed, 1, SIDE_BUY) &&
                shown_is_same(&pair.model, &feed, 1, SIDE_SELL);
    }
    OK("The book made from xmatch's facts is what is shown, order counts and "
       "all.",
       same);
    OK("It is never crossed, not even between an order and its trades.",
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
