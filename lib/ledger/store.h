/* store.h - the rows of a ledger, handed to whoever keeps them and taken back.
 *
 * Rows travel as events of a tape; a position's instrument is the ledger's
 * index plus 1.  What changed since the last save is handed over in the order
 * of its keys, which is what a database likes best.
 */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include "ledger/ledger.h"

/* Who keeps them.  stored is the version saved last, 0 for a new row; first:
 * it did not change before in this stream.  0, or -1 with the failure set. */
struct ledger_store {
    void *owner;
    int (*account)(void *owner, const struct account *event, uint64_t stored,
                   bool first, struct failure *failure);
    int (*balance)(void *owner, const struct balance *event, uint64_t stored,
                   bool first, struct failure *failure);
    int (*position)(void *owner, const struct position *event, uint64_t stored,
                    bool first, struct failure *failure);
};

/* Hands over all rows that changed.  They stay marked until ledger_saved. */
int ledger_save(struct ledger *ledger, const struct ledger_store *store,
                struct failure *failure);

/* What was handed over is durable. */
void ledger_saved(struct ledger *ledger);

/* Another stream begins: the state is its start. */
void ledger_next_stream(struct ledger *ledger);

/* Taking rows back, the last word on a row counts; owner is the ledger. */
int ledger_restore_account(void *owner, const struct account *event,
                           struct failure *failure);
int ledger_restore_balance(void *owner, const struct balance *event,
                           struct failure *failure);
int ledger_restore_position(void *owner, const struct position *event,
                            struct failure *failure);

/* Forgets all rows and ids, keeps the rules; owner is the ledger. */
int ledger_forget(void *owner, struct failure *failure);

#endif
