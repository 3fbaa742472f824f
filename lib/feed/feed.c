#include "feed/feed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "feed/order.h"

static void
free_book(struct feed_book *book)
{
    map_free(&book->orders);
    free(book->aside);
}

void
feed_free(struct feed *feed)
{
    for (uint32_t i = 0; i < feed->book_count; i++)
        free_book(&feed->books[i]);
    free(feed->books);
    free(feed->orders);
    level_pool_free(&feed->pool);
    memset(feed, 0, sizeof *feed);
}

int
feed_reserve(struct feed *feed, uint32_t book, struct failure *failure)
{
    uint32_t wanted = book + 1;
    struct feed_book *books;

    if (book < feed->book_count)
        return 0;
    books = reallocarray(feed->books, wanted, sizeof *books);
    if (!books)
        return fail_memory(failure);
    feed->books = books;
    for (; feed->book_count < wanted; feed->book_count++) {
        struct feed_book *fresh = &books[feed->book_count];

        memset(fresh, 0, sizeof *fresh);
        fresh->state = feed->state;
        ladder_init(&fresh->sides[0], false);
        ladder_init(&fresh->sides[1], true);
    }
    return 0;
}

/* ---- an exchange's feed ---------------------------------------------------
 */

/* Takes quantity from an order; false when the order is not known. */
static bool
reduce(struct feed *feed, struct feed_book *book, uint64_t order_id,
       int64_t quantity)
{
    uint32_t number = feed_find(book, order_id);
    struct feed_order *order;

    if (number == MAP_NONE)
        return false;
    order = &feed->orders[number];
    if (quantity >= order->open) {
        feed_remove(feed, book, order_id);
    } else {
        order->open -= quantity;
        order->shown -= quantity;
        feed_take_level(feed, book, order->side, order->price, quantity, false);
    }
    return true;
}

static int
enter(struct feed *feed, struct feed_book *book, uint64_t order_id,
      uint8_t side, int64_t price, int64_t quantity, struct failure *failure)
{
    const struct feed_order order = {
        .price = price, .open = quantity, .display = quantity, .side = side};

    return feed_enter(feed, book, order_id, &order, failure);
}

static int
apply_order(struct feed *feed, struct feed_book *book,
            const struct book_order *fact, struct failure *failure)
{
    bool known;

    if (feed_check(fact->side, fact->price, fact->quantity, failure) != 0)
        return -1;
    if (fact->event.type == EVENT_BOOK_ADD)
        return enter(feed, book, fact->order_id, fact->side, fact->price,
                     fact->quantity, failure);
    known = reduce(feed, book, fact->order_id,
                   fact->event.type == EVENT_BOOK_DELETE ? INT64_MAX
                                                         : fact->quantity);
    if (!known) {
        feed->unknown++;
        feed_take_level(feed, book, fact->side, fact->price, fact->quantity,
                        true);
    }
    return 0;
}

static int
apply_replace(struct feed *feed, struct feed_book *book,
              const struct book_replace *fact, struct failure *failure)
{
    if (feed_check(fact->side, fact->price, fact->quantity, failure) != 0)
        return -1;
    if (map_get(&book->orders, fact->order_id) == MAP_NONE)
        feed->unknown++;
    feed_remove(feed, book, fact->order_id);
    return enter(feed, book, fact->new_order_id, fact->side, fact->price,
                 fact->quantity, failure);
}

bool
feed_takes(unsigned type)
{
    return (type >= EVENT_BOOK_ADD && type <= EVENT_BOOK_REPLACE) ||
           type == EVENT_ACCEPTED || type == EVENT_MODIFIED ||
           type == EVENT_CANCELLED || type == EVENT_EXPIRED ||
           type == EVENT_TRIGGERED || type == EVENT_TRADE ||
           type == EVENT_SESSION || type == EVENT_MARKET ||
           type == EVENT_RESTING;
}

/* A session event that goes for all instruments. */
static int
apply_to_all(struct feed *feed, const struct event *event,
             struct failure *failure)
{
    const struct session *session = (const void *)event;

    if (session->state)
        feed->state = session->state;
    for (uint32_t i = 0; i < feed->book_count; i++)
        if (feed_apply_fact(feed, &feed->books[i], event, failure) != 0)
            return -1;
    return 0;
}

int
feed_apply(struct feed *feed, uint32_t number, const struct event *event,
           struct failure *failure)
{
    struct feed_book *book = &feed->books[number];
    const void *fact = event;

    if (number == FEED_ALL)
        return apply_to_all(feed, event, failure);
    assert(number < feed->book_count);
    if (event->type == EVENT_BOOK_REPLACE)
        return apply_replace(feed, book, fact, failure);
    if (event->type >= EVENT_BOOK_ADD && event->type <= EVENT_BOOK_EXECUTE)
        return apply_order(feed, book, fact, failure);
    return feed_apply_fact(feed, book, event, failure);
}

/* ---- asking ---------------------------------------------------------------
 */

unsigned
feed_levels(const struct feed *feed, uint32_t book, enum side side,
            struct feed_level *levels, unsigned count, bool *fits)
{
    const struct ladder *ladder = &feed->books[book].sides[side - SIDE_BUY];
    struct ladder_place place;
    unsigned used = 0;

    *fits = true;
    for (uint32_t number = ladder_first(&feed->pool, ladder, &place);
         number && used < count; number = ladder_next(&feed->pool, &place)) {
        const struct level *level = &feed->pool.levels[number];
        i128 quantity = level_quantity(level);

        *fits = *fits && quantity <= DECIMAL_MAX;
        levels[used++] =
            (struct feed_level){level->price, (int64_t)quantity, level->count};
    }
    return used;
}

/* The best price of a side and what is there; false when that does not fit a
 * quantity. */
static bool
best_of(const struct feed *feed, const struct ladder *ladder, int64_t *price,
        int64_t *quantity)
{
    const struct level *level = &feed->pool.levels[ladder->best];
    bool fits = true;

    *price = *quantity = DECIMAL_NULL;
    if (ladder->best_key != KEY_NONE) {
        fits = level_quantity(level) <= DECIMAL_MAX;
        *price = level->price;
        *quantity = (int64_t)level_quantity(level);
    }
    return fits;
}

bool
feed_quote(const struct feed *feed, uint32_t book, struct quote *quote)
{
    const struct ladder *sides = feed->books[book].sides;
    bool fits =
        best_of(feed, &sides[0], &quote->bid_price, &quote->bid_quantity);

    return best_of(feed, &sides[1], &quote->ask_price, &quote->ask_quantity) &&
           fits;
}
