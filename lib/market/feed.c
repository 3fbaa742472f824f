#include "market/feed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
feed_free(struct feed *feed)
{
    for (uint32_t i = 0; i < feed->book_count; i++)
        map_free(&feed->books[i].orders);
    free(feed->books);
    free(feed->orders);
    rungs_free(&feed->rungs);
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
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    feed->books = books;
    for (; feed->book_count < wanted; feed->book_count++) {
        struct feed_book *fresh = &books[feed->book_count];

        memset(fresh, 0, sizeof *fresh);
        ladder_init(&fresh->sides[0], false);
        ladder_init(&fresh->sides[1], true);
    }
    return 0;
}

static struct ladder *
side_of(struct feed_book *book, unsigned side)
{
    return &book->sides[side - SIDE_BUY];
}

/* ---- orders and levels ----------------------------------------------------
 */

/* The number of an order to fill in, or 0 without memory. */
static uint32_t
new_order(struct feed *feed)
{
    uint32_t number = feed->order_free;

    if (number) {
        feed->order_free = feed->orders[number].next_free;
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

static int
add_to_level(struct feed *feed, struct feed_book *book, unsigned side,
             int64_t price, int64_t quantity, bool known,
             struct failure *failure)
{
    struct level *level;

    if (rungs_reserve(&feed->rungs, failure) != 0)
        return -1;
    level = &feed->rungs
                 .levels[ladder_take(&feed->rungs, side_of(book, side), price)];
    level_add(level, quantity);
    level->count += known;
    return 0;
}

/* Takes at most quantity from a level; one without anything goes. */
static void
take_from_level(struct feed *feed, struct feed_book *book, unsigned side,
                int64_t price, int64_t quantity, bool order_gone)
{
    struct ladder *ladder = side_of(book, side);
    uint32_t number = ladder_find(&feed->rungs, ladder, price);
    struct level *level;

    if (number == 0)
        return;
    level = &feed->rungs.levels[number];
    if (quantity > level_quantity(level))
        quantity = (int64_t)level_quantity(level);
    level_add(level, -quantity);
    level->count -= order_gone && level->count > 0;
    if (level_quantity(level) == 0)
        ladder_drop(&feed->rungs, ladder, number);
}

static void
remove_order(struct feed *feed, struct feed_book *book, uint64_t order_id)
{
    uint32_t number = map_remove(&book->orders, order_id);
    struct feed_order *order;

    if (number == MAP_NONE)
        return;
    order = &feed->orders[number];
    take_from_level(feed, book, order->side, order->price, order->open, true);
    order->next_free = feed->order_free;
    feed->order_free = number;
}

/* Puts an order into its book; an older one with the same id goes. */
static int
enter(struct feed *feed, struct feed_book *book, uint64_t order_id,
      unsigned side, int64_t price, int64_t open, struct failure *failure)
{
    uint32_t number;

    if (order_id == 0)
        return add_to_level(feed, book, side, price, open, false, failure);
    remove_order(feed, book, order_id);
    number = new_order(feed);
    if (number == 0 || !map_put(&book->orders, order_id, number))
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    feed->orders[number] = (struct feed_order){
        .price = price, .open = open, .side = (uint8_t)side};
    return add_to_level(feed, book, side, price, open, true, failure);
}

/* Takes quantity from an order; false when the order is not known. */
static bool
reduce(struct feed *feed, struct feed_book *book, uint64_t order_id,
       int64_t quantity)
{
    uint32_t number = order_id ? map_get(&book->orders, order_id) : MAP_NONE;
    struct feed_order *order;

    if (number == MAP_NONE)
        return false;
    order = &feed->orders[number];
    if (quantity >= order->open) {
        remove_order(feed, book, order_id);
    } else {
        order->open -= quantity;
        take_from_level(feed, book, order->side, order->price, quantity, false);
    }
    return true;
}

/* ---- an exchange's feed ---------------------------------------------------
 */

static int
check(unsigned side, int64_t price, int64_t quantity, struct failure *failure)
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

static int
apply_order(struct feed *feed, struct feed_book *book,
            const struct book_order *fact, struct failure *failure)
{
    bool known;

    if (check(fact->side, fact->price, fact->quantity, failure) != 0)
        return -1;
    if (fact->event.type == EVENT_BOOK_ADD)
        return enter(feed, book, fact->order_id, fact->side, fact->price,
                     fact->quantity, failure);
    known = reduce(feed, book, fact->order_id,
                   fact->event.type == EVENT_BOOK_DELETE ? INT64_MAX
                                                         : fact->quantity);
    if (!known) {
        feed->unknown++;
        take_from_level(feed, book, fact->side, fact->price, fact->quantity,
                        true);
    }
    return 0;
}

static int
apply_replace(struct feed *feed, struct feed_book *book,
              const struct book_replace *fact, struct failure *failure)
{
    if (check(fact->side, fact->price, fact->quantity, failure) != 0)
        return -1;
    if (map_get(&book->orders, fact->order_id) == MAP_NONE)
        feed->unknown++;
    remove_order(feed, book, fact->order_id);
    return enter(feed, book, fact->new_order_id, fact->side, fact->price,
                 fact->quantity, failure);
}

/* ---- what xmatch says -----------------------------------------------------
 */

/* True when the arriving order could trade with the other side. */
static bool
crosses(const struct feed_book *book, const struct feed_arrival *arrival)
{
    const struct ladder *own = &book->sides[arrival->side - SIDE_BUY];
    const struct ladder *other = &book->sides[SIDE_SELL - arrival->side];

    return other->best_key != KEY_NONE &&
           ladder_key(own, arrival->price) >= -other->best_key;
}

/* The arriving order rests with what is open of it, if it is one that does. */
static int
let_in(struct feed *feed, struct feed_book *book, struct failure *failure)
{
    struct feed_arrival rest = book->arrival;

    book->arrival.order_id = 0;
    if (rest.order_id == 0 || rest.open == 0 || !rest.rests)
        return 0;
    return enter(feed, book, rest.order_id, rest.side, rest.price, rest.open,
                 failure);
}

/* It does so as soon as nothing is left for it to trade with. */
static int
settle(struct feed *feed, struct feed_book *book, struct failure *failure)
{
    const struct feed_arrival *arrival = &book->arrival;

    if (arrival->open > 0 && (!arrival->rests || crosses(book, arrival)))
        return 0;
    return let_in(feed, book, failure);
}

static int
apply_fact(struct feed *feed, struct feed_book *book,
           const struct order_fact *fact, struct failure *failure)
{
    bool limit = fact->order_type == ORDER_LIMIT || fact->order_type == 0;
    bool rests = limit && fact->price != DECIMAL_NULL &&
                 fact->time_in_force != TIF_IOC &&
                 fact->time_in_force != TIF_FOK &&
                 !(fact->flags & ORDER_HIDDEN);

    if (check(fact->side, rests ? fact->price : 0, fact->remaining_quantity,
              failure) != 0)
        return -1;
    remove_order(feed, book, fact->order_id);
    if (let_in(feed, book, failure) != 0)
        return -1;
    book->arrival = (struct feed_arrival){
        .order_id = fact->order_id,
        .price = fact->price,
        .open = fact->remaining_quantity,
        .side = fact->side,
        .rests = rests,
    };
    return settle(feed, book, failure);
}

static void
trade_side(struct feed *feed, struct feed_book *book, uint64_t order_id,
           int64_t quantity)
{
    struct feed_arrival *arrival = &book->arrival;

    if (order_id != 0 && order_id == arrival->order_id)
        arrival->open -= quantity < arrival->open ? quantity : arrival->open;
    else
        reduce(feed, book, order_id, quantity);
}

static int
apply_trade(struct feed *feed, struct feed_book *book,
            const struct trade *trade, struct failure *failure)
{
    if (trade->quantity <= 0)
        return fail(failure, FAILURE_DATA, "its quantity is not above 0");
    trade_side(feed, book, trade->buy_order_id, trade->quantity);
    trade_side(feed, book, trade->sell_order_id, trade->quantity);
    return settle(feed, book, failure);
}

static void
apply_end(struct feed *feed, struct feed_book *book,
          const struct order_end *end)
{
    if (end->order_id == book->arrival.order_id)
        book->arrival.order_id = 0;
    else
        remove_order(feed, book, end->order_id);
}

bool
feed_takes(unsigned type)
{
    return (type >= EVENT_BOOK_ADD && type <= EVENT_BOOK_REPLACE) ||
           type == EVENT_ACCEPTED || type == EVENT_MODIFIED ||
           type == EVENT_CANCELLED || type == EVENT_EXPIRED ||
           type == EVENT_TRADE;
}

int
feed_apply(struct feed *feed, uint32_t number, const struct event *event,
           struct failure *failure)
{
    struct feed_book *book = &feed->books[number];
    const void *fact = event;

    assert(number < feed->book_count);
    switch (event->type) {
    case EVENT_BOOK_REPLACE: return apply_replace(feed, book, fact, failure);
    case EVENT_ACCEPTED:
    case EVENT_MODIFIED: return apply_fact(feed, book, fact, failure);
    case EVENT_TRADE: return apply_trade(feed, book, fact, failure);
    case EVENT_CANCELLED:
    case EVENT_EXPIRED: apply_end(feed, book, fact); return 0;
    default: return apply_order(feed, book, fact, failure);
    }
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
    for (uint32_t number = ladder_first(&feed->rungs, ladder, &place);
         number && used < count; number = ladder_next(&feed->rungs, &place)) {
        const struct level *level = &feed->rungs.levels[number];
        i128 quantity = level_quantity(level);

        *fits = *fits && quantity <= DECIMAL_MAX;
        levels[used++] =
            (struct feed_level){level->price, (int64_t)quantity, level->count};
    }
    return used;
}

bool
feed_quote(const struct feed *feed, uint32_t book, struct quote *quote)
{
    struct feed_level bid = {DECIMAL_NULL, DECIMAL_NULL, 0}, ask = bid;
    bool bid_fits, ask_fits;

    feed_levels(feed, book, SIDE_BUY, &bid, 1, &bid_fits);
    feed_levels(feed, book, SIDE_SELL, &ask, 1, &ask_fits);
    quote->bid_price = bid.price;
    quote->bid_quantity = bid.quantity;
    quote->ask_price = ask.price;
    quote->ask_quantity = ask.quantity;
    return bid_fits && ask_fits;
}
