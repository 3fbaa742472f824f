/* feed_report - books made from xmatch's reports, one report at a time. */
#include "feed/feed.h"
#include "tap.h"
#include "tape/schema.h"

#define NONE DECIMAL_NULL

static struct feed feed;
static struct failure failure;

/* An empty book, in that state. */
static void
fresh(enum session_state state)
{
    struct session session;

    feed_free(&feed);
    failure.kind = FAILURE_NONE;
    feed_reserve(&feed, 0, &failure);
    event_init(&session, EVENT_SESSION);
    session.state = (uint8_t)state;
    feed_apply(&feed, 0, &session.event, &failure);
}

static int
begin_session(enum session_state state, uint32_t book)
{
    struct session session;

    event_init(&session, EVENT_SESSION);
    session.state = (uint8_t)state;
    return feed_apply(&feed, book, &session.event, &failure);
}

/* A limit order of quantity, to be changed before it is applied. */
static struct order_report
limit(enum event_type type, uint64_t order_id, enum side side, int64_t price,
      int64_t quantity)
{
    struct order_report report;

    event_init(&report, type);
    report.order_id = order_id;
    report.side = (uint8_t)side;
    report.order_type = ORDER_LIMIT;
    report.time_in_force = TIF_DAY;
    report.price = price;
    report.quantity = report.remaining_quantity = quantity;
    return report;
}

static int
apply(const struct order_report *report)
{
    return feed_apply(&feed, 0, &report->event, &failure);
}

static int
accept(uint64_t order_id, enum side side, int64_t price, int64_t quantity)
{
    struct order_report report =
        limit(EVENT_ACCEPTED, order_id, side, price, quantity);

    return apply(&report);
}

static int
accept_iceberg(uint64_t order_id, enum side side, int64_t price,
               int64_t quantity, int64_t display)
{
    struct order_report report =
        limit(EVENT_ACCEPTED, order_id, side, price, quantity);

    report.display_quantity = display;
    return apply(&report);
}

static int
modify(uint64_t order_id, enum side side, int64_t price, int64_t remaining,
       int64_t display, enum reason reason)
{
    struct order_report report =
        limit(EVENT_MODIFIED, order_id, side, price, remaining);

    report.display_quantity = display;
    report.reason = (uint8_t)reason;
    return apply(&report);
}

static int
trade(uint64_t buy, uint64_t sell, int64_t quantity, unsigned flags)
{
    struct trade event;

    event_init(&event, EVENT_TRADE);
    event.buy_order_id = buy;
    event.sell_order_id = sell;
    event.price = 1;
    event.quantity = quantity;
    event.flags = (uint8_t)flags;
    return feed_apply(&feed, 0, &event.event, &failure);
}

static int
end(enum event_type type, uint64_t order_id)
{
    struct order_end event;

    event_init(&event, type);
    event.order_id = order_id;
    return feed_apply(&feed, 0, &event.event, &failure);
}

static bool
quote_is(int64_t bid, int64_t bid_quantity, int64_t ask, int64_t ask_quantity)
{
    struct quote quote;

    return failure.kind == FAILURE_NONE && feed_quote(&feed, 0, &quote) &&
           quote.bid_price == bid && quote.bid_quantity == bid_quantity &&
           quote.ask_price == ask && quote.ask_quantity == ask_quantity;
}

static uint64_t
bids_at_best(void)
{
    struct feed_level level = {0};
    bool fits;

    feed_levels(&feed, 0, SIDE_BUY, &level, 1, &fits);
    return level.order_count;
}

/* ---- what is held back --------------------------------------------------- */

static void
arrivals(void)
{
    const int64_t beyond[] = {INT64_MAX, INT64_MIN + 1, DECIMAL_MAX + 1};
    bool refused = true;

    fresh(SESSION_CONTINUOUS);
    accept(3, SIDE_BUY, 9, 1);
    accept(4, SIDE_SELL, 9, 1);
    OK("An order that could trade is held back.", quote_is(9, 1, NONE, NONE));
    accept(5, SIDE_SELL, 20, 1);
    OK("If the next comes and it did not trade, it is shown.",
       quote_is(9, 1, 9, 1));
    fresh(SESSION_CONTINUOUS);
    accept(1, SIDE_SELL, 10, 5);
    accept(2, SIDE_BUY, 10, 8);
    end(EVENT_CANCELLED, 1);
    OK("It is shown when what it could trade with is cancelled.",
       quote_is(10, 8, NONE, NONE));
    fresh(SESSION_CONTINUOUS);
    accept(1, SIDE_SELL, 10, 5);
    accept(2, SIDE_BUY, 10, 8);
    modify(1, SIDE_SELL, 10, 2, NONE, REASON_SELF_TRADE);
    modify(2, SIDE_BUY, 10, 5, NONE, REASON_SELF_TRADE);
    OK("A decrement takes from both and lets neither lose its place.",
       quote_is(NONE, NONE, 10, 2));
    end(EVENT_CANCELLED, 1);
    OK("What the decrement left of the aggressor rests.",
       quote_is(10, 5, NONE, NONE));
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        refused &= accept(6, SIDE_BUY, beyond[i], 1) == -1 &&
                   accept(6, SIDE_SELL, beyond[i], 1) == -1;
    OK("A price beyond the format is refused.",
       refused && failure.kind == FAILURE_DATA);
}

