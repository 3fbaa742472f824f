/* order.h - the orders and levels of a feed; private to feed*.c.
 */
#ifndef FEED_ORDER_H
#define FEED_ORDER_H

#include "feed/feed.h"

/* The number of a known order, or MAP_NONE. */
static inline uint32_t
feed_find(const struct feed_book *book, uint64_t order_id)
{
    return order_id ? map_get(&book->orders, order_id) : MAP_NONE;
}

/* -1 with a failure of class data unless there is a side, a price and a
 * quantity that a tape may hold. */
int feed_check(unsigned side, int64_t price, int64_t quantity,
               struct failure *failure);

/* Enters an order with these values, shown or waiting; an older one with the
 * same id goes.  Id 0 adds to its level only. */
int feed_enter(struct feed *feed, struct feed_book *book, uint64_t order_id,
               const struct feed_order *order, struct failure *failure);

/* Removes an order if it is known. */
void feed_remove(struct feed *feed, struct feed_book *book, uint64_t order_id);

/* Changes what is open and shown of the order with that number; something
 * stays open. */
int feed_change(struct feed *feed, struct feed_book *book, uint32_t number,
                int64_t open, int64_t shown, struct failure *failure);

/* Shows all orders that waited for the close. */
int feed_join_close(struct feed *feed, struct feed_book *book,
                    struct failure *failure);

/* Takes at most quantity from a level; one without anything goes. */
void feed_take_level(struct feed *feed, struct feed_book *book, unsigned side,
                     int64_t price, int64_t quantity, bool order_gone);

/* Applies what xmatch says, or how a session goes on. */
int feed_apply_fact(struct feed *feed, struct feed_book *book,
                    const struct event *event, struct failure *failure);

#endif
