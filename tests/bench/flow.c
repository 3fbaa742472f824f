/* flow - writes order flow for engines to standard output (flow_file.h).
 *
 *      flow mix    ORDERS SYMBOLS DEPTH    as xgen makes it
 *      flow plain  ORDERS SYMBOLS DEPTH    the same; a modify is a cancel
 *      flow deep   ORDERS RESTING          one book with so many orders in it
 *
 * plain is for engines that cannot change an order in its place: 55 % adds,
 * 35 % cancels, 10 % that trade.  Some of its cancels find no order.
 *
 * deep fills a book, which is not timed, and then keeps it as full: 45 % add
 * an order, 45 % cancel any of them, 10 % take one lot from the best.  It has
 * a price for every 20 orders; near the best more orders come than far from it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "flow_file.h"
#include "gen/flow.h"

#define TICK (DECIMAL_ONE / 100)

static void
put(struct flow_record record)
{
    fwrite(&record, sizeof record, 1, stdout);
}

static uint64_t
number(int argc, char **argv, int at)
{
    return argc > at ? strtoull(argv[at], NULL, 10) : 0;
}

/* ---- as xgen makes it ---------------------------------------------------- */

static struct flow_record
from_order(const struct order *order)
{
    bool priced = order->price != DECIMAL_NULL;

    return (struct flow_record){
        .operation = FLOW_ADD,
        .side = order->side,
        .immediate = order->time_in_force == TIF_IOC,
        .id = order->order_id,
        .price = priced ? order->price / TICK : 0,
        .lots = (uint32_t)(order->quantity / DECIMAL_ONE),
        .account = (uint32_t)order->account_id,
    };
}

static struct flow_record
from_modify(const struct modify *modify)
{
    bool priced = modify->price != DECIMAL_NULL;
    bool sized = modify->quantity != DECIMAL_NULL;

    return (struct flow_record){
        .operation = FLOW_MODIFY,
        .id = modify->order_id,
        .price = priced ? modify->price / TICK : 0,
        .lots = sized ? (uint32_t)(modify->quantity / DECIMAL_ONE) : 0,
        .account = (uint32_t)modify->account_id,
    };
}

static struct flow_record
from_cancel(const struct cancel *cancel)
{
    return (struct flow_record){
        .operation = FLOW_CANCEL,
        .id = cancel->order_id,
        .account = (uint32_t)cancel->account_id,
    };
}

static int
write_mix(const struct flow_plan *plan, bool plain)
{
    struct failure failure = {0};
    struct flow *flow = flow_new(plan, &failure);
    _Alignas(8) char room[FLOW_EVENT_MAX];
    const struct event *event = (const void *)room;
    const void *at = room;

    if (!flow) {
        fprintf(stderr, "flow: %s\n", failure.text);
        return (int)failure.kind;
    }
    put((struct flow_record){.symbol = (uint32_t)plan->symbols,
                             .id = plan->events});
    while (flow_next(flow, room) > 0) {
        struct flow_record record = {0};

        switch (event->type) {
        case EVENT_ORDER: record = from_order(at); break;
        case EVENT_MODIFY: record = from_modify(at); break;
        case EVENT_CANCEL: record = from_cancel(at); break;
        default: continue; /* definitions */
        }
        if (plain && record.operation == FLOW_MODIFY)
            record = (struct flow_record){.operation = FLOW_CANCEL,
                                          .id = record.id,
                                          .account = record.account};
        record.symbol = event->instrument;
        put(record);
    }
    flow_destroy(flow);
    return 0;
}

/* ---- one deep book ------------------------------------------------------- */

#define MIDDLE    1000000 /* its tick */
#define PER_PRICE 20      /* orders, on average */

struct deep {
    struct random random;
    uint64_t *ids; /* of the orders that rest, in no order */
    uint64_t resting, last;
    uint32_t reach; /* ticks from the middle to the farthest order */
};

/* Adds an order to rest and returns its id. */
static uint64_t
add_deep(struct deep *deep)
{
    uint64_t bits = random_next(&deep->random);
    unsigned buy = random_part(&bits, 2);
    unsigned lots = 1 + random_part(&bits, 20);
    uint32_t most = random_below(&deep->random, deep->reach);
    int64_t away = 1 + (int64_t)random_below(&deep->random, most + 1);

    put((struct flow_record){.operation = FLOW_ADD,
                             .side = buy ? SIDE_BUY : SIDE_SELL,
                             .symbol = 1,
                             .id = ++deep->last,
                             .price = MIDDLE + (buy ? -away : away),
                             .lots = lots,
                             .account = 1});
    return deep->last;
}

static void
take_deep(struct deep *deep, bool buy)
{
    put((struct flow_record){.operation = FLOW_ADD,
                             .side = buy ? SIDE_BUY : SIDE_SELL,
                             .immediate = true,
                             .symbol = 1,
                             .id = ++deep->last,
                             .lots = 1,
                             .account = 1});
}

static void
cancel_deep(uint64_t id)
{
    put((struct flow_record){
        .operation = FLOW_CANCEL, .symbol = 1, .id = id, .account = 1});
}

/* Of 20 orders 2 take, the others are pairs of a cancel and an add in its
 * stead. */
static int
write_deep(uint64_t orders, uint64_t resting)
{
    struct deep deep = {
        .random = {1},
        .ids = calloc(resting + 1, sizeof *deep.ids),
        .resting = resting,
        .reach = (uint32_t)(resting / PER_PRICE / 2) + 1,
    };

    if (!deep.ids || resting == 0 || deep.reach >= MIDDLE)
        return FAILURE_USAGE;
    put((struct flow_record){
        .symbol = 1, .id = resting + orders, .price = (int64_t)resting});
    for (uint64_t i = 0; i < resting; i++)
        deep.ids[i] = add_deep(&deep);
    for (uint64_t i = 0; i < orders; i++) {
        uint64_t pick = random_next(&deep.random) % resting;

        if (i % 20 >= 18 || i + 1 == orders) {
            take_deep(&deep, i % 2);
            continue;
        }
        cancel_deep(deep.ids[pick]);
        deep.ids[pick] = add_deep(&deep);
        i++;
    }
    free(deep.ids);
    return 0;
}

int
main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";
    struct flow_plan plan = {
        .seed = 1,
        .events = number(argc, argv, 2),
        .symbols = number(argc, argv, 3),
        .depth = number(argc, argv, 4),
        .accounts = 1000,
        .rate = 100,
        .tick_size = TICK,
        .lot_size = DECIMAL_ONE,
    };
    int result = FAILURE_USAGE;

    if (strcmp(kind, "deep") == 0 && argc == 4)
        result = write_deep(plan.events, plan.symbols);
    else if (argc == 5)
        result = write_mix(&plan, strcmp(kind, "plain") == 0);
    if (fflush(stdout) != 0)
        result = FAILURE_ENVIRONMENT;
    return result;
}
