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

/* ---- facts that xmatch does not tell today ------------------------------- */

static int
accept(struct feed *feed, uint64_t order_id, enum side side, int64_t price,
       enum order_type order_type, unsigned flags)
{
    struct order_fact fact;

    event_init(&fact, EVENT_ACCEPTED);
    fact.order_id = order_id;
    fact.side = (uint8_t)side;
    fact.order_type = (uint8_t)order_type;
    fact.flags = (uint8_t)flags;
    fact.price = price;
    fact.quantity = fact.remaining_quantity = DECIMAL_ONE;
    failure.kind = FAILURE_NONE;
    return feed_apply(feed, 0, &fact.event, &failure);
}

static void
other_facts(void)
{
    struct feed feed = {0};
    struct quote quote;
    const int64_t beyond[] = {INT64_MAX, INT64_MIN + 1, DECIMAL_MAX + 1};
    bool refused = true;

    feed_reserve(&feed, 0, &failure);
    accept(&feed, 1, SIDE_BUY, 10, ORDER_STOP_LIMIT, 0);
    accept(&feed, 2, SIDE_BUY, 11, ORDER_LIMIT, ORDER_HIDDEN);
    accept(&feed, 3, SIDE_BUY, 9, ORDER_LIMIT, 0);
    OK("Stops that wait and hidden orders are not shown.",
       feed_quote(&feed, 0, &quote) && quote.bid_price == 9);
    accept(&feed, 4, SIDE_SELL, 9, ORDER_LIMIT, 0);
    OK("An order that could trade is held back.",
       feed_quote(&feed, 0, &quote) && quote.ask_price == DECIMAL_NULL);
    accept(&feed, 5, SIDE_SELL, 20, ORDER_LIMIT, 0);
    OK("If the next comes and it did not trade, it is shown.",
       feed_quote(&feed, 0, &quote) && quote.ask_price == 9);
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        refused &=
            accept(&feed, 6, SIDE_BUY, beyond[i], ORDER_LIMIT, 0) == -1 &&
            accept(&feed, 6, SIDE_SELL, beyond[i], ORDER_LIMIT, 0) == -1;
    OK("A price beyond the format is refused.",
       refused && failure.kind == FAILURE_DATA);
    feed_free(&feed);
}

int
main(void)
{
    engines_book();
    other_facts();
    return tap_done();
}
