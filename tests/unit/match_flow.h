/* match_flow.h - random requests that reach every corner of the engine: few
 * prices, few ids, some of them nonsense.
 */
#ifndef TESTS_MATCH_FLOW_H
#define TESTS_MATCH_FLOW_H

#include "base/random.h"
#include "tape/event.h"
#include "tape/schema.h"

#define FLOW_IDS 250

union request_event {
    struct event event;
    struct order order;
    struct modify modify;
    struct cancel cancel;
    struct session session;
};

static bool
one_in(struct random *random, uint32_t n)
{
    return random_below(random, n) == 0;
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
    if (one_in(random, 200))
        return DECIMAL_MAX - random_below(random, 3);
    if (one_in(random, 6))
        return DECIMAL_ONE / 2;
    return (1 + (int64_t)random_below(random, 20)) * DECIMAL_ONE;
}

static void
some_order(struct random *random, struct order *order)
{
    event_init(order, EVENT_ORDER);
    order->order_id = random_below(random, FLOW_IDS);
    order->side = (uint8_t)(1 + random_below(random, 2));
    order->price = some_price(random);
    if (!one_in(random, 3)) /* most are made to rest */
        order->price +=
            order->side == SIDE_BUY ? -8 * DECIMAL_ONE : 8 * DECIMAL_ONE;
    order->quantity = some_quantity(random);
    order->time_in_force =
        one_in(random, 3) ? (uint8_t)random_below(random, 5) : TIF_GTC;
    order->client_order_id = random_below(random, 9);
    order->strategy_id = random_below(random, 9);
    if (one_in(random, 12)) {
        order->order_type = ORDER_MARKET;
        if (!one_in(random, 50))
            order->price = DECIMAL_NULL;
    } else if (one_in(random, 100)) {
        order->order_type = (uint8_t)random_below(random, 7);
    } else {
        order->order_type = one_in(random, 2) ? ORDER_LIMIT : 0;
    }
    if (one_in(random, 15))
        order->flags = ORDER_POST_ONLY;
    if (one_in(random, 300))
        order->flags = (uint8_t)random_below(random, 8);
    if (one_in(random, 300))
        order->side = 0;
    if (one_in(random, 300))
        order->price = DECIMAL_NULL;
    if (one_in(random, 300))
        order->self_trade = (uint8_t)random_below(random, 6);
    if (one_in(random, 300))
        order->stop_price = DECIMAL_ONE;
}

static void
some_modify(struct random *random, struct modify *modify)
{
    event_init(modify, EVENT_MODIFY);
    modify->order_id = random_below(random, FLOW_IDS);
    if (!one_in(random, 3))
        modify->price = some_price(random);
    if (!one_in(random, 3))
        modify->quantity = some_quantity(random);
}

static void
some_cancel(struct random *random, struct cancel *cancel)
{
    event_init(cancel, EVENT_CANCEL);
    if (!one_in(random, 400))
        cancel->order_id = random_below(random, FLOW_IDS);
    if (one_in(random, 4))
        cancel->quantity = some_quantity(random) - DECIMAL_ONE;
}

static void
some_session(struct random *random, struct session *session)
{
    event_init(session, EVENT_SESSION);
    session->state = one_in(random, 4) ? (uint8_t)random_below(random, 7)
                                       : SESSION_CONTINUOUS;
}

/* The next request, for instruments 1 ... symbols and, rarely, others. */
static void
some_request(struct random *random, uint32_t symbols,
             union request_event *request)
{
    uint32_t dice = random_below(random, 1000);
    uint64_t account = random_below(random, 6);

    if (dice < 700) {
        some_order(random, &request->order);
        request->order.account_id = account;
    } else if (dice < 850) {
        some_modify(random, &request->modify);
        request->modify.account_id = one_in(random, 8) ? account : 0;
    } else if (dice < 995) {
        some_cancel(random, &request->cancel);
        request->cancel.account_id = one_in(random, 8) ? account : 0;
    } else {
        some_session(random, &request->session);
    }
    request->event.instrument = 1 + random_below(random, symbols);
    if (one_in(random, 100))
        request->event.instrument = random_below(random, symbols + 2);
}

#endif
