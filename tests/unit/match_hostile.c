/* match_hostile - the engine against what nobody sends but to hurt it: counts
 * so large that work which grows with their square would never end, and
 * numbers at the ends of the format.
 */
#include <stdlib.h>
#include <string.h>

#include "match/match.h"
#include "tap.h"
#include "tape/schema.h"

#define MANY     1000000
#define STOPS    100000
#define TRAILING 10000
#define CROSSED  100000
#define DATES    200000
#define MARKETS  50000

union input {
    struct event event;
    struct order order;
    struct cancel cancel;
    struct session session;
    struct clock clock;
};

union report {
    struct event event;
    struct order_report order;
    struct order_end end;
    struct trade trade;
    struct indicative indicative;
};

/* What the last event caused: how much of everything, whether prices and ids
 * came in order, and the last report.  A report is whole when the next comes.
 */
static struct told {
    uint64_t counts[EVENT_TYPES], reasons[UINT8_MAX + 1];
    i128 traded;
    int64_t low, high; /* prices of trades */
    bool up, down;     /* they only went so */
    bool ids_up;       /* ids of ends and triggers did not go down */
    uint64_t last_id;
    int64_t last_price;
    union report report;
} told;

static struct match match;
static struct failure failure;

static void
take_trade(const struct trade *trade)
{
    if (told.counts[EVENT_TRADE] == 1)
        told.low = told.high = told.last_price = trade->price;
    told.up &= trade->price >= told.last_price;
    told.down &= trade->price <= told.last_price;
    if (trade->price < told.low)
        told.low = trade->price;
    if (trade->price > told.high)
        told.high = trade->price;
    told.last_price = trade->price;
    told.traded += trade->quantity;
}

/* Counts the report that has been filled since the last call, if any. */
static void
take_report(void)
{
    unsigned type = told.report.event.type;

    if (type == 0)
        return;
    told.counts[type]++;
    if (type == EVENT_TRADE)
        take_trade(&told.report.trade);
    if (type == EVENT_REJECTED || type == EVENT_CANCELLED ||
        type == EVENT_EXPIRED || type == EVENT_TRIGGERED) {
        told.reasons[told.report.end.reason]++;
        told.ids_up &= told.report.end.order_id >= told.last_id;
        told.last_id = told.report.end.order_id;
    }
    told.report.event.type = 0;
}

static void *
put(void *owner, size_t size)
{
    (void)owner;
    (void)size;
    take_report();
    return &told.report;
}

static uint32_t
name(void *owner, uint32_t index, const struct event *cause,
     struct failure *no_failure)
{
    (void)owner;
    (void)cause;
    (void)no_failure;
    return index + 1;
}

static void
define(uint32_t index)
{
    struct instrument instrument;

    event_init(&instrument, EVENT_INSTRUMENT);
    instrument.event.instrument = index + 1;
    match_define(&match, index, &instrument, &failure);
}

static void
begin(void)
{
    const struct event_sink sink = {put, name, NULL};

    match_init(&match, &sink);
    define(0);
}

/* Takes an event; what it caused is then told. */
static void
take(const void *event)
{
    memset(&told, 0, sizeof told);
    told.up = told.down = told.ids_up = true;
    match_event(&match, 0, event, &failure);
    take_report();
}

/* A limit order of one, for more to be said of it. */
static struct order
order(uint64_t id, enum side side, int64_t price)
{
    struct order order;

    event_init(&order, EVENT_ORDER);
    order.event.instrument = 1;
    order.event.time = 1;
    order.order_id = id;
    order.side = (uint8_t)side;
    order.order_type = ORDER_LIMIT;
    order.time_in_force = TIF_GTC;
    order.price = price;
    order.quantity = DECIMAL_ONE;
    return order;
}

static struct order
market(uint64_t id, enum side side, int64_t quantity)
{
    struct order one = order(id, side, DECIMAL_NULL);

    one.order_type = ORDER_MARKET;
    one.quantity = quantity;
    return one;
}

static void
put_order(uint64_t id, enum side side, int64_t price)
{
    struct order one = order(id, side, price);

    take(&one);
}

static void
phase(enum session_state state)
{
    struct session session;

    event_init(&session, EVENT_SESSION);
    session.event.instrument = 1;
    session.state = (uint8_t)state;
    take(&session);
}

