/* The matching engine: own orders are orders like all others. */
#include <assert.h>

#include "sim/sim.h"

static void
init(struct sim *sim, const struct event_sink *sink)
{
    match_init(&sim->match, sink);
}

static void
release(struct sim *sim)
{
    match_free(&sim->match);
}

static void
begin(struct sim *sim)
{
    match_begin(&sim->match);
}

static int
define(struct sim *sim, uint32_t index, const struct instrument *definition,
       struct failure *failure)
{
    assert(index <= sim->match.count);
    return match_know(&sim->match, index, definition, failure);
}

static int
take(struct sim *sim, uint32_t index, const struct event *event,
     struct failure *failure)
{
    return match_event(&sim->match, index, event, failure);
}

static const struct books *
books(const struct sim *sim)
{
    return &sim->match.books;
}

static const struct book *
book(const struct sim *sim, uint32_t index)
{
    const struct market *market = match_market(&sim->match, index);

    return market ? &market->book : NULL;
}

const struct sim_model sim_flow = {
    .name = "flow",
    .replaces = true,
    .init = init,
    .free = release,
    .begin = begin,
    .define = define,
    .event = take,
    .request = take,
    .books = books,
    .book = book,
};
