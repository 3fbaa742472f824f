/* sim_facts - own orders in a market whose history decides: the same fills as
 * of a model as plain as can be, over random histories.
 *
 * The model is one list of orders in order of time, searched from its beginning
 * for everything. */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "sim/sim.h"
#include "tape/schema.h"

#include "tap.h"

#define ORDERS_MAX 4000
#define FILLS_MAX  20000
#define ONE        DECIMAL_ONE

/* ---- the plain model ----------------------------------------------------- */

struct plain_order {
    uint64_t id;
    int64_t price, open;
    int side;
    bool own, post;
};

struct fill {
    uint64_t buy, sell;
    int64_t price, quantity;
    int side;
};

static struct plain_order plain[ORDERS_MAX];
static unsigned plain_count;
static struct fill expected[FILLS_MAX], got[FILLS_MAX];
static unsigned expected_count, got_count;
static bool impact_none;

static struct plain_order *
plain_find(uint64_t id)
{
    for (unsigned i = 0; i < plain_count; i++)
        if (plain[i].id == id && plain[i].open > 0)
            return &plain[i];
    return NULL;
}

static void
plain_add(uint64_t id, int side, int64_t price, int64_t open, bool own)
{
    assert(plain_count < ORDERS_MAX);
    plain[plain_count++] =
        (struct plain_order){id, price, open, side, own, false};
}

static void
plain_fill(uint64_t taker, int taker_side, struct plain_order *maker,
           int64_t quantity)
{
    bool buys = taker_side == SIDE_BUY;

    assert(expected_count < FILLS_MAX);
    expected[expected_count++] =
        (struct fill){buys ? taker : maker->id, buys ? maker->id : taker,
                      maker->price, quantity, taker_side};
    maker->open -= quantity;
}

static bool
is_better(int side, int64_t a, int64_t b)
{
    return side == SIDE_BUY ? a > b : a < b;
}

/* The best order of a side that is as good as price at least; only own ones,
 * and of those at that price only ones in the list before end. */
static struct plain_order *
plain_best(int side, int64_t price, bool own_only,
           const struct plain_order *end, bool equal)
{
    struct plain_order *best = NULL;

    for (unsigned i = 0; i < plain_count; i++) {
        struct plain_order *order = &plain[i];

        if (order->side != side || order->open <= 0 ||
            (own_only && !order->own) || is_better(side, price, order->price))
            continue;
        if (order->price == price && (end ? order >= end : !equal))
            continue;
        if (!best || is_better(side, order->price, best->price))
            best = order;
    }
    return best;
}

/* Own orders before that place get what they would have. */
static void
plain_give(int side, int64_t price, const struct plain_order *end, bool equal,
           int64_t quantity)
{
    struct plain_order *own;

    while (quantity > 0 &&
           (own = plain_best(side, price, true, end, equal)) != NULL) {
        int64_t part = own->open < quantity ? own->open : quantity;

        plain_fill(0, SIDE_BUY + SIDE_SELL - side, own, part);
        quantity -= part;
    }
}

/* An own order takes; returns what is left. */
static int64_t
plain_take(uint64_t id, int side, int64_t price, int64_t open)
{
    static struct plain_order before[ORDERS_MAX];
    unsigned count = plain_count;
    struct plain_order *maker;

    memcpy(before, plain, sizeof before);
    while (open > 0 && (maker = plain_best(SIDE_BUY + SIDE_SELL - side, price,
                                           false, NULL, true)) != NULL) {
        int64_t part = maker->open < open ? maker->open : open;

        plain_fill(id, side, maker, part);
        open -= part;
    }
    for (unsigned i = 0; impact_none && i < count; i++)
        if (!plain[i].own)
            plain[i].open = before[i].open;
    return open;
}

static int64_t
plain_within(int side, int64_t price)
{
    int64_t sum = 0;

    for (unsigned i = 0; i < plain_count; i++)
        if (plain[i].side != side && plain[i].open > 0 &&
            !is_better(SIDE_BUY + SIDE_SELL - side, price, plain[i].price))
            sum += plain[i].open;
    return sum;
}

/* ---- the room ------------------------------------------------------------ */

static struct sim sim;
static struct failure failure;
static union {
    struct event event;
    char bytes[MATCH_REPORT_MAX];
} reports[4096];
static unsigned report_count;

static void *
put(void *owner, size_t size)
{
    (void)owner;
    assert(size <= sizeof *reports && report_count < 4096);
    return &reports[report_count++];
}

static uint32_t
name_it(void *owner, uint32_t index, const struct event *cause,
        struct failure *unused)
{
    (void)owner, (void)cause, (void)unused;
    return index + 1;
}

