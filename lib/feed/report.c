#include "feed/order.h"

#include <assert.h>
#include <string.h>

static int64_t
lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool
collects(uint8_t state)
{
    return state == SESSION_PRE_OPEN || state == SESSION_OPENING_AUCTION ||
           state == SESSION_CLOSING_AUCTION;
}

static bool
is_collecting(const struct feed_book *book)
{
    return collects(book->state);
}

/* ---- the order that came last -------------------------------------------- */

/* Whether it could trade with the other side. */
static bool
crosses(const struct feed_book *book, const struct feed_arrival *arrival)
{
    const struct ladder *own = &book->sides[arrival->side - SIDE_BUY];
    const struct ladder *other = &book->sides[SIDE_SELL - arrival->side];

    return other->best_key != KEY_NONE &&
           ladder_key(own, arrival->price) >= -other->best_key;
}

static bool
is_held_back(const struct feed_book *book, uint64_t order_id)
{
    return order_id && order_id == book->arrival.order_id &&
           !book->arrival.entered;
}

/* It rests with what is open of it, if it is of that kind. */
static int
let_in(struct feed *feed, struct feed_book *book, struct failure *failure)
{
    struct feed_arrival *arrival = &book->arrival;
    const struct feed_order order = {
        .price = arrival->price,
        .open = arrival->open,
        .display = arrival->display,
        .side = arrival->side,
    };

    if (arrival->order_id == 0 || arrival->entered || !arrival->rests ||
        arrival->open == 0)
        return 0;
    arrival->entered = true;
    return feed_enter(feed, book, arrival->order_id, &order, failure);
}

/* It rests as soon as nothing shown is left for it to trade with. */
static int
settle(struct feed *feed, struct feed_book *book, struct failure *failure)
{
    const struct feed_arrival *arrival = &book->arrival;

    if (arrival->rests && !is_collecting(book) && crosses(book, arrival))
        return 0;
    return let_in(feed, book, failure);
}

static int
arrive(struct feed *feed, struct feed_book *book,
       const struct feed_arrival *arrival, struct failure *failure)
{
    if (let_in(feed, book, failure) != 0)
        return -1;
    book->arrival = *arrival;
    return settle(feed, book, failure);
}

/* Removes an order, at rest or about to. */
static void
forget(struct feed *feed, struct feed_book *book, uint64_t order_id)
{
    if (order_id == book->arrival.order_id)
        book->arrival.rests = false;
    feed_remove(feed, book, order_id);
}

/* ---- accepted and modified ----------------------------------------------- */

/* Whether what does not trade of it is then shown. */
static bool
rests(const struct order_report *report)
{
    static const bool types[8] = {
        [0] = true, /* reports of another engine may leave it out */
        [ORDER_LIMIT] = true,
        [ORDER_STOP_LIMIT] = true,
        [ORDER_MARKET_TO_LIMIT] = true,
    };

    return types[report->order_type & 7] && report->price != DECIMAL_NULL &&
           report->time_in_force != TIF_IOC &&
           report->time_in_force != TIF_FOK &&
           !(report->flags & (ORDER_HIDDEN | ORDER_ALL_OR_NONE));
}

/* What an order waits for; live: it was in the book before. */
static enum feed_wait
wait_of(const struct feed_book *book, const struct order_report *report,
        bool live)
{
    static const bool stops[8] = {[ORDER_STOP] = true,
                                  [ORDER_STOP_LIMIT] = true,
                                  [ORDER_TRAILING_STOP] = true};

    if (live)
        return FEED_SHOWN;
    if (stops[report->order_type & 7])
        return FEED_TRIGGER;
    if (report->time_in_force == TIF_AT_CLOSE &&
        book->state != SESSION_CLOSING_AUCTION)
        return FEED_CLOSE;
    return FEED_SHOWN;
}

