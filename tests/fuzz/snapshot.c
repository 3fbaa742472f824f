/* Fuzzes what an engine is made of: a snapshot with any orders, one from each
 * twenty-four bytes, is refused, or else is written again as it was, and
 * trading goes on. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "match/snapshot.h"
#include "tape/schema.h"

enum { RECORD = 24, RECORDS_MAX = 256, REPORT_MAX = 256 };

static void *
put_nowhere(void *owner, size_t size)
{
    static _Alignas(8) char room[REPORT_MAX];

    (void)owner;
    assert(size <= sizeof room);
    return room;
}

static uint32_t
name(void *owner, uint32_t index, const struct event *cause,
     struct failure *failure)
{
    (void)owner;
    (void)cause;
    (void)failure;
    return index + 1;
}

static const struct event_sink nowhere = {put_nowhere, name, NULL};

/* ---- a state as bytes ---------------------------------------------------- */

struct state {
    size_t used;
    _Alignas(8) char bytes[(RECORDS_MAX + 4) * sizeof(struct resting_order)];
};

static void *
put_state(void *owner, size_t size)
{
    struct state *state = owner;
    void *room = state->bytes + state->used;

    state->used += size;
    assert(state->used <= sizeof state->bytes);
    return room;
}

static bool
restore(struct match *match, const struct state *state)
{
    const void *at = state->bytes, *end = state->bytes + state->used;
    struct failure failure = {0};

    match_init(match, &nowhere);
    for (const struct event *event = at; (const void *)event < end;
         event = event_next(event))
        if (match_restore(match, event, &failure) != 0)
            return false;
    return true;
}

/* ---- events out of bytes ------------------------------------------------- */

static int64_t
number(uint8_t code)
{
    static const int64_t ends[] = {INT64_MIN + 1,
                                   INT64_MAX,
                                   -1,
                                   0,
                                   1,
                                   DECIMAL_MAX - 1,
                                   DECIMAL_MAX,
                                   -DECIMAL_MAX,
                                   DECIMAL_MAX + 1,
                                   2 * DECIMAL_MAX};

    if (code >= 256 - sizeof ends / sizeof *ends)
        return ends[255 - code];
    return code == 0 ? DECIMAL_NULL : code % 32 * DECIMAL_ONE;
}

static void
put_order(struct state *state, const uint8_t *bytes)
{
    struct resting_order *order = put_state(state, sizeof *order);

    event_init(order, EVENT_RESTING);
    order->event.instrument = 1;
    order->side = bytes[0] % 3;
    order->order_type = bytes[0] / 4 % 8 % 7;
    order->place = bytes[0] / 32;
    order->time_in_force = bytes[1] % 8;
    order->flags = bytes[1] / 8 % 8;
    order->self_trade = bytes[2] % 6;
    order->order_id = bytes[3];
    order->account_id = bytes[2] / 8 % 4;
    order->price = number(bytes[4]);
    order->quantity = number(bytes[5]);
    order->remaining_quantity = number(bytes[6]);
    order->visible_quantity = number(bytes[7]);
    order->stop_price = number(bytes[8]);
    order->display_quantity = number(bytes[9]);
    order->min_quantity = number(bytes[10]);
    order->price_offset = number(bytes[11]);
    order->offset_step = number(bytes[12]);
    order->expire_time = bytes[13] ? bytes[13] : DECIMAL_NULL;
    memcpy(&order->accepted, bytes + 14, 4);
    memcpy(&order->placed, bytes + 18, 4);
}

static void
put_head(struct state *state, uint8_t code)
{
    struct session *session = put_state(state, sizeof *session);
    struct instrument *instrument;
    struct market_state *market;

    event_init(session, EVENT_SESSION);
    session->event.time = 10;
    session->state = SESSION_CONTINUOUS;
    instrument = put_state(state, sizeof *instrument);
    event_init(instrument, EVENT_INSTRUMENT);
    instrument->event.instrument = 1;
    market = put_state(state, sizeof *market);
    event_init(market, EVENT_MARKET);
    market->event.instrument = 1;
    market->state = code % 8 % 7;
    market->last_price = number(code / 8);
    market->indicative_price = DECIMAL_NULL;
    market->indicative_quantity = market->indicative_surplus = 0;
}

/* ---- what must hold ------------------------------------------------------ */

static void
told_as_it_was(const struct match *match, const struct state *state)
{
    static struct instrument definition;
    static struct instrument *list[] = {&definition};
    static struct instruments instruments = {.count = 1, .events = list};
    static struct state again, twice;
    struct match other;
    struct event_sink sink = {.put = put_state, .owner = &again};

    event_init(&definition, EVENT_INSTRUMENT);
    again.used = twice.used = 0;
    match_save(match, &instruments, &sink);
    assert(again.used == state->used);
    assert(restore(&other, &again));
    sink.owner = &twice;
    match_save(&other, &instruments, &sink);
    assert(twice.used == again.used &&
           memcmp(twice.bytes, again.bytes, again.used) == 0);
    match_free(&other);
}

/* Phases, and orders that would take all that there is. */
static void
go_on(struct match *match)
{
    static const uint8_t states[] = {SESSION_CLOSING_AUCTION,
                                     SESSION_CONTINUOUS, SESSION_CLOSED};
    struct failure failure = {0};
    struct session session;
    struct order order;

    event_init(&order, EVENT_ORDER);
    order.order_type = ORDER_MARKET;
    order.quantity = 1000 * DECIMAL_ONE;
    order.event.instrument = 1;
    event_init(&session, EVENT_SESSION);
    for (size_t i = 0; i < sizeof states; i++) {
        for (uint8_t side = SIDE_BUY; side <= SIDE_SELL; side++) {
            order.order_id++;
            order.side = side;
            match_event(match, 0, &order.event, &failure);
        }
        session.event.time = (int64_t)i * 100;
        session.state = states[i];
        match_event(match, MATCH_NO_MARKET, &session.event, &failure);
    }
    assert(failure.kind == FAILURE_NONE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct state state;
    struct match match;

    state.used = 0;
    put_head(&state, size ? data[0] : 0);
    for (size_t at = 1, i = 0; at + RECORD <= size && i < RECORDS_MAX;
         at += RECORD, i++)
        put_order(&state, data + at);
    if (restore(&match, &state)) {
        told_as_it_was(&match, &state);
        go_on(&match);
    }
    match_free(&match);
    return 0;
}
