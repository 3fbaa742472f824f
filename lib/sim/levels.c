/* A history of price levels: each says how much stands there, not in which
 * order.  What stands at a price is in the queue as parts, between the own
 * orders that came after them.
 *
 * What a level shows more came last.  What it shows less left by the rule of
 * --queue; what a print took left from the front.  Own orders get of a print
 * what is beyond all that stands before them. */
#include <assert.h>

#include "feed/order.h"
#include "match/rules.h"
#include "sim/history.h"
#include "tape/schema.h"

#define SOME_SNAPSHOT 1 /* the first number of a snapshot */

/* ---- the parts of a level ------------------------------------------------ */

static bool
is_part(const struct resting *order)
{
    return history_is_level(order->order_id);
}

static uint32_t
find_level(const struct sim *sim, const struct market *market, enum side side,
           int64_t price)
{
    return ladder_find(&sim->match.books.pool,
                       &market->book.sides[side - SIDE_BUY], price);
}

/* What history has there, before an order of that level or in all (0). */
static i128
sum_parts(const struct sim *sim, uint32_t level, uint32_t end)
{
    const struct books *books = &sim->match.books;
    uint32_t order = level ? books_level(books, level)->head : 0;
    i128 sum = 0;

    for (; order && order != end; order = books->orders[order].newer)
        if (is_part(&books->orders[order]))
            sum += books->orders[order].open;
    return sum;
}

static void
cut_part(struct sim *sim, struct market *market, uint32_t number,
         int64_t quantity)
{
    const struct resting *order = &sim->match.books.orders[number];

    assert(is_part(order) && quantity >= 0 && quantity <= order->open);
    if (quantity == order->open)
        history_drop(sim, market, number);
    else
        book_reduce(&sim->match.books, number, quantity);
}

/* Takes from the parts of a level, the first first or the last. */
static void
take_parts(struct sim *sim, struct market *market, uint32_t level, bool first,
           i128 quantity)
{
    const struct books *books = &sim->match.books;
    uint32_t order = 0, next;

    if (level)
        order = first ? books_level(books, level)->head
                      : books_level(books, level)->tail;
    for (; order && quantity > 0; order = next) {
        const struct resting *part = &books->orders[order];
        int64_t open = part->open < quantity ? part->open : (int64_t)quantity;

        next = first ? part->newer : part->older;
        if (!is_part(part))
            continue;
        quantity -= open;
        cut_part(sim, market, order, open);
    }
}

/* Takes from each part its share of sum; what is left over by rounding, from
 * the last. */
static void
take_shares(struct sim *sim, struct market *market, uint32_t level, i128 sum,
            i128 quantity)
{
    const struct books *books = &sim->match.books;
    uint32_t order = books_level(books, level)->tail, next;

    assert(quantity <= sum && sum <= DECIMAL_MAX);
    for (; order && quantity > 0; order = next) {
        const struct resting *part = &books->orders[order];
        int64_t open = part->open, share = open;

        next = part->older;
        if (!is_part(part))
            continue;
        /* as much of it as of all that is left, rounded up */
        if (quantity < sum)
            share = (int64_t)(((u128)open * (u128)quantity + (u128)sum - 1) /
                              (u128)sum);
        sum -= open;
        quantity -= share;
        cut_part(sim, market, order, share);
    }
}

/* To the head of its queue. */
static void
move_first(struct books *books, uint32_t number)
{
    struct resting *orders = books->orders;
    struct level *level = books_level(books, orders[number].level);

    if (level->head == number)
        return;
    assert(level->tail == number);
    level->tail = orders[number].older;
    orders[level->tail].newer = 0;
    orders[number].older = 0;
    orders[number].newer = level->head;
    orders[level->head].older = number;
    level->head = number;
}

