#include "sim/history.h"

#include <assert.h>

#include "match/finish.h"
#include "match/report.h"
#include "match/rules.h"
#include "match/special.h"
#include "match/stop.h"

/* ---- own orders that rest ------------------------------------------------ */

int
history_fill(struct sim *sim, struct market *market, const struct event *event,
             uint32_t number, int64_t quantity, struct failure *failure)
{
    struct books *books = &sim->match.books;
    struct taker taker = {.cause = event};
    struct resting *order;

    if (books_reserve(books, failure) != 0)
        return -1; /* a new peak may need a level */
    order = &books->orders[number];
    taker.side = order->side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
    assert(quantity > 0 && quantity <= order->open);
    emit_trade(&sim->match, market, &taker, order, quantity);
    if (quantity == order->open && !order->special) {
        book_remove(books, &market->book,
                    books_slot(books, order->book, order->order_id), number);
        return 0;
    }
    book_reduce(books, number, quantity);
    if (order->open == 0 && !match_refill(&sim->match, market, number))
        match_remove(&sim->match, market, number);
    return 0;
}

/* ---- history's orders ---------------------------------------------------- */

void
history_drop(struct sim *sim, struct market *market, uint32_t number)
{
    struct books *books = &sim->match.books;
    const struct resting *order = &books->orders[number];

    book_remove(books, &market->book,
                books_slot(books, order->book, order->order_id), number);
}

uint32_t
history_enter(struct sim *sim, struct market *market,
              const struct history_order *entered, struct failure *failure)
{
    struct books *books = &sim->match.books;
    const struct order order = {
        .event = *entered->event,
        .side = (uint8_t)entered->side,
        .order_id = entered->order_id ? entered->order_id
                                      : HISTORY_LEVEL_FIRST + sim->level++,
        .price = entered->price,
        .quantity = entered->quantity,
    };
    uint32_t known = books_find(books, market->book.number, order.order_id);

    assert(entered->quantity > 0);
    if (known)
        history_drop(sim, market, known);
    if (books_reserve(books, failure) != 0)
        return 0;
    return match_enter_plain(
        &sim->match, market, &order, TIF_GTC, order.quantity,
        books_slot(books, market->book.number, order.order_id));
}

/* ---- what else there is in a history ------------------------------------- */

enum sim_verdict
history_judge(const struct sim *sim, const struct market *market,
              uint32_t number, const struct book_order *event)
{
    const struct books *books = &sim->match.books;
    const struct resting *order;
    const struct ladder *ladder;

    if (!number)
        return SIM_UNKNOWN;
    order = &books->orders[number];
    ladder = &market->book.sides[order->side - SIDE_BUY];
    if (event->price != DECIMAL_NULL && event->price != order->price)
        return SIM_PRICE;
    if (event->quantity > order->open)
        return SIM_SHORT;
    return books_level(books, ladder->best)->head == number ? SIM_FIRST
                                                            : SIM_LATER;
}

int
history_traded(struct sim *sim, struct market *market,
               const struct event *event, enum side aggressor, int64_t price,
               int64_t quantity, struct failure *failure)
{
    assert(quantity > 0 && price != DECIMAL_NULL);
    sim->print.side = (uint8_t)aggressor;
    sim->print.price = price;
    sim->print.quantity = quantity;
    market->last = price;
    if (market->stops == 0 || market->state != SESSION_CONTINUOUS)
        return 0;
    if (history_remember(sim, market, 0, failure) != 0 ||
        match_traded(&sim->match, market, failure) != 0 ||
        (sim->match.busy &&
         match_finish(&sim->match, market, event, failure) != 0))
        return -1;
    return history_settle(sim, market, failure);
}

/* Own orders take no part in auctions, which history knows the result of: for
 * them it is a halt. */
static int
on_session(struct sim *sim, uint32_t index, const struct session *event,
           struct failure *failure)
{
    struct session session = *event;

    if (session.state == SESSION_PRE_OPEN ||
        session.state == SESSION_OPENING_AUCTION ||
        session.state == SESSION_CLOSING_AUCTION)
        session.state = SESSION_HALT;
    return match_event(&sim->match, index, &session.event, failure);
}

int
history_pass(struct sim *sim, uint32_t index, const struct event *event,
             struct failure *failure)
{
    const struct event clock = {sizeof clock / 8, EVENT_CLOCK, 0, event->time};

    if (event->type == EVENT_SESSION)
        return on_session(sim, index, (const void *)event, failure);
    if (sim->match.next_expiry > event->time)
        return 0;
    return match_event(&sim->match, MATCH_NO_MARKET, &clock, failure);
}
