/* The matching engine: own orders are orders like all others.
 *
 * To see how well it plays the history of a market order by order
 * (sim->checks), that is turned into requests: what was added is an order, and
 * what was executed is the reason for one that takes as much at that price, of
 * whoever is first then. */
#include <assert.h>

#include "sim/history.h"
#include "tape/schema.h"

static int
play_order(struct sim *sim, uint32_t index, const struct history_order *played,
           enum time_in_force time_in_force, struct failure *failure)
{
    struct order order;

    event_init(&order, EVENT_ORDER);
    order.event.instrument = played->event->instrument;
    order.event.time = played->event->time;
    order.order_id = played->order_id ? played->order_id
                                      : HISTORY_LEVEL_FIRST + sim->level++;
    order.side = (uint8_t)played->side;
    order.time_in_force = (uint8_t)time_in_force;
    order.price = played->price;
    order.quantity = played->quantity;
    return match_event(&sim->match, index, &order.event, failure);
}

static int
play_cancel(struct sim *sim, uint32_t index, const struct event *event,
            uint64_t order_id, int64_t quantity, struct failure *failure)
{
    struct cancel cancel;

    if (order_id == 0)
        return 0;
    event_init(&cancel, EVENT_CANCEL);
    cancel.event.instrument = event->instrument;
    cancel.event.time = event->time;
    cancel.order_id = order_id;
    cancel.quantity = quantity;
    return match_event(&sim->match, index, &cancel.event, failure);
}

static int
play_execution(struct sim *sim, uint32_t index, const struct book_order *event,
               struct failure *failure)
{
    const struct books *books = &sim->match.books;
    const struct market *market = &sim->match.markets[index];
    uint32_t number = event->order_id ? books_find(books, market->book.number,
                                                   event->order_id)
                                      : 0;
    const struct resting *maker = number ? &books->orders[number] : NULL;
    unsigned side = maker ? maker->side : event->side;
    struct history_order taker = {
        .event = &event->event,
        .side = side == SIDE_BUY ? SIDE_SELL : SIDE_BUY,
        .price = maker ? maker->price : event->price,
        .quantity = event->quantity,
    };

    sim->print.verdict = history_judge(sim, market, number, event);
    if (side == 0 || taker.price == DECIMAL_NULL)
        return 0;
    return play_order(sim, index, &taker, TIF_IOC, failure);
}

static int
play_replace(struct sim *sim, uint32_t index, const struct book_replace *event,
             struct failure *failure)
{
    const struct books *books = &sim->match.books;
    uint32_t number = books_find(books, sim->match.markets[index].book.number,
                                 event->order_id);
    const struct history_order order = {
        .event = &event->event,
        .side = event->side ? event->side
                : number    ? books->orders[number].side
                            : 0,
        .order_id = event->new_order_id ? event->new_order_id : event->order_id,
        .price = event->price,
        .quantity = event->quantity,
    };

    if (play_cancel(sim, index, &event->event, event->order_id, DECIMAL_NULL,
                    failure) != 0)
        return -1;
    return order.side ? play_order(sim, index, &order, TIF_GTC, failure) : 0;
}

static int
play(struct sim *sim, uint32_t index, const struct event *event,
     struct failure *failure)
{
    const struct book_order *at = (const void *)event;
    const struct history_order added = {
        .event = event,
        .side = at->side,
        .order_id = at->order_id,
        .price = at->price,
        .quantity = at->quantity,
    };

    assert(sim->checks && index < sim->match.count);
    switch (event->type) {
    case EVENT_BOOK_ADD:
        return play_order(sim, index, &added, TIF_GTC, failure);
    case EVENT_BOOK_REDUCE:
        return play_cancel(sim, index, event, at->order_id, at->quantity,
                           failure);
    case EVENT_BOOK_DELETE:
        return play_cancel(sim, index, event, at->order_id, DECIMAL_NULL,
                           failure);
    case EVENT_BOOK_EXECUTE: return play_execution(sim, index, at, failure);
    default: return play_replace(sim, index, (const void *)event, failure);
    }
}

static int
take(struct sim *sim, uint32_t index, const struct event *event,
     struct failure *failure)
{
    const struct print *print = (const void *)event;

    assert(sim->print.quantity == 0);
    if (sim->checks && index < sim->match.count &&
        event->type >= EVENT_BOOK_ADD && event->type <= EVENT_BOOK_REPLACE)
        return play(sim, index, event, failure);
    if (event->type == EVENT_PRINT && print->price != DECIMAL_NULL)
        sim->print = (struct sim_print){.side = print->side,
                                        .price = print->price,
                                        .quantity = print->quantity};
    return match_event(&sim->match, index, event, failure);
}

const struct sim_model sim_flow = {
    .name = "flow",
    .replaces = true,
    .event = take,
    .request = take,
};
