/* sim_prices - own orders where only the prices of trades are known: the same
 * fills as of a model as plain as can be, over random trades. */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "sim/sim.h"
#include "tape/schema.h"

#include "tap.h"

#define OWN_MAX   400
#define FILLS_MAX 4000
#define ONE       DECIMAL_ONE

/* ---- the plain model ----------------------------------------------------- */

struct plain_own {
    uint64_t id;
    int side;
    int64_t price, open; /* price: 0 of a market order */
    bool rests;          /* else it waits for a price, */
    bool keeps;          /* and then rests */
};

struct fill {
    uint64_t taker, maker; /* 0: the market */
    int64_t price, quantity;
};

static struct plain_own own[OWN_MAX];
static unsigned own_total;
static struct fill expected[FILLS_MAX], got[FILLS_MAX];
static unsigned expected_count, got_count;
static int64_t slippage, through;

static void
note(struct fill *fills, unsigned *count, struct fill fill)
{
    assert(*count < FILLS_MAX);
    fills[(*count)++] = fill;
}

static bool
is_better(int side, int64_t a, int64_t b)
{
    return side == SIDE_BUY ? a > b : a < b;
}

/* The resting order that comes first, or NULL. */
static struct plain_own *
first_resting(int side)
{
    struct plain_own *first = NULL;

    for (unsigned i = 0; i < own_total; i++)
        if (own[i].rests && own[i].open > 0 && own[i].side == side &&
            (!first || is_better(side, own[i].price, first->price)))
            first = &own[i];
    return first;
}

/* The order acts against what rests and, where there is one, against a price of
 * which so much is left; returns what is left then. */
static int64_t
plain_act(struct plain_own *order, int64_t price, int64_t left)
{
    int other = SIDE_BUY + SIDE_SELL - order->side;
    int64_t offered =
        order->side == SIDE_BUY ? price + slippage : price - slippage;

    while (order->open > 0) {
        struct plain_own *maker = first_resting(other);
        bool own_first =
            maker && (left == 0 || !is_better(other, offered, maker->price));
        int64_t at = own_first ? maker->price : offered;
        int64_t part = own_first ? maker->open : left;

        if ((!own_first && left == 0) ||
            (order->price && is_better(other, order->price, at)))
            break;
        part = part < order->open ? part : order->open;
        note(expected, &expected_count,
             (struct fill){order->id, own_first ? maker->id : 0, at, part});
        order->open -= part;
        if (own_first)
            maker->open -= part;
        else
            left -= part;
    }
    if (order->keeps)
        order->rests = true;
    else
        order->open = 0;
    return left;
}

/* An order that begins to rest is the last of the list. */
static void
plain_last(unsigned i)
{
    struct plain_own order = own[i];

    memmove(own + i, own + i + 1, (own_total - i - 1) * sizeof *own);
    own[own_total - 1] = order;
}

static int64_t
plain_touch(int side, int64_t price, int64_t left)
{
    struct plain_own *order;

    while (left > 0 && (order = first_resting(side)) != NULL) {
        int64_t reach = side == SIDE_BUY ? price + through : price - through;
        int64_t part = order->open < left ? order->open : left;

        if (is_better(side, reach, order->price))
            break;
        note(expected, &expected_count,
             (struct fill){0, order->id, order->price, part});
        order->open -= part;
        left -= part;
    }
    return left;
}

/* The first that waits, or OWN_MAX. */
static unsigned
first_that_waits(void)
{
    for (unsigned i = 0; i < own_total; i++)
        if (!own[i].rests && own[i].open > 0)
            return i;
    return OWN_MAX;
}

static void
plain_trade(int side, int64_t price, int64_t left)
{
    unsigned i;

    while ((i = first_that_waits()) != OWN_MAX) {
        left = plain_act(&own[i], price, left);
        plain_last(i);
    }
    if (side != SIDE_BUY)
        left = plain_touch(SIDE_BUY, price, left);
    if (side != SIDE_SELL)
        plain_touch(SIDE_SELL, price, left);
}

#include "sim_room.h" /* needs note() */

/* ---- random trades and orders -------------------------------------------- */

static struct random rng;
static uint64_t own_count;

static int
below(unsigned n)
{
    return (int)random_below(&rng, n);
}

static void
trade(void)
{
    struct print print;

    event_init(&print, EVENT_PRINT);
    print.side = (uint8_t)below(3);
    print.price = (95 + below(11)) * ONE;
    print.quantity = (1 + below(9)) * ONE;
    plain_trade(print.side, print.price, print.quantity);
    happens(&print, false);
}

static void
own_order(void)
{
    struct order order;
    struct plain_own plain = {.id = SIM_OWN_FIRST + own_count++};

    event_init(&order, EVENT_ORDER);
    order.order_id = plain.id;
    order.account_id = 7;
    order.side = below(2) ? SIDE_BUY : SIDE_SELL;
    order.quantity = (1 + below(15)) * ONE;
    order.price = (95 + below(11)) * ONE;
    order.time_in_force = below(4) ? TIF_GTC : TIF_IOC;
    if (below(5) == 0) {
        order.order_type = ORDER_MARKET;
        order.price = DECIMAL_NULL;
    }
    plain.side = order.side;
    plain.open = order.quantity;
    plain.price = order.price == DECIMAL_NULL ? 0 : order.price;
    plain.keeps = plain.price && order.time_in_force == TIF_GTC;
    assert(own_total < OWN_MAX);
    own[own_total++] = plain;
    happens(&order, true);
}

/* One that waits comes to the book first, without a price to meet. */
static void
own_cancel(void)
{
    unsigned i = own_total ? (unsigned)below(own_total) : 0;
    struct cancel cancel;

    if (own_total == 0 || own[i].open == 0)
        return;
    event_init(&cancel, EVENT_CANCEL);
    cancel.order_id = own[i].id;
    cancel.account_id = 7;
    if (!own[i].rests)
        plain_act(&own[i], 0, 0);
    own[i].open = 0;
    happens(&cancel, true);
}

static bool
is_same(uint64_t seed, unsigned steps)
{
    const struct event_sink sink = {put, name_it, NULL};
    struct instrument definition;
    bool same = true;

    rng.state = seed;
    own_total = expected_count = got_count = 0;
    own_count = 0;
    slippage = below(2) ? 0 : ONE / 2;
    through = below(2) ? 0 : ONE;
    memset(&sim, 0, sizeof sim);
    sim_init(&sim, &sim_trades, &sink);
    sim.slippage = slippage;
    sim.through = through;
    event_init(&definition, EVENT_INSTRUMENT);
    definition.event.instrument = 1;
    sim_define(&sim, 0, &definition, &failure);
    for (unsigned i = 0; same && i < steps; i++) {
        unsigned what = (unsigned)below(8);

        if (what < 4)
            trade();
        else if (what < 7)
            own_order();
        else
            own_cancel();
        same = got_count == expected_count &&
               memcmp(got, expected, got_count * sizeof *got) == 0;
        if (!same)
            tap_note("seed %llu, step %u: %u fills, not %u",
                     (unsigned long long)seed, i, got_count, expected_count);
    }
    sim_free(&sim);
    return same && got_count > 0;
}

int
main(void)
{
    unsigned runs = getenv("XTAPE_LONG") ? 3000 : 100, same = 0;
    uint64_t fills = 0;

    for (uint64_t seed = 1; seed <= runs; seed++) {
        same += is_same(seed, 300);
        fills += got_count;
    }
    tap_note("%llu fills", (unsigned long long)fills);
    OK("orders among prices get what a plain model says, fill by fill",
       same == runs);
    return tap_done();
}
