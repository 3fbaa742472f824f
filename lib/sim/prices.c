/* Markets of which only prices are known: of each trade, or of bars.
 *
 * An order waits for the next price of its instrument and acts just before it,
 * on a book that has that price on both sides, worse by --slippage.  What then
 * rests is filled, at its own price, when a later price touches it or goes
 * through it by --through; never more than was traded.
 *
 * The inside of a bar is not known.  An order that was sent before it began
 * acts at its open, one that was sent later at its close; a stop that its high
 * or low triggers is filled there, the worst price of the bar. */
#include <assert.h>

#include "base/array.h"
#include "match/rules.h"
#include "sim/history.h"

/* ---- the price on both sides --------------------------------------------- */

/* One price while orders meet it. */
struct offer {
    const struct event *cause;
    int64_t price, quantity;
    bool buys, sells; /* who meets it */
    uint64_t ids[2];  /* of what is for sale, of what is bid; 0: nothing */
};

static int
offer_side(struct sim *sim, struct market *market, const struct offer *offer,
           enum side side, uint64_t *id, struct failure *failure)
{
    int64_t slip = side == SIDE_SELL ? sim->slippage : -sim->slippage;
    struct history_order order = {
        .event = offer->cause, .side = side, .quantity = offer->quantity};
    uint32_t number;

    if (__builtin_add_overflow(offer->price, slip, &order.price) ||
        order.price > DECIMAL_MAX || order.price < -DECIMAL_MAX)
        return fail(failure, FAILURE_DATA, "a price is beyond its range");
    number = history_enter(sim, market, &order, failure);
    if (!number)
        return -1;
    *id = sim->match.books.orders[number].order_id;
    return 0;
}

static int
make_offer(struct sim *sim, struct market *market, struct offer *offer,
           struct failure *failure)
{
    assert(offer->cause && offer->price != DECIMAL_NULL);
    offer->ids[0] = offer->ids[1] = 0;
    if (offer->quantity <= 0)
        return 0;
    if (offer->buys &&
        offer_side(sim, market, offer, SIDE_SELL, &offer->ids[0], failure) != 0)
        return -1;
    if (!offer->sells)
        return 0;
    return offer_side(sim, market, offer, SIDE_BUY, &offer->ids[1], failure);
}

/* Takes it away; both sides are one quantity, which is less what was met. */
static void
end_offer(struct sim *sim, struct market *market, struct offer *offer)
{
    const struct books *books = &sim->match.books;
    int64_t met = 0;

    for (unsigned i = 0; i < 2; i++) {
        uint32_t number = offer->ids[i] ? books_find(books, market->book.number,
                                                     offer->ids[i])
                                        : 0;

        if (offer->ids[i])
            met += offer->quantity - (number ? books->orders[number].open : 0);
        if (number)
            history_drop(sim, market, number);
        offer->ids[i] = 0;
    }
    offer->quantity = met < offer->quantity ? offer->quantity - met : 0;
}

/* ---- orders that wait ---------------------------------------------------- */

/* Lets those of an instrument act that were sent at that time or before; with
 * id, only that one. */
static int
release(struct sim *sim, uint32_t index, uint64_t id, int64_t sent,
        int64_t time, struct failure *failure)
{
    uint32_t kept = 0, count = sim->waiting_count;
    int result = 0;

    assert(count == 0 || sim->waiting);
    for (uint32_t i = 0; i < count; i++) {
        struct sim_waiting *one = &sim->waiting[i];
        struct order order = one->order;

        if (result != 0 || (index != MATCH_NO_MARKET && one->index != index) ||
            (id && order.order_id != id) || order.event.time > sent) {
            sim->waiting[kept++] = *one;
            continue;
        }
        if (time > order.event.time)
            order.event.time = time;
        result = history_request(sim, one->index, &order.event, failure);
    }
    sim->waiting_count = kept;
    return result;
}

/* Orders wait; whoever changes or cancels one that waits takes it to the book
 * as it is, without a price to meet. */
