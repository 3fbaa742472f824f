/* store.h - the rows of a ledger, handed to whoever keeps them and taken back.
 *
 * Rows travel as events of a tape; a position's instrument is the ledger's
 * index plus 1.  What changed since the last save is handed over in the order
 * of its keys, which is what a database likes best.
 */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include "ledger/audit.h"
#include "ledger/ledger.h"

/* Who keeps them.  mark is what the keeper left there when it last saved the
 * row; first: it did not change before in this stream.  0, or -1 with the
 * failure set. */
struct ledger_store {
    void *owner;
    int (*account)(void *owner, const struct account *event,
                   struct row_mark *mark, bool first, struct failure *failure);
    int (*balance)(void *owner, const struct balance *event,
                   struct row_mark *mark, bool first, struct failure *failure);
    int (*position)(void *owner, const struct position *event,
                    struct row_mark *mark, bool first, struct failure *failure);
    /* A lot from what it was when it was saved last; number 0: it is new.
     * *first_stream: what this function left there before, or 0. */
    int (*lot)(void *owner, const struct lot_state *before,
               const struct lot_state *after, uint32_t *first_stream,
               struct failure *failure);
};

/* Remembers what an entry made of lots, for the next save.  0 or -1. */
int ledger_keep_lots(struct ledger *ledger, const struct ledger_entry *entry,
                     struct failure *failure);

/* Hands over all rows that changed.  They stay marked until ledger_saved. */
int ledger_save(struct ledger *ledger, const struct ledger_store *store,
                struct failure *failure);

/* What was handed over is durable. */
void ledger_saved(struct ledger *ledger);

/* Another stream begins: the state is its start. */
void ledger_next_stream(struct ledger *ledger);

/* Taking rows back, the last word on a row counts; owner is the ledger. */
int ledger_restore_account(void *owner, const struct account *event,
                           struct row_mark mark, struct failure *failure);
int ledger_restore_balance(void *owner, const struct balance *event,
                           struct row_mark mark, struct failure *failure);
int ledger_restore_position(void *owner, const struct position *event,
                            struct row_mark mark, struct failure *failure);
int ledger_restore_basis(void *owner, uint64_t account_id, uint8_t basis,
                         struct failure *failure);
int ledger_restore_lot(void *owner, const struct lot_state *event,
                       uint32_t first_stream, struct failure *failure);
int ledger_restore_trade(void *owner, uint64_t print, struct failure *failure);

/* What was computed is what is stored: compares all rows of two ledgers whose
 * instruments have the same numbers, and takes over the marks of the stored
 * ones.  What differs is left in *finding. */
void ledger_adopt(struct ledger *ledger, const struct ledger *stored,
                  struct ledger_finding *finding);

/* Forgets all rows and ids, keeps the rules; owner is the ledger. */
int ledger_forget(void *owner, struct failure *failure);

#endif
