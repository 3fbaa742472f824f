#include "feed/feed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
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

    assert(book < FEED_ALL);
    if (book < feed->book_count)
        return 0;
    books = array_grow(feed->books, &feed->book_capacity, wanted, sizeof *books,
                       failure);
    if (!books)
        return -1;
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

/* ---- an exchange's feed -------------------------------------------------- */

/* Takes quantity from a known order, or all of it if it has no more. */
static int
reduce(struct feed *feed, struct feed_book *book, uint32_t number,
       uint64_t order_id, int64_t quantity, struct failure *failure)
{
    struct feed_order *order = &feed->orders[number];
    int64_t open = order->open - quantity;

    assert(quantity > 0);
    if (open <= 0) {
        feed_remove(feed, book, order_id);
        return 0;
    }
    if (order->wait == FEED_SHOWN)
        return feed_change(feed, book, number, open,
                           open < order->shown ? open : order->shown, failure);
    order->open = open;
    return 0;
}

static int
enter(struct feed *feed, struct feed_book *book, uint64_t order_id,
      uint8_t side, int64_t price, int64_t quantity, struct failure *failure)
{
    const struct feed_order order = {
        .price = price, .open = quantity, .display = quantity, .side = side};

    if (feed_check(side, price, quantity, failure) != 0)
        return -1;
    return feed_enter(feed, book, order_id, &order, failure);
}

/* Less of an order that was never announced: its level has less, if the event
 * says where that is. */
static int
take_unknown(struct feed *feed, struct feed_book *book,
             const struct book_order *event, struct failure *failure)
{
    struct failure ignored = {0};

    if (event->order_id == 0) {
        if (feed_check(event->side, event->price, event->quantity, failure) !=
            0)
            return -1;
    } else {
        feed->unknown++;
        if (feed_check(event->side, event->price, event->quantity, &ignored) !=
            0)
            return 0;
    }
    feed_take_level(feed, book, event->side, event->price, event->quantity,
                    true);
    return 0;
}

/* book_reduce, book_delete, book_execute: of a known order only the quantity
 * is looked at, and of one that is deleted not even that. */
static int
apply_less(struct feed *feed, struct feed_book *book,
           const struct book_order *event, struct failure *failure)
{
    uint32_t number = feed_find(book, event->order_id);
    bool all = event->event.type == EVENT_BOOK_DELETE;

    if (number == MAP_NONE)
        return take_unknown(feed, book, event, failure);
    if (!all && feed_check_quantity(event->quantity, failure) != 0)
        return -1;
    return reduce(feed, book, number, event->order_id,
                  all ? INT64_MAX : event->quantity, failure);
}

/* The new order has the old one's side and id where the event gives none. */
static int
apply_replace(struct feed *feed, struct feed_book *book,
              const struct book_replace *event, struct failure *failure)
{
    uint32_t number = feed_find(book, event->order_id);
    uint64_t id = event->new_order_id ? event->new_order_id : event->order_id;
    uint8_t side = event->side;

    if (number == MAP_NONE)
        feed->unknown++;
    else if (side == 0)
        side = feed->orders[number].side;
    if (side == 0 && number == MAP_NONE)
        return 0; /* nobody knows where it goes */
    if (feed_check(side, event->price, event->quantity, failure) != 0)
        return -1;
    feed_remove(feed, book, event->order_id);
    return enter(feed, book, id, side, event->price, event->quantity, failure);
}

static int
apply_level(struct feed *feed, struct feed_book *book,
            const struct book_level *event, struct failure *failure)
{
    bool gone = event->quantity == 0;

    if (feed_check(event->side, event->price, gone ? 1 : event->quantity,
                   failure) != 0)
        return -1;
    if (event->order_count > UINT32_MAX)
        return fail(failure, FAILURE_DATA, "its order count is above 2^32 - 1");
    return feed_set_level(feed, book, event, failure);
}

