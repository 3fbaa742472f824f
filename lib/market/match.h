/* match.h - the matching engine: orders in, facts and trades out.
 *
 * Price-time priority, one book per instrument.  A trade's price is the
 * resting order's; no order trades through its own limit; what xmatch(1)
 * lists under CONVENTIONS is decided here.
 *
 *      match_begin     a tape begins: local instrument ids are forgotten
 *      match_define    an instrument is defined, or has new attributes
 *      match_event     an order, modify, cancel or session event happens
 *
 * Instruments are named by their index (tape/instruments.h), which outlives
 * a tape.  Facts come out through the sink in causal order: accepted or
 * modified first, then its trades, then what became of the rest.
 *
 * Cost: O(log price levels) for each order, modify, cancel and trade.  A fill
 * or kill order also looks at the levels within its limit, a mass cancel and
 * a close at all orders of the instruments they name.
 *
 * Pure: no I/O, no clock.  The same events give the same facts.
 */
#ifndef MARKET_MATCH_H
#define MARKET_MATCH_H

#include <stddef.h>

#include "base/failure.h"
#include "market/book.h"
#include "tape/event.h"

#define MATCH_NO_MARKET UINT32_MAX /* an instrument that is not defined */

/* Where facts go. */
struct match_sink {
    /* Room for one event of size bytes, filled at once; never NULL. */
    void *(*put)(void *owner, size_t size);
    /* A local id for an instrument that this tape has not defined so far and
     * that a fact of cause must name; 0 with the failure set when there can
     * be none. */
    uint32_t (*name)(void *owner, uint32_t index, const struct event *cause,
                     struct failure *failure);
    void *owner;
};

struct market {
    struct book book;
    int64_t tick_size, lot_size; /* 0: not checked */
    uint64_t trades;             /* so far; the last trade_id */
    uint32_t local;              /* its id on this tape; 0: not defined yet */
    uint8_t state;               /* enum session_state */
};

struct match {
    struct books books;
    struct market *markets; /* by index */
    uint32_t count, capacity;
    uint8_t state; /* of an instrument first defined from now on */
    struct match_sink sink;
    uint64_t requests, rejects, trades; /* so far */
    struct match_choice *choices;       /* of a mass cancel or a close */
    size_t choice_count, choice_capacity;
};

void match_init(struct match *match, const struct match_sink *sink);
void match_free(struct match *match);

void match_begin(struct match *match);

/* Indexes come as tape/instruments.h gives them, each new one the next.  0, or
 * -1 out of memory. */
int match_define(struct match *match, uint32_t index,
                 const struct instrument *definition, struct failure *failure);

/* Takes an event of the instrument with that index: MATCH_NO_MARKET when the
 * event's instrument id is not defined, ignored when it is 0.  Other types do
 * nothing.  0, or -1 when memory lacks. */
int match_event(struct match *match, uint32_t index, const struct event *event,
                struct failure *failure);

/* Says that this event comes soon, so that memory can be fetched meanwhile:
 * once some ten events ahead and once some five (near). Changes nothing. */
void match_expect(const struct match *match, uint32_t index,
                  const struct event *event, bool near);

/* The market of an index, or NULL when it was never defined. */
static inline const struct market *
match_market(const struct match *match, uint32_t index)
{
    return index < match->count ? &match->markets[index] : NULL;
}

#endif
