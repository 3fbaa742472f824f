#include "sim/history.h"

#include <assert.h>

#include "feed/order.h"
#include "match/finish.h"
#include "match/report.h"
#include "match/rules.h"
#include "match/special.h"
#include "match/stop.h"

/* ---- own orders get their part ------------------------------------------- */

/* The first own order that is shown, before a maker or a price. */
static uint32_t
first_shown(const struct sim *sim, const struct market *market, enum side side,
            int64_t price, uint32_t maker, bool equal)
{
    const struct books *books = &sim->match.books;
    const struct ladder *ladder = &market->book.sides[side - SIDE_BUY];
    int64_t key = ladder_key(ladder, price);
    struct ladder_place place;
    uint32_t level = ladder_first(&books->pool, ladder, &place);

    for (; level; level = ladder_next(&books->pool, &place)) {
        const struct level *at = books_level(books, level);
        int64_t here = ladder_key(ladder, at->price);

        if (here < key || (here == key && !maker && !equal))
            return 0;
        for (uint32_t order = at->head; order && order != maker;
             order = books->orders[order].newer)
            if (sim_is_own(books->orders[order].order_id))
                return order;
        if (here == key)
            return 0;
    }
    return 0;
}

/* The own order that comes next; what is hidden is own, and comes after all
 * that is shown at its price. */
static uint32_t
first_own(const struct sim *sim, const struct market *market, enum side side,
          int64_t price, uint32_t maker, bool equal)
{
    const struct books *books = &sim->match.books;
    const struct ladder *hidden =
        &market->book.ladders[PLACE_HIDDEN][side - SIDE_BUY];
    uint32_t shown = first_shown(sim, market, side, price, maker, equal);
    int64_t key = shown ? ladder_key(hidden, books->orders[shown].price)
                        : ladder_key(hidden, price);

    assert(side == SIDE_BUY || side == SIDE_SELL);
    if (market->unshown && hidden->best_key > key)
        return books_level(books, hidden->best)->head;
    return shown;
}

/* Own orders get what they would have, of a quantity that history gave to an
 * order at that price of that side.  maker: its number, and who is before it
 * in its queue comes first; 0: no order that is known, and equal says whether
 * own ones at the same price come first. */
static int
give(struct sim *sim, struct market *market, const struct event *event,
     enum side side, int64_t price, uint32_t maker, bool equal,
     int64_t quantity, struct failure *failure)
{
    uint32_t number;

    if (!sim->traded || market->state != SESSION_CONTINUOUS)
        return 0;
    while (quantity > 0 &&
           (number = first_own(sim, market, side, price, maker, equal)) != 0) {
        int64_t open = sim->match.books.orders[number].open;
        int64_t part = open < quantity ? open : quantity;

        if (history_fill(sim, market, event, number, part, failure) != 0)
            return -1;
        quantity -= part;
    }
    return 0;
}

/* ---- history's orders ---------------------------------------------------- */

static int
enter(struct sim *sim, struct market *market, const struct book_order *event,
      uint64_t order_id, struct failure *failure)
{
    const struct history_order order = {
        .event = &event->event,
        .side = event->side,
        .order_id = order_id,
        .price = event->price,
        .quantity = event->quantity,
    };

    return history_enter(sim, market, &order, failure) ? 0 : -1;
}

static int
on_add(struct sim *sim, struct market *market, const struct book_order *event,
       uint64_t order_id, struct failure *failure)
{
    enum side other = event->side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;

    if (feed_check(event->side, event->price, event->quantity, failure) != 0 ||
        give(sim, market, &event->event, other, event->price, 0, true,
             event->quantity, failure) != 0)
        return -1;
    return enter(sim, market, event, order_id, failure);
}

/* What stands at a price without being known by id, or 0. */
static uint32_t
find_level(const struct sim *sim, const struct market *market,
           const struct book_order *event)
{
    const struct books *books = &sim->match.books;
    uint32_t level, order;

    if (event->side == 0 || event->price == DECIMAL_NULL)
        return 0;
    level = ladder_find(&books->pool, &market->book.sides[event->side - 1],
                        event->price);
    order = level ? books_level(books, level)->head : 0;
    while (order && !history_is_level(books->orders[order].order_id))
        order = books->orders[order].newer;
    return order;
}

/* The order that an event is about: by its id, else what is unknown at its
 * price; 0: own orders took it.  False: it was never announced, and nothing is
 * known to stand where it did. */
static bool
find_order(struct sim *sim, const struct market *market,
           const struct book_order *event, uint32_t *number)
{
    *number = event->order_id ? books_find(&sim->match.books,
                                           market->book.number, event->order_id)
                              : 0;
    if (*number || map_remove(&sim->taken, event->order_id) != MAP_NONE)
        return true;
    sim->unknown += event->order_id != 0;
    *number = find_level(sim, market, event);
    return *number || event->order_id == 0;
}

/* Takes up to a quantity from an order of history; what is not there any more
 * was taken by own orders. */
