/* match_flow - the engine under random flow: the same facts as from a second,
 * plain engine, and what must hold whatever comes.
 */
#include "match_flow.h"

#include "market/match.h"
#include "match_model.h"
#include "match_text.h"
#include "tap.h"

#define EVENTS 1000000

static struct facts facts, again;
static struct model model;
static struct failure failure;

/* ---- the same facts as the plain engine ---------------------------------- */

static void
define_all(struct match *match)
{
    struct instrument instrument;

    event_init(&instrument, EVENT_INSTRUMENT);
    for (uint32_t i = 0; i < MODEL_SYMBOLS; i++) {
        instrument.event.instrument = i + 1;
        instrument.tick_size = model.symbols[i].tick;
        instrument.lot_size = model.symbols[i].lot;
        match_define(match, i, &instrument, &failure);
    }
}

static uint32_t
index_of(const struct event *event)
{
    return event->instrument - 1 < MODEL_SYMBOLS ? event->instrument - 1
                                                 : MATCH_NO_MARKET;
}

/* Whether two facts are the same bytes. */
static bool
is_same(const void *fact, const union fact *other)
{
    return memcmp(fact, other, other->event.words * 8UL) == 0;
}

static bool
agrees(void)
{
    char text[256];

    for (size_t i = 0; i < facts.count && (int)i < model.fact_count; i++)
        if (!is_same(facts.all[i].bytes, &model.facts[i])) {
            fact_text(facts.all[i].bytes, text, sizeof text);
            tap_note("the engine says: %s", text);
            fact_text(&model.facts[i], text, sizeof text);
            tap_note("the model says: %s", text);
            return false;
        }
    return (int)facts.count == model.fact_count;
}

/* ---- what must hold ------------------------------------------------------ */

/* What facts have said of an order. */
struct story {
    int64_t submitted, executed, cancelled, open;
    int64_t price;  /* limit; null: none */
    uint64_t stamp; /* when it got its place in the queue */
    uint8_t side;
};

static struct story stories[MODEL_SYMBOLS][FLOW_IDS];
static uint64_t stamps;

static void
begin_story(const struct order_fact *fact, struct story *story)
{
    *story = (struct story){.submitted = fact->quantity,
                            .open = fact->remaining_quantity,
                            .price = fact->price,
                            .stamp = ++stamps,
                            .side = fact->side};
}

static void
change_story(const struct order_fact *fact, struct story *story)
{
    int64_t less = story->open - fact->remaining_quantity;

    if (fact->reason == REASON_REDUCED)
        story->cancelled += less;
    else
        story->submitted -= less;
    if (less < 0 || fact->price != story->price)
        story->stamp = ++stamps;
    story->open = fact->remaining_quantity;
    story->price = fact->price;
}

static bool
trade_is_fair(const struct trade *trade, const struct story *buy,
              const struct story *sell)
{
    return trade->quantity > 0 &&
           (buy->price == DECIMAL_NULL || trade->price <= buy->price) &&
           (sell->price == DECIMAL_NULL || trade->price >= sell->price) &&
           buy->side == SIDE_BUY && sell->side == SIDE_SELL;
}

static bool
tell_story(const void *at)
{
    const union fact *fact = at;
    struct story *mine = stories[fact->event.instrument - 1];
    struct story *story;

    switch (fact->event.type) {
    case EVENT_ACCEPTED:
        story = &mine[fact->order.order_id];
        if (story->open != 0)
            return false;
        begin_story(&fact->order, story);
        return story->open == story->submitted;
    case EVENT_MODIFIED:
        story = &mine[fact->order.order_id];
        change_story(&fact->order, story);
        return fact->order.quantity == story->executed + story->open;
    case EVENT_TRADE: {
        struct story *buy = &mine[fact->trade.buy_order_id];
        struct story *sell = &mine[fact->trade.sell_order_id];

        buy->executed += fact->trade.quantity;
        buy->open -= fact->trade.quantity;
        sell->executed += fact->trade.quantity;
        sell->open -= fact->trade.quantity;
        return trade_is_fair(&fact->trade, buy, sell);
    }
    case EVENT_CANCELLED:
    case EVENT_EXPIRED:
        story = &mine[fact->end.order_id];
        story->cancelled += story->open;
        story->open = 0;
        return fact->end.remaining_quantity > 0;
    default: return true;
    }
}

/* Every story adds up and is what the books hold. */
static bool
stories_add_up(const struct match *match)
{
    uint32_t open = 0;

    for (uint32_t i = 0; i < MODEL_SYMBOLS; i++)
        for (uint32_t id = 0; id < FLOW_IDS; id++) {
            const struct story *story = &stories[i][id];
            uint32_t order = books_find(&match->books, i, id);
            int64_t resting = order ? match->books.orders[order].open : 0;

            if (story->executed + story->open + story->cancelled !=
                    story->submitted ||
                story->open != resting || story->open < 0)
                return false;
            open += order != 0;
        }
    return open == match->books.count;
}

