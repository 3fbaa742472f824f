/* flow.h - order flow or trades, generated from a seed.
 *
 * The same plan gives the same events on every machine.  First come the
 * definitions: instruments, accounts, a deposit for each, the session opens;
 * all at the time of start.  Then plan->events events of the kind asked for,
 * at times that do not step back.
 *
 * Orders: 55 % are adds that rest near a slowly moving price, 32 % cancel and
 * 3 % modify an order that is still there, 10 % trade: IOC, market and
 * crossing limit orders.  "Still there" is by price-time priority, see
 * flow_book.h; a market that matches otherwise will not know some of them.
 *
 * Memory: 16.3 KiB an instrument for orders, 16 bytes for trades.
 */
#ifndef GEN_FLOW_H
#define GEN_FLOW_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "tape/event.h"

#define FLOW_SYMBOLS_MAX  1000000
#define FLOW_ACCOUNTS_MAX 100000000
#define FLOW_DEPTH_MIN    64 /* the window's width sets these */
#define FLOW_DEPTH_MAX    224
#define FLOW_LOTS_MAX     128 /* in one order or trade */
#define FLOW_EVENT_MAX    192 /* bytes */

enum flow_kind { FLOW_ORDERS = 0, FLOW_TRADES, FLOW_PRINTS };

struct flow_plan {
    enum flow_kind kind;
    uint64_t seed;
    uint64_t events;             /* orders, trades or prints */
    uint64_t symbols, accounts;  /* from 1 to their maximum */
    uint64_t depth;              /* orders resting in a book, about */
    uint64_t rate;               /* events in a second of event time, > 0 */
    int64_t start;               /* time of the first event */
    int64_t deposit;             /* to each account, 10^-8; 0: none */
    int64_t tick_size, lot_size; /* 10^-8, > 0 */
};

struct flow;

/* NULL with a failure of class usage if the plan would leave the range of
 * prices, quantities or times. */
struct flow *flow_new(const struct flow_plan *plan, struct failure *failure);
void flow_destroy(struct flow *flow);

/* Writes the next event to room for FLOW_EVENT_MAX bytes, 8-aligned; its size,
 * or 0 after the last. */
size_t flow_next(struct flow *flow, void *room);

#endif