static void
take_from(struct sim *sim, struct market *market, uint32_t number,
          int64_t quantity)
{
    int64_t open = number ? sim->match.books.orders[number].open : 0;

    assert(quantity >= 0 && market->book.number < sim->match.count);
    if (quantity > open && sim->traded) {
        sim->missing++;
        sim->missing_quantity += quantity - open;
    }
    if (number && quantity >= open)
        history_drop(sim, market, number);
    else if (number)
        book_reduce(&sim->match.books, number, quantity);
}

static int
on_reduce(struct sim *sim, struct market *market,
          const struct book_order *event, struct failure *failure)
{
    uint32_t number;

    if (!find_order(sim, market, event, &number))
        return 0;
    if (feed_check_quantity(event->quantity, failure) != 0)
        return -1;
    take_from(sim, market, number, event->quantity);
    return 0;
}

static int
on_delete(struct sim *sim, struct market *market,
          const struct book_order *event, struct failure *failure)
{
    uint32_t number;

    (void)failure;
    assert(event->event.type == EVENT_BOOK_DELETE);
    if (!find_order(sim, market, event, &number) || !number)
        return 0;
    if (!history_is_level(sim->match.books.orders[number].order_id))
        history_drop(sim, market, number);
    else if (event->quantity > 0)
        take_from(sim, market, number, event->quantity);
    return 0;
}

static int
on_replace(struct sim *sim, struct market *market,
           const struct book_replace *event, struct failure *failure)
{
    uint32_t number =
        books_find(&sim->match.books, market->book.number, event->order_id);
    struct book_order added = {
        .event = event->event,
        .side = event->side,
        .price = event->price,
        .quantity = event->quantity,
        .received = event->received,
    };

    if (number && !added.side)
        added.side = sim->match.books.orders[number].side;
    if (number)
        history_drop(sim, market, number);
    else if (map_remove(&sim->taken, event->order_id) == MAP_NONE ||
             !added.side)
        sim->unknown++;
    if (!added.side && !number)
        return 0; /* nobody knows where it goes */
    return on_add(sim, market, &added,
                  event->new_order_id ? event->new_order_id : event->order_id,
                  failure);
}

/* ---- trades -------------------------------------------------------------- */

static int
on_execute(struct sim *sim, struct market *market,
           const struct book_order *event, struct failure *failure)
{
    uint32_t number;
    bool known = find_order(sim, market, event, &number);
    const struct resting *order =
        number ? &sim->match.books.orders[number] : NULL;
    enum side side = order ? order->side : event->side;
    int64_t price = order ? order->price : event->price;

    if (feed_check_quantity(event->quantity, failure) != 0)
        return -1;
    sim->print.verdict = history_judge(sim, market, number, event);
    if (side && price != DECIMAL_NULL &&
        give(sim, market, &event->event, side, price, number, false,
             event->quantity, failure) != 0)
        return -1;
    if (known)
        take_from(sim, market, number, event->quantity);
    if (!side || price == DECIMAL_NULL)
        return 0;
    return history_traded(sim, market, &event->event,
                          side == SIDE_BUY ? SIDE_SELL : SIDE_BUY, price,
                          event->quantity, failure);
}

/* What was hidden traded: all that is shown at its price comes first. */
static int
on_print(struct sim *sim, struct market *market, const struct print *event,
         struct failure *failure)
{
    bool auction = event->conditions & (PRINT_AUCTION | PRINT_LATE);

    if (!is_amount(event->quantity) || event->price == DECIMAL_NULL)
        return 0;
    if (event->side && !auction &&
        give(sim, market, &event->event,
             event->side == SIDE_BUY ? SIDE_SELL : SIDE_BUY, event->price, 0,
             true, event->quantity, failure) != 0)
        return -1;
    return history_traded(sim, market, &event->event, event->side, event->price,
                          event->quantity, failure);
}

/* ---- events -------------------------------------------------------------- */

static int
take(struct sim *sim, uint32_t index, const struct event *event,
     struct failure *failure)
{
    struct market *market =
        index < sim->match.count ? &sim->match.markets[index] : NULL;
    const void *at = event;

    if (history_pass(sim, index, event, failure) != 0)
        return -1;
    if (!market)
        return 0;
    switch (event->type) {
    case EVENT_BOOK_ADD:
        return on_add(sim, market, at,
                      ((const struct book_order *)at)->order_id, failure);
    case EVENT_BOOK_REDUCE: return on_reduce(sim, market, at, failure);
    case EVENT_BOOK_DELETE: return on_delete(sim, market, at, failure);
    case EVENT_BOOK_EXECUTE: return on_execute(sim, market, at, failure);
    case EVENT_BOOK_REPLACE: return on_replace(sim, market, at, failure);
    case EVENT_PRINT: return on_print(sim, market, at, failure);
    default: return 0;
    }
}

const struct sim_model sim_facts = {
    .name = "facts",
    .event = take,
    .request = history_request,
};