/* A side's levels get worse, hold what their orders hold, and their queues
 * are in order of arrival. */
static bool
side_is_sound(const struct match *match, uint32_t index, int side)
{
    const struct books *books = &match->books;
    const struct ladder *ladder = &match->markets[index].book.sides[side];
    struct ladder_place place;
    int64_t last = INT64_MAX;
    uint32_t number = ladder_first(&books->rungs, ladder, &place);

    for (; number; number = ladder_next(&books->rungs, &place)) {
        const struct level *level = books_level(books, number);
        i128 sum = 0;
        uint32_t count = 0;
        uint64_t stamp = 0;

        for (uint32_t at = level->head; at; at = books->orders[at].newer) {
            const struct resting *order = &books->orders[at];

            if (stories[index][order->order_id].stamp <= stamp ||
                order->price != level->price || order->open <= 0)
                return false;
            stamp = stories[index][order->order_id].stamp;
            sum += order->open;
            count++;
        }
        if (ladder_key(ladder, level->price) >= last || count == 0 ||
            sum != level_quantity(level) || count != level->count)
            return false;
        last = ladder_key(ladder, level->price);
    }
    return true;
}

static bool
books_are_sound(const struct match *match)
{
    for (uint32_t i = 0; i < MODEL_SYMBOLS; i++) {
        const struct ladder *sides = match->markets[i].book.sides;

        if (!side_is_sound(match, i, 0) || !side_is_sound(match, i, 1))
            return false;
        if (sides[0].best && sides[1].best &&
            sides[0].best_key >= -sides[1].best_key)
            return false;
    }
    return true;
}

/* ---- the run ------------------------------------------------------------- */

struct result {
    bool agrees, adds_up, sound, fair, repeats;
    uint64_t trades, rejects;
};

static void
run_step(struct match *match, struct match *twin, uint64_t number,
         const struct event *event, struct result *result)
{
    facts.count = again.count = 0;
    match_event(match, index_of(event), event, &failure);
    match_event(twin, index_of(event), event, &failure);
    model_event(&model, event);
    result->agrees &= agrees();
    result->repeats &=
        facts.count == again.count &&
        memcmp(facts.all, again.all, facts.count * sizeof facts.all[0]) == 0;
    for (size_t i = 0; i < facts.count; i++)
        result->fair &=
            ((const struct event *)facts.all[i].bytes)->instrument == 0 ||
            ((const struct event *)facts.all[i].bytes)->instrument >
                MODEL_SYMBOLS ||
            tell_story(facts.all[i].bytes);
    if (number % 64 == 0) {
        result->adds_up &= stories_add_up(match);
        result->sound &= books_are_sound(match);
    }
}

static struct result
run(uint64_t seed, uint64_t events)
{
    struct result result = {true, true, true, true, true, 0, 0};
    struct match_sink sink = facts_sink(&facts),
                      sink_again = facts_sink(&again);
    struct match match, twin;
    union request_event request;
    struct random random;

    random.state = seed;
    memset(&model, 0, sizeof model);
    memset(stories, 0, sizeof stories);
    memset(&facts, 0, sizeof facts);
    memset(&again, 0, sizeof again);
    for (uint32_t i = 0; i < MODEL_SYMBOLS; i++)
        model.symbols[i].state = SESSION_CONTINUOUS;
    model.symbols[1].tick = 2 * DECIMAL_ONE;
    model.symbols[2].lot = DECIMAL_ONE;
    match_init(&match, &sink);
    match_init(&twin, &sink_again);
    define_all(&match);
    define_all(&twin);
    for (uint64_t i = 0; i < events && result.agrees; i++) {
        some_request(&random, MODEL_SYMBOLS, &request);
        request.event.time = (int64_t)i;
        run_step(&match, &twin, i, &request.event, &result);
    }
    result.trades = match.trades;
    result.rejects = match.rejects;
    match_free(&match);
    match_free(&twin);
    return result;
}

int
main(void)
{
    struct result all = {true, true, true, true, true, 0, 0};

    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct result one = run(seed, EVENTS / 4);

        all.agrees &= one.agrees;
        all.adds_up &= one.adds_up;
        all.sound &= one.sound;
        all.fair &= one.fair;
        all.repeats &= one.repeats;
        all.trades += one.trades;
        all.rejects += one.rejects;
    }
    tap_note("%" PRIu64 " trades, %" PRIu64 " rejects", all.trades,
             all.rejects);
    OK("An independent, plain engine gives the same facts.", all.agrees);
    OK("Executed, open and cancelled add up to submitted (90).", all.adds_up);
    OK("No trade is of nothing or outside either limit (90).", all.fair);
    OK("A book is never crossed, its levels and queues are in order (90).",
       all.sound);
    OK("The same input gives the same facts (91).", all.repeats);
    OK("The flow did what it is for.",
       all.trades > EVENTS / 10 && all.rejects > EVENTS / 10);
    return tap_done();
}