static void
unshown(void)
{
    struct order_report report = limit(EVENT_ACCEPTED, 2, SIDE_BUY, 11, 5);

    fresh(SESSION_CONTINUOUS);
    accept(1, SIDE_BUY, 9, 1);
    report.flags = ORDER_HIDDEN;
    apply(&report);
    report.order_id = 3;
    report.flags = ORDER_ALL_OR_NONE;
    apply(&report);
    OK("Hidden and all-or-none orders are not shown.",
       quote_is(9, 1, NONE, NONE));
    report = limit(EVENT_ACCEPTED, 4, SIDE_BUY, 12, 5);
    report.order_type = ORDER_MARKET_TO_LIMIT;
    apply(&report);
    OK("What is left of a market-to-limit order rests at its limit.",
       quote_is(12, 5, NONE, NONE));
}

/* ---- icebergs ------------------------------------------------------------ */

static void
icebergs(void)
{
    fresh(SESSION_CONTINUOUS);
    accept_iceberg(1, SIDE_BUY, 10, 25, 10);
    accept(2, SIDE_BUY, 10, 3);
    OK("Of an iceberg its peak is shown.",
       quote_is(10, 13, NONE, NONE) && bids_at_best() == 2);
    accept(3, SIDE_SELL, 10, 4);
    trade(1, 3, 4, 0);
    OK("A trade takes from the peak.", quote_is(10, 9, NONE, NONE));
    accept(4, SIDE_SELL, 10, 6);
    trade(1, 4, 6, 0);
    OK("A peak that is used up is renewed.", quote_is(10, 13, NONE, NONE));
    accept(5, SIDE_SELL, 10, 10);
    trade(1, 5, 10, 0);
    OK("The last peak is what is left.", quote_is(10, 8, NONE, NONE));
    accept(6, SIDE_SELL, 10, 5);
    trade(1, 6, 5, 0);
    OK("With nothing left it goes.",
       quote_is(10, 3, NONE, NONE) && bids_at_best() == 1);
}

static void
changed_icebergs(void)
{
    fresh(SESSION_CONTINUOUS);
    accept_iceberg(1, SIDE_BUY, 10, 25, 10);
    accept(3, SIDE_SELL, 10, 4);
    trade(1, 3, 4, 0);
    modify(1, SIDE_BUY, 10, 8, 10, REASON_REQUESTED);
    OK("Less of an iceberg leaves the peak as it is.",
       quote_is(10, 6, NONE, NONE));
    modify(1, SIDE_BUY, 10, 5, 10, REASON_REDUCED);
    OK("Until what is left is less than that.", quote_is(10, 5, NONE, NONE));
    modify(1, SIDE_BUY, 10, 40, 10, REASON_REQUESTED);
    OK("More of it begins with a whole peak.", quote_is(10, 10, NONE, NONE));
    fresh(SESSION_CONTINUOUS);
    accept_iceberg(1, SIDE_BUY, 10, 25, 10);
    trade(1, 99, 7, 0);
    OK("So does what is left of one that took from what nobody sees.",
       quote_is(10, 10, NONE, NONE));
}

/* ---- stops --------------------------------------------------------------- */

static void
stops(void)
{
    struct order_report stop = limit(EVENT_ACCEPTED, 1, SIDE_BUY, 10, 7);

    fresh(SESSION_CONTINUOUS);
    stop.order_type = ORDER_STOP_LIMIT;
    stop.stop_price = 9;
    apply(&stop);
    accept(2, SIDE_BUY, 8, 1);
    OK("A stop is not shown while it waits.", quote_is(8, 1, NONE, NONE));
    stop.event.type = EVENT_MODIFIED;
    stop.quantity = stop.remaining_quantity = 6;
    apply(&stop);
    OK("Not when it is changed either.", quote_is(8, 1, NONE, NONE));
    end(EVENT_TRIGGERED, 1);
    OK("When it is triggered it rests like any other.",
       quote_is(10, 6, NONE, NONE));
    stop.remaining_quantity = 5;
    apply(&stop);
    OK("And is changed like any other.", quote_is(10, 5, NONE, NONE));
    stop.event.type = EVENT_ACCEPTED;
    stop.order_id = 3;
    apply(&stop);
    end(EVENT_CANCELLED, 3);
    end(EVENT_TRIGGERED, 3);
    OK("One that is cancelled while it waits is gone.",
       quote_is(10, 5, NONE, NONE));
    stop.order_id = 4;
    stop.price = NONE;
    stop.order_type = ORDER_STOP;
    apply(&stop);
    end(EVENT_TRIGGERED, 4);
    end(EVENT_CANCELLED, 4);
    OK("A stop without a limit never rests.", quote_is(10, 5, NONE, NONE));
}

