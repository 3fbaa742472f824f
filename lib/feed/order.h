/* order.h - the orders and levels of a feed, for the files of this room. */
#ifndef FEED_ORDER_H
#define FEED_ORDER_H

#include "feed/feed.h"

/* The number of a known order, or MAP_NONE. */
static inline uint32_t
feed_find(const struct feed_book *book, uint64_t order_id)
{
    return order_id ? map_get(&book->orders, order_id) : MAP_NONE;
}

/* Whether the best orders of both sides could trade. */
static inline bool
feed_is_crossed(const struct feed_book *book)
{
    return book->sides[0].best_key != KEY_NONE &&
           book->sides[1].best_key != KEY_NONE &&
           book->sides[0].best_key >= -book->sides[1].best_key;
}

/* 0, or -1 with a failure of class data unless a quantity is above 0 and
 * within the format; the same with a side and a price. */
int feed_check_quantity(int64_t quantity, struct failure *failure);
int feed_check(unsigned side, int64_t price, int64_t quantity,
               struct failure *failure);

/* Enters an order with these values, shown or waiting; it takes the place of a
 * known one with the same id.  Id 0 only adds to its level. */
int feed_enter(struct feed *feed, struct feed_book *book, uint64_t order_id,
               const struct feed_order *order, struct failure *failure);

/* Removes an order if it is known. */
void feed_remove(struct feed *feed, struct feed_book *book, uint64_t order_id);

/* Changes what is open and what is shown of an order; it stays, so both are
 * above 0. */
int feed_change(struct feed *feed, struct feed_book *book, uint32_t number,
                int64_t open, int64_t shown, struct failure *failure);

/* Shows all orders that waited for the close. */
int feed_join_close(struct feed *feed, struct feed_book *book,
                    struct failure *failure);

/* Takes up to quantity from a level, which goes when nothing is left. */
void feed_take_level(struct feed *feed, struct feed_book *book, unsigned side,
                     int64_t price, int64_t quantity, bool order_gone);

/* Makes a level what an event says, which is checked.  0, or -1 if out of
 * memory. */
int feed_set_level(struct feed *feed, struct feed_book *book,
                   const struct book_level *event, struct failure *failure);

/* Empties a book of its orders and levels. */
void feed_clear(struct feed *feed, struct feed_book *book);

/* Applies an execution report or a session event. */
int feed_apply_report(struct feed *feed, struct feed_book *book,
                      const struct event *event, struct failure *failure);

#endif
