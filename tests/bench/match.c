/* match - how fast the engine is by itself: orders made beforehand, facts
 * written to memory that is used again and again.
 *
 *      match [EVENTS [SYMBOLS [DEPTH]]]
 *
 * DEPTH is about how many orders rest in each book.  55 % of the events are
 * adds near the best price, 35 % cancel an order that rests, 10 % trade.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "market/match.h"

#define LOOK 8

union any {
    struct event event;
    struct order order;
    struct cancel cancel;
    char bytes[104];
};

struct sink {
    char bytes[1 << 16];
    size_t used;
    uint64_t events;
};

struct symbol {
    int64_t price; /* in ticks */
    uint64_t *ids; /* a heap of ids that may rest */
    uint32_t count, capacity;
};

static uint64_t state = 1;

static uint64_t
roll(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

static void *
put(void *owner, size_t size)
{
    struct sink *sink = owner;
    void *room;

    if (sink->used + size > sizeof sink->bytes)
        sink->used = 0;
    room = sink->bytes + sink->used;
    sink->used += size;
    sink->events++;
    return room;
}

static void
make_order(union any *event, struct symbol *symbol, uint64_t id, bool takes)
{
    struct order *order = &event->order;
    int64_t away = (int64_t)(roll() % 10);

    away = takes ? -5 : away * away / 4 + 1;
    memset(order, 0, sizeof *order);
    order->event.words = sizeof *order / 8;
    order->event.type = EVENT_ORDER;
    order->side = roll() & 1 ? SIDE_BUY : SIDE_SELL;
    order->order_type = ORDER_LIMIT;
    order->time_in_force = takes ? TIF_IOC : TIF_DAY;
    order->order_id = id;
    order->account_id = 1 + roll() % 1000;
    order->price = symbol->price + (order->side == SIDE_BUY ? -away : away);
    order->price *= DECIMAL_ONE / 100;
    order->quantity = (int64_t)(1 + roll() % 100) * DECIMAL_ONE;
    order->stop_price = order->display_quantity = DECIMAL_NULL;
    order->min_quantity = order->expire_time = DECIMAL_NULL;
    symbol->price += takes ? (int64_t)(roll() % 3) - 1 : 0;
}

static bool
make_cancel(union any *event, const struct match *match, struct symbol *symbol,
            uint32_t index)
{
    memset(event, 0, sizeof *event);
    while (symbol->count) {
        uint32_t at = (uint32_t)(roll() % symbol->count);
        uint64_t id = symbol->ids[at];

        symbol->ids[at] = symbol->ids[--symbol->count];
        if (!books_find(&match->books, index, id))
            continue;
        event->event.words = sizeof event->cancel / 8;
        event->event.type = EVENT_CANCEL;
        event->cancel.order_id = id;
        event->cancel.quantity = DECIMAL_NULL;
        return true;
    }
    return false;
}

static void
remember(struct symbol *symbol, uint64_t id)
{
    if (symbol->count == symbol->capacity) {
        symbol->capacity = symbol->capacity ? symbol->capacity * 2 : 64;
        symbol->ids = reallocarray(symbol->ids, symbol->capacity, sizeof id);
    }
    symbol->ids[symbol->count++] = id;
}

static void
define(struct match *match, uint32_t symbols)
{
    struct instrument instrument = {.event = {.type = EVENT_INSTRUMENT},
                                    .tick_size = DECIMAL_ONE / 100,
                                    .lot_size = DECIMAL_ONE};
    struct failure failure;

    for (uint32_t i = 0; i < symbols; i++) {
        instrument.event.instrument = i + 1;
        match_define(match, i, &instrument, &failure);
    }
}

static void
make(union any *events, size_t count, uint32_t symbols, uint64_t depth)
{
    struct symbol *all = calloc(symbols, sizeof *all);
    struct sink sink = {.used = 0};
    struct match match;
    struct failure failure;

    match_init(&match, &(struct match_sink){.put = put, .owner = &sink});
    define(&match, symbols);
    for (uint32_t i = 0; i < symbols; i++)
        all[i].price = 10000 + (int64_t)(roll() % 10000);
    for (size_t i = 0; i < count; i++) {
        uint32_t index = (uint32_t)(roll() % symbols);
        uint64_t dice = roll() % 100;
        bool full = match.books.count > depth * symbols;

        if (dice >= (full ? 53U : 60U) && dice < 90 &&
            make_cancel(&events[i], &match, &all[index], index)) {
        } else {
            make_order(&events[i], &all[index], i + 1, dice >= 90);
            if (dice < 90)
                remember(&all[index], i + 1);
        }
        events[i].event.instrument = index + 1;
        events[i].event.time = (int64_t)i;
        match_event(&match, index, &events[i].event, &failure);
    }
    for (uint32_t i = 0; i < symbols; i++)
        free(all[i].ids);
    free(all);
    match_free(&match);
}

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000000;
    uint32_t symbols = argc > 2 ? (uint32_t)atoi(argv[2]) : 100;
    uint64_t depth = argc > 3 ? strtoul(argv[3], NULL, 10) : 100;
    bool ahead = !getenv("NO_EXPECT");
    union any *events = malloc((count + 2 * LOOK) * sizeof *events);

    memset(events, 0, (count + 2 * LOOK) * sizeof *events);
    make(events, count, symbols, depth);
    for (int run = 0; run < 15; run++) {
        struct sink sink = {.used = 0};
        struct match match;
        struct failure failure;
        double from;

        match_init(&match, &(struct match_sink){.put = put, .owner = &sink});
        define(&match, symbols);
        from = now();
        for (size_t i = 0; i < count; i++) {
            if (ahead) {
                const struct event *far = &events[i + 2 * LOOK].event,
                                   *near = &events[i + LOOK].event;

                match_expect(&match, far->instrument - 1, far, false);
                match_expect(&match, near->instrument - 1, near, true);
            }
            match_event(&match, events[i].event.instrument - 1,
                        &events[i].event, &failure);
        }
        from = now() - from;
        printf("%.2f M orders/s, %.1f ns each; %" PRIu64 " facts, %" PRIu64
               " trades, %" PRIu64 " rejects, %u resting, %u levels\n",
               (double)count / from / 1e6, from / (double)count * 1e9,
               sink.events, match.trades, match.rejects, match.books.count,
               match.books.rungs.level_count);
        match_free(&match);
    }
    free(events);
    return 0;
}