/* Neighbours that no own order stands between any more are one part. */
static void
join_parts(struct sim *sim, struct market *market, uint32_t level)
{
    struct books *books = &sim->match.books;
    uint32_t order = level ? books_level(books, level)->head : 0, next;

    for (; order && (next = books->orders[order].newer) != 0; order = next) {
        if (!is_part(&books->orders[order]) || !is_part(&books->orders[next]))
            continue;
        level_add(books_level(books, level), books->orders[order].open);
        books->orders[next].open += books->orders[order].open;
        history_drop(sim, market, order);
    }
}

/* ---- own orders get their part ------------------------------------------- */

/* The own order that is first to get of a quantity at a price, whose part of
 * it is put in *part; given: what own orders had of it.  0: none. */
static uint32_t
first_own(const struct sim *sim, const struct market *market, enum side side,
          int64_t price, int64_t quantity, int64_t given, int64_t *part)
{
    const struct books *books = &sim->match.books;
    const struct ladder *ladder = &market->book.sides[side - SIDE_BUY];
    const struct ladder *hidden =
        &market->book.ladders[PLACE_HIDDEN][side - SIDE_BUY];
    int64_t key = ladder_key(ladder, price), here = 0;
    struct ladder_place place;
    uint32_t level = ladder_first(&books->pool, ladder, &place);
    uint32_t order = 0, unshown = 0;
    i128 ahead = 0;

    if (market->unshown && hidden->best_key >= key)
        unshown = books_level(books, hidden->best)->head;
    for (; level && !order; level = ladder_next(&books->pool, &place)) {
        here = ladder_key(ladder, books_level(books, level)->price);
        if (here < key)
            break;
        order = books_level(books, level)->head;
        for (; order && is_part(&books->orders[order]);
             order = books->orders[order].newer)
            ahead += here == key ? books->orders[order].open : 0;
    }
    /* what is hidden comes after all that is shown at its price */
    if (unshown && (!order || hidden->best_key > here)) {
        order = unshown;
        ahead = hidden->best_key > key
                    ? 0
                    : sum_parts(sim, find_level(sim, market, side, price), 0);
    }
    if (!order || quantity - given - ahead <= 0)
        return 0;
    *part = (int64_t)(quantity - given - ahead);
    if (*part > books->orders[order].open)
        *part = books->orders[order].open;
    return order;
}

static int
give(struct sim *sim, struct market *market, const struct event *event,
     enum side side, int64_t price, int64_t quantity, struct failure *failure)
{
    int64_t given = 0, part;
    uint32_t number;

    if (!sim->traded || market->state != SESSION_CONTINUOUS)
        return 0;
    while ((number = first_own(sim, market, side, price, quantity, given,
                               &part)) != 0) {
        if (history_fill(sim, market, event, number, part, failure) != 0)
            return -1;
        given += part;
    }
    assert(given <= quantity);
    return 0;
}

/* ---- levels -------------------------------------------------------------- */

/* Whether an own order is the first there that joined without anybody seeing
 * what stood there; from now on it is seen. */
static bool
is_first_unseen(struct sim *sim, uint32_t level)
{
    const struct books *books = &sim->match.books;
    uint32_t head = level ? books_level(books, level)->head : 0;

    return head &&
           map_remove(&sim->unseen, books->orders[head].order_id) != MAP_NONE;
}

static int
add_part(struct sim *sim, struct market *market, const struct event *event,
         enum side side, int64_t price, int64_t quantity,
         struct failure *failure)
{
    const struct history_order part = {
        .event = event, .side = side, .price = price, .quantity = quantity};
    enum side other = side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
    bool first = is_first_unseen(sim, find_level(sim, market, side, price)) &&
                 sim->queue != SIM_QUEUE_FRONT;
    uint32_t number;

    if (give(sim, market, event, other, price, quantity, failure) != 0)
        return -1;
    number = history_enter(sim, market, &part, failure);
    if (!number)
        return -1;
    if (first)
        move_first(&sim->match.books, number);
    return 0;
}

/* A level is that much now. */
static int
set_level(struct sim *sim, struct market *market, const struct event *event,
          enum side side, int64_t price, int64_t quantity,
          struct failure *failure)
{
    uint32_t level = find_level(sim, market, side, price);
    i128 before;

