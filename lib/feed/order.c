#include "feed/order.h"

#include <assert.h>

#include "base/array.h"

static struct ladder *
side_of(struct feed_book *book, unsigned side)
{
    assert(side == SIDE_BUY || side == SIDE_SELL);
    return &book->sides[side - SIDE_BUY];
}

int
feed_check_quantity(int64_t quantity, struct failure *failure)
{
    if (quantity == DECIMAL_NULL)
        return fail(failure, FAILURE_DATA, "it has no quantity");
    if (quantity <= 0)
        return fail(failure, FAILURE_DATA, "its quantity is not above 0");
    if (quantity > DECIMAL_MAX)
        return fail(failure, FAILURE_DATA,
                    "its quantity is beyond what a tape may hold");
    return 0;
}

int
feed_check(unsigned side, int64_t price, int64_t quantity,
           struct failure *failure)
{
    if (side != SIDE_BUY && side != SIDE_SELL)
        return fail(failure, FAILURE_DATA, "it has no side");
    if (price == DECIMAL_NULL)
        return fail(failure, FAILURE_DATA, "it has no price");
    if (price > DECIMAL_MAX || price < -DECIMAL_MAX)
        return fail(failure, FAILURE_DATA,
                    "its price is beyond what a tape may hold");
    return feed_check_quantity(quantity, failure);
}

/* ---- levels -------------------------------------------------------------- */

static int
add_to_level(struct feed *feed, struct feed_book *book, unsigned side,
             int64_t price, int64_t quantity, bool one_more,
             struct failure *failure)
{
    struct level *level;

    if (level_pool_reserve(&feed->pool, failure) != 0)
        return -1;
    level = &feed->pool
                 .levels[ladder_take(&feed->pool, side_of(book, side), price)];
    level_add(level, quantity);
    level->count += one_more;
    return 0;
}

/* A level that comes back begins with nothing. */
static void
remove_level(struct feed *feed, struct ladder *ladder, uint32_t number)
{
    struct level *level = &feed->pool.levels[number];

    level->quantity_low = level->quantity_high = level->count = 0;
    ladder_remove(&feed->pool, ladder, number);
}

void
feed_take_level(struct feed *feed, struct feed_book *book, unsigned side,
                int64_t price, int64_t quantity, bool order_gone)
{
    struct ladder *ladder = side_of(book, side);
    uint32_t number = ladder_find(&feed->pool, ladder, price);
    struct level *level;

    if (number == 0)
        return;
    level = &feed->pool.levels[number];
    if (quantity > level_quantity(level))
        quantity = (int64_t)level_quantity(level);
    level_add(level, -quantity);
    level->count -= order_gone && level->count > 0;
    if (level_quantity(level) == 0)
        remove_level(feed, ladder, number);
}

int
feed_set_level(struct feed *feed, struct feed_book *book,
               const struct book_level *event, struct failure *failure)
{
    struct ladder *ladder = side_of(book, event->side);
    uint32_t number = ladder_find(&feed->pool, ladder, event->price);
    struct level *level;

    if (event->quantity == 0) {
        if (number)
            remove_level(feed, ladder, number);
        return 0;
    }
    if (level_pool_reserve(&feed->pool, failure) != 0)
        return -1;
    number = ladder_take(&feed->pool, ladder, event->price);
    level = &feed->pool.levels[number];
    level->quantity_low = (uint64_t)event->quantity;
    level->quantity_high = 0;
    level->count = (uint32_t)event->order_count;
    return 0;
}

/* ---- waiting for the close ----------------------------------------------- */

/* Notes that an order waits.  0, or -1 if out of memory. */
static int
put_aside(struct feed *feed, struct feed_book *book, uint32_t number,
          struct failure *failure)
{
    uint32_t *aside =
        array_grow(book->aside, &book->aside_capacity, book->aside_count + 1UL,
                   sizeof *aside, failure);

    if (!aside)
        return -1;
    book->aside = aside;
    feed->orders[number].link = book->aside_count;
    aside[book->aside_count++] = number;
    return 0;
}

