/* match_model_state.h - a second matching engine, slow and plain: one array
 * of live orders and linear search.  It shares nothing with the first but the
 * event structs.
 *
 *      match_model_state.h     what there is, and what is reported of it
 *      match_model_trade.h     an order meets the other side
 *      match_model_stop.h      orders that wait for a price
 *      match_model_auction.h   many orders meet at one price
 *      match_model_check.h     why a request is refused
 *      match_model.h           requests and phases: include this one
 */
#ifndef TESTS_MATCH_MODEL_STATE_H
#define TESTS_MATCH_MODEL_STATE_H

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "tape/event.h"
#include "tape/schema.h"

#define MODEL_SYMBOLS  3
#define MODEL_LIVE     4096
#define MODEL_REPORTS  4096
#define MODEL_ACCOUNTS 64
#define MODEL_TICKS    32

/* As the price of a market order: better than any. */
#define MODEL_ANY_PRICE INT64_MAX
#define MODEL_NO_PRICE  (INT64_MAX - 1) /* nobody buys at it */

enum model_where {
    MODEL_BOOK,  /* it rests, or waits for the auction that is collected */
    MODEL_STOP,  /* it waits for the last price */
    MODEL_ASIDE, /* it waits for the closing auction to begin */
};

struct model_order {
    struct order order; /* as it stands: price, total quantity, stop price */
    int64_t limit;      /* the worst price that it takes */
    int64_t open;       /* of an iceberg peak and reserve */
    int64_t peak;       /* of an iceberg: what is left of it */
    uint64_t entry;     /* when it was accepted: less is earlier */
    uint64_t place;     /* when it came to its place */
    uint64_t elected;   /* of a stop: when its price was reached, or 0 */
    enum model_where where;
    uint8_t request; /* what sets it going now; 0: it lies there */
};

/* What an auction would do if it ended now. */
struct model_auction {
    int64_t price; /* null: none */
    i128 quantity;
    i128 surplus; /* of buyers; negative: of sellers */
};

struct model_symbol {
    int64_t tick, lot, lower, upper, reference;
    struct {
        int64_t from, tick;
    } ticks[MODEL_TICKS];
    int tick_count;
    unsigned state;
    uint64_t trades;
    int64_t last;              /* price; null: none yet */
    struct model_auction told; /* the last indicative of this phase */
};

union report {
    struct event event;
    struct order_report order;
    struct order_end end;
    struct trade trade;
    struct indicative indicative;
};

struct model {
    struct model_order live[MODEL_LIVE];
    int count;
    uint64_t places;                            /* given so far */
    struct model_symbol symbols[MODEL_SYMBOLS]; /* by instrument id - 1 */
    struct {
        uint64_t account, group;
    } accounts[MODEL_ACCOUNTS];
    int account_count;
    unsigned self_trade; /* of orders that give none */
    int64_t now;         /* the latest time seen */
    const struct event *cause;
    union report reports[MODEL_REPORTS]; /* that the last event caused */
    int report_count;
};

static void
model_init(struct model *model)
{
    memset(model, 0, sizeof *model);
    model->now = INT64_MIN;
    for (int i = 0; i < MODEL_SYMBOLS; i++) {
        struct model_symbol *symbol = &model->symbols[i];

        symbol->state = SESSION_CONTINUOUS;
        symbol->lower = symbol->upper = symbol->reference = DECIMAL_NULL;
        symbol->last = symbol->told.price = DECIMAL_NULL;
    }
}

/* ---- reports ---------------------------------------------------------------
 */

static union report *
model_report(struct model *model, enum event_type type, uint32_t instrument)
{
    union report *report = &model->reports[model->report_count++];

    assert(model->report_count <= MODEL_REPORTS);
    event_init(report, type);
    report->event.instrument = instrument;
    report->event.time = model->cause->time;
    return report;
}

