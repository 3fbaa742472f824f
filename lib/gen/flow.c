#include "gen/flow.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "gen/flow_state.h"
#include "tape/schema.h"

#define TICK_FIRST 1000  /* an instrument's first price is from here */
#define TICK_LAST  50000 /* to below here */
#define TAIL_SIZE  24    /* bytes of an instrument's texts */

_Static_assert(sizeof(struct instrument) + TAIL_SIZE <= FLOW_EVENT_MAX &&
                   sizeof(struct order) <= FLOW_EVENT_MAX,
               "the room for an event");

/* ---- definitions --------------------------------------------------------- */

static size_t
define_instrument(struct flow *flow, void *room)
{
    static const char exchange[] = "XTAPE";
    struct instrument *event = room;
    char *tail = (char *)room + sizeof *event;
    int size;

    event_init(event, EVENT_INSTRUMENT);
    memset(tail, 0, TAIL_SIZE);
    size = snprintf(tail, TAIL_SIZE, "SYM%03" PRIu64, flow->done);
    memcpy(tail + size, exchange, sizeof exchange - 1);
    event->event.words =
        (uint16_t)((sizeof *event + (size_t)size + sizeof exchange + 6) / 8);
    event->event.instrument = (uint32_t)flow->done;
    event->event.time = flow->time;
    event->kind = KIND_EQUITY;
    event->symbol = (struct text){sizeof *event, (uint16_t)size, 0};
    event->exchange = (struct text){(uint16_t)(sizeof *event + (size_t)size),
                                    sizeof exchange - 1, 0};
    event->currency = code_from_text("USD", 3);
    event->tick_size = flow->plan.tick_size;
    event->lot_size = flow->plan.lot_size;
    return event->event.words * 8UL;
}

static size_t
open_account(struct flow *flow, void *room)
{
    struct account *event = room;

    event_init(event, EVENT_ACCOUNT);
    event->event.time = flow->time;
    event->account_type = ACCOUNT_MARGIN;
    event->status = ACCOUNT_ACTIVE;
    event->account_id = flow->done;
    return sizeof *event;
}

static size_t
make_deposit(struct flow *flow, void *room)
{
    struct cash *event = room;

    event_init(event, EVENT_CASH);
    event->event.time = flow->time;
    event->kind = CASH_DEPOSIT;
    event->account_id = flow->done;
    event->amount = amount_of(flow->plan.deposit);
    event->currency = code_from_text("USD", 3);
    return sizeof *event;
}

static size_t
open_session(struct flow *flow, void *room)
{
    struct session *event = room;

    event_init(event, EVENT_SESSION);
    event->event.time = flow->time;
    event->state = SESSION_CONTINUOUS;
    return sizeof *event;
}

/* ---- phases -------------------------------------------------------------- */

static size_t
next_event(struct flow *flow, void *room)
{
    switch (flow->plan.kind) {
    case FLOW_TRADES: return flow_next_trade(flow, room);
    case FLOW_PRINTS: return flow_next_print(flow, room);
    case FLOW_ORDERS: break;
    }
    return flow_next_order(flow, room);
}

#define PHASES 5
static size_t (*const makers[PHASES])(struct flow *, void *) = {
    define_instrument, open_account, make_deposit, open_session, next_event};

/* How many events a phase has. */
static uint64_t
length_of(const struct flow_plan *plan, unsigned phase)
{
    const uint64_t lengths[PHASES] = {plan->symbols, plan->accounts,
                                      plan->deposit ? plan->accounts : 0, 1,
                                      plan->events};

    assert(phase < PHASES);
    return lengths[phase];
}

size_t
flow_next(struct flow *flow, void *room)
{
    while (flow->done == flow->length) {
        if (flow->phase == PHASES - 1)
            return 0;
        flow->phase++;
        flow->done = 0;
        flow->length = length_of(&flow->plan, flow->phase);
    }
    assert(flow->phase < PHASES && flow->done < flow->length);
    flow->done++;
    return makers[flow->phase](flow, room);
}

/* ---- beginning ----------------------------------------------------------- */

static int
check(const struct flow_plan *plan, struct failure *failure)
{
    int64_t gaps, end;

    if (plan->tick_size > DECIMAL_MAX / FLOW_TICK_MAX)
        return fail(failure, FAILURE_USAGE,
                    "the tick size is too large: prices reach %d ticks",
                    FLOW_TICK_MAX);
    if (plan->lot_size > DECIMAL_MAX / FLOW_LOTS_MAX)
        return fail(failure, FAILURE_USAGE,
                    "the lot size is too large: orders reach %d lots",
                    FLOW_LOTS_MAX);
    if (__builtin_mul_overflow(
            plan->events, 2 * (uint64_t)NS_PER_SECOND / plan->rate, &gaps) ||
        __builtin_add_overflow(plan->start, gaps, &end))
        return fail(failure, FAILURE_USAGE,
                    "this number of events at that rate would last beyond "
                    "the year 2262");
    return 0;
}

/* Each instrument begins at a different price. */
static void
set_prices(struct flow *flow)
{
    for (uint64_t i = 0; i < flow->plan.symbols; i++) {
        int64_t tick =
            TICK_FIRST + random_below(&flow->random, TICK_LAST - TICK_FIRST);

        if (flow->books)
            flow->books[i].base = tick;
        else
            flow->walks[i].tick = tick;
    }
}

struct flow *
flow_new(const struct flow_plan *plan, struct failure *failure)
{
    bool orders = plan->kind == FLOW_ORDERS;
    struct flow *flow;

    assert(plan->symbols >= 1 && plan->symbols <= FLOW_SYMBOLS_MAX);
    assert(plan->rate > 0);
    if (check(plan, failure) != 0 ||
        !(flow = allocate(failure, 1, sizeof *flow)))
        return NULL;
    flow->plan = *plan;
    flow->time = plan->start;
    flow->length = length_of(plan, 0);
    flow->gap = (uint32_t)(2 * ((uint64_t)NS_PER_SECOND / plan->rate)) + 1;
    if (orders)
        flow->books = allocate(failure, plan->symbols, sizeof *flow->books);
    else
        flow->walks = allocate(failure, plan->symbols, sizeof *flow->walks);
    if (!flow->books && !flow->walks) {
        flow_destroy(flow);
        return NULL;
    }
    event_init(&flow->order, EVENT_ORDER);
    event_init(&flow->modify, EVENT_MODIFY);
    event_init(&flow->cancel, EVENT_CANCEL);
    event_init(&flow->trade, EVENT_TRADE);
    event_init(&flow->print, EVENT_PRINT);
    flow->random.state = plan->seed;
    set_prices(flow);
    return flow;
}

void
flow_destroy(struct flow *flow)
{
    if (!flow)
        return;
    free(flow->books);
    free(flow->walks);
    free(flow);
}
