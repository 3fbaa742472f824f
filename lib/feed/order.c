#include "feed/order.h"

#include <stdlib.h>

static struct ladder *
side_of(struct feed_book *book, unsigned side)
{
    return &book->sides[side - SIDE_BUY];
}

int
feed_check(unsigned side, int64_t price, int64_t quantity,
           struct failure *failure)
{
    if (side != SIDE_BUY && side != SIDE_SELL)
        return fail(failure, FAILURE_DATA, "the fact has no side");
    if (price == DECIMAL_NULL)
        return fail(failure, FAILURE_DATA, "the fact has no price");
    if (price > DECIMAL_MAX || price < -DECIMAL_MAX || quantity > DECIMAL_MAX)
        return fail(failure, FAILURE_DATA,
                    "its price or quantity is beyond what a tape may hold");
    if (quantity <= 0)
        return fail(failure, FAILURE_DATA, "its quantity is not above 0");
    return 0;
}

/* ---- levels -------------------------------------------------------------- */

static int
add_to_level(struct feed *feed, struct feed_book *book, unsigned side,
             int64_t price, int64_t quantity, bool order_comes,
             struct failure *failure)
{
    struct level *level;

    if (level_pool_reserve(&feed->pool, failure) != 0)
        return -1;
    level = &feed->pool
                 .levels[ladder_take(&feed->pool, side_of(book, side), price)];
    level_add(level, quantity);
    level->count += order_comes;
    return 0;
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
        ladder_remove(&feed->pool, ladder, number);
}

/* ---- waiting for the close ----------------------------------------------- */

/* Notes that an order waits; false without memory. */
static bool
put_aside(struct feed *feed, struct feed_book *book, uint32_t number)
{
    if (book->aside_count == book->aside_room) {
        uint32_t room = book->aside_room ? book->aside_room * 2 : 16;
        uint32_t *aside = reallocarray(book->aside, room, sizeof *aside);

        if (!aside)
            return false;
        book->aside = aside;
        book->aside_room = room;
    }
    feed->orders[number].link = book->aside_count;
    book->aside[book->aside_count++] = number;
    return true;
}

/* The last takes the place of one that goes: no sum depends on their order. */
static void
take_aside(struct feed *feed, struct feed_book *book, uint32_t number)
{
    uint32_t last = book->aside[--book->aside_count];

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

/* The number of an order to fill in, or 0 without memory. */
static uint32_t
new_order(struct feed *feed)
{
    uint32_t number = feed->order_free;

    if (number) {
        feed->order_free = feed->orders[number].link;
        return number;
    }
    if (feed->order_used + 1 >= feed->order_room) {
        uint32_t room = feed->order_room ? feed->order_room * 2 : 1024;
        struct feed_order *orders =
            reallocarray(feed->orders, room, sizeof *orders);

        if (!orders)
            return 0;
        feed->orders = orders;
        feed->order_room = room;
    }
    return ++feed->order_used;
}

int
feed_enter(struct feed *feed, struct feed_book *book, uint64_t order_id,
           const struct feed_order *order, struct failure *failure)
{
    uint32_t number;

    if (order_id == 0)
        return add_to_level(feed, book, order->side, order->price, order->open,
                            false, failure);
    feed_remove(feed, book, order_id);
    number = new_order(feed);
    if (number == 0 || !map_put(&book->orders, order_id, number))
        return fail_memory(failure);
    feed->orders[number] = *order;
    feed->orders[number].shown = 0;
    if (order->wait == FEED_CLOSE && !put_aside(feed, book, number))
        return fail_memory(failure);
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

    order->open = open;
    order->shown = shown;
    if (less < 0)
        return add_to_level(feed, book, order->side, order->price, -less, false,
                            failure);
    if (less > 0)
        feed_take_level(feed, book, order->side, order->price, less, false);
    return 0;
}