/* An order that is new, or has a new place. */
static int
apply_place(struct feed *feed, struct feed_book *book,
            const struct order_report *report, bool live,
            struct failure *failure)
{
    enum feed_wait wait = wait_of(book, report, live);
    bool iceberg = report->display_quantity > 0;
    struct feed_arrival arrival = {
        .order_id = report->order_id,
        .price = report->price,
        .open = report->remaining_quantity,
        .display = iceberg ? report->display_quantity : DECIMAL_MAX,
        .side = report->side,
        .rests = rests(report),
    };
    const struct feed_order order = {
        .price = arrival.price,
        .open = arrival.open,
        .display = arrival.display,
        .side = arrival.side,
        .wait = (uint8_t)wait,
    };

    forget(feed, book, report->order_id);
    if (wait == FEED_SHOWN)
        return arrive(feed, book, &arrival, failure);
    if (arrive(feed, book, &(struct feed_arrival){0}, failure) != 0)
        return -1;
    return arrival.rests
               ? feed_enter(feed, book, report->order_id, &order, failure)
               : 0;
}

/* Takes a quantity from an order.  An iceberg's peak that is used up is
 * renewed; what is left of one that was the aggressor, or was in an auction,
 * begins with a whole one. */
static int
execute(struct feed *feed, struct feed_book *book, uint64_t order_id,
        int64_t quantity, bool auction, struct failure *failure)
{
    struct feed_arrival *arrival = &book->arrival;
    bool renews = auction || order_id == arrival->order_id;
    uint32_t number = feed_find(book, order_id);
    const struct feed_order *order;
    int64_t open, shown;

    assert(quantity > 0);
    if (is_held_back(book, order_id)) {
        arrival->open -= lesser(quantity, arrival->open);
        return 0;
    }
    if (number == MAP_NONE || feed->orders[number].wait != FEED_SHOWN)
        return 0;
    order = &feed->orders[number];
    open = order->open - lesser(quantity, order->open);
    shown = order->shown - lesser(quantity, order->shown);
    if (open == 0) {
        feed_remove(feed, book, order_id);
        return 0;
    }
    if (renews || shown == 0)
        shown = lesser(open, order->display);
    return feed_change(feed, book, number, open, shown, failure);
}

/* Both orders lose what they would have traded with each other; in an auction
 * neither of them came last. */
static int
apply_decrement(struct feed *feed, struct feed_book *book,
                const struct order_report *report, struct failure *failure)
{
    uint32_t number = feed_find(book, report->order_id);
    int64_t open = 0;

    if (is_held_back(book, report->order_id))
        open = book->arrival.open;
    else if (number != MAP_NONE)
        open = feed->orders[number].open;
    if (open > report->remaining_quantity &&
        execute(feed, book, report->order_id, open - report->remaining_quantity,
                book->arrival.order_id == 0, failure) != 0)
        return -1;
    return settle(feed, book, failure);
}

static int
apply_order(struct feed *feed, struct feed_book *book,
            const struct order_report *report, struct failure *failure)
{
    bool modified = report->event.type == EVENT_MODIFIED;
    uint32_t number = modified ? feed_find(book, report->order_id) : MAP_NONE;
    bool live = is_held_back(book, report->order_id);
    const struct feed_order *order;

    if (!modified)
        book->uncrossing = false; /* auctions accept none while they trade */
    if (feed_check(report->side, rests(report) ? report->price : 0,
                   report->remaining_quantity, failure) != 0)
        return -1;
    if (modified && report->reason == REASON_SELF_TRADE)
        return apply_decrement(feed, book, report, failure);
    if (number == MAP_NONE)
        return apply_place(feed, book, report, modified && live, failure);
    order = &feed->orders[number];
    live = order->wait == FEED_SHOWN;
    if (!live || report->price != order->price ||
        report->remaining_quantity > order->open)
        return apply_place(feed, book, report, live, failure);
    /* it keeps its place: what an iceberg does not show goes first */
    return feed_change(feed, book, number, report->remaining_quantity,
                       lesser(report->remaining_quantity, order->shown),
                       failure);
}

/* ---- what becomes of orders ---------------------------------------------- */

