/* match.h - the matching engine: orders in, facts and trades out.
 *
 * Price-time priority, one book per instrument; stops, icebergs, hidden and
 * all-or-none orders, auctions.  What xmatch(1) lists under CONVENTIONS is
 * decided here.
 *
 *      match_begin     a tape begins: local instrument ids are forgotten
 *      match_define    an instrument is defined, or has new attributes
 *      match_event     anything else happens
 *
 * Instruments are named by their index (tape/instruments.h), which outlives
 * a tape.  Facts come out through the sink in causal order: accepted or
 * modified first, then its trades, then what became of the rest, then the
 * stops that the trades set off.
 *
 * The engine is split by idea:
 *
 *      match.c           instruments, events
 *      plain.c     the plain order and its cancel, by the shortest way
 *      check.c     what is a valid order
 *      special.c   what makes orders special, and where they stand
 *      take.c      an order on the move meets those that rest
 *      act.c       what becomes of it before and after
 *      stop.c      stops: waiting, going off, trailing
 *      auction.c   what is collected, and its price
 *      curves.c          demand and supply by price, summed up
 *      modify.c    changes and cancels of one order
 *      close.c     what ends many orders at once
 *      session.c   phases of the day
 *      report.c      telling it all
 *
 * Cost: O(log price levels) for each order, modify, cancel, trade, stop and
 * indicative price.  An order that must be filled whole or to its minimum also
 * looks at what is within its limit, a trailing stop that moves at all of its
 * market, the beginning of an auction, a mass cancel and a close at all orders
 * of the instruments they name.
 *
 * Pure: no I/O, no clock.  The same events give the same facts.
 */
#ifndef MATCH_MATCH_H
#define MATCH_MATCH_H

#include <stddef.h>

#include "base/failure.h"
#include "base/map.h"
#include "book/book.h"
#include "match/curves.h"
#include "match/multiple.h"
#include "tape/event.h"
#include "tape/sink.h"

#define MATCH_NO_MARKET UINT32_MAX /* an instrument that is not defined */

/* Where facts may be written without asking the sink for each: one behind the
 * other, and each may begin anywhere before the end, behind which there is room
 * for a whole one.  Zeroed: the sink is asked for all.  Whoever gives room
 * takes what was written before anything else is. */
struct match_room {
    char *at, *end;
    uint64_t facts; /* written there so far */
};

/* From this price on prices are multiples of this tick. */
struct tick_row {
    int64_t from, size;
    struct multiple tick;
};
#define TICK_ROWS 32

/* What an auction would do if it ended now. */
struct indication {
    int64_t price;    /* null: nothing */
    int64_t quantity; /* beyond the format: the most that it holds */
    int64_t surplus;  /* the same, of buyers; negative: of sellers */
};

#define ALL_OR_NONE_MAX 1000    /* at rest, a market and side */
#define TRAILING_MAX    10000   /* waiting, a market */
#define PEAKS_MAX       1000000 /* of an iceberg: whole ones in its open */

/* What each order needs comes first, in two cache lines. */
struct market {
    _Alignas(64) struct multiple tick, lot;
    int64_t lower, upper; /* limits lie within */
    uint32_t unshown;     /* orders hidden or all or none at rest */
    uint8_t state;        /* enum session_state */
    uint8_t tick_count;
    struct book book;
    uint64_t trades;                  /* so far; the last trade_id */
    int64_t last;                     /* the last trade's price, or null */
    uint32_t stops;                   /* orders that wait for a stop price */
    uint32_t local;                   /* its id on this tape; 0: none yet */
    uint32_t passing;                 /* for one auction only, in the book */
    uint32_t all_or_none[2];          /* at rest: buys, sells */
    uint32_t trailing, trailing_head; /* stops that follow the price */
    uint32_t trailing_tail;
    int64_t trail_below, trail_above; /* none moves between these prices */
    int64_t reference;                /* where an auction leans to, or null */
    int64_t tick_size;                /* 0 or less: none */
    struct tick_row *ticks;           /* ascending; NULL: tick_size */
    bool has_curve;         /* what is wanted at which price is summed up */
    uint32_t curve;         /* in match->curves */
    struct indication told; /* the last indicative of this phase */
};

struct match {
    struct books books;
    struct market *markets; /* by index */
    uint32_t count, capacity;
    uint8_t state;      /* of an instrument first defined from now on */
    uint8_t self_trade; /* of an order that does not say */
    struct event_sink sink;
    struct match_room room;
    uint64_t requests, rejects, trades; /* so far */
    uint64_t accepted, stamps;          /* counts, for the order of things */
    int64_t now;                        /* the latest time seen */
    int64_t next_expiry;                /* an order expires then; or never */
    uint32_t *expiries; /* a heap of orders by expiry; the first is at 1 */
    uint32_t expiry_count, expiry_capacity;
    uint32_t fired, fired_tail; /* stops that went off, a queue */
    bool busy;                  /* stops went off, or */
    bool many; /* the event may have changed more markets than its own */
    struct map members, groups; /* account, group -> a number of the group */
    struct curves curves;       /* of markets in an auction */
    struct match_mover *movers; /* trailing stops, while they move */
    size_t mover_capacity;
    struct match_choice *choices; /* of a mass cancel or a close */
    size_t choice_count, choice_capacity;
};

void match_init(struct match *match, const struct event_sink *sink);
void match_free(struct match *match);

void match_begin(struct match *match);

/* Indexes come as tape/instruments.h gives them, each new one the next.  0, or
 * -1 out of memory or when its tick table is malformed. */
int match_define(struct match *match, uint32_t index,
                 const struct instrument *definition, struct failure *failure);

/* The same without an event that happens: nothing is told. */
int match_know(struct match *match, uint32_t index,
               const struct instrument *definition, struct failure *failure);

/* Takes an event of the instrument with that index: MATCH_NO_MARKET when the
 * event's instrument id is not defined, ignored when it is 0.  An event of any
 * type lets time pass.  0, or -1 when memory lacks. */
int match_event(struct match *match, uint32_t index, const struct event *event,
                struct failure *failure);

/* Says that this event comes soon, so that memory can be fetched meanwhile, as
 * each step needs what the one before has fetched: the last is to be said
 * MATCH_AHEAD events before it comes, each other as many before the next.
 * Worth it with more than MATCH_CACHED orders, which do not stay in the
 * processor's near memory.  Changes nothing. */
enum match_step { MATCH_FAR, MATCH_NEARER, MATCH_NEAR, MATCH_STEPS };
#define MATCH_AHEAD  4
#define MATCH_CACHED 20000
void match_expect(const struct match *match, uint32_t index,
                  const struct event *event, enum match_step step);

/* The market of an index, or NULL when it was never defined. */
static inline const struct market *
match_market(const struct match *match, uint32_t index)
{
    return index < match->count ? &match->markets[index] : NULL;
}

#endif