/* ---- auctions ------------------------------------------------------------ */

static void
auctions(void)
{
    struct order_report market = limit(EVENT_ACCEPTED, 3, SIDE_BUY, NONE, 7);

    fresh(SESSION_OPENING_AUCTION);
    accept_iceberg(1, SIDE_BUY, 11, 20, 5);
    accept(2, SIDE_SELL, 10, 12);
    market.order_type = ORDER_MARKET;
    apply(&market);
    OK("A book is crossed while an auction collects; what has no price is not "
       "shown.",
       quote_is(11, 5, 10, 12));
    begin_session(SESSION_CONTINUOUS, 0);
    trade(3, 2, 7, TRADE_AUCTION);
    trade(1, 2, 5, TRADE_AUCTION);
    OK("An auction's trade takes from both, and a whole peak is left.",
       quote_is(11, 5, NONE, NONE));
    modify(1, SIDE_BUY, 11, 12, 5, REASON_SELF_TRADE);
    OK("So does a decrement.", quote_is(11, 5, NONE, NONE));
    accept(4, SIDE_SELL, 11, 1);
    OK("After it orders are held back again.", quote_is(11, 5, NONE, NONE));
}

static void
close_orders(void)
{
    struct order_report report = limit(EVENT_ACCEPTED, 1, SIDE_BUY, 10, 7);

    fresh(SESSION_CONTINUOUS);
    for (uint64_t id = 1; id <= 20; id++) {
        report.order_id = id;
        report.time_in_force = TIF_AT_CLOSE;
        apply(&report);
    }
    accept(30, SIDE_BUY, 9, 1);
    for (uint64_t id = 5; id <= 20; id++)
        end(EVENT_CANCELLED, id);
    report.event.type = EVENT_MODIFIED;
    report.order_id = 3;
    report.remaining_quantity = 2;
    apply(&report);
    OK("Orders for the close are not shown before.",
       quote_is(9, 1, NONE, NONE));
    begin_session(SESSION_CLOSING_AUCTION, FEED_ALL);
    OK("They are when the closing auction begins.",
       quote_is(10, 23, NONE, NONE) && bids_at_best() == 4);
    report.event.type = EVENT_ACCEPTED;
    report.order_id = 40;
    apply(&report);
    OK("From then on they are shown at once.", quote_is(10, 25, NONE, NONE));
    feed_reserve(&feed, 1, &failure);
    OK("A book that is made later is in the session of all.",
       feed.books[1].state == SESSION_CLOSING_AUCTION);
}

/* ---- snapshots ----------------------------------------------------------- */

static int
rest(uint64_t order_id, enum order_place place, int64_t price, int64_t open,
     int64_t visible)
{
    struct resting_order order;

    event_init(&order, EVENT_RESTING);
    order.order_id = order_id;
    order.side = SIDE_BUY;
    order.order_type = place == STANDS_STOP ? ORDER_STOP_LIMIT : ORDER_LIMIT;
    order.time_in_force = place == STANDS_CLOSE ? TIF_AT_CLOSE : TIF_DAY;
    order.place = (uint8_t)place;
    order.price = price;
    order.remaining_quantity = open;
    order.visible_quantity = visible;
    order.display_quantity = 10;
    return feed_apply(&feed, 0, &order.event, &failure);
}

static void
snapshots(void)
{
    fresh(SESSION_CONTINUOUS);
    rest(1, STANDS_IN_BOOK, 10, 25, 4);
    rest(2, STANDS_STOP, 11, 7, 7);
    rest(3, STANDS_CLOSE, 12, 7, 7);
    OK("Of a snapshot is shown what was shown.", quote_is(10, 4, NONE, NONE));
    trade(1, 99, 4, 0);
    OK("A peak is renewed as it would have been.",
       quote_is(10, 10, NONE, NONE));
    end(EVENT_TRIGGERED, 2);
    OK("A stop that waited is triggered.", quote_is(11, 7, NONE, NONE));
    begin_session(SESSION_CLOSING_AUCTION, 0);
    OK("An order for the close comes when it is time.",
       quote_is(12, 7, NONE, NONE));
    OK("An order without id, or that shows more than is open, is refused.",
       rest(0, STANDS_IN_BOOK, 10, 5, 5) == -1 &&
           rest(7, STANDS_IN_BOOK, 10, 5, 6) == -1 &&
           rest(8, STANDS_IN_BOOK, 10, 5, NONE) == -1 &&
           failure.kind == FAILURE_DATA);
}

int
main(void)
{
    arrivals();
    unshown();
    icebergs();
    changed_icebergs();
    stops();
    auctions();
    close_orders();
    snapshots();
    feed_free(&feed);
    return tap_done();
}
