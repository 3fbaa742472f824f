/* sim.h - a market as a strategy finds it: a model of what its orders meet.
 *
 * What happened in the market and what the strategy asks for come in as
 * events, in order of time; what became of either goes to the sink.  The
 * strategy's own orders have ids from SIM_OWN_FIRST on, which no other order
 * may have.
 *
 *      sim_init, sim_free
 *      sim_begin      a tape begins
 *      sim_define     an instrument is defined, or has new attributes
 *      sim_event      something happens in the market
 *      sim_request    an order, modify or cancel of a strategy arrives
 *      sim_book       the book as it is now, own orders included
 *
 * One file is one model:
 *
 *      flow.c      the input's orders and the strategy's match one another
 *
 * Pure: no I/O, no clock.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <assert.h>
#include <stdbool.h>

#include "match/match.h"

#define SIM_OWN_FIRST UINT64_C(9000000000000000001)

struct sim;

struct sim_model {
    const char *name;
    bool replaces; /* it reports what became of the input's own requests */
    void (*init)(struct sim *sim, const struct event_sink *sink);
    void (*free)(struct sim *sim);
    void (*begin)(struct sim *sim);
    int (*define)(struct sim *sim, uint32_t index,
                  const struct instrument *definition, struct failure *failure);
    int (*event)(struct sim *sim, uint32_t index, const struct event *event,
                 struct failure *failure);
    int (*request)(struct sim *sim, uint32_t index, const struct event *event,
                   struct failure *failure);
    const struct books *(*books)(const struct sim *sim);
    const struct book *(*book)(const struct sim *sim, uint32_t index);
};

extern const struct sim_model sim_flow;

struct sim {
    const struct sim_model *model;
    struct match match; /* flow */
};

/* The sink is copied. */
static inline void
sim_init(struct sim *sim, const struct sim_model *model,
         const struct event_sink *sink)
{
    assert(model && model->book && model->request);
    sim->model = model;
    model->init(sim, sink);
}

/* Fine on a zeroed one. */
static inline void
sim_free(struct sim *sim)
{
    if (sim->model)
        sim->model->free(sim);
    sim->model = NULL;
}

/* The functions below are those of match.h: the same indexes, 0 or -1. */
static inline void
sim_begin(struct sim *sim)
{
    sim->model->begin(sim);
}

static inline int
sim_define(struct sim *sim, uint32_t index, const struct instrument *definition,
           struct failure *failure)
{
    return sim->model->define(sim, index, definition, failure);
}

static inline int
sim_event(struct sim *sim, uint32_t index, const struct event *event,
          struct failure *failure)
{
    return sim->model->event(sim, index, event, failure);
}

static inline int
sim_request(struct sim *sim, uint32_t index, const struct event *event,
            struct failure *failure)
{
    return sim->model->request(sim, index, event, failure);
}

/* NULL: the instrument was never defined.  Valid until the next event. */
static inline const struct book *
sim_book(const struct sim *sim, uint32_t index)
{
    return sim->model->book(sim, index);
}

static inline const struct books *
sim_books(const struct sim *sim)
{
    return sim->model->books(sim);
}

static inline bool
sim_is_own(uint64_t order_id)
{
    return order_id >= SIM_OWN_FIRST;
}

/* The best of a side: its level, or NULL. */
static inline const struct level *
sim_best(const struct sim *sim, const struct book *book, enum side side)
{
    const struct ladder *ladder = &book->sides[side - SIDE_BUY];

    assert(side == SIDE_BUY || side == SIDE_SELL);
    return ladder->best ? books_level(sim_books(sim), ladder->best) : NULL;
}

#endif
