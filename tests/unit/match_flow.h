/* match_flow.h - random requests that reach every corner of the engine: few
 * prices, few ids, all kinds of orders and phases, some of it nonsense.
 */
#ifndef TESTS_MATCH_FLOW_H
#define TESTS_MATCH_FLOW_H

#include <string.h>

#include "base/random.h"
#include "tape/event.h"
#include "tape/schema.h"

#define FLOW_IDS      120
#define FLOW_ACCOUNTS 6
#define FLOW_TABLE    24 /* bytes of a tick table at most */

union request_event {
    struct event event;
    struct order order;
    struct modify modify;
    struct cancel cancel;
    struct session session;
    struct account account;
    struct clock clock;
    struct instrument instrument;
    char room[sizeof(struct instrument) + FLOW_TABLE];
};

static bool
one_in(struct random *random, uint32_t n)
{
    return random_below(random, n) == 0;
}

/* A number from 1 to n. */
static uint8_t
one_of(struct random *random, uint32_t n)
{
    return (uint8_t)(1 + random_below(random, n));
}

/* Anything that can still be added to. */
static int64_t
any_number(struct random *random)
{
    return (int64_t)(random_next(random) >> 1) - INT64_MAX / 2;
}

static int64_t
some_price(struct random *random)
{
    if (one_in(random, 500))
        return any_number(random);
    return (90 + (int64_t)random_below(random, 10) +
            (int64_t)random_below(random, 11)) *
           DECIMAL_ONE;
}

static int64_t
some_quantity(struct random *random)
{
    if (one_in(random, 500))
        return any_number(random);
    if (one_in(random, 300))
        return DECIMAL_MAX - random_below(random, 3);
    if (one_in(random, 6))
        return DECIMAL_ONE / 2;
    return one_of(random, 20) * DECIMAL_ONE;
}

/* ---- orders -------------------------------------------------------------- */

/* A limit; most are made to rest. */
static int64_t
some_limit(struct random *random, unsigned side)
{
    int64_t price = some_price(random);

    if (!one_in(random, 3))
        price += side == SIDE_BUY ? -6 * DECIMAL_ONE : 6 * DECIMAL_ONE;
    return price;
}

/* The type and the prices that belong to it. */
static void
some_type(struct random *random, struct order *order)
{
    uint32_t dice = random_below(random, 100);

    order->price = some_limit(random, order->side);
    if (dice < 60) {
        order->order_type = one_in(random, 2) ? ORDER_LIMIT : 0;
        return;
    }
    order->order_type = one_of(random, 6);
    if (order->order_type != ORDER_LIMIT &&
        order->order_type != ORDER_STOP_LIMIT)
        order->price = DECIMAL_NULL;
    if (order->order_type == ORDER_STOP ||
        order->order_type == ORDER_STOP_LIMIT ||
        (order->order_type == ORDER_TRAILING_STOP && one_in(random, 3)))
        order->stop_price =
            some_limit(random, SIDE_BUY + SIDE_SELL - order->side);
    if (order->order_type == ORDER_TRAILING_STOP ||
        (order->order_type == ORDER_MARKET && one_in(random, 3)))
        order->price_offset = random_below(random, 6) * DECIMAL_ONE;
    if (order->order_type == ORDER_TRAILING_STOP && one_in(random, 2))
        order->offset_step = one_of(random, 3) * DECIMAL_ONE;
}

/* How long it lives and what else it asks for. */
static void
some_conditions(struct random *random, struct order *order, int64_t now)
{
    order->time_in_force =
        one_in(random, 3) ? (uint8_t)random_below(random, 8) : TIF_GTC;
    if (order->time_in_force == TIF_GTD)
        order->expire_time = now + random_below(random, 400) - 3;
    if (order->price == DECIMAL_NULL && !one_in(random, 4))
        return;
    switch (random_below(random, 12)) {
    case 0: order->flags = ORDER_POST_ONLY; break;
    case 1: order->flags = ORDER_HIDDEN; break;
    case 2: order->flags = ORDER_ALL_OR_NONE; break;
    case 3:
    case 4:
        order->display_quantity = one_of(random, 3) * DECIMAL_ONE;
        if (!one_in(random, 20)) /* with few peaks */
            order->quantity = one_of(random, 20) * DECIMAL_ONE;
        break;
    case 5: order->min_quantity = one_of(random, 8) * DECIMAL_ONE; break;
    }
    if (one_in(random, 40))
        order->flags = (uint8_t)random_below(random, 8);
}

/* One field is not as it should be. */
static void
spoil(struct random *random, struct order *order)
{
    switch (random_below(random, 9)) {
    case 0: order->side = 0; break;
    case 1: order->price = DECIMAL_NULL; break;
    case 2: order->order_type = (uint8_t)random_below(random, 7); break;
    case 3: order->stop_price = some_price(random); break;
    case 4: order->price_offset = any_number(random); break;
    case 5: order->offset_step = some_quantity(random); break;
    case 6: order->display_quantity = some_quantity(random); break;
    case 7: order->min_quantity = some_quantity(random); break;
    case 8: order->expire_time = any_number(random); break;
    }
}