static void
cancel(uint64_t id)
{
    struct cancel one;

    event_init(&one, EVENT_CANCEL);
    one.event.instrument = 1;
    one.order_id = id;
    take(&one);
}

/* ---- many orders, many prices -------------------------------------------- */

static void
many_orders(void)
{
    bool right = true;

    begin();
    for (uint64_t id = 1; id <= MANY; id++)
        put_order(id, SIDE_BUY, DECIMAL_ONE);
    OK("A million orders rest at one price.",
       match.books.count == MANY && match.books.pool.level_count == 1);
    for (uint64_t id = 2; id <= MANY; id += 2) { /* from the middle */
        cancel(id);
        right &= told.counts[EVENT_CANCELLED] == 1 &&
                 match.books.count == MANY - id / 2;
    }
    OK("Any of them can be cancelled.", right);
    for (uint64_t left = MANY / 2; left > 0; left -= 1000) {
        struct order taker = market(UINT64_MAX, SIDE_SELL, 1000 * DECIMAL_ONE);

        take(&taker);
        right &= told.counts[EVENT_TRADE] == 1000 &&
                 match.books.count == left - 1000;
    }
    OK("The others trade.", right && match.books.pool.level_count == 0);
    match_free(&match);
}

/* A million bids, all prices once, here and there. */
static void
put_levels(void)
{
    for (uint64_t i = 0; i < MANY; i++)
        put_order(i + 1, SIDE_BUY,
                  (int64_t)(i * 7919 % MANY + 1) * DECIMAL_ONE);
}

static void
many_levels(void)
{
    struct order taker = market(UINT64_MAX, SIDE_SELL, MANY * DECIMAL_ONE);

    begin();
    put_levels();
    OK("A million orders rest at a million prices.",
       match.books.count == MANY && match.books.pool.level_count == MANY);
    take(&taker);
    OK("They trade from the best price to the worst.",
       told.counts[EVENT_TRADE] == MANY && told.down &&
           told.high == MANY * DECIMAL_ONE && told.low == DECIMAL_ONE &&
           match.books.pool.node_count == 1);
    put_levels();
    cancel(0);
    OK("They are cancelled all at once, in the order of their ids.",
       told.counts[EVENT_CANCELLED] == MANY && told.ids_up &&
           match.books.count == 0);
    match_free(&match);
}

/* Ids that differ only where a careless hash does not look. */
static void
ids(void)
{
    static const uint64_t steps[] = {1, UINT64_C(1) << 20, UINT64_C(1) << 40,
                                     UINT64_C(0x100000001)};
    bool right = true;

    begin();
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        for (uint64_t i = 1; i <= 200000; i++)
            put_order(UINT64_MAX - i * steps[s], SIDE_BUY, DECIMAL_ONE);
        for (uint64_t i = 1; i <= 200000; i++) {
            cancel(UINT64_MAX - i * steps[s]);
            right &= told.counts[EVENT_CANCELLED] == 1;
        }
    }
    OK("Ids in steps of any size are found as fast.",
       right && match.books.count == 0);
    put_order(UINT64_MAX, SIDE_BUY, DECIMAL_ONE);
    put_order(UINT64_MAX, SIDE_SELL, DECIMAL_ONE);
    OK("The greatest id is one as any other.",
       told.reasons[REASON_DUPLICATE_ID] == 1);
    cancel(UINT64_MAX);
    OK("And can be cancelled.", told.counts[EVENT_CANCELLED] == 1);
    match_free(&match);
}

/* ---- stops --------------------------------------------------------------- */

static struct order
stop(uint64_t id, enum side side, int64_t price)
{
    struct order one = market(id, side, DECIMAL_ONE);

    one.order_type = ORDER_STOP;
    one.stop_price = price;
    return one;
}

