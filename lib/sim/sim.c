#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void
sim_free(struct sim *sim)
{
    match_free(&sim->match);
    map_free(&sim->taken);
    map_free(&sim->unseen);
    free(sim->kept);
    free(sim->markets);
    free(sim->waiting);
    memset(sim, 0, sizeof *sim);
}

int
sim_define(struct sim *sim, uint32_t index, const struct instrument *definition,
           struct failure *failure)
{
    struct sim_market *markets =
        array_grow(sim->markets, &sim->market_capacity, index + 1UL,
                   sizeof *markets, failure);

    if (!markets)
        return -1;
    sim->markets = markets;
    assert(index <= sim->market_count);
    if (index == sim->market_count)
        markets[sim->market_count++] = (struct sim_market){0};
    return match_know(&sim->match, index, definition, failure);
}
