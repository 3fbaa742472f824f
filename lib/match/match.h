/* match.h - the matching engine: requests in, execution reports and trades out.
 *
 * Price-time priority, one book per instrument; stops, icebergs, hidden and
 * all-or-none orders, auctions.  The conventions listed in xmatch(1) are
 * decided here.
 *
 *      match_begin     a tape begins: local instrument ids are forgotten
 *      match_define    an instrument is defined, or has new attributes
 *      match_event     anything else happens
 *
 * Instruments are named by their index (tape/instruments.h), which outlives a
 * tape.  Reports leave through the sink in causal order: accepted or modified
 * first, then the trades, then what became of the rest, then the stops that
 * the trades triggered.
 *
 * One idea per file.  A file includes and calls only files above it here:
 *
 *      curves.c      demand and supply by price, as running sums
 *      rules.h       predicates that every file may use
 *      ticks.c       which prices an instrument can have
 *      owners.c      which accounts belong together
 *      expiry.c      the orders that are good till a time, soonest first
 *      followers.c   the stops that follow the price
 *      report.c      writing the reports
 *      special.c     special orders, and where orders stand
 *      stop.c        stops: waiting, being triggered, trailing
 *      take.c        an incoming order meets those that rest
 *      act.c         an order's turn: what it does before and after it trades
 *      auction.c     what is collected, and its price
 *      finish.c      what an event led to: stops, indicative prices
 *      check.c       which orders are valid
 *      plain.c       plain orders and their cancels, by the shortest way
 *      close.c       what ends many orders at once
 *      modify.c      modifies, and cancels of one order
 *      session.c     phases of the day
 *      match.c       instruments and events
 *      snapshot.c    the whole state as events
 *
 * Cost: O(log price levels) for each order, modify, cancel, trade, stop and
 * indicative price.  An order that must be filled whole, or to its minimum,
 * also looks at what is within its limit; a trailing stop that moves, at all
 * trailing stops of its market; the start of an auction and a close, at all
 * orders of the instruments they name.  A mass cancel costs what it cancels.
 *
 * Pure: no I/O, no clock.  The same events give the same reports.
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

#define MATCH_REPORT_MAX 256 /* bytes: no report is longer */

/* Lent memory into which reports go without asking the sink for each.  A
 * report may begin anywhere before end, after which there must be room for
 * MATCH_REPORT_MAX bytes more.  Zeroed: the sink is asked each time.  Whoever
 * lends it collects the reports before anything else is written there. */
struct match_room {
    char *at, *end;
    uint64_t reports; /* written there so far */
};

/* From this price on, prices are multiples of this tick. */
struct tick_row {
    int64_t from, size;
    struct multiple tick;
};

/* What an auction would do if it ended now. */
struct indication {
    int64_t price;    /* null: there would be no trade */
    int64_t quantity; /* capped at the most that the format holds */
    int64_t surplus;  /* likewise; of buyers; negative: of sellers */
};

#define ALL_OR_NONE_MAX 1000    /* at rest, on one side of a market */
#define TRAILING_MAX    10000   /* waiting, in one market */
#define PEAKS_MAX       1000000 /* whole peaks in what is open of an iceberg */

/* What every order needs comes first, in two cache lines. */
struct market {
    _Alignas(64) struct multiple tick, lot;
    int64_t lower, upper; /* limits lie within */
    uint32_t unshown;     /* hidden and all-or-none orders at rest */
    uint8_t state;        /* enum session_state */
    uint8_t tick_count;
    struct book book;
    uint64_t trades;                  /* so far; the last trade_id */
    int64_t last;                     /* the last trade's price, or null */
    uint32_t stops;                   /* orders waiting for a stop price */
    uint32_t local;                   /* its id on this tape; 0: none yet */
    uint32_t passing;                 /* for one auction only, in the book */
    uint32_t all_or_none[2];          /* at rest: buys, sells */
    uint32_t trailing, trailing_head; /* stops that follow the price */
    uint32_t trailing_tail;
    int64_t trail_below, trail_above; /* none moves between these prices */
    int64_t reference;                /* an auction leans towards it; or null */
    int64_t tick_size;                /* 0 or less: none */
    struct tick_row *ticks;           /* ascending; NULL: tick_size; owned */
    bool has_curve;                   /* the curve below follows the book */
    uint32_t curve;                   /* in match->curves */
    struct indication indicated;      /* the last indicative of this phase */
};

_Static_assert(offsetof(struct market, book) <= 128,
               "the book begins within the first two cache lines");

struct match {
    struct books books;
    struct market *markets; /* by index; owned */
    uint32_t count, capacity;
    uint8_t state;      /* of instruments defined from now on */
    uint8_t self_trade; /* the mode of orders that give none */
    struct event_sink sink;
    struct match_room room;
    uint64_t requests, rejects, trades; /* so far */
    uint64_t accepted, stamps;          /* counters that order events in time */
    int64_t now;                        /* the latest time seen */
    int64_t next_expiry;                /* of the first order to expire */
    uint32_t *expiries; /* a heap of orders by expiry, from 1; owned */
    size_t expiry_count, expiry_capacity;
    uint32_t triggered, triggered_tail; /* stops whose turn comes: a queue */
    bool busy; /* the event is not over: stops were triggered, or many */
    bool many; /* it may have changed every market */
    struct map members, groups; /* account, group -> a number of the group */
    struct curves curves;       /* of markets in an auction */
    struct match_mover *movers; /* trailing stops while they move; owned */
    size_t mover_capacity;
    struct match_choice *choices; /* of a close or mass cancel; owned */
    size_t choice_count, choice_capacity;
};

/* The sink is copied; what it points to outlives the engine. */
void match_init(struct match *match, const struct event_sink *sink);
void match_free(struct match *match);

/* Between two events, at each HEADER. */
void match_begin(struct match *match);

/* Indexes are those of tape/instruments.h: each new one is the next.  0, or
 * -1 if out of memory or if the tick table is malformed. */
int match_define(struct match *match, uint32_t index,
                 const struct instrument *definition, struct failure *failure);

/* The same, but nothing happens: no time passes, nothing is reported. */
int match_know(struct match *match, uint32_t index,
               const struct instrument *definition, struct failure *failure);

/* Takes an event of the instrument with this index: MATCH_NO_MARKET if the
 * event's instrument is not defined; not looked at if it is 0.  Events of all
 * types let time pass.  0, or -1 if out of memory. */
int match_event(struct match *match, uint32_t index, const struct event *event,
                struct failure *failure);

/* Prefetches what an event to come will need.  Each step fetches what the next
 * one reads: MATCH_NEAR is due MATCH_AHEAD events before the event itself, and
 * each step before it as many events earlier.  Worth it with more than
 * MATCH_CACHED orders, which do not stay in the processor's caches.  Changes
 * nothing. */
enum match_step { MATCH_FAR, MATCH_NEARER, MATCH_NEAR, MATCH_STEPS };
#define MATCH_AHEAD  4
#define MATCH_CACHED 20000
void match_prefetch(const struct match *match, uint32_t index,
                    const struct event *event, enum match_step step);

/* The market of an index, or NULL if it was never defined. */
static inline const struct market *
match_market(const struct match *match, uint32_t index)
{
    return index < match->count ? &match->markets[index] : NULL;
}

#endif
