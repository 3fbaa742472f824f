/* sim_levels - own orders in a history of price levels: the same fills as of a
 * model as plain as can be, over random histories and each rule of the queue.
 *
 * The model keeps no queue: for each own order it counts how much of its level
 * stands before it. */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "sim/sim.h"
#include "tape/schema.h"

#include "tap.h"

#define PRICES    24
#define OWN_MAX   400
#define FILLS_MAX 4000
#define ONE       DECIMAL_ONE

/* ---- the plain model ----------------------------------------------------- */

/* Own orders at one price, by when they came to the end of the queue. */
struct plain_own {
    uint64_t id;
    int side, at; /* its price, ONE * at */
    int64_t open, ahead;
    bool unseen;
};

struct fill {
    uint64_t taker, maker; /* 0: history */
    int64_t price, quantity;
};

static int64_t total[3][PRICES]; /* of history, by side and price */
static struct plain_own own[OWN_MAX];
static unsigned own_total;
static struct fill expected[FILLS_MAX], got[FILLS_MAX];
static unsigned expected_count, got_count;
static enum sim_queue rule;
static bool none;

/* What follows of the same two at the same price is one fill. */
static void
note(struct fill *fills, unsigned *count, struct fill fill)
{
    struct fill *last = *count ? &fills[*count - 1] : NULL;

    assert(*count < FILLS_MAX);
    if (last && last->taker == fill.taker && last->maker == fill.maker &&
        last->price == fill.price)
        last->quantity += fill.quantity;
    else
        fills[(*count)++] = fill;
}

static bool
reaches(int side, int at, int limit)
{
    return side == SIDE_BUY ? at >= limit : at <= limit;
}

/* The first own order of a side at a price, or NULL. */
static struct plain_own *
first_at(int side, int at)
{
    for (unsigned i = 0; i < own_total; i++)
        if (own[i].open > 0 && own[i].side == side && own[i].at == at)
            return &own[i];
    return NULL;
}

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Own orders of a side, from its best price to that one, get of a quantity. */
static void
plain_give(int side, int limit, int64_t quantity)
{
    for (int i = 0; i < PRICES; i++) {
        int at = side == SIDE_BUY ? PRICES - 1 - i : i;
        struct plain_own *order;

        if (!reaches(side, at, limit))
            return;
        while ((order = first_at(side, at)) != NULL) {
            int64_t left = quantity - (at == limit ? order->ahead : 0);
            int64_t part = least(order->open, left);

            if (part <= 0)
                return;
            note(expected, &expected_count,
                 (struct fill){0, order->id, at * ONE, part});
            order->open -= part;
            quantity -= part;
            if (order->open > 0)
                return;
        }
    }
}

/* What stands before each loses from the front. */
static void
lose_front(int side, int at, int64_t quantity)
{
    total[side][at] -= least(total[side][at], quantity);
    for (unsigned i = 0; i < own_total; i++)
        if (own[i].side == side && own[i].at == at)
            own[i].ahead -= least(own[i].ahead, quantity);
}

static void
lose_back(int side, int at, int64_t quantity)
{
    total[side][at] -= quantity;
    for (unsigned i = 0; i < own_total; i++)
        if (own[i].side == side && own[i].at == at)
            own[i].ahead = least(own[i].ahead, total[side][at]);
}

/* The last own order first: of what it and all before it lose, what stands
 * before it loses its share, cut. */
static void
lose_share(int side, int at, int64_t quantity)
{
    int64_t whole = total[side][at];

    total[side][at] -= quantity;
    for (unsigned i = own_total; i-- > 0;) {
        int64_t before = own[i].ahead;

        if (own[i].side != side || own[i].at != at || own[i].open <= 0)
            continue;
        if (whole > 0)
            quantity = (int64_t)((i128)before * quantity / whole);
        own[i].ahead = before - quantity;
        whole = before;
    }
}

static void
plain_level(int side, int at, int64_t quantity)
{
    int64_t more = quantity - total[side][at];
    struct plain_own *first;
    bool hidden;

    if (more > 0) {
        plain_give(SIDE_BUY + SIDE_SELL - side, at, more);
        first = first_at(side, at);
        hidden = first && first->ahead == 0 && first->unseen;
        if (hidden)
            first->unseen = false;
        for (unsigned i = 0; hidden && rule != SIM_QUEUE_FRONT && i < own_total;
             i++)
            if (own[i].side == side && own[i].at == at)
                own[i].ahead += more;
        total[side][at] = quantity;
    } else if (more < 0 && rule == SIM_QUEUE_BACK) {
        lose_back(side, at, -more);
    } else if (more < 0 && rule == SIM_QUEUE_FRONT) {
        lose_front(side, at, -more);
    } else if (more < 0) {
        lose_share(side, at, -more);
    }
}

