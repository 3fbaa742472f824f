/* history.h - the postings that a ledger database has, in their order. */
#ifndef LEDGERDB_HISTORY_H
#define LEDGERDB_HISTORY_H

#include "ledgerdb/ledgerdb.h"

struct ledgerdb_movement {
    uint64_t transaction_id;
    int64_t time; /* of the event; TIME_NULL: it has none */
    uint64_t account_id;
    uint32_t instrument; /* its number, from 1; 0: cash */
    struct code currency;
    uint8_t kind; /* enum posting_kind */
    i128 amount, after;
};

#define LEDGERDB_HISTORY_ACCOUNTS 500

/* Calls take for each posting, by posting_id; of these accounts only, if there
 * are not more than LEDGERDB_HISTORY_ACCOUNTS.  0; -1, also when take returned
 * -1. */
int ledgerdb_history(struct ledgerdb *db, const uint64_t *accounts,
                     size_t count,
                     int (*take)(void *owner,
                                 const struct ledgerdb_movement *movement,
                                 struct failure *failure),
                     void *owner, struct failure *failure);

#endif
