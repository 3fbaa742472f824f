/* flow_book.h - the small book that makes generated orders plausible.
 *
 * The generator must cancel orders that are still there and cross prices that
 * somebody quotes.  So it keeps what a market with price-time priority would
 * hold after its own orders, for one instrument, in a window of FLOW_LEVELS
 * ticks around a slowly moving middle:
 *
 *      base                middle               base + FLOW_LEVELS
 *      |  buy orders ....    |    .... sell orders  |
 *
 * A level holds orders of one side, oldest first, at most FLOW_LEVEL_ORDERS.
 * Level n of the arrays is tick n modulo FLOW_LEVELS, so moving the window
 * moves no order; the level that falls out must be empty first.
 *
 * Quantities are in lots, prices in ticks.  16.3 KiB, nothing allocated.
 */
#ifndef GEN_FLOW_BOOK_H
#define GEN_FLOW_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#include "tape/enums.h"

#define FLOW_LEVELS       32
#define FLOW_LEVEL_ORDERS 32
#define FLOW_TICK_MIN     64        /* the window never begins below */
#define FLOW_TICK_MAX     (1 << 20) /* nor ends above */
#define FLOW_NO_TICK      INT64_MIN

struct flow_order {
    uint64_t id;
    uint32_t lots, account;
};

/* Where an order is: its level and its place in the queue. */
struct flow_place {
    unsigned level, index;
};

struct flow_book {
    int64_t base;     /* lowest tick of the window */
    int drift;        /* -1, 0, 1: where the window wants to move */
    uint32_t live;    /* orders held */
    uint32_t held[3]; /* by side: bit n is set when level n holds some */
    uint8_t counts[FLOW_LEVELS];
    struct flow_order orders[FLOW_LEVELS][FLOW_LEVEL_ORDERS];
};

/* Best tick of a side; FLOW_NO_TICK when it is empty. */
int64_t flow_book_best(const struct flow_book *book, unsigned side);

/* The tick at which an order of the side can rest, distance ticks from the
 * middle or farther, without crossing; FLOW_NO_TICK when there is none. */
int64_t flow_book_resting(const struct flow_book *book, unsigned side,
                          unsigned distance);

/* True when the level of a tick can take one more order. */
bool flow_book_has_room(const struct flow_book *book, int64_t tick);

/* Adds an order at the back of its level, which has room. */
void flow_book_add(struct flow_book *book, unsigned side, int64_t tick,
                   struct flow_order order);

/* Trades up to lots against the other side, at limit or better, best first
 * and oldest first; the lots that are left.  FLOW_NO_TICK: no limit. */
uint32_t flow_book_take(struct flow_book *book, unsigned side, int64_t limit,
                        uint32_t lots);

/* Some order, by two random parts.  The book is not empty. */
struct flow_place flow_book_pick(const struct flow_book *book, uint64_t *bits);

/* True when the window wants to move, but orders at its edge are in the way;
 * and one of these. */
bool flow_book_is_stuck(const struct flow_book *book);
struct flow_place flow_book_in_way(const struct flow_book *book);

struct flow_order flow_book_remove(struct flow_book *book,
                                   struct flow_place place);

static inline unsigned
flow_book_side(const struct flow_book *book, unsigned level)
{
    return book->held[SIDE_BUY] >> level & 1 ? SIDE_BUY : SIDE_SELL;
}

/* Lets the window move by one tick if it wants to and can. */
void flow_book_move(struct flow_book *book);

#endif
