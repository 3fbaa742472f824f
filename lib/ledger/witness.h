/* witness.h - a witness that keeps its own books from the legs alone and
 * compares them with the ledger: the invariants I1 to I5, I11 and I12.
 *
 *      witness_begin     with the state that is given
 *      witness_entry ... after each entry booked
 *      witness_end       compares all rows
 *
 * Memory: 48 bytes a row.
 */
#ifndef LEDGER_WITNESS_H
#define LEDGER_WITNESS_H

#include "ledger/post.h"

struct witness_rows {
    struct witness_row *rows; /* by row of the ledger; owned */
    uint32_t room;
};

struct witness {
    struct witness_rows balances, positions;
    uint64_t transactions, postings;
    uint64_t entries; /* seen */
};

/* The first thing found wrong. */
struct finding {
    const char *invariant; /* "I1"; NULL: all is well */
    const char *text;      /* what does not hold */
    uint32_t account;      /* index, or LEDGER_NONE */
    bool security;
    uint32_t asset; /* instrument or currency, or LEDGER_NONE */
};

/* A zeroed struct witness is empty. */
void witness_free(struct witness *witness);

/* Takes the ledger's rows as the start. */
int witness_begin(struct witness *witness, const struct ledger *ledger,
                  struct failure *failure);

/* Checks an entry and books it here too.  -1 only without memory; what is
 * wrong is told in the finding, the first of which is kept. */
int witness_entry(struct witness *witness, const struct ledger *ledger,
                  const struct ledger_entry *entry, struct finding *finding,
                  struct failure *failure);

/* Compares the ledger with these books.  0, or -1 without memory. */
int witness_end(const struct witness *witness, const struct ledger *ledger,
                struct finding *finding, struct failure *failure);

#endif