/* Each stop trades with the bid that sets off the next. */
static void
stops_in_a_row(void)
{
    begin();
    for (uint64_t i = 1; i <= STOPS; i++) {
        struct order one =
            stop(MANY + i, SIDE_SELL, (int64_t)(STOPS + 1 - i) * DECIMAL_ONE);

        take(&one);
        put_order(i, SIDE_BUY, (int64_t)i * DECIMAL_ONE);
    }
    put_order(2 * MANY, SIDE_SELL, STOPS * DECIMAL_ONE);
    OK("A hundred thousand stops set each other off.",
       told.counts[EVENT_TRIGGERED] == STOPS &&
           told.counts[EVENT_TRADE] == STOPS && told.ids_up &&
           told.reasons[REASON_NO_LIQUIDITY] == 1);
    OK("Each at the next price.", told.down && told.low == DECIMAL_ONE &&
                                      told.high == STOPS * DECIMAL_ONE);
    match_free(&match);
}

static void
stops_at_once(void)
{
    struct order bid = order(1, SIDE_BUY, DECIMAL_ONE);

    begin();
    bid.quantity = 2 * STOPS * DECIMAL_ONE;
    take(&bid);
    for (uint64_t i = 1; i <= STOPS; i++) {
        struct order one = stop(MANY + i, SIDE_SELL, 2 * DECIMAL_ONE);

        take(&one);
    }
    put_order(2, SIDE_SELL, DECIMAL_ONE);
    OK("A hundred thousand stops go off at one price, first come first.",
       told.counts[EVENT_TRIGGERED] == STOPS && told.ids_up &&
           told.counts[EVENT_TRADE] == STOPS + 1);
    match_free(&match);
}

static struct order
trailing(uint64_t id, enum side side, int64_t offset)
{
    struct order one = stop(id, side, DECIMAL_NULL);

    one.order_type = ORDER_TRAILING_STOP;
    one.price_offset = offset;
    return one;
}

/* Trades one at a price. */
static void
trade_at(int64_t price)
{
    put_order(1, SIDE_SELL, price);
    put_order(2, SIDE_BUY, price);
}

static void
many_trailing(void)
{
    bool quiet = true;

    begin();
    for (uint64_t i = 0; i < TRAILING; i++) {
        struct order one =
            trailing(MANY + i, SIDE_SELL, (int64_t)(i + 1) * DECIMAL_ONE);

        take(&one);
    }
    put_order(MANY - 1, SIDE_SELL, DECIMAL_MAX);
    OK("Ten thousand trailing stops wait.", match.books.count == TRAILING + 1);
    for (int64_t price = 20000; price <= 20300; price++) { /* all move */
        trade_at(price * DECIMAL_ONE);
        quiet &= told.counts[EVENT_TRIGGERED] == 0;
    }
    OK("They follow the price.", quiet);
    trade_at(20300 * DECIMAL_ONE - TRAILING / 2 * DECIMAL_ONE);
    OK("Those that the price comes back to go off, the nearest first.",
       told.counts[EVENT_TRIGGERED] == TRAILING / 2 && told.ids_up);
    for (uint64_t i = 0; i < TRAILING / 2; i++) {
        struct order one = trailing(i + 10, SIDE_BUY, DECIMAL_ONE);

        take(&one);
    }
    quiet = told.counts[EVENT_ACCEPTED] == 1;
    {
        struct order one = trailing(9, SIDE_SELL, DECIMAL_ONE);

        take(&one);
    }
    OK("One more than ten thousand is refused.",
       quiet && told.reasons[REASON_LIMIT_REACHED] == 1);
    match_free(&match);
}

/* ---- icebergs, all or none ----------------------------------------------- */

static void
many_peaks(void)
{
    struct order berg = order(1, SIDE_SELL, DECIMAL_ONE), more;
    struct order taker = market(2, SIDE_BUY, MANY * DECIMAL_ONE);

    begin();
    berg.quantity = MANY * DECIMAL_ONE;
    berg.display_quantity = DECIMAL_ONE;
    take(&berg);
    take(&taker);
    OK("An iceberg comes up a million times.",
       told.counts[EVENT_TRADE] == MANY &&
           told.traded == (i128)MANY * DECIMAL_ONE && match.books.count == 0);
    more = berg;
    more.quantity += DECIMAL_ONE;
    take(&more);
    OK("Not more often.", told.reasons[REASON_LIMIT_REACHED] == 1);
    for (uint64_t i = 1; i <= MANY / 10; i++) {
        berg.order_id = i;
        berg.quantity = 10 * DECIMAL_ONE;
        take(&berg);
    }
    for (int i = 0; i < 10; i++) {
        taker.order_id = MANY;
        taker.quantity = MANY / 10 * DECIMAL_ONE;
        take(&taker);
    }
    OK("A hundred thousand of them take turns.",
       told.counts[EVENT_TRADE] == MANY / 10 && match.books.count == 0);
    match_free(&match);
}

