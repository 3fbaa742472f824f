/* feed_match - books made from xmatch's facts, against the engine's own. */
#include "market/feed.h"
#include "match_flow.h"
#include "match_text.h"
#include "tap.h"

#define EVENTS 200000
#define LEVELS 512

static struct facts facts;
static struct failure failure;

/* ---- the engine's own book ----------------------------------------------- */

static bool
side_is_engines(const struct match *match, const struct feed *feed,
                enum side side)
{
    const struct ladder *ladder =
        &match_market(match, 0)->book.sides[side - SIDE_BUY];
    static struct feed_level levels[LEVELS];
    struct ladder_place place;
    bool fits;
    unsigned count = feed_levels(feed, 0, side, levels, LEVELS, &fits);
    uint32_t number = ladder_first(&match->books.rungs, ladder, &place);

    for (unsigned i = 0; i < count; i++) {
        const struct level *level = books_level(&match->books, number);

        if (number == 0 || level->price != levels[i].price ||
            level_quantity(level) != levels[i].quantity ||
            level->count != levels[i].order_count)
            return false;
        number = ladder_next(&match->books.rungs, &place);
    }
    return fits && number == 0;
}

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

static void
engines_book(void)
{
    struct match_sink sink = facts_sink(&facts);
    struct random random = {.state = 7};
    struct instrument instrument;
    struct feed feed = {0};
    struct match match;
    bool same = true, crossed = false;

    event_init(&instrument, EVENT_INSTRUMENT);
    instrument.event.instrument = 1;
    match_init(&match, &sink);
    match_define(&match, 0, &instrument, &failure);
    feed_reserve(&feed, 0, &failure);
    for (int i = 0; i < EVENTS && same && !crossed; i++) {
        union request_event request;

        some_request(&random, 1, &request);
        if (request.event.instrument != 1 || is_huge(&request))
            continue;
        facts.count = 0;
        match_event(&match, 0, &request.event, &failure);
        for (size_t f = 0; f < facts.count; f++) {
            const struct event *fact = (const void *)facts.all[f].bytes;

            if (!feed_takes(fact->type))
                continue;
            same &= feed_apply(&feed, 0, fact, &failure) == 0;
            crossed |= is_crossed(&feed);
        }
        same &= side_is_engines(&match, &feed, SIDE_BUY) &&
                side_is_engines(&match, &feed, SIDE_SELL);
    }
    OK("The book made from xmatch's facts is the engine's own, order counts "
       "and all.",
       same);
    OK("It is never crossed, not even between an order and its trades.",
       !crossed);
    OK("Much was traded.", match.trades > EVENTS / 20);
    feed_free(&feed);
    match_free(&match);
}

int
main(void)
{
    engines_book();
    return tap_done();
}