    join_parts(sim, market, level);
    before = sum_parts(sim, level, 0);
    if (quantity > before)
        return add_part(sim, market, event, side, price,
                        (int64_t)(quantity - before), failure);
    if (quantity == before)
        return 0;
    if (sim->queue == SIM_QUEUE_PRORATA)
        take_shares(sim, market, level, before, before - quantity);
    else
        take_parts(sim, market, level, sim->queue == SIM_QUEUE_FRONT,
                   before - quantity);
    return 0;
}

/* ---- snapshots ----------------------------------------------------------- */

/* Marks the parts of a level as seen in a snapshot. */
static void
mark(struct sim *sim, uint32_t level, uint32_t snapshot)
{
    struct books *books = &sim->match.books;
    uint32_t order = level ? books_level(books, level)->head : 0;

    for (; order; order = books->orders[order].newer)
        if (is_part(&books->orders[order]))
            books->orders[order].client_order_id = snapshot;
}

/* Removes what history has at a price.  An own order there cannot know what
 * will stand before it if the level comes back without having been empty. */
static int
lose_level(struct sim *sim, struct market *market, uint32_t level,
           struct failure *failure)
{
    const struct books *books = &sim->match.books;
    uint32_t order = books_level(books, level)->head;

    while (order && is_part(&books->orders[order]))
        order = books->orders[order].newer;
    if (order && !map_put(&sim->unseen, books->orders[order].order_id, 1))
        return fail_memory(failure);
    take_parts(sim, market, level, true, sum_parts(sim, level, 0));
    return 0;
}

/* What the snapshot did not show is not there. */
static int
end_snapshot(struct sim *sim, struct market *market, uint32_t index,
             struct failure *failure)
{
    struct books *books = &sim->match.books;

    assert(sim->markets[index].anew);
    sim->markets[index].anew = false;
    for (unsigned side = 0; side < 2; side++) {
        struct ladder_place place;
        uint32_t level =
            ladder_first(&books->pool, &market->book.sides[side], &place);

        for (uint32_t next; level; level = next) {
            uint32_t order = books_level(books, level)->head;

            next = ladder_next(&books->pool, &place);
            while (order && !is_part(&books->orders[order]))
                order = books->orders[order].newer;
            if (order &&
                books->orders[order].client_order_id !=
                    sim->markets[index].snapshot &&
                lose_level(sim, market, level, failure) != 0)
                return -1;
        }
    }
    return 0;
}

static int
on_clear(struct sim *sim, struct market *market, uint32_t index,
         const struct book_clear *event, struct failure *failure)
{
    struct sim_market *known = &sim->markets[index];

    known->source = EVENT_BOOK_LEVEL;
    known->snapshot =
        known->snapshot == UINT32_MAX ? SOME_SNAPSHOT : known->snapshot + 1;
    known->anew = true;
    if (event->flags & BOOK_MORE)
        return 0;
    return end_snapshot(sim, market, index, failure);
}

static int
on_level(struct sim *sim, struct market *market, uint32_t index,
         const struct book_level *event, struct failure *failure)
{
    struct sim_market *known = &sim->markets[index];

    known->source = EVENT_BOOK_LEVEL;
    if (event->price == DECIMAL_NULL ||
        (event->side != SIDE_BUY && event->side != SIDE_SELL) ||
        (event->quantity != 0 && !is_amount(event->quantity)))
        return fail(failure, FAILURE_DATA,
                    "a book_level needs a side, a price and a quantity");
    if (set_level(sim, market, &event->event, event->side, event->price,
                  event->quantity, failure) != 0)
        return -1;
    if (!known->anew)
        return 0;
    mark(sim, find_level(sim, market, event->side, event->price),
         known->snapshot);
    return event->flags & BOOK_MORE ? 0
                                    : end_snapshot(sim, market, index, failure);
}

/* ---- depth and quotes ---------------------------------------------------- */

/* Of the levels of a side that history has, from the given one on (1: the
 * best), those that are better than a price (null: all) are gone. */
