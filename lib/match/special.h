/* special.h - where orders stand, and what special orders have beyond a limit
 * and a quantity.
 *
 * A plain order has no extra and stands in the book; most events know nothing
 * else and need only book.h.  The functions here take both kinds, and keep the
 * market's counts, its curve and the reserves of icebergs up to date.
 */
#ifndef MATCH_SPECIAL_H
#define MATCH_SPECIAL_H

#include "match/match.h"

/* Fills in what any new order has in the books, except its place.  Field by
 * field: a struct made first and copied then would be read before its parts
 * have been written, which stalls. */
static inline __attribute__((always_inline)) void
match_fill(struct resting *to, const struct market *market,
           const struct order *order, uint8_t order_type, uint8_t time_in_force,
           int64_t open)
{
    to->order_id = order->order_id;
    to->account_id = order->account_id;
    to->client_order_id = order->client_order_id;
    to->price = order->price;
    to->open = open;
    to->book = market->book.number;
    to->side = order->side;
    to->time_in_force = time_in_force;
    to->self_trade = order->self_trade & 15U;
    to->order_type = order_type & 15U;
    to->flags = order->flags & 7U;
    to->special = 0;
    to->place = PLACE_BOOK;
}

/* Enters a plain order into the book, with open left of it, at the end of its
 * queue; slot is that of its id.  books_reserve made room. */
static inline __attribute__((always_inline)) uint32_t
match_enter_plain(struct match *match, struct market *market,
                  const struct order *order, uint8_t time_in_force,
                  int64_t open, uint32_t *slot)
{
    struct books *books = &match->books;
    uint32_t number = books_new(books);

    match_fill(&books->orders[number], market, order, ORDER_LIMIT,
               time_in_force, open);
    books->rests[number].strategy_id = order->strategy_id;
    books->rests[number].quantity = order->quantity;
    books->ages[number] = ++match->accepted;
    books_link(books, slot, number);
    books_append(books, &market->book.sides[order->side - SIDE_BUY], number,
                 order->price, open);
    return number;
}

/* Makes room for one more special order.  0, or -1 if out of memory. */
int match_reserve(struct match *match, struct failure *failure);

/* A new special order, of the type and time in force as which it was
 * understood.  It stands nowhere yet; its open is all of its quantity.
 * match_reserve made room. */
uint32_t match_hold(struct match *match, struct market *market,
                    const struct order *order, uint8_t order_type,
                    uint8_t time_in_force);

/* Puts an order that stands nowhere at the end of a queue: where it rests, an
 * iceberg with a fresh peak, or where it waits. */
void match_place(struct match *match, struct market *market, uint32_t order,
                 enum book_place place, int64_t price);

/* Takes an order from where it stands; all that is open of it is then in its
 * open. */
void match_displace(struct match *match, struct market *market, uint32_t order);

/* Removes an order, wherever it stands, and forgets it. */
void match_remove(struct match *match, struct market *market, uint32_t order);

/* Leaves less open, or as much, at the same place in the queue.  Reserves are
 * cut before what an iceberg shows. */
void match_shrink(struct match *match, struct market *market, uint32_t order,
                  int64_t open);

/* Lets a special order in its queue show a fresh peak of what is open. */
void match_show(struct match *match, struct market *market, uint32_t order,
                int64_t open);

/* Lets it show that much, with as much open as before. */
void match_show_only(struct match *match, struct market *market, uint32_t order,
                     int64_t visible);

/* Lets an iceberg whose peak is used up show the next one, at the end of its
 * queue; false if it has no reserve. */
bool match_refill(struct match *match, struct market *market, uint32_t order);

/* Where an order with a limit rests. */
enum book_place match_rest_place(const struct match *match, uint32_t order);

/* More, or less, is wanted at the limit of an order in the book or hidden: an
 * auction's curve follows. */
static inline void
match_want(struct match *match, struct market *market, uint32_t order,
           int64_t quantity)
{
    const struct resting *resting = &match->books.orders[order];

    if (market->has_curve && resting->place <= PLACE_HIDDEN)
        curve_add(&match->curves, &market->curve, resting->side - SIDE_BUY,
                  resting->price, quantity);
}

#endif
