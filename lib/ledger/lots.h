/* lots.h - what an account holds of one instrument, lot by lot (rule R3).
 *
 * A trade that adds to a position opens a lot; one that reduces it closes lots
 * in the order of the basis.  All lots of a position are long, or all are
 * short, and their sums are the holding's quantity and cost.
 *
 *      lots_reserve ...                may run out of memory
 *      lots_trade, lots_split ...      may leave the range
 *      lots_keep or lots_undo          all that the log has, or nothing
 */
#ifndef LEDGER_LOTS_H
#define LEDGER_LOTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "ledger/holding.h"
#include "tape/enums.h"

extern const char *const basis_words[]; /* of account_basis, from average */

struct lot {
    i128 quantity, cost;   /* signed, as a holding's */
    uint64_t opened;       /* by the transaction with that id */
    uint32_t number;       /* in its position, from 1, never given again */
    uint32_t first_stream; /* that it came with, once it is stored; 0 */
};

/* Zeroed, there are none. */
struct lots {
    struct lot *lots; /* from the oldest; owned */
    size_t first, count, capacity;
    size_t holes;  /* lots of nothing, until they are kept */
    uint32_t last; /* number given */
};

/* What a lot was before it changed; without quantity: it was not there. */
struct lots_change {
    struct lots *lots;
    size_t lot;
    struct lot before;
};

/* The changes of an event, to lots of any number of positions. */
struct lots_log {
    struct lots_change *changes; /* owned */
    size_t count, capacity;
    size_t reserved; /* changes that there is room for */
    bool twice;      /* one lot may have changed twice */
};

void lots_free(struct lots *lots);
void lots_free_log(struct lots_log *log);

/* Room for one trade or split.  0 or -1. */
int lots_reserve(struct lots *lots, struct lots_log *log,
                 struct failure *failure);

/* The lot with a number; NULL: there is none, or nothing is left of it. */
struct lot *lots_find(const struct lots *lots, uint32_t number);

/* Puts a lot where it belongs, in place of one of its number; one without
 * quantity only takes its number.  0 or -1. */
int lots_restore(struct lots *lots, const struct lot *lot,
                 struct failure *failure);

/* As holding_trade, by lots.  False when a number would leave its range: undo
 * follows. */
bool lots_trade(struct lots *lots, struct lots_log *log, uint8_t basis,
                struct holding *holding, i128 quantity, i128 cash,
                uint64_t transaction);

/* As holding_split, each lot on its own.  False: undo follows. */
bool lots_split(struct lots *lots, struct lots_log *log,
                struct holding *holding, i128 new, i128 old);

void lots_keep(struct lots_log *log);
void lots_undo(struct lots_log *log);

#endif
