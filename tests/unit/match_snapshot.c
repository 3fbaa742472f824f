/* match_snapshot - an engine made of a snapshot, against the one that was
 * never interrupted: random requests of all kinds. */
#include <stdlib.h>
#include <string.h>

#include "match/snapshot.h"
#include "match_flow.h"
#include "match_text.h"
#include "tap.h"

#define EVENTS  60000
#define SYMBOLS 3

static struct reports reports[2];
static struct failure failure;

/* ---- a state as bytes ---------------------------------------------------- */

struct state {
    char *bytes;
    size_t used, capacity;
};

static void *
put_state(void *owner, size_t size)
{
    struct state *state = owner;
    void *room;

    if (state->used + size > state->capacity) {
        state->capacity = state->capacity * 2 + size;
        state->bytes = realloc(state->bytes, state->capacity);
        assert(state->bytes);
    }
    room = state->bytes + state->used;
    state->used += size;
    return room;
}

static void
save(const struct match *match, const struct instruments *instruments,
     struct state *state)
{
    const struct event_sink sink = {.put = put_state, .owner = state};

    state->used = 0;
    match_save(match, instruments, &sink);
}

static int
restore(struct match *match, const struct event_sink *sink,
        const struct state *state)
{
    const void *at = state->bytes, *end = state->bytes + state->used;

    match_init(match, sink);
    for (const struct event *event = at; (const void *)event < end;
         event = event_next(event))
        if (match_restore(match, event, &failure) != 0)
            return -1;
    return 0;
}

/* ---- what both have seen ------------------------------------------------- */

static union request_event definitions[SYMBOLS];
static struct instrument *definition_list[SYMBOLS];
static union request_event *accounts;
static size_t account_count;
static struct instruments instruments;

static void
note(const union request_event *request)
{
    uint32_t index = request->event.instrument - 1;

    if (request->event.type == EVENT_INSTRUMENT) {
        definitions[index] = *request;
        definition_list[index] = &definitions[index].instrument;
        instruments.events = definition_list;
        if (instruments.count <= index)
            instruments.count = index + 1;
        instruments.fast[index + 1] = index + 1;
    } else if (request->event.type == EVENT_ACCOUNT) {
        accounts = realloc(accounts, (account_count + 1) * sizeof *accounts);
        assert(accounts);
        accounts[account_count++] = *request;
    }
}

static void
take(struct match *match, const union request_event *request)
{
    uint32_t index = request->event.instrument - 1;

    if (request->event.type == EVENT_INSTRUMENT)
        match_define(match, index, &request->instrument, &failure);
    else
        match_event(match, index, &request->event, &failure);
}

static bool
reports_are_same(void)
{
    if (reports[0].count != reports[1].count)
        return false;
    for (size_t i = 0; i < reports[0].count; i++) {
        const struct event *report = (const void *)reports[0].all[i].bytes;

        if (memcmp(report, reports[1].all[i].bytes, report->words * 8UL) != 0)
            return false;
    }
    return true;
}

/* ---- going on ------------------------------------------------------------ */

struct pair {
    struct match never, again; /* interrupted */
    struct event_sink sinks[2];
    struct state states[2];
    uint64_t orders; /* in snapshots, by place */
    uint64_t places[STANDS_CLOSE + 1], icebergs, auctions;
};

/* What there was to be kept. */
static void
count_state(struct pair *pair)
{
    const struct event *event = (const void *)pair->states[1].bytes;
    const void *end = pair->states[1].bytes + pair->states[1].used;

    for (; (const void *)event < end; event = event_next(event)) {
        const struct resting_order *order = (const void *)event;
        const struct market_state *market = (const void *)event;

        if (event->type == EVENT_MARKET)
            pair->auctions += market->indicative_price != DECIMAL_NULL;
        if (event->type != EVENT_RESTING)
            continue;
        pair->places[order->place]++;
        pair->icebergs += order->visible_quantity < order->remaining_quantity &&
                          order->visible_quantity < order->display_quantity;
    }
}

/* Whether two states are one; of counts only the order matters, which shows in
 * the reports. */
static bool
states_are_same(struct pair *pair)
{
    for (int i = 0; i < 2; i++) {
        struct event *event = (void *)pair->states[i].bytes;
        const void *end = pair->states[i].bytes + pair->states[i].used;

        for (; (const void *)event < end;
             event = (void *)((uint64_t *)(void *)event + event->words)) {
            struct resting_order *order = (void *)event;

            if (event->type == EVENT_RESTING)
                order->accepted = 0, order->placed = order->placed > 0;
        }
    }
    return pair->states[0].used == pair->states[1].used &&
           memcmp(pair->states[0].bytes, pair->states[1].bytes,
                  pair->states[0].used) == 0;
}

/* Ends the second engine, and makes it anew of what it left. */
static bool
interrupt(struct pair *pair)
{
    bool same;

    save(&pair->never, &instruments, &pair->states[0]);
    save(&pair->again, &instruments, &pair->states[1]);
    same = states_are_same(pair);
    save(&pair->again, &instruments, &pair->states[1]);
    count_state(pair);
    match_free(&pair->again);
    reports[1].count = 0;
    if (restore(&pair->again, &pair->sinks[1], &pair->states[1]) != 0)
        return false;
    for (size_t i = 0; i < account_count; i++)
        take(&pair->again, &accounts[i]);
    return same && reports[1].count == 0;
}