static int
request(struct sim *sim, uint32_t index, const struct event *event,
        struct failure *failure)
{
    const struct modify *change = (const void *)event; /* cancels begin alike */
    struct sim_waiting *waiting;

    if (event->type != EVENT_ORDER) {
        if (release(sim, index, change->order_id, INT64_MAX, event->time,
                    failure) != 0)
            return -1;
        return history_request(sim, index, event, failure);
    }
    waiting = array_grow(sim->waiting, &sim->waiting_capacity,
                         sim->waiting_count + 1UL, sizeof *waiting, failure);
    if (!waiting)
        return -1;
    sim->waiting = waiting;
    waiting[sim->waiting_count++] =
        (struct sim_waiting){index, *(const struct order *)(const void *)event};
    return 0;
}

/* The first that waits for an instrument and was sent till then, or 0. */
static uint64_t
first_waiting(const struct sim *sim, uint32_t index, int64_t sent)
{
    for (uint32_t i = 0; i < sim->waiting_count; i++)
        if (sim->waiting[i].index == index &&
            sim->waiting[i].order.event.time <= sent)
            return sim->waiting[i].order.order_id;
    return 0;
}

/* Those that were sent till then meet a price, one after the other, each what
 * is left of it. */
static int
meet(struct sim *sim, uint32_t index, struct offer *offer, int64_t sent,
     struct failure *failure)
{
    struct market *market = &sim->match.markets[index];
    uint64_t id;

    while ((id = first_waiting(sim, index, sent)) != 0) {
        if (make_offer(sim, market, offer, failure) != 0 ||
            release(sim, index, id, sent, offer->cause->time, failure) != 0)
            return -1;
        end_offer(sim, market, offer);
    }
    return 0;
}

/* A price is traded at: stops that it triggers meet it. */
static int
trigger(struct sim *sim, struct market *market, struct offer *offer,
        unsigned aggressor, int64_t quantity, struct failure *failure)
{
    const struct sim_print before = sim->print;
    int result = 0;

    if (market->stops)
        result = make_offer(sim, market, offer, failure);
    if (result == 0)
        result = history_traded(sim, market, offer->cause, aggressor,
                                offer->price, quantity ? quantity : 1, failure);
    end_offer(sim, market, offer);
    if (!quantity)
        sim->print = before; /* nobody saw a trade */
    return result;
}

/* ---- orders that rest ---------------------------------------------------- */

/* Own orders of a side get, at their own prices, of what was traded at a price
 * that touches them or goes through them. */
static int
touch(struct sim *sim, struct market *market, const struct event *event,
      enum side side, int64_t price, int64_t *quantity, struct failure *failure)
{
    const struct ladder *ladder = &market->book.sides[side - SIDE_BUY];
    const struct ladder *hidden =
        &market->book.ladders[PLACE_HIDDEN][side - SIDE_BUY];
    int64_t key = ladder_key(ladder, price);

    if (!sim->traded || market->state != SESSION_CONTINUOUS ||
        __builtin_add_overflow(key, sim->through, &key))
        return 0;
    assert(sim->through >= 0);
    while (*quantity > 0) {
        const struct ladder *from =
            hidden->best_key > ladder->best_key ? hidden : ladder;
        uint32_t number;
        int64_t part;

        if (from->best_key == KEY_NONE || from->best_key < key)
            return 0;
        number = books_level(&sim->match.books, from->best)->head;
        part = sim->match.books.orders[number].open;
        if (part > *quantity)
            part = *quantity;
        if (history_fill(sim, market, event, number, part, failure) != 0)
            return -1;
        *quantity -= part;
    }
    return 0;
}

/* ---- trades -------------------------------------------------------------- */

static int
on_price(struct sim *sim, uint32_t index, const struct event *event,
         unsigned side, int64_t price, int64_t quantity,
         struct failure *failure)
{
    struct market *market = &sim->match.markets[index];
    struct offer offer = {event, price, quantity, true, true, {0}};