static void
many_all_or_none(void)
{
    struct order whole = order(0, SIDE_SELL, DECIMAL_ONE);
    bool right = true;

    begin();
    whole.flags = ORDER_ALL_OR_NONE;
    whole.quantity = 2 * DECIMAL_ONE;
    for (uint64_t i = 1; i <= 1000; i++) {
        whole.order_id = i;
        take(&whole);
        right &= told.counts[EVENT_ACCEPTED] == 1;
    }
    whole.order_id++;
    take(&whole);
    OK("A thousand all-or-none orders rest, and no more.",
       right && told.reasons[REASON_LIMIT_REACHED] == 1);
    for (uint64_t i = 1; i <= 20000; i++) {
        put_order(MANY + i, SIDE_BUY, DECIMAL_ONE); /* passes over them all */
        right &= told.counts[EVENT_TRADE] == 0;
    }
    whole = market(2 * MANY, SIDE_BUY, 2000 * DECIMAL_ONE);
    take(&whole);
    OK("They are passed over until they fit.",
       right && told.counts[EVENT_TRADE] == 1000 &&
           told.traded == (i128)2000 * DECIMAL_ONE);
    match_free(&match);
}

static void
many_own(void)
{
    struct order one = order(0, SIDE_SELL, DECIMAL_ONE);

    begin();
    one.account_id = 7;
    for (uint64_t i = 1; i <= MANY; i++) {
        one.order_id = i;
        take(&one);
    }
    one = market(MANY + 1, SIDE_BUY, DECIMAL_ONE);
    one.account_id = 7;
    one.self_trade = SELF_TRADE_CANCEL_OLDEST;
    take(&one);
    OK("An order cancels a million of its owner.",
       told.reasons[REASON_SELF_TRADE] == MANY && match.books.count == 0);
    match_free(&match);
}

/* ---- auctions, phases, time ---------------------------------------------- */

static void
large_auction(void)
{
    begin();
    phase(SESSION_PRE_OPEN);
    for (uint64_t i = 1; i <= MANY / 2; i++) {
        put_order(i, SIDE_BUY, (int64_t)i * DECIMAL_ONE);
        put_order(MANY + i, SIDE_SELL, (int64_t)i * DECIMAL_ONE);
    }
    phase(SESSION_CONTINUOUS);
    OK("Half a million bids and offers meet at the price in the middle.",
       told.counts[EVENT_TRADE] == MANY / 4 && told.up && told.down &&
           told.traded == (i128)(MANY / 4) * DECIMAL_ONE &&
           match.books.count == MANY / 2);
    match_free(&match);
}

/* Every order moves the indicative price of as many prices as there are. */
static void
large_indicative(void)
{
    uint64_t changes = 0;

    begin();
    phase(SESSION_OPENING_AUCTION);
    for (uint64_t i = 1; i <= CROSSED; i++) {
        put_order(i, SIDE_BUY, (int64_t)(MANY + i) * DECIMAL_ONE);
        put_order(MANY + i, SIDE_SELL, (int64_t)(MANY - i) * DECIMAL_ONE);
        changes += told.counts[EVENT_INDICATIVE];
    }
    OK("The price is reported each time while a hundred thousand prices cross.",
       changes == CROSSED);
    match_free(&match);
}

static void
huge_auction(void)
{
    struct order one = order(0, SIDE_BUY, DECIMAL_MAX);

    begin();
    phase(SESSION_OPENING_AUCTION);
    one.quantity = DECIMAL_MAX;
    for (uint64_t i = 1; i <= 40; i++) {
        one.order_id = i;
        one.side = i % 2 ? SIDE_BUY : SIDE_SELL;
        one.price = i % 2 ? DECIMAL_MAX : 1;
        take(&one);
    }
    OK("What an auction would trade may be beyond 64 bits.",
       match.books.count == 40);
    phase(SESSION_CONTINUOUS);
    OK("It trades all of it.", told.counts[EVENT_TRADE] == 20 &&
                                   told.traded == (i128)20 * DECIMAL_MAX &&
                                   match.books.count == 0);
    match_free(&match);
}