/* The last takes the place of one that goes: no sum depends on their order. */
static void
take_aside(struct feed *feed, struct feed_book *book, uint32_t number)
{
    uint32_t last;

    assert(feed->orders[number].link < book->aside_count);
    last = book->aside[--book->aside_count];
    book->aside[feed->orders[number].link] = last;
    feed->orders[last].link = feed->orders[number].link;
}

static int
show(struct feed *feed, struct feed_book *book, struct feed_order *order,
     struct failure *failure)
{
    order->wait = FEED_SHOWN;
    order->shown = order->open < order->display ? order->open : order->display;
    return add_to_level(feed, book, order->side, order->price, order->shown,
                        true, failure);
}

int
feed_join_close(struct feed *feed, struct feed_book *book,
                struct failure *failure)
{
    for (; book->aside_count > 0; book->aside_count--) {
        uint32_t number = book->aside[book->aside_count - 1];

        if (show(feed, book, &feed->orders[number], failure) != 0)
            return -1;
    }
    return 0;
}

/* ---- orders -------------------------------------------------------------- */

/* The number of an order to fill in; 0 if out of memory: number 0 is nobody's,
 * so room for one more than are used is needed. */
static uint32_t
new_order(struct feed *feed, struct failure *failure)
{
    uint32_t number = feed->order_free;
    struct feed_order *orders;

    if (number) {
        feed->order_free = feed->orders[number].link;
        return number;
    }
    orders = array_grow(feed->orders, &feed->order_capacity,
                        feed->order_used + 2UL, sizeof *orders, failure);
    if (!orders)
        return 0;
    feed->orders = orders;
    return ++feed->order_used;
}

int
feed_enter(struct feed *feed, struct feed_book *book, uint64_t order_id,
           const struct feed_order *order, struct failure *failure)
{
    uint32_t number;

    assert(order->open > 0 && order->display > 0);
    if (order_id == 0)
        return add_to_level(feed, book, order->side, order->price, order->open,
                            false, failure);
    feed_remove(feed, book, order_id);
    number = new_order(feed, failure);
    if (number == 0)
        return -1;
    if (!map_put(&book->orders, order_id, number))
        return fail_memory(failure);
    feed->orders[number] = *order;
    feed->orders[number].shown = 0;
    if (order->wait == FEED_CLOSE &&
        put_aside(feed, book, number, failure) != 0)
        return -1;
    if (order->wait != FEED_SHOWN)
        return 0;
    return show(feed, book, &feed->orders[number], failure);
}

void
feed_remove(struct feed *feed, struct feed_book *book, uint64_t order_id)
{
    uint32_t number = map_remove(&book->orders, order_id);
    struct feed_order *order;

    if (number == MAP_NONE)
        return;
    order = &feed->orders[number];
    if (order->wait == FEED_SHOWN)
        feed_take_level(feed, book, order->side, order->price, order->shown,
                        true);
    if (order->wait == FEED_CLOSE)
        take_aside(feed, book, number);
    order->link = feed->order_free;
    feed->order_free = number;
}

int
feed_change(struct feed *feed, struct feed_book *book, uint32_t number,
            int64_t open, int64_t shown, struct failure *failure)
{
    struct feed_order *order = &feed->orders[number];
    int64_t less = order->shown - shown;

    assert(open > 0 && shown > 0 && shown <= open);
    order->open = open;
    order->shown = shown;
    if (less < 0)
        return add_to_level(feed, book, order->side, order->price, -less, false,
                            failure);
    if (less > 0)
        feed_take_level(feed, book, order->side, order->price, less, false);
    return 0;
}

void
feed_clear(struct feed *feed, struct feed_book *book)
{
    size_t at = 0;

    for (uint32_t number; (number = map_drain(&book->orders, &at)) != MAP_NONE;
         feed->order_free = number)
        feed->orders[number].link = feed->order_free;
    for (unsigned side = 0; side < 2; side++)
        while (book->sides[side].best_key != KEY_NONE)
            remove_level(feed, &book->sides[side], book->sides[side].best);
    book->aside_count = 0;
    book->arrival = (struct feed_arrival){0};
    assert(book->orders.count == 0);
}
