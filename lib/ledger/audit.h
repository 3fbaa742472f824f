/* audit.h - an audit that keeps its own books from the legs alone and
 * compares them with the ledger: the invariants I1 to I5, I11 and I12.
 *
 *      ledger_audit_begin     with the state that is given
 *      ledger_audit_entry ... after each entry booked
 *      ledger_audit_end       compares all rows
 *
 * Memory: 48 bytes a row.
 */
#ifndef LEDGER_AUDIT_H
#define LEDGER_AUDIT_H

#include "ledger/post.h"

struct ledger_audit_rows {
    struct ledger_audit_row *rows; /* by row of the ledger; owned */
    uint32_t room;
};

struct ledger_audit {
    struct ledger_audit_rows balances, positions;
    uint64_t transactions, postings;
    uint64_t entries; /* seen */
};

/* The first thing found wrong. */
struct ledger_finding {
    const char *invariant; /* "I1"; NULL: all is well */
    const char *text;      /* what does not hold */
    uint32_t account;      /* index, or LEDGER_NONE */
    bool security;
    uint32_t asset; /* instrument or currency, or LEDGER_NONE */
};

/* A zeroed struct ledger_audit is empty. */
void ledger_audit_free(struct ledger_audit *audit);

/* Takes the ledger's rows as the start. */
int ledger_audit_begin(struct ledger_audit *audit, const struct ledger *ledger,
                       struct failure *failure);

/* Checks an entry and books it here too.  -1 only without memory; what is
 * wrong is reported in the finding; the first one is kept. */
int ledger_audit_entry(struct ledger_audit *audit, const struct ledger *ledger,
                       const struct ledger_entry *entry,
                       struct ledger_finding *finding, struct failure *failure);

/* Compares the ledger with these books.  0, or -1 without memory. */
int ledger_audit_end(const struct ledger_audit *audit,
                     const struct ledger *ledger,
                     struct ledger_finding *finding, struct failure *failure);

#endif