/* An own order takes what it reaches, in the order of the queue; returns what
 * is left of it. */
static int64_t
plain_take(uint64_t id, int side, int limit, int64_t open)
{
    int other = SIDE_BUY + SIDE_SELL - side;
    int64_t totals[3][PRICES], aheads[OWN_MAX];

    memcpy(totals, total, sizeof total);
    for (unsigned i = 0; i < own_total; i++)
        aheads[i] = own[i].ahead;
    for (int i = 0; i < PRICES && open > 0; i++) {
        int at = other == SIDE_BUY ? PRICES - 1 - i : i;

        if (!reaches(other, at, limit))
            break;
        while (open > 0) {
            struct plain_own *first = first_at(other, at);
            int64_t parts = first ? first->ahead : total[other][at];
            int64_t part = least(open, parts);

            if (part > 0) {
                note(expected, &expected_count,
                     (struct fill){id, 0, at * ONE, part});
                lose_front(other, at, part);
                open -= part;
                continue;
            }
            if (!first)
                break;
            part = least(open, first->open);
            note(expected, &expected_count,
                 (struct fill){id, first->id, at * ONE, part});
            first->open -= part;
            open -= part;
        }
    }
    if (none) {
        memcpy(total, totals, sizeof total);
        for (unsigned i = 0; i < own_total; i++)
            own[i].ahead = aheads[i];
    }
    return open;
}

/* Whether history has nothing at that price nor at a worse one. */
static bool
sees_nothing(int side, int at)
{
    for (int price = 0; price < PRICES; price++)
        if (total[side][price] > 0 && reaches(side, at, price))
            return false;
    return true;
}

static void
plain_rest(uint64_t id, int side, int at, int64_t open)
{
    assert(own_total < OWN_MAX);
    own[own_total++] = (struct plain_own){
        id, side, at, open, total[side][at], sees_nothing(side, at)};
}

#include "sim_room.h" /* needs note() */

/* ---- a random history ---------------------------------------------------- */

static struct random rng;
static int middle; /* bids are below, asks not */

static int
below(unsigned n)
{
    return (int)random_below(&rng, n);
}

static void
set_level(int side, int at, int64_t quantity, unsigned flags)
{
    struct book_level level;

    event_init(&level, EVENT_BOOK_LEVEL);
    level.side = (uint8_t)side;
    level.flags = (uint8_t)flags;
    level.price = at * ONE;
    level.quantity = quantity;
    plain_level(side, at, quantity);
    happens(&level, false);
}

static int
some_price(int side)
{
    int at = side == SIDE_BUY ? middle - 1 - below(4) : middle + below(4);

    return at < 1 ? 1 : at > PRICES - 2 ? PRICES - 2 : at;
}

static void
history_level(void)
{
    int side = below(2) ? SIDE_BUY : SIDE_SELL;

    set_level(side, some_price(side), below(4) ? (1 + below(9)) * ONE : 0, 0);
}

/* The middle moves: the levels that it passes are gone before others come. */
static void
history_moves(void)
{
    middle += below(2) ? 1 : -1;
    middle = middle < 6 ? 6 : middle > PRICES - 6 ? PRICES - 6 : middle;
    for (int at = 0; at < PRICES; at++) {
        if (at >= middle && total[SIDE_BUY][at] > 0)
            set_level(SIDE_BUY, at, 0, 0);
        if (at < middle && total[SIDE_SELL][at] > 0)
            set_level(SIDE_SELL, at, 0, 0);
    }
}

static void
history_print(void)
{
    int side = below(2) ? SIDE_BUY : SIDE_SELL, at = some_price(side);
    struct print print;

    event_init(&print, EVENT_PRINT);
    print.side = (uint8_t)(SIDE_BUY + SIDE_SELL - side);
    print.price = at * ONE;
    print.quantity = (1 + below(9)) * ONE;
    plain_give(side, at, print.quantity);
    lose_front(side, at, print.quantity);
    happens(&print, false);
}

/* A snapshot with some of the levels, as one message. */
static void
history_snapshot(void)
{
    int64_t kept[3][PRICES] = {0};
    struct book_clear clear;

    event_init(&clear, EVENT_BOOK_CLEAR);
    clear.flags = BOOK_MORE;
    happens(&clear, false);
    for (int side = SIDE_BUY; side <= SIDE_SELL; side++)
        for (int at = 0; at < PRICES; at++)
            if (total[side][at] > 0 && below(4)) {
                kept[side][at] = (1 + below(9)) * ONE;
                set_level(side, at, kept[side][at], BOOK_MORE);
            }
    for (int side = SIDE_BUY; side <= SIDE_SELL; side++)
        for (int at = 0; at < PRICES; at++)
            if (total[side][at] > 0 && !kept[side][at]) {
                if (first_at(side, at))
                    first_at(side, at)->unseen = true;
                lose_front(side, at, total[side][at]);
            }
    set_level(SIDE_SELL, PRICES - 1, (1 + below(9)) * ONE, 0);
}

