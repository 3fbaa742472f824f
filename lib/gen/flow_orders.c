#include <assert.h>

#include "gen/flow_state.h"

#define FAR       16 /* adds rest fewer than this many ticks from the middle */
#define ADD_LOTS  20 /* the most lots of an order that is to rest */
#define TAKE_FEW  16 /* the most lots of one that is to trade, while ... */
#define TAKE_MANY 80 /* ... the book is below or above its depth */
_Static_assert(TAKE_MANY <= FLOW_LOTS_MAX && ADD_LOTS <= FLOW_LOTS_MAX,
               "the largest order");

static size_t cancel_one(struct flow *flow, uint32_t symbol, void *room);

/* ---- new orders ---------------------------------------------------------- */

/* An order of the flow's next id; FLOW_NO_TICK: without a price. */
static size_t
new_order(struct flow *flow, void *room, uint32_t symbol, unsigned side,
          int64_t tick, const struct flow_order *order,
          enum time_in_force time_in_force)
{
    struct order *event = room;
    bool market = tick == FLOW_NO_TICK;

    *event = flow->order;
    flow_stamp(flow, &event->event, symbol);
    event->side = (uint8_t)side;
    event->order_type = market ? ORDER_MARKET : ORDER_LIMIT;
    event->time_in_force = (uint8_t)time_in_force;
    event->order_id = order->id;
    event->account_id = order->account;
    event->price = market ? DECIMAL_NULL : tick * flow->plan.tick_size;
    event->quantity = order->lots * flow->plan.lot_size;
    return sizeof *event;
}

/* An order that rests: near the middle more often than far from it. */
static size_t
add_one(struct flow *flow, uint32_t symbol, void *room)
{
    struct flow_book *book = &flow->books[symbol];
    uint64_t bits = random_next(&flow->random);
    unsigned side = SIDE_BUY + random_part(&bits, 2);
    unsigned most = random_part(&bits, FAR);
    int64_t tick = flow_book_resting(book, side, random_part(&bits, most + 1));
    struct flow_order order;

    if (tick == FLOW_NO_TICK || !flow_book_has_room(book, tick))
        return cancel_one(flow, symbol, room);
    order = (struct flow_order){++flow->last_order,
                                1 + random_part(&bits, ADD_LOTS),
                                flow_pick_account(flow)};
    flow_book_add(book, side, tick, order);
    return new_order(flow, room, symbol, side, tick, &order, TIF_DAY);
}

/* The worst price that an aggressor takes: up to two ticks beyond the best,
 * within the window. */
static int64_t
aggressive_limit(const struct flow_book *book, unsigned side, int64_t best,
                 unsigned beyond)
{
    int64_t top = book->base + FLOW_LEVELS - 1;

    if (side == SIDE_BUY)
        return best + beyond < top ? best + beyond : top;
    return best - beyond > book->base ? best - beyond : book->base;
}

/* An order that trades at once.  Its size keeps the book near its depth. */
static size_t
take_some(struct flow *flow, uint32_t symbol, void *room)
{
    struct flow_book *book = &flow->books[symbol];
    uint64_t bits = random_next(&flow->random);
    unsigned side = SIDE_BUY + random_part(&bits, 2);
    unsigned style = random_part(&bits, 10);
    int64_t best =
        flow_book_best(book, side == SIDE_BUY ? SIDE_SELL : SIDE_BUY);
    uint32_t most = book->live > flow->plan.depth ? TAKE_MANY : TAKE_FEW;
    int64_t limit = FLOW_NO_TICK;
    struct flow_order order, rest;

    if (best == FLOW_NO_TICK)
        return add_one(flow, symbol, room);
    if (style >= 3) /* the others are market orders */
        limit = aggressive_limit(book, side, best, random_part(&bits, 3));
    order =
        (struct flow_order){++flow->last_order, 1 + random_part(&bits, most),
                            flow_pick_account(flow)};
    rest = order;
    rest.lots = flow_book_take(book, side, limit, order.lots);
    if (style < 8)
        return new_order(flow, room, symbol, side, limit, &order, TIF_IOC);
    if (rest.lots > 0)
        flow_book_add(book, side, limit, rest);
    return new_order(flow, room, symbol, side, limit, &order, TIF_DAY);
}

/* ---- cancels and modifies ------------------------------------------------ */

static size_t
cancel_one(struct flow *flow, uint32_t symbol, void *room)
{
    struct flow_book *book = &flow->books[symbol];
    struct cancel *event = room;
    uint64_t bits = random_next(&flow->random);
    struct flow_place place;
    struct flow_order order;

    if (book->live == 0)
        return add_one(flow, symbol, room);
    place = flow_book_is_stuck(book) ? flow_book_in_way(book)
                                     : flow_book_pick(book, &bits);
    order = flow_book_remove(book, place);
    *event = flow->cancel;
    flow_stamp(flow, &event->event, symbol);
    event->order_id = order.id;
    event->account_id = order.account;
    return sizeof *event;
}

/* Half of them give up some lots and keep their place, the others go to the
 * back of another level. */
static size_t
modify_one(struct flow *flow, uint32_t symbol, void *room)
{
    struct flow_book *book = &flow->books[symbol];
    struct modify *event = room;
    uint64_t bits = random_next(&flow->random);
    struct flow_place place;
    struct flow_order *order;

    if (book->live == 0)
        return add_one(flow, symbol, room);
    place = flow_book_pick(book, &bits);
    order = &book->orders[place.level][place.index];
    *event = flow->modify;
    event->order_id = order->id;
    event->account_id = order->account;
    if (order->lots > 1 && random_part(&bits, 2)) {
        order->lots = 1 + random_part(&bits, order->lots - 1);
        event->quantity = order->lots * flow->plan.lot_size;
    } else {
        unsigned side = flow_book_side(book, place.level);
        int64_t tick = flow_book_resting(book, side, random_part(&bits, FAR));

        if (tick == FLOW_NO_TICK || !flow_book_has_room(book, tick) ||
            (tick & (FLOW_LEVELS - 1)) == place.level)
            return cancel_one(flow, symbol, room);
        flow_book_add(book, side, tick, flow_book_remove(book, place));
        event->price = tick * flow->plan.tick_size;
    }
    flow_stamp(flow, &event->event, symbol);
    return sizeof *event;
}

/* ---- the mix ------------------------------------------------------------- */

static const struct {
    unsigned below; /* percent, of all and those before */
    size_t (*make)(struct flow *, uint32_t, void *);
} mix[] = {{55, add_one}, {87, cancel_one}, {90, modify_one}, {100, take_some}};

size_t
flow_next_order(struct flow *flow, void *room)
{
    uint32_t symbol = flow_pick_symbol(flow);
    struct flow_book *book = &flow->books[symbol];
    uint64_t bits = random_next(&flow->random);
    unsigned percent = random_part(&bits, 100);
    unsigned wind = random_part(&bits, 128);
    unsigned i = 0;

    if (wind < 2)
        book->drift = wind ? 1 : -1;
    flow_book_move(book);
    assert(percent < mix[sizeof mix / sizeof *mix - 1].below);
    while (percent >= mix[i].below)
        i++;
    return mix[i].make(flow, symbol, room);
}