static void
drop_levels(struct sim *sim, struct market *market, enum side side,
            uint32_t from, int64_t price)
{
    struct books *books = &sim->match.books;
    const struct ladder *ladder = &market->book.sides[side - SIDE_BUY];
    int64_t key = price == DECIMAL_NULL ? KEY_NONE : ladder_key(ladder, price);
    struct ladder_place place;
    uint32_t level = ladder_first(&books->pool, ladder, &place), next, rank = 0;

    for (; level; level = next) {
        const struct level *at = books_level(books, level);

        next = ladder_next(&books->pool, &place);
        if (ladder_key(ladder, at->price) <= key)
            return;
        if (sum_parts(sim, level, 0) > 0 && ++rank >= from)
            take_parts(sim, market, level, true, sum_parts(sim, level, 0));
    }
}

static int
on_depth(struct sim *sim, struct market *market, const struct depth *event,
         struct failure *failure)
{
    if ((event->side != SIDE_BUY && event->side != SIDE_SELL) ||
        event->level == 0)
        return fail(failure, FAILURE_DATA, "a depth needs a side and a level");
    drop_levels(sim, market, event->side, event->level, event->price);
    if (event->price == DECIMAL_NULL || !is_amount(event->quantity))
        return 0;
    return set_level(sim, market, &event->event, event->side, event->price,
                     event->quantity, failure);
}

/* What a quote says of a side: its best level. */
static int
on_best(struct sim *sim, struct market *market, const struct event *event,
        enum side side, int64_t price, int64_t quantity,
        struct failure *failure)
{
    drop_levels(sim, market, side, 1, price);
    if (price == DECIMAL_NULL || !is_amount(quantity))
        return 0;
    return set_level(sim, market, event, side, price, quantity, failure);
}

static int
on_quote(struct sim *sim, struct market *market, const struct quote *event,
         struct failure *failure)
{
    if (on_best(sim, market, &event->event, SIDE_BUY, event->bid_price,
                event->bid_quantity, failure) != 0)
        return -1;
    return on_best(sim, market, &event->event, SIDE_SELL, event->ask_price,
                   event->ask_quantity, failure);
}

/* ---- prints -------------------------------------------------------------- */

/* Who came to whom: as it says, else by the best prices. */
static unsigned
aggressor_of(const struct sim *sim, const struct market *market,
             const struct print *print)
{
    const struct level *bid = sim_best(sim, &market->book, SIDE_BUY);
    const struct level *ask = sim_best(sim, &market->book, SIDE_SELL);

    if (print->side)
        return print->side;
    if (ask && print->price >= ask->price)
        return SIDE_BUY;
    return bid && print->price <= bid->price ? SIDE_SELL : 0;
}

static enum sim_verdict
judge(const struct sim *sim, const struct market *market, enum side side,
      uint32_t level, int64_t quantity)
{
    const struct ladder *ladder = &market->book.sides[side - SIDE_BUY];

    if (!level)
        return SIM_UNKNOWN;
    if (sum_parts(sim, level, 0) < quantity)
        return SIM_SHORT;
    return ladder->best == level ? SIM_FIRST : SIM_LATER;
}

static int
on_print(struct sim *sim, struct market *market, const struct print *event,
         struct failure *failure)
{
    unsigned aggressor = aggressor_of(sim, market, event);
    enum side side = aggressor == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
    uint32_t level;

    if (!is_amount(event->quantity) || event->price == DECIMAL_NULL)
        return 0;
    if (aggressor && !(event->conditions & (PRINT_AUCTION | PRINT_LATE))) {
        level = find_level(sim, market, side, event->price);
        sim->print.verdict = judge(sim, market, side, level, event->quantity);
        if (give(sim, market, &event->event, side, event->price,
                 event->quantity, failure) != 0)
            return -1;
        level = find_level(sim, market, side, event->price);
        take_parts(sim, market, level, true, event->quantity);
    }
    return history_traded(sim, market, &event->event, aggressor, event->price,
                          event->quantity, failure);
}

