/* own.h - what a strategy has in the market: its orders, and what it holds.
 *
 * Own orders are numbered as their order ids, SIM_OWN_FIRST + number, over all
 * strategies.  Memory: 64 bytes for each order ever sent, and about 150 for
 * each instrument that a strategy knows.
 */
#ifndef BACKTEST_OWN_H
#define BACKTEST_OWN_H

#include <stdbool.h>

#include "base/failure.h"
#include "base/map.h"
#include "ledger/holding.h"
#include "tape/event.h"

#define OWN_NONE UINT32_MAX

struct own_order {
    uint64_t client_id;
    int64_t price, left; /* its limit, or null; what is open */
    uint32_t index;      /* of its instrument */
    uint32_t place;      /* among the live ones of its position */
    uint16_t strategy;   /* number */
    uint8_t side;
    bool live;
};

struct own_position {
    struct holding holding;
    i128 fees;
    int64_t last;   /* the price of its last fill, or null */
    uint32_t *live; /* own orders, in no order; owned */
    uint32_t live_count;
    size_t live_capacity;
};

/* What all strategies of a run share. */
struct own_orders {
    struct own_order *orders; /* owned */
    uint32_t count;
    size_t capacity;
};

/* What one has; zeroed: nothing. */
struct own {
    struct map clients;             /* client id -> its newest order */
    struct own_position *positions; /* by instrument index; owned */
    uint32_t position_count;
    size_t position_capacity;
};

void own_orders_free(struct own_orders *orders);
void own_free(struct own *own);

/* The position of an instrument, made when there is none; NULL without
 * memory. */
struct own_position *own_position(struct own *own, uint32_t index,
                                  struct failure *failure);

/* A new order with the next number, not live; OWN_NONE without memory. */
uint32_t own_order_new(struct own_orders *orders, struct own *own,
                       const struct own_order *order, struct failure *failure);

/* The order becomes live, or ends.  0, or -1 without memory. */
int own_order_live(struct own_orders *orders, struct own *own, uint32_t number,
                   struct failure *failure);
void own_order_end(struct own_orders *orders, struct own *own, uint32_t number);

/* What trading costs a strategy, as xledger(1) books it. */
struct own_fees {
    int64_t maker, taker; /* share of the notional; below 0: a rebate */
};

/* The part of the fee schedule that a trade falls under. */
enum own_role { OWN_MAKER, OWN_TAKER, OWN_AUCTION };

/* One side of a trade: the position moves; quantity is signed (+: bought), 0 if
 * the other side is the same account, as in a ledger.  False: a number would
 * leave its range, and nothing changed. */
bool own_fill(struct own_position *position, int64_t price, int64_t quantity,
              int64_t multiplier, i128 fee);

/* The fee of that much; false: beyond the range. */
bool own_fee(const struct own_fees *fees, enum own_role role, int64_t price,
             int64_t quantity, int64_t multiplier, i128 *fee);

/* realized + unrealized - fees, at that price (null: the last fill's); false:
 * beyond the range. */
bool own_equity(const struct own_position *position, int64_t price,
                int64_t multiplier, i128 *equity);

#endif