/* Orders for the close, all of which come into the book at once. */
static void
many_at_close(void)
{
    struct order one = order(0, SIDE_BUY, DECIMAL_ONE);

    begin();
    one.time_in_force = TIF_AT_CLOSE;
    for (uint64_t i = 1; i <= MANY; i++) {
        one.order_id = i;
        one.price = (int64_t)(i % 1000 + 1) * DECIMAL_ONE;
        take(&one);
    }
    phase(SESSION_CLOSING_AUCTION);
    phase(SESSION_CLOSED);
    OK("A million orders for the close come and go.",
       told.reasons[REASON_AUCTION_REMAINDER] == MANY && told.ids_up);
    match_free(&match);
}

static void
many_dates(void)
{
    struct order one = order(0, SIDE_BUY, DECIMAL_ONE);
    struct clock clock;
    bool right = true;

    begin();
    for (uint32_t i = 1; i < MARKETS; i++) /* none of which has to do with it */
        define(i);
    one.time_in_force = TIF_GTD;
    for (uint64_t i = 0; i < DATES; i++) {
        one.order_id = i + 1;
        one.expire_time = 1000 + (int64_t)(i * 7919 % DATES);
        take(&one);
    }
    event_init(&clock, EVENT_CLOCK);
    for (int64_t time = 1000; time < 1000 + DATES / 2; time++) {
        clock.event.time = time;
        take(&clock);
        right &= told.reasons[REASON_EXPIRE_TIME] == 1;
    }
    OK("Many orders end each at its own time.", right);
    clock.event.time = INT64_MAX;
    take(&clock);
    OK("Or all at once.",
       told.reasons[REASON_EXPIRE_TIME] == DATES / 2 && match.books.count == 0);
    match_free(&match);
}

/* ---- mass cancels -------------------------------------------------------- */

#define RESTING 200000

static void
cancel_account(uint64_t account, uint32_t index, uint32_t instrument)
{
    struct cancel cancel;

    event_init(&cancel, EVENT_CANCEL);
    cancel.event.instrument = instrument;
    cancel.event.time = 1;
    cancel.account_id = account;
    memset(&told, 0, sizeof told);
    match_event(&match, index, &cancel.event, &failure);
    take_report();
}

/* Were each to look at what rests, or at every market, this would take hours.
 */
static void
many_mass_cancels(void)
{
    struct order one = order(0, SIDE_BUY, DECIMAL_ONE);
    struct session session;
    bool right = true, none = true;

    begin();
    for (uint32_t i = 1; i < MARKETS; i++)
        define(i);
    event_init(&session, EVENT_SESSION);
    session.event.instrument = 2;
    session.state = SESSION_OPENING_AUCTION;
    match_event(&match, 1, &session.event, &failure);
    one.account_id = 1;
    for (one.order_id = 1; one.order_id <= RESTING; one.order_id++)
        take(&one);
    one.account_id = 2;
    for (one.order_id = RESTING + 1; one.order_id <= 2 * RESTING;
         one.order_id++) {
        one.flags = one.order_id % 3 ? 0 : ORDER_HIDDEN;
        take(&one);
        cancel_account(2, 0, one.order_id & 1);
        right &= told.reasons[REASON_MASS_CANCEL] == 1 &&
                 match.books.count == RESTING;
    }
    OK("A mass cancel ends the orders of its account and no others.", right);
    for (uint64_t i = 0; i < RESTING; i++) {
        cancel_account(1, 1, 2);
        none &= told.counts[EVENT_CANCELLED] == 0;
    }
    OK("In another instrument it ends nothing, however much rests.", none);
    cancel_account(1, 0, 0);
    OK("In all instruments it ends all of them.",
       told.counts[EVENT_CANCELLED] == RESTING && match.books.count == 0);
    match_free(&match);
}

int
main(void)
{
    many_orders();
    many_levels();
    ids();
    stops_in_a_row();
    stops_at_once();
    many_trailing();
    many_peaks();
    many_all_or_none();
    many_own();
    large_auction();
    large_indicative();
    huge_auction();
    many_at_close();
    many_dates();
    many_mass_cancels();
    return tap_done();
}