/* A trade between orders that are not in this history is a print. */
static int
on_trade(struct sim *sim, struct market *market, const struct trade *trade,
         struct failure *failure)
{
    struct print print;

    event_init(&print, EVENT_PRINT);
    print.event.instrument = trade->event.instrument;
    print.event.time = trade->event.time;
    print.side = trade->side;
    print.conditions = trade->side ? 0 : PRINT_AUCTION;
    print.price = trade->price;
    print.quantity = trade->quantity;
    return on_print(sim, market, &print, failure);
}

/* ---- events -------------------------------------------------------------- */

/* Levels say more than depth, and that more than quotes: what says less than
 * what came before is passed over. */
static bool
is_source(struct sim_market *known, unsigned type)
{
    unsigned now = known->source;

    if (now == EVENT_BOOK_LEVEL || (now == EVENT_DEPTH && type == EVENT_QUOTE))
        return false;
    known->source = (uint8_t)type;
    return true;
}

static int
take(struct sim *sim, uint32_t index, const struct event *event,
     struct failure *failure)
{
    struct market *market =
        index < sim->match.count ? &sim->match.markets[index] : NULL;
    const void *at = event;
    const struct book_level *level = at;

    if (history_pass(sim, index, event, failure) != 0)
        return -1;
    if (!market || index >= sim->market_count)
        return 0;
    sim->passing =
        (event->type == EVENT_BOOK_LEVEL || event->type == EVENT_BOOK_CLEAR) &&
        (level->flags & BOOK_MORE);
    switch (event->type) {
    case EVENT_BOOK_LEVEL: return on_level(sim, market, index, at, failure);
    case EVENT_BOOK_CLEAR: return on_clear(sim, market, index, at, failure);
    case EVENT_DEPTH:
        return is_source(&sim->markets[index], EVENT_DEPTH)
                   ? on_depth(sim, market, at, failure)
                   : 0;
    case EVENT_QUOTE:
        return is_source(&sim->markets[index], EVENT_QUOTE)
                   ? on_quote(sim, market, at, failure)
                   : 0;
    case EVENT_PRINT: return on_print(sim, market, at, failure);
    case EVENT_TRADE: return on_trade(sim, market, at, failure);
    default: return 0;
    }
}

/* ---- requests ------------------------------------------------------------ */

/* Whether nobody saw what stood at the price of an own order: history has no
 * level there, and none that is worse. */
static bool
is_unseen(const struct sim *sim, const struct market *market, uint32_t number)
{
    const struct books *books = &sim->match.books;
    const struct resting *order = &books->orders[number];
    const struct ladder *ladder = &market->book.sides[order->side - SIDE_BUY];
    int64_t key = ladder_key(ladder, order->price);
    struct ladder_place place;
    uint32_t level = ladder_first(&books->pool, ladder, &place);

    for (; level; level = ladder_next(&books->pool, &place))
        if (ladder_key(ladder, books_level(books, level)->price) <= key &&
            sum_parts(sim, level, 0) > 0)
            return false;
    return true;
}

static int
request(struct sim *sim, uint32_t index, const struct event *event,
        struct failure *failure)
{
    const struct order *order = (const void *)event; /* modifies begin alike */
    const struct modify *modify = (const void *)event;
    uint64_t id = event->type == EVENT_ORDER    ? order->order_id
                  : event->type == EVENT_MODIFY ? modify->order_id
                                                : 0;
    struct market *market;
    uint32_t number;

    if (history_request(sim, index, event, failure) != 0)
        return -1;
    if (!id || index >= sim->match.count)
        return 0;
    market = &sim->match.markets[index];
    number = books_find(&sim->match.books, market->book.number, id);
    if (!number || sim->match.books.orders[number].place != PLACE_BOOK)
        return 0;
    map_remove(&sim->unseen, id);
    if (is_unseen(sim, market, number) && !map_put(&sim->unseen, id, 1))
        return fail_memory(failure);
    return 0;
}

const struct sim_model sim_levels = {
    .name = "levels",
    .event = take,
    .request = request,
};