static int
apply_trade(struct feed *feed, struct feed_book *book,
            const struct trade *trade, struct failure *failure)
{
    bool auction = trade->flags & TRADE_AUCTION;

    if (trade->quantity <= 0)
        return fail(failure, FAILURE_DATA, "its quantity is not above 0");
    if (execute(feed, book, trade->buy_order_id, trade->quantity, auction,
                failure) != 0 ||
        execute(feed, book, trade->sell_order_id, trade->quantity, auction,
                failure) != 0)
        return -1;
    return settle(feed, book, failure);
}

/* A stop becomes an order like any other. */
static int
apply_trigger(struct feed *feed, struct feed_book *book,
              const struct order_end *report, struct failure *failure)
{
    uint32_t number = feed_find(book, report->order_id);
    struct feed_arrival arrival = {.order_id = report->order_id};

    if (number != MAP_NONE && feed->orders[number].wait == FEED_TRIGGER) {
        const struct feed_order *order = &feed->orders[number];

        arrival.price = order->price;
        arrival.open = order->open;
        arrival.display = order->display;
        arrival.side = order->side;
        arrival.rests = true;
        feed_remove(feed, book, report->order_id);
    }
    return arrive(feed, book, &arrival, failure);
}

static int
apply_end(struct feed *feed, struct feed_book *book,
          const struct order_end *end, struct failure *failure)
{
    forget(feed, book, end->order_id);
    return settle(feed, book, failure);
}

static int
apply_session(struct feed *feed, struct feed_book *book,
              const struct session *session, struct failure *failure)
{
    if (session->state == 0)
        return 0;
    if (arrive(feed, book, &(struct feed_arrival){0}, failure) != 0)
        return -1;
    if (is_collecting(book) && !collects(session->state))
        book->uncrossing = true; /* until the trades of its auction are done */
    book->state = session->state;
    book->joined =
        session->state == SESSION_CLOSING_AUCTION && book->aside_count > 0;
    return book->joined ? feed_join_close(feed, book, failure) : 0;
}

/* ---- snapshots ----------------------------------------------------------- */

/* A live order as it stands. */
static int
apply_resting(struct feed *feed, struct feed_book *book,
              const struct resting_order *resting, struct failure *failure)
{
    static const uint8_t waits[8] = {
        [STANDS_STOP] = FEED_TRIGGER, [STANDS_CLOSE] = FEED_CLOSE};
    bool iceberg = resting->display_quantity > 0;
    const struct feed_order order = {
        .price = resting->price,
        .open = resting->remaining_quantity,
        .display = iceberg ? resting->display_quantity : DECIMAL_MAX,
        .side = resting->side,
        .wait = waits[resting->place & 7],
    };
    struct order_report report;

    /* the same fields in the same places, as far as an order_report goes */
    memcpy(&report, resting, sizeof report);
    if (!rests(&report))
        return 0;
    if (resting->order_id == 0)
        return fail(failure, FAILURE_DATA, "it has no order id");
    if (resting->visible_quantity > order.open)
        return fail(failure, FAILURE_DATA, "more of it is shown than is open");
    if (feed_check(order.side, order.price, order.open, failure) != 0 ||
        feed_check(order.side, order.price, resting->visible_quantity,
                   failure) != 0 ||
        feed_enter(feed, book, resting->order_id, &order, failure) != 0)
        return -1;
    if (order.wait != FEED_SHOWN)
        return 0;
    return feed_change(feed, book, feed_find(book, resting->order_id),
                       order.open, resting->visible_quantity, failure);
}

int
feed_apply_report(struct feed *feed, struct feed_book *book,
                  const struct event *event, struct failure *failure)
{
    const void *report = event;

    switch (event->type) {
    case EVENT_ACCEPTED:
    case EVENT_MODIFIED: return apply_order(feed, book, report, failure);
    case EVENT_TRADE: return apply_trade(feed, book, report, failure);
    case EVENT_TRIGGERED: return apply_trigger(feed, book, report, failure);
    case EVENT_CANCELLED:
    case EVENT_EXPIRED: return apply_end(feed, book, report, failure);
    case EVENT_SESSION: return apply_session(feed, book, report, failure);
    case EVENT_MARKET:
        book->state = ((const struct market_state *)report)->state;
        return 0;
    case EVENT_RESTING: return apply_resting(feed, book, report, failure);
    default: return 0;
    }
}