/* Notes the trades of what was reported. */
static void
gather(void)
{
    for (unsigned i = 0; i < report_count; i++) {
        const struct trade *trade = (const void *)&reports[i];

        if (trade->event.type != EVENT_TRADE)
            continue;
        assert(got_count < FILLS_MAX);
        got[got_count++] =
            (struct fill){trade->buy_order_id, trade->sell_order_id,
                          trade->price, trade->quantity, trade->side};
    }
    report_count = 0;
}

static void
happens(void *event)
{
    struct event *head = event;

    head->instrument = 1;
    head->time = 1;
    sim.print = (struct sim_print){0};
    assert(sim_event(&sim, 0, event, &failure) == 0);
    gather();
}

static void
asked(void *event)
{
    struct event *head = event;

    head->instrument = 1;
    head->time = 1;
    assert(sim_request(&sim, 0, event, &failure) == 0);
    gather();
}

/* ---- a random history ---------------------------------------------------- */

static struct random rng;

static uint64_t
below(uint64_t n)
{
    return random_below(&rng, (uint32_t)n);
}

/* As history has it, whatever own orders took. */
static struct plain_order history[ORDERS_MAX];
static unsigned history_count;

static struct plain_order *
some_order(void)
{
    for (int tries = 0; history_count && tries < 20; tries++) {
        struct plain_order *order = &history[below(history_count)];

        if (order->open > 0)
            return order;
    }
    return NULL;
}

/* The first by price and time of a side. */
static struct plain_order *
first_order(int side)
{
    struct plain_order *best = NULL;

    for (unsigned i = 0; i < history_count; i++)
        if (history[i].open > 0 && history[i].side == side &&
            (!best || is_better(side, history[i].price, best->price)))
            best = &history[i];
    return best;
}

static void
history_add(uint64_t id)
{
    int side = below(2) ? SIDE_BUY : SIDE_SELL;
    int64_t price =
        (100 + (int64_t)below(8) - (side == SIDE_BUY ? 5 : 0)) * ONE;
    struct plain_order *other = first_order(SIDE_BUY + SIDE_SELL - side);
    struct book_order event;

    if (other && !is_better(side, other->price, price))
        return; /* it would have traded */
    event_init(&event, EVENT_BOOK_ADD);
    event.order_id = id;
    event.side = (uint8_t)side;
    event.price = price;
    event.quantity = (1 + (int64_t)below(9)) * ONE;
    history[history_count++] =
        (struct plain_order){id, price, event.quantity, side, false, false};
    plain_give(SIDE_BUY + SIDE_SELL - side, price, NULL, true, event.quantity);
    plain_add(id, side, price, event.quantity, false);
    happens(&event);
}

/* An order that was announced is executed, reduced or deleted. */
static void
history_take(void)
{
    struct plain_order *order =
        below(4) ? first_order(below(2) ? SIDE_BUY : SIDE_SELL) : some_order();
    struct plain_order *known;
    unsigned what = (unsigned)below(8);
    struct book_order event;
    int64_t quantity;

    if (!order)
        return;
    quantity = what == 0
                   ? order->open
                   : (1 + (int64_t)below((uint64_t)(order->open / ONE))) * ONE;
    event_init(&event, what == 0   ? EVENT_BOOK_DELETE
                       : what == 1 ? EVENT_BOOK_REDUCE
                                   : EVENT_BOOK_EXECUTE);
    event.order_id = order->id;
    event.side = (uint8_t)order->side;
    event.price = order->price;
    event.quantity = quantity;
    known = plain_find(order->id);
    if (what > 1)
        plain_give(order->side, order->price, known, false, quantity);
    if (known)
        known->open -=
            known->open < quantity || what == 0 ? known->open : quantity;
    order->open -= quantity;
    happens(&event);
}

static void
history_print(void)
{
    struct print event;
    int side = below(2) ? SIDE_BUY : SIDE_SELL;

    event_init(&event, EVENT_PRINT);
    event.side = (uint8_t)side;
    event.conditions = PRINT_HIDDEN;
    event.price = (98 + (int64_t)below(8)) * ONE;
    event.quantity = (1 + (int64_t)below(5)) * ONE;
    plain_give(SIDE_BUY + SIDE_SELL - side, event.price, NULL, true,
               event.quantity);
    happens(&event);
}

/* ---- own orders at random ------------------------------------------------ */

static uint64_t own_count;

