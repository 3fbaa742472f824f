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

enum basis {
    BASIS_AVERAGE, /* no lots: holding.h */
    BASIS_FIFO,    /* the oldest lot first */
    BASIS_LIFO,    /* the newest lot first */
    BASIS_HIFO,    /* the highest cost of a unit first; the oldest of equals */
};
extern const char *const basis_words[]; /* by enum, NULL-terminated */

struct lot {
    i128 quantity, cost; /* signed, as a holding's */
    uint64_t opened;     /* by the transaction with that id */
};

/* Zeroed, there are none. */
struct lots {
    struct lot *lots; /* from the oldest; owned */
    size_t first, count, capacity;
    size_t holes; /* lots of nothing, until they are kept */
};

/* What a lot was before it changed; of nothing: it was not there. */
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
};

void lots_free(struct lots *lots);
void lots_free_log(struct lots_log *log);

/* Room for one trade or split.  0 or -1. */
int lots_reserve(struct lots *lots, struct lots_log *log,
                 struct failure *failure);

/* As holding_trade, by lots.  False when a number would leave its range: undo
 * follows. */
bool lots_trade(struct lots *lots, struct lots_log *log, enum basis basis,
                struct holding *holding, i128 quantity, i128 cash,
                uint64_t transaction);

/* As holding_split, each lot on its own.  False: undo follows. */
bool lots_split(struct lots *lots, struct lots_log *log,
                struct holding *holding, i128 new, i128 old);

void lots_keep(struct lots_log *log);
void lots_undo(struct lots_log *log);

#endif
