#include "backtest/bounds.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static void *
put_report(void *owner, size_t size)
{
    struct bound *bound = owner;
    void *room = bytes_room(&bound->reports, size);

    assert(size <= MATCH_REPORT_MAX);
    if (!room)
        return bound->scratch;
    bound->reports.size += size;
    return room;
}

/* Nobody reads its instruments. */
static uint32_t
name_instrument(void *owner, uint32_t index, const struct event *cause,
                struct failure *failure)
{
    (void)owner, (void)cause, (void)failure;
    return index + 1;
}

int
bounds_init(struct bounds *bounds, const struct sim *like,
            struct failure *failure)
{
    static const enum sim_queue queues[BOUNDS] = {SIM_QUEUE_BACK,
                                                  SIM_QUEUE_FRONT};

    for (unsigned i = 0; i < BOUNDS; i++) {
        struct bound *bound = &bounds->of[i];
        const struct event_sink sink = {put_report, name_instrument, bound};

        bound->scratch = allocate(failure, 1, MATCH_REPORT_MAX);
        if (!bound->scratch)
            return -1;
        sim_init(&bound->sim, like->model, &sink);
        bound->sim.impact = like->impact;
        bound->sim.queue = queues[i];
    }
    bounds->on = true;
    return 0;
}

void
bounds_free(struct bounds *bounds)
{
    for (unsigned i = 0; i < BOUNDS; i++) {
        sim_free(&bounds->of[i].sim);
        bytes_free(&bounds->of[i].reports);
        free(bounds->of[i].scratch);
    }
    memset(bounds, 0, sizeof *bounds);
}

void
bounds_begin(struct bounds *bounds)
{
    for (unsigned i = 0; bounds->on && i < BOUNDS; i++)
        sim_begin(&bounds->of[i].sim);
}

int
bounds_define(struct bounds *bounds, uint32_t index,
              const struct instrument *definition, struct failure *failure)
{
    for (unsigned i = 0; bounds->on && i < BOUNDS; i++)
        if (sim_define(&bounds->of[i].sim, index, definition, failure) != 0)
            return -1;
    return 0;
}

/* Counts the trades in which an own order rested. */
static int
count_fills(struct bound *bound, struct failure *failure)
{
    const struct event *event = (const void *)bound->reports.bytes;
    const struct event *end =
        (const void *)(bound->reports.bytes + bound->reports.size);

    if (bytes_ok(&bound->reports, failure) != 0)
        return -1;
    for (; event < end; event = event_next(event)) {
        const struct trade *trade = (const void *)event;

        if (event->type != EVENT_TRADE ||
            !sim_is_own(trade->side == SIDE_BUY ? trade->sell_order_id
                                                : trade->buy_order_id))
            continue;
        bound->fills++;
        bound->quantity += trade->quantity;
    }
    bytes_clear(&bound->reports);
    return 0;
}

int
bounds_act(struct bounds *bounds, uint32_t index, const struct event *event,
           bool own, struct failure *failure)
{
    for (unsigned i = 0; bounds->on && i < BOUNDS; i++) {
        struct bound *bound = &bounds->of[i];

        bound->sim.print = (struct sim_print){0};
        if ((own ? sim_request(&bound->sim, index, event, failure)
                 : sim_event(&bound->sim, index, event, failure)) != 0 ||
            count_fills(bound, failure) != 0)
            return -1;
    }
    return 0;
}