static void
own_order(void)
{
    struct order order;
    int side = below(2) ? SIDE_BUY : SIDE_SELL;
    int64_t price = (97 + (int64_t)below(11)) * ONE, left, reach;
    unsigned kind = (unsigned)below(8);
    uint64_t id = SIM_OWN_FIRST + own_count++;

    event_init(&order, EVENT_ORDER);
    order.order_id = id;
    order.account_id = 7;
    order.side = (uint8_t)side;
    order.quantity = (1 + (int64_t)below(15)) * ONE;
    order.price = price;
    if (kind == 0) {
        order.order_type = ORDER_MARKET;
        order.price = DECIMAL_NULL;
        price = side == SIDE_BUY ? 1000 * ONE : ONE;
    } else if (kind == 1) {
        order.time_in_force = TIF_IOC;
    } else if (kind == 2) {
        order.time_in_force = TIF_FOK;
    } else if (kind == 3) {
        order.flags = ORDER_POST_ONLY;
    }
    reach = plain_within(side, price);
    left = order.quantity;
    if (!(kind == 2 && reach < left) && !(kind == 3 && reach > 0))
        left = plain_take(id, side, price, left);
    if (left > 0 && kind > 2 && !(kind == 3 && reach > 0))
        plain_add(id, side, price, left, true);
    if (kind == 3 && plain_find(id))
        plain_find(id)->post = true;
    asked(&order);
}

static void
own_cancel(void)
{
    struct cancel cancel;
    struct plain_order *order;

    event_init(&cancel, EVENT_CANCEL);
    cancel.order_id = SIM_OWN_FIRST + below(own_count + 1);
    cancel.account_id = 7;
    order = plain_find(cancel.order_id);
    if (order)
        order->open = 0;
    asked(&cancel);
}

/* Less at the same price keeps the place; all else goes to the end. */
static void
own_modify(void)
{
    struct modify modify;
    struct plain_order *order = NULL, was;
    int64_t left;

    for (int tries = 0; !order && tries < 9; tries++)
        order = plain_find(SIM_OWN_FIRST + below(own_count + 1));
    if (!order || order->post) /* post-only may refuse to move */
        return;
    event_init(&modify, EVENT_MODIFY);
    modify.order_id = order->id;
    modify.account_id = 7;
    modify.quantity = (1 + (int64_t)below(15)) * ONE;
    modify.price = below(2) ? order->price : (97 + (int64_t)below(11)) * ONE;
    was = *order;
    if (modify.price == was.price && modify.quantity <= was.open) {
        order->open = modify.quantity;
    } else {
        order->open = 0;
        left = plain_take(was.id, was.side, modify.price, modify.quantity);
        if (left > 0)
            plain_add(was.id, was.side, modify.price, left, true);
    }
    asked(&modify);
}

/* ---- runs ---------------------------------------------------------------- */

static void
step(uint64_t id)
{
    unsigned what = (unsigned)below(20);

    if (what < 8)
        history_add(id);
    else if (what < 14)
        history_take();
    else if (what == 14)
        history_print();
    else if (what < 18)
        own_order();
    else if (what == 18)
        own_cancel();
    else
        own_modify();
}

static bool
is_same(uint64_t seed, unsigned steps)
{
    const struct event_sink sink = {put, name_it, NULL};
    struct instrument definition;
    bool same;

    rng.state = seed;
    plain_count = history_count = expected_count = got_count = 0;
    own_count = 0;
    memset(&sim, 0, sizeof sim);
    sim_init(&sim, &sim_facts, &sink);
    sim.impact = impact_none ? SIM_IMPACT_NONE : SIM_IMPACT_TAKE;
    event_init(&definition, EVENT_INSTRUMENT);
    definition.event.instrument = 1;
    sim_define(&sim, 0, &definition, &failure);
    for (unsigned i = 0; i < steps; i++) {
        step(1 + i);
        if (got_count != expected_count ||
            memcmp(got, expected, got_count * sizeof *got) != 0) {
            tap_note("seed %llu, step %u: %u fills, not %u",
                     (unsigned long long)seed, i, got_count, expected_count);
            break;
        }
    }
    same = got_count == expected_count && got_count > 0 &&
           memcmp(got, expected, got_count * sizeof *got) == 0;
    sim_free(&sim);
    return same;
}

int
main(void)
{
    unsigned runs = getenv("XTAPE_LONG") ? 3000 : 60;

    for (int none = 0; none < 2; none++) {
        unsigned same = 0;
        uint64_t fills = 0;

        impact_none = none;
        for (uint64_t seed = 1; seed <= runs; seed++) {
            same += is_same(seed, 300);
            fills += got_count;
        }
        tap_note("%llu fills", (unsigned long long)fills);
        OK("own orders get what a plain model says, each fill and in order",
           same == runs);
    }
    return tap_done();
}