static int
apply_exchange(struct feed *feed, struct feed_book *book,
               const struct event *event, struct failure *failure)
{
    const void *at = event;
    const struct book_order *order = at;

    switch (event->type) {
    case EVENT_BOOK_REPLACE: return apply_replace(feed, book, at, failure);
    case EVENT_BOOK_LEVEL: return apply_level(feed, book, at, failure);
    case EVENT_BOOK_CLEAR: feed_clear(feed, book); return 0;
    case EVENT_BOOK_ADD:
        return enter(feed, book, order->order_id, order->side, order->price,
                     order->quantity, failure);
    default: return apply_less(feed, book, order, failure);
    }
}

/* Whether more of the event's message follows. */
static bool
has_more(const struct event *event)
{
    const void *at = event;

    switch (event->type) {
    case EVENT_BOOK_REPLACE:
        return ((const struct book_replace *)at)->flags & BOOK_MORE;
    case EVENT_BOOK_LEVEL:
        return ((const struct book_level *)at)->flags & BOOK_MORE;
    case EVENT_BOOK_CLEAR:
        return ((const struct book_clear *)at)->flags & BOOK_MORE;
    default: return ((const struct book_order *)at)->flags & BOOK_MORE;
    }
}

/* ---- events -------------------------------------------------------------- */

static bool
is_exchange(unsigned type)
{
    return (type >= EVENT_BOOK_ADD && type <= EVENT_BOOK_REPLACE) ||
           type == EVENT_BOOK_LEVEL || type == EVENT_BOOK_CLEAR;
}

bool
feed_takes(unsigned type)
{
    return is_exchange(type) || type == EVENT_ACCEPTED ||
           type == EVENT_MODIFIED || type == EVENT_CANCELLED ||
           type == EVENT_EXPIRED || type == EVENT_TRIGGERED ||
           type == EVENT_TRADE || type == EVENT_SESSION ||
           type == EVENT_MARKET || type == EVENT_RESTING;
}

/* A report on one book; an auction is over when nothing is crossed. */
static int
apply_report(struct feed *feed, struct feed_book *book,
             const struct event *event, struct failure *failure)
{
    if (feed_apply_report(feed, book, event, failure) != 0)
        return -1;
    book->uncrossing = book->uncrossing && feed_is_crossed(book);
    return 0;
}

/* A session event of all instruments. */
static int
apply_to_all(struct feed *feed, const struct event *event,
             struct failure *failure)
{
    const struct session *session = (const void *)event;

    assert(event->type == EVENT_SESSION && event->instrument == 0);
    if (session->state)
        feed->state = session->state;
    for (uint32_t i = 0; i < feed->book_count; i++)
        if (apply_report(feed, &feed->books[i], event, failure) != 0)
            return -1;
    return 0;
}

int
feed_apply(struct feed *feed, uint32_t number, const struct event *event,
           struct failure *failure)
{
    assert(feed_takes(event->type));
    if (number == FEED_ALL)
        return apply_to_all(feed, event, failure);
    assert(number < feed->book_count);
    if (is_exchange(event->type)) {
        feed->books[number].unfinished = has_more(event);
        return apply_exchange(feed, &feed->books[number], event, failure);
    }
    return apply_report(feed, &feed->books[number], event, failure);
}

/* ---- asking -------------------------------------------------------------- */

bool
feed_is_passing(const struct feed *feed, uint32_t number)
{
    assert(number < feed->book_count);
    return feed->books[number].uncrossing || feed->books[number].unfinished;
}

unsigned
feed_levels(const struct feed *feed, uint32_t book, enum side side,
            struct feed_level *levels, unsigned count, bool *fits)
{
    const struct ladder *ladder = &feed->books[book].sides[side - SIDE_BUY];
    struct ladder_place place;
    unsigned used = 0;

    assert(book < feed->book_count);
    assert(side == SIDE_BUY || side == SIDE_SELL);
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
    const struct level *level;
    bool fits = true;

    *price = *quantity = DECIMAL_NULL;
    if (ladder->best_key != KEY_NONE) {
        level = &feed->pool.levels[ladder->best];
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

    assert(book < feed->book_count);
    return best_of(feed, &sides[1], &quote->ask_price, &quote->ask_quantity) &&
           fits;
}