    if (meet(sim, index, &offer, INT64_MAX, failure) != 0)
        return -1;
    if (side != SIDE_BUY && touch(sim, market, event, SIDE_BUY, price,
                                  &offer.quantity, failure) != 0)
        return -1;
    if (side != SIDE_SELL && touch(sim, market, event, SIDE_SELL, price,
                                   &offer.quantity, failure) != 0)
        return -1;
    return trigger(sim, market, &offer, side, quantity, failure);
}

static int
take_trade(struct sim *sim, uint32_t index, const struct event *event,
           struct failure *failure)
{
    const struct print *print = (const void *)event;
    const struct trade *trade = (const void *)event;

    if (history_pass(sim, index, event, failure) != 0)
        return -1;
    if (index >= sim->match.count)
        return 0;
    if (event->type == EVENT_PRINT && is_amount(print->quantity) &&
        print->price != DECIMAL_NULL &&
        !(print->conditions & (PRINT_AUCTION | PRINT_LATE)))
        return on_price(sim, index, event, print->side, print->price,
                        print->quantity, failure);
    if (event->type == EVENT_TRADE && trade->side)
        return on_price(sim, index, event, trade->side, trade->price,
                        trade->quantity, failure);
    if (event->type == EVENT_TRADE) /* of an auction: seen, and no more */
        sim->print = (struct sim_print){.price = trade->price,
                                        .quantity = trade->quantity};
    return 0;
}

/* ---- bars ---------------------------------------------------------------- */

/* What the high or the low of a bar triggers is filled there. */
static int
reach(struct sim *sim, struct market *market, struct offer *offer,
      int64_t price, bool high, struct failure *failure)
{
    offer->price = price;
    offer->buys = high;
    offer->sells = !high;
    return trigger(sim, market, offer, 0, 0, failure);
}

static int
on_bar(struct sim *sim, uint32_t index, const struct bar *bar,
       struct failure *failure)
{
    struct market *market = &sim->match.markets[index];
    i128 volume = amount_get(bar->volume);
    int64_t quantity = (int64_t)(volume < DECIMAL_MAX ? volume : DECIMAL_MAX);
    struct offer offer = {&bar->event, bar->open, quantity, true, true, {0}};

    if (meet(sim, index, &offer, bar->start, failure) != 0 ||
        trigger(sim, market, &offer, 0, 0, failure) != 0 ||
        touch(sim, market, &bar->event, SIDE_BUY, bar->low, &offer.quantity,
              failure) != 0 ||
        touch(sim, market, &bar->event, SIDE_SELL, bar->high, &offer.quantity,
              failure) != 0 ||
        reach(sim, market, &offer, bar->high, true, failure) != 0 ||
        reach(sim, market, &offer, bar->low, false, failure) != 0)
        return -1;
    market->last = bar->close;
    offer.price = bar->close;
    offer.buys = offer.sells = true;
    return meet(sim, index, &offer, INT64_MAX, failure);
}

/* Bars of one interval, each once: those of the first that came. */
static int
take_bar(struct sim *sim, uint32_t index, const struct event *event,
         struct failure *failure)
{
    const struct bar *bar = (const void *)event;
    struct sim_market *known;

    if (history_pass(sim, index, event, failure) != 0)
        return -1;
    if (event->type != EVENT_BAR || index >= sim->match.count ||
        bar->open == DECIMAL_NULL || bar->high == DECIMAL_NULL ||
        bar->low == DECIMAL_NULL || bar->close == DECIMAL_NULL)
        return 0;
    known = &sim->markets[index];
    if (known->interval == 0) {
        known->interval = bar->interval;
        known->until = INT64_MIN;
    }
    if (bar->interval != known->interval || bar->start < known->until)
        return 0;
    known->until = bar->start + 1;
    return on_bar(sim, index, bar, failure);
}

const struct sim_model sim_trades = {
    .name = "trades",
    .prices = true,
    .event = take_trade,
    .request = request,
};

const struct sim_model sim_bars = {
    .name = "bars",
    .prices = true,
    .event = take_bar,
    .request = request,
};
