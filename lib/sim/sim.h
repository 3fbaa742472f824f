/* sim.h - a market as a strategy finds it: a model of what its orders meet.
 *
 * What happened in the market and what the strategy asks for come in as
 * events, in order of time; what became of either goes to the sink.  The
 * strategy's own orders have ids from SIM_OWN_FIRST on.
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
 *      facts.c     a history order by order: own orders stand in its queues
 *      levels.c    a history of levels: a rule says where they stand
 *      prices.c    only the prices of trades are known, or bars
 *
 * history.h has what those share in which a history decides.
 *
 * Pure: no I/O, no clock.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <assert.h>
#include <stdbool.h>

#include "match/match.h"

/* Ids that no order of the input may have; text ids have the highest bit set
 * (tape/names.h) and are beyond. */
#define SIM_OWN_FIRST UINT64_C(9000000000000000001)
#define SIM_OWN_END   UINT64_C(9100000000000000001)
#define SIM_IDS_END   (UINT64_C(1) << 63)

struct sim;

struct sim_model {
    const char *name;
    bool prices;   /* there is no book but of own orders */
    bool replaces; /* it reports what became of the input's own requests */
    int (*event)(struct sim *sim, uint32_t index, const struct event *event,
                 struct failure *failure);
    int (*request)(struct sim *sim, uint32_t index, const struct event *event,
                   struct failure *failure);
};

extern const struct sim_model sim_flow, sim_facts, sim_levels, sim_trades,
    sim_bars;

/* Whether what own orders took is missing when history wants it. */
enum sim_impact { SIM_IMPACT_TAKE, SIM_IMPACT_NONE };

/* Who has left when a level shows less: the orders that came last, a share of
 * all, or those that came first. */
enum sim_queue { SIM_QUEUE_BACK, SIM_QUEUE_PRORATA, SIM_QUEUE_FRONT };

/* How the model takes an execution that history reports. */
enum sim_verdict {
    SIM_NOTHING, /* the event was none */
    SIM_FIRST,   /* of the order that is first by price and time */
    SIM_LATER,   /* of an order that is in the book, but not first */
    SIM_SHORT,   /* of more than is open of the order */
    SIM_PRICE,   /* at another price than the order's */
    SIM_UNKNOWN, /* of an order that is not in the book */
    SIM_VERDICTS,
};

/* What everybody sees of the last event, if somebody traded. */
struct sim_print {
    enum sim_verdict verdict;
    uint8_t side;            /* the aggressor's */
    int64_t price, quantity; /* 0: nobody traded */
};

/* An own order that waits for a price. */
struct sim_waiting {
    uint32_t index;
    struct order order;
};

/* An order of history before own ones took of it. */
struct sim_kept {
    struct resting order;
    struct resting_rest rest;
    uint64_t age;
};

/* What a model knows of an instrument. */
struct sim_market {
    uint32_t snapshot; /* the number of the last that began, 0: none */
    uint8_t source;    /* levels: enum event_type of what its levels are from */
    bool anew;         /* a snapshot goes on */
    int64_t interval;  /* bars: of those that count; 0: none yet */
    int64_t until;     /* and where the next may begin */
};

/* All models keep their books in an engine. */
struct sim {
    const struct sim_model *model;
    struct match match;
    enum sim_impact impact;
    enum sim_queue queue;
    struct sim_print print;
    bool checks;  /* flow: history order by order is played as orders */
    bool passing; /* a message goes on: nobody should look at the book yet */

    struct sim_market *markets; /* by instrument index; owned */
    uint32_t market_count;
    size_t market_capacity;

    /* of history: */
    bool traded;      /* there was an own request */
    uint64_t level;   /* ids of levels given so far */
    uint64_t unknown; /* events about orders that were never announced */
    uint64_t missing; /* events that wanted what own orders had taken */
    i128 missing_quantity;
    struct map taken;      /* ids that own orders took whole */
    struct sim_kept *kept; /* owned */
    uint32_t kept_count;
    size_t kept_capacity;
    int64_t slippage, through;   /* of prices: in their units, not below 0 */
    struct sim_waiting *waiting; /* in order of time; owned */
    uint32_t waiting_count;
    size_t waiting_capacity;
    struct map unseen; /* own orders that joined a level which nobody saw */
};

/* The sink is copied. */
static inline void
sim_init(struct sim *sim, const struct sim_model *model,
         const struct event_sink *sink)
{
    assert(model && model->event && model->request);
    sim->model = model;
    match_init(&sim->match, sink);
}

/* Fine on a zeroed one. */
void sim_free(struct sim *sim);

/* The functions below are those of match.h: the same indexes, 0 or -1. */
static inline void
sim_begin(struct sim *sim)
{
    match_begin(&sim->match);
}

int sim_define(struct sim *sim, uint32_t index,
               const struct instrument *definition, struct failure *failure);

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

/* A model in place of another, before it has an order. */
static inline void
sim_become(struct sim *sim, const struct sim_model *model)
{
    assert(sim->match.books.count == 0);
    sim->model = model;
}

/* NULL: the instrument was never defined.  Valid until the next event. */
static inline const struct book *
sim_book(const struct sim *sim, uint32_t index)
{
    const struct market *market = match_market(&sim->match, index);

    return market ? &market->book : NULL;
}

static inline const struct books *
sim_books(const struct sim *sim)
{
    return &sim->match.books;
}

static inline bool
sim_is_own(uint64_t order_id)
{
    return order_id >= SIM_OWN_FIRST && order_id < SIM_OWN_END;
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
