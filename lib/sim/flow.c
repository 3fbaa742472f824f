/* The matching engine: own orders are orders like all others. */
#include <assert.h>

#include "sim/sim.h"

static int
take(struct sim *sim, uint32_t index, const struct event *event,
     struct failure *failure)
{
    const struct print *print = (const void *)event;

    assert(sim->print.quantity == 0);
    if (event->type == EVENT_PRINT && print->price != DECIMAL_NULL)
        sim->print = (struct sim_print){.side = print->side,
                                        .price = print->price,
                                        .quantity = print->quantity};
    return match_event(&sim->match, index, event, failure);
}

const struct sim_model sim_flow = {
    .name = "flow",
    .replaces = true,
    .event = take,
    .request = take,
};
