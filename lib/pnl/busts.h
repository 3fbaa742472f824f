/* busts.h - a report of a tape on which trades were busted: that of the tape
 * without them.
 *
 * What a report is made of is kept in a spill.  If a bust comes, the report is
 * made again from it, without the busted trades and what the ledger booked of
 * them and of their busts.  Only a bust that the ledger booked counts, or one
 * of a trade without accounts.
 *
 * Between a trade and its bust the ledger's figures of its positions include
 * it.  Of an account that traded the position again meanwhile the report would
 * be wrong: it is refused if that account is reported.
 *
 * Disk: what is read of trades, quotes, postings and positions, and 24 bytes
 * for each other event.  Memory: 100 bytes for each trade that is busted.
 */
#ifndef PNL_BUSTS_H
#define PNL_BUSTS_H

#include "io/spill.h"
#include "pnl/pnl.h"

struct pnl_busted; /* a trade that a trade_cancel names */

struct pnl_busts {
    struct spill spill;
    struct failure spill_failure; /* why there is none; reported at a bust */
    struct map keys;              /* of trades that are named -> the last + 1 */
    struct pnl_busted *trades;    /* in order; owned */
    size_t count, capacity;
    uint64_t cancels; /* trade_cancels so far */
    uint64_t busted;  /* trades left out; after pnl_busts_apply */
};

/* Before a sandbox is entered. */
void pnl_busts_open(struct pnl_busts *busts);
void pnl_busts_free(struct pnl_busts *busts);

/* Keeps an event; index: of its instrument, or INSTRUMENT_NONE. 0 or -1. */
int pnl_busts_note(struct pnl_busts *busts, uint32_t index,
                   const struct event *event, struct failure *failure);

/* After the last event, before pnl_finish: makes *pnl, begun with that
 * currency, again if there were busts. 0 or -1. */
int pnl_busts_apply(struct pnl_busts *busts, struct pnl *pnl,
                    struct code currency);

#endif