static void
begin(struct pair *pair)
{
    for (int i = 0; i < 2; i++) {
        pair->sinks[i] = reports_sink(&reports[i]);
        match_init(i ? &pair->again : &pair->never, &pair->sinks[i]);
    }
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        union request_event request;

        event_init(&request, EVENT_INSTRUMENT);
        request.event.instrument = i + 1;
        request.event.time = 0;
        note(&request);
        take(&pair->never, &request);
        take(&pair->again, &request);
    }
}

static void
interrupted_at(unsigned every, uint64_t seed)
{
    struct random random = {.state = seed};
    static struct pair pair;
    bool same = true, kept = true;
    int i;

    memset(&pair, 0, sizeof pair);
    account_count = 0;
    begin(&pair);
    for (i = 0; i < EVENTS && same && kept; i++) {
        union request_event request;

        some_request(&random, SYMBOLS, i, &request);
        if (request.event.type == EVENT_SESSION && one_in(&random, 3))
            request.event.instrument = 0; /* of all */
        note(&request);
        reports[0].count = reports[1].count = 0;
        take(&pair.never, &request);
        take(&pair.again, &request);
        same = reports_are_same();
        if ((unsigned)i % every == 0)
            kept = interrupt(&pair);
    }
    if (!same || !kept)
        tap_note("event %d: %s", i, failure.text);
    tap_note("interrupted at every event number divisible by %u", every);
    OK("An engine made of its snapshots again and again writes the same "
       "reports "
       "as one that was never interrupted.",
       same && pair.never.trades > EVENTS / 20);
    OK("Of the same state comes the same snapshot.", kept);
    for (int place = STANDS_IN_BOOK; place <= STANDS_CLOSE; place++)
        if (place != STANDS_UNSET || every == 1)
            same &= pair.places[place] > 0;
    OK("There were orders in all places, icebergs amid a peak, and auctions.",
       same && pair.icebergs > 0 && pair.auctions > 0);
    match_free(&pair.never);
    match_free(&pair.again);
    free(pair.states[0].bytes);
    free(pair.states[1].bytes);
}

/* ---- what cannot be ----------------------------------------------------- */

static struct resting_order
an_order(void)
{
    struct resting_order order;

    event_init(&order, EVENT_RESTING);
    order.event.instrument = 1;
    order.side = SIDE_BUY;
    order.order_type = ORDER_LIMIT;
    order.time_in_force = TIF_DAY;
    order.place = STANDS_IN_BOOK;
    order.order_id = 7;
    order.price = 10 * DECIMAL_ONE;
    order.quantity = order.remaining_quantity = order.visible_quantity =
        DECIMAL_ONE;
    order.accepted = 1;
    return order;
}

/* Whether an order is refused by an engine with one market and an order 1. */
static bool
is_refused(struct resting_order order)
{
    const struct event_sink sink = reports_sink(&reports[0]);
    struct resting_order first = an_order();
    struct instrument instrument;
    struct match match;
    bool refused;

    event_init(&instrument, EVENT_INSTRUMENT);
    instrument.event.instrument = 1;
    match_init(&match, &sink);
    failure.kind = FAILURE_NONE;
    first.order_id = 1;
    assert(match_restore(&match, &instrument.event, &failure) == 0);
    assert(match_restore(&match, &first.event, &failure) == 0);
    refused = match_restore(&match, &order.event, &failure) == -1 &&
              failure.kind == FAILURE_DATA;
    match_free(&match);
    return refused;
}

#define REFUSED(field, value)                                                  \
    (order = an_order(), order.field = (value), is_refused(order))

static void
impossible(void)
{
    struct resting_order order = an_order();

    OK("A sound order is taken.", !is_refused(order));
    OK("An order without side, type, time in force, place or id is not.",
       REFUSED(side, 0) && REFUSED(order_type, 0) &&
           REFUSED(time_in_force, 0) && REFUSED(place, 0) &&
           REFUSED(order_id, 0));
    OK("Nor one that is live already, or of an instrument that is not the "
       "last.",
       REFUSED(order_id, 1) && REFUSED(event.instrument, 2) &&
           REFUSED(event.instrument, 0));
    OK("Nor one that shows more than is open, or has more open than there was.",
       REFUSED(visible_quantity, 2 * DECIMAL_ONE) &&
           REFUSED(remaining_quantity, 2 * DECIMAL_ONE) &&
           REFUSED(visible_quantity, 0) && REFUSED(visible_quantity, 1));
    OK("Nor one whose numbers are beyond the format.",
       REFUSED(price, DECIMAL_NULL) && REFUSED(price, INT64_MAX) &&
           REFUSED(quantity, INT64_MAX) && REFUSED(display_quantity, -1) &&
           REFUSED(stop_price, INT64_MAX) && REFUSED(offset_step, 0) &&
           REFUSED(price_offset, INT64_MIN + 1));
    OK("Nor one that stands where it cannot.",
       REFUSED(place, STANDS_STOP) && REFUSED(place, STANDS_UNSET) &&
           REFUSED(place, STANDS_HIDDEN) &&
           REFUSED(place, STANDS_ALL_OR_NONE) &&
           REFUSED(place, STANDS_MARKET) && REFUSED(place, STANDS_CLOSE) &&
           REFUSED(flags, ORDER_HIDDEN) && REFUSED(time_in_force, TIF_IOC) &&
           REFUSED(time_in_force, TIF_GTD) && REFUSED(expire_time, 5));
}

int
main(void)
{
    interrupted_at(1, 21);
    interrupted_at(7, 22);
    interrupted_at(997, 23);
    impossible();
    free(accounts);
    return tap_done();
}