/* ---- own orders at random ------------------------------------------------ */

static uint64_t own_count;

static void
own_order(void)
{
    struct order order;
    int side = below(2) ? SIDE_BUY : SIDE_SELL, at = 2 + below(PRICES - 4);
    uint64_t id = SIM_OWN_FIRST + own_count++;
    int64_t left;

    if (below(3))
        at = some_price(side);
    event_init(&order, EVENT_ORDER);
    order.order_id = id;
    order.account_id = 7;
    order.side = (uint8_t)side;
    order.quantity = (1 + below(15)) * ONE;
    order.price = at * ONE;
    order.time_in_force = below(4) ? TIF_GTC : TIF_IOC;
    left = plain_take(id, side, at, order.quantity);
    if (left > 0 && order.time_in_force == TIF_GTC)
        plain_rest(id, side, at, left);
    happens(&order, true);
}

static struct plain_own *
some_own(void)
{
    for (int tries = 0; own_total && tries < 9; tries++) {
        struct plain_own *order = &own[below(own_total)];

        if (order->open > 0)
            return order;
    }
    return NULL;
}

static void
own_cancel(void)
{
    struct plain_own *order = some_own();
    struct cancel cancel;

    if (!order)
        return;
    event_init(&cancel, EVENT_CANCEL);
    cancel.order_id = order->id;
    cancel.account_id = 7;
    order->open = 0;
    happens(&cancel, true);
}

/* Less at the same price keeps the place; all else goes to the end. */
static void
own_modify(void)
{
    struct plain_own *order = some_own(), was;
    struct modify modify;
    int at;
    int64_t left;

    if (!order)
        return;
    was = *order;
    at = below(2) ? was.at : some_price(was.side);
    event_init(&modify, EVENT_MODIFY);
    modify.order_id = was.id;
    modify.account_id = 7;
    modify.quantity = (1 + below(15)) * ONE;
    modify.price = at * ONE;
    if (at == was.at && modify.quantity <= was.open) {
        order->open = modify.quantity;
        order->unseen = sees_nothing(was.side, at);
    } else {
        order->open = 0;
        left = plain_take(was.id, was.side, at, modify.quantity);
        if (left > 0)
            plain_rest(was.id, was.side, at, left);
    }
    happens(&modify, true);
}

/* ---- runs ---------------------------------------------------------------- */

static void
step(void)
{
    static void (*const kinds[])(void) = {
        history_level, history_level, history_level, history_level,
        history_print, history_print, history_print, history_moves,
        own_order,     own_order,     own_order,     own_cancel,
        own_modify,    own_modify,
    };

    if (below(40) == 0)
        history_snapshot();
    else
        kinds[below(sizeof kinds / sizeof *kinds)]();
}

static bool
is_same(uint64_t seed, unsigned steps)
{
    const struct event_sink sink = {put, name_it, NULL};
    struct instrument definition;
    bool same = true;

    rng.state = seed;
    middle = PRICES / 2;
    memset(total, 0, sizeof total);
    own_total = expected_count = got_count = 0;
    own_count = 0;
    memset(&sim, 0, sizeof sim);
    sim_init(&sim, &sim_levels, &sink);
    sim.queue = rule;
    sim.impact = none ? SIM_IMPACT_NONE : SIM_IMPACT_TAKE;
    event_init(&definition, EVENT_INSTRUMENT);
    definition.event.instrument = 1;
    sim_define(&sim, 0, &definition, &failure);
    for (unsigned i = 0; same && i < steps; i++) {
        step();
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
    static const char *const sentences[] = {
        "a queue that loses from its back is that of a plain model",
        "a queue that loses from all is that of a plain model",
        "a queue that loses from its front is that of a plain model",
    };
    unsigned runs = getenv("XTAPE_LONG") ? 3000 : 60;

    for (int queue = SIM_QUEUE_BACK; queue <= SIM_QUEUE_FRONT; queue++) {
        unsigned same = 0;
        uint64_t fills = 0;

        rule = (enum sim_queue)queue;
        for (uint64_t seed = 1; seed <= runs; seed++) {
            none = seed % 2;
            same += is_same(seed, 250);
            fills += got_count;
        }
        tap_note("%llu fills", (unsigned long long)fills);
        OK(sentences[queue], same == runs);
    }
    return tap_done();
}
