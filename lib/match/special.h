/* special.h - special orders: what they have beyond a limit and a
 * quantity, where they stand, and the counts that depend on it; private to
 * match*.c.
 *
 * Plain orders, which have no extra, are the business of book.h alone; the
 * functions here take both.
 */
#ifndef MATCH_SPECIAL_H
#define MATCH_SPECIAL_H

#include "match/match.h"

/* Makes room for one more special order. */
int match_reserve(struct match *match, struct failure *failure);

/* A new order that stands nowhere yet, with all that is open in its open; in
 * the form in which it was understood.  match_reserve has made room. */
uint32_t match_hold(struct match *match, struct market *market,
                    const struct order *order, uint8_t order_type,
                    uint8_t time_in_force);

/* Puts an order that stands nowhere at the end of its queue: where it rests,
 * an iceberg with a fresh peak, or where it waits. */
void match_place(struct match *match, struct market *market, uint32_t order,
                 enum book_place place, int64_t price);

/* Takes an order away from where it stands; all that is open of it is then in
 * its open. */
void match_displace(struct match *match, struct market *market, uint32_t order);

/* Makes an order, wherever it stands, one that never was. */
void match_drop(struct match *match, struct market *market, uint32_t order);

/* Leaves so much open, which is no more than was, at the same place in the
 * queue.  What an iceberg shows goes last. */
void match_shrink(struct match *match, struct market *market, uint32_t order,
                  int64_t open);

/* Lets an iceberg show a fresh peak where it stands, of so much open. */
void match_show(struct match *match, struct market *market, uint32_t order,
                int64_t open);

/* Lets an iceberg show so much where it stands, and nothing more is open than
 * was. */
void match_show_only(struct match *match, struct market *market, uint32_t order,
                     int64_t visible);

/* Lets an iceberg whose peak is used up show the next one, at the end of its
 * queue; false when there is no more. */
bool match_refill(struct match *match, struct market *market, uint32_t order);

/* Where an order with a limit rests. */
enum book_place match_rest_place(const struct match *match, uint32_t order);

/* Whether one owner stands behind two accounts. */
bool match_same_group(const struct match *match, uint64_t account,
                      uint64_t other);

static inline bool
match_same_owner(const struct match *match, uint64_t account, uint64_t other)
{
    return account &&
           (account == other ||
            (match->members.count && match_same_group(match, account, other)));
}

/* An account says which group it belongs to. */
int match_account(struct match *match, const struct account *account,
                  struct failure *failure);

/* So much more is wanted at a limit, in the book or hidden. */
static inline void
match_want(struct match *match, struct market *market, uint32_t order,
           int64_t quantity)
{
    const struct resting *resting = &match->books.orders[order];

    if (market->has_curve && resting->place <= PLACE_HIDDEN)
        curve_add(&match->curves, &market->curve, resting->side - SIDE_BUY,
                  resting->price, quantity);
}

static inline bool
is_collecting(const struct market *market)
{
    return market->state == SESSION_PRE_OPEN ||
           market->state == SESSION_OPENING_AUCTION ||
           market->state == SESSION_CLOSING_AUCTION;
}

static inline uint8_t
self_trade_mode(const struct match *match, uint8_t mode)
{
    return mode ? mode : match->self_trade;
}

#endif