static void
some_order(struct random *random, struct order *order, int64_t now)
{
    event_init(order, EVENT_ORDER);
    order->order_id = random_below(random, FLOW_IDS);
    order->account_id = random_below(random, FLOW_ACCOUNTS);
    order->client_order_id = random_below(random, 9);
    order->strategy_id = random_below(random, 9);
    order->side = one_of(random, 2);
    order->quantity = some_quantity(random);
    if (one_in(random, 2))
        order->self_trade = (uint8_t)random_below(random, 6);
    some_type(random, order);
    some_conditions(random, order, now);
    if (one_in(random, 50))
        spoil(random, order);
}

/* ---- all else ------------------------------------------------------------ */

static void
some_modify(struct random *random, struct modify *modify)
{
    event_init(modify, EVENT_MODIFY);
    modify->order_id = random_below(random, FLOW_IDS);
    if (one_in(random, 2))
        modify->price = some_price(random);
    if (!one_in(random, 3))
        modify->quantity = some_quantity(random);
    else if (one_in(random, 2))
        modify->total_quantity = some_quantity(random);
    if (one_in(random, 40)) /* too much, if any was executed */
        modify->quantity = DECIMAL_MAX;
    if (one_in(random, 5))
        modify->stop_price = some_price(random);
    if (one_in(random, 60))
        modify->total_quantity = some_quantity(random);
    if (one_in(random, 8))
        modify->account_id = random_below(random, FLOW_ACCOUNTS);
}

static void
some_cancel(struct random *random, struct cancel *cancel)
{
    event_init(cancel, EVENT_CANCEL);
    if (!one_in(random, 300))
        cancel->order_id = random_below(random, FLOW_IDS);
    if (one_in(random, 4))
        cancel->quantity = some_quantity(random) - DECIMAL_ONE;
    if (one_in(random, 8))
        cancel->account_id = random_below(random, FLOW_ACCOUNTS);
}

static void
some_session(struct random *random, struct session *session)
{
    static const uint8_t states[] = {
        SESSION_CONTINUOUS,      SESSION_CONTINUOUS,      SESSION_CONTINUOUS,
        SESSION_CONTINUOUS,      SESSION_CONTINUOUS,      SESSION_CONTINUOUS,
        SESSION_CONTINUOUS,      SESSION_CONTINUOUS,      SESSION_PRE_OPEN,
        SESSION_OPENING_AUCTION, SESSION_CLOSING_AUCTION, SESSION_HALT,
        SESSION_CLOSED,          SESSION_OPENING_AUCTION, 0,
    };

    event_init(session, EVENT_SESSION);
    session->state = states[random_below(random, sizeof states)];
}

static void
some_account(struct random *random, struct account *account)
{
    event_init(account, EVENT_ACCOUNT);
    account->account_id = random_below(random, FLOW_ACCOUNTS);
    account->group_id = random_below(random, 4);
}

/* New attributes, now and then a tick table. */
static void
some_instrument(struct random *random, union request_event *request)
{
    static const char table[FLOW_TABLE] = "0.5,95:1,102:2";
    struct instrument *instrument = &request->instrument;

    event_init(instrument, EVENT_INSTRUMENT);
    if (one_in(random, 3))
        instrument->tick_size = one_of(random, 2) * DECIMAL_ONE;
    if (one_in(random, 3))
        instrument->lot_size = DECIMAL_ONE / 2 * one_of(random, 2);
    if (one_in(random, 4))
        instrument->lower_price = (86 + one_of(random, 8)) * DECIMAL_ONE;
    if (one_in(random, 4))
        instrument->upper_price = (102 + one_of(random, 8)) * DECIMAL_ONE;
    if (one_in(random, 2))
        instrument->reference_price = some_price(random);
    if (!one_in(random, 4))
        return;
    memcpy(request->room + sizeof *instrument, table, sizeof table);
    instrument->tick_table.offset = sizeof *instrument;
    instrument->tick_table.length = (uint16_t)strlen(table);
    instrument->event.words = (sizeof *instrument + sizeof table) / 8;
}

/* The next request, for instruments 1 ... symbols and, rarely, others. */
static void
some_request(struct random *random, uint32_t symbols, int64_t now,
             union request_event *request)
{
    uint32_t dice = random_below(random, 10000);

    if (dice < 7300)
        some_order(random, &request->order, now);
    else if (dice < 8600)
        some_modify(random, &request->modify);
    else if (dice < 9700)
        some_cancel(random, &request->cancel);
    else if (dice < 9900)
        some_session(random, &request->session);
    else if (dice < 9940)
        some_account(random, &request->account);
    else if (dice < 9950)
        some_instrument(random, request);
    else
        event_init(request, EVENT_CLOCK);
    request->event.time = now - (one_in(random, 20) ? 5 : 0);
    request->event.instrument = 1 + random_below(random, symbols);
    if (one_in(random, 100) && request->event.type != EVENT_INSTRUMENT)
        request->event.instrument = random_below(random, symbols + 2);
}

#endif
