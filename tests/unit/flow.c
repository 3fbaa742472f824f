/* The generator knows what rests by its own small book; the engine is the
 * other opinion. */
#include "gen/flow.h"

#include "gen/flow_book.h"

#include <string.h>

#include "match/match.h"
#include "tap.h"

struct sink {
    char bytes[1 << 16];
    size_t used;
};

static void *
put(void *owner, size_t size)
{
    struct sink *sink = owner;
    void *room;

    if (sink->used + size > sizeof sink->bytes)
        sink->used = 0;
    room = sink->bytes + sink->used;
    sink->used += size;
    return room;
}

/* Matches the flow; false when anything of it was refused. */
static bool
is_accepted(const struct flow_plan *plan, uint64_t *trades, uint64_t *resting)
{
    static struct sink sink;
    uint64_t room[FLOW_EVENT_MAX / 8];
    struct failure failure = {0};
    struct flow *flow = flow_new(plan, &failure);
    struct event *event = (struct event *)(void *)room;
    struct match match;
    bool accepted = flow != NULL;
    size_t size;

    match_init(&match, &(struct event_sink){.put = put, .owner = &sink});
    while (accepted && (size = flow_next(flow, room)) > 0) {
        accepted &= size == event->words * 8UL && size <= sizeof room;
        if (event->type == EVENT_INSTRUMENT)
            accepted &=
                match_define(&match, event->instrument - 1,
                             (const struct instrument *)(const void *)event,
                             &failure) == 0;
        else
            accepted &= match_event(&match, event->instrument - 1, event,
                                    &failure) == 0;
    }
    *trades = match.trades;
    *resting = match.books.count;
    accepted &= match.rejects == 0;
    match_free(&match);
    flow_destroy(flow);
    return accepted;
}

static const struct flow_plan plain = {
    .kind = FLOW_ORDERS,
    .seed = 1,
    .events = 300000,
    .symbols = 10,
    .accounts = 20,
    .depth = 100,
    .rate = 100,
    .deposit = DECIMAL_ONE,
    .tick_size = DECIMAL_ONE / 100,
    .lot_size = DECIMAL_ONE,
};

static void
test_orders(void)
{
    static const uint64_t depths[] = {FLOW_DEPTH_MIN, 100, FLOW_DEPTH_MAX};
    uint64_t trades, resting;

    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        struct flow_plan plan = plain;

        plan.seed = i;
        plan.depth = depths[i];
        OK("the engine takes every order, cancel and modify",
           is_accepted(&plan, &trades, &resting));
        OK("a quarter of them or so trades",
           trades > plan.events / 5 && trades < plan.events / 3);
        OK("about as many orders rest as were asked for",
           resting > plan.symbols * plan.depth * 3 / 4 &&
               resting < plan.symbols * plan.depth * 5 / 4);
    }
}

static void
test_limits(void)
{
    struct failure failure = {0};
    struct flow_plan plan = plain;
    uint64_t trades, resting;

    plan.tick_size = DECIMAL_MAX / FLOW_TICK_MAX;
    plan.lot_size = DECIMAL_MAX / FLOW_LOTS_MAX;
    plan.events = 20000;
    OK("the largest tick and lot stay in the range of prices",
       is_accepted(&plan, &trades, &resting));
    plan.tick_size++;
    OK("a larger tick is refused",
       !flow_new(&plan, &failure) && failure.kind == FAILURE_USAGE);
    plan = plain;
    plan.start = INT64_MAX;
    failure.kind = FAILURE_NONE;
    OK("times beyond the range are refused",
       !flow_new(&plan, &failure) && failure.kind == FAILURE_USAGE);
    plan.events = 0;
    OK("no events are no time",
       is_accepted(&plan, &trades, &resting) && trades == 0);
}

int
main(void)
{
    test_orders();
    test_limits();
    return tap_done();
}