/* What the format cannot hold is reported as null. */
static int64_t
model_told(int64_t value)
{
    return value > DECIMAL_MAX || value < -DECIMAL_MAX ? DECIMAL_NULL : value;
}

static struct order_end *
model_end(struct model *model, enum event_type type,
          const struct model_order *of, enum reason reason)
{
    const struct order *order = &of->order;
    struct order_end *end =
        &model_report(model, type, order->event.instrument)->end;

    end->side = order->side;
    end->reason = (uint8_t)reason;
    end->request = of->request;
    end->order_id = order->order_id;
    end->account_id = order->account_id;
    end->client_order_id = order->client_order_id;
    end->price = model_told(order->price);
    end->remaining_quantity = model_told(of->open);
    return end;
}

static void
model_whole(struct model *model, enum event_type type,
            const struct model_order *of, enum reason reason)
{
    const struct order *order = &of->order;
    struct order_report *to =
        &model_report(model, type, order->event.instrument)->order;

    to->side = order->side;
    to->order_type = order->order_type;
    to->time_in_force = order->time_in_force;
    to->self_trade = order->self_trade;
    to->flags = order->flags;
    to->reason = (uint8_t)reason;
    to->order_id = order->order_id;
    to->account_id = order->account_id;
    to->client_order_id = order->client_order_id;
    to->strategy_id = order->strategy_id;
    to->price = order->price;
    to->quantity = order->quantity;
    to->stop_price = model_told(order->stop_price);
    to->display_quantity = order->display_quantity;
    to->min_quantity = order->min_quantity;
    to->expire_time = order->expire_time;
    to->remaining_quantity = of->open;
    to->price_offset = order->price_offset;
    to->offset_step = order->offset_step;
}

/* ---- live orders --------------------------------------------------------- */

static struct model_symbol *
model_symbol(struct model *model, const struct model_order *order)
{
    return &model->symbols[order->order.event.instrument - 1];
}

static bool
model_is_iceberg(const struct model_order *order)
{
    return order->order.display_quantity != DECIMAL_NULL;
}

static bool
model_is_whole(const struct model_order *order)
{
    return order->order.flags & ORDER_ALL_OR_NONE;
}

/* A market order that waits for an auction has no place to hide. */
static bool
model_is_shown(const struct model_order *order)
{
    return order->order.order_type == ORDER_MARKET ||
           !(order->order.flags & (ORDER_ALL_OR_NONE | ORDER_HIDDEN));
}

static bool
model_buys(const struct model_order *order)
{
    return order->order.side == SIDE_BUY;
}

static int64_t
model_least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What one trade can take of it. */
static int64_t
model_size(const struct model_order *order)
{
    return model_is_iceberg(order) ? order->peak : order->open;
}

static void
model_show_peak(struct model_order *order)
{
    if (model_is_iceberg(order))
        order->peak = model_least(order->order.display_quantity, order->open);
}

/* Less is open, and the reserve bears it before the peak. */
static void
model_lessen(struct model_order *order, int64_t open)
{
    order->open = open;
    order->peak = model_least(order->peak, open);
}

static void
model_to_the_end(struct model *model, struct model_order *order)
{
    order->place = ++model->places;
    model_show_peak(order);
}

static void
model_add(struct model *model, const struct model_order *order)
{
    assert(model->count < MODEL_LIVE);
    model->live[model->count] = *order;
    model->live[model->count++].request = 0;
}

static void
model_remove(struct model *model, int at)
{
    model->live[at] = model->live[--model->count];
}

/* The number of a live order, or -1. */
static int
model_find(const struct model *model, uint32_t instrument, uint64_t order_id,
           uint64_t account_id)
{
    for (int i = 0; i < model->count; i++) {
        const struct order *order = &model->live[i].order;

        if (order->event.instrument == instrument &&
            order->order_id == order_id)
            return account_id && account_id != order->account_id ? -1 : i;
    }
    return -1;
}

#endif
