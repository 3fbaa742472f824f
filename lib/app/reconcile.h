/* reconcile.h - a statement compared with the ledger: where they differ, and
 * what most likely made it so.
 *
 *      reconcile_compare       the breaks
 *      reconcile_movement      each posting that there is, in order
 *      reconcile_explain       the cause of each break
 *
 * Only accounts that the statement names are compared, positions only if it
 * has any, and so with balances.  What is flat on both sides is no break.  A
 * cause is a guess that fits to the last digit; where several do, the first of
 * enum break_cause that reconcile_cause.c tries.
 *
 * Memory: 200 bytes a break, 64 for each transaction of its account and asset.
 */
#ifndef APP_RECONCILE_H
#define APP_RECONCILE_H

#include "app/ledger_report.h"
#include "app/statement.h"
#include "ledgerdb/history.h"

enum break_kind {
    BREAK_MISSING_HERE,  /* not in the ledger */
    BREAK_MISSING_THERE, /* not in the statement */
    BREAK_QUANTITY,
    BREAK_SIGN,
    BREAK_SPLIT,
    BREAK_NAME,     /* of the instrument */
    BREAK_CURRENCY, /* of a position or a balance */
    BREAK_COST,
    BREAK_ROUNDING,
    BREAK_DUPLICATE, /* a second line of the statement */
    BREAK_KINDS,
};
extern const char *const break_kind_words[BREAK_KINDS];

enum break_cause {
    CAUSE_UNKNOWN,
    CAUSE_LACKS,    /* a transaction of the ledger is not in there */
    CAUSE_DOUBLED,  /* it is in there twice */
    CAUSE_REVERSED, /* it is in there with the other sign */
    CAUSE_REPEATED, /* it is in the ledger twice */
    CAUSE_EARLIER,  /* the statement is older than the ledger */
    CAUSE_SIGN,     /* all of it has the other sign */
    CAUSE_RATIO,    /* a split that only they have */
    CAUSE_UNIT,     /* hundreds, thousands, the multiplier */
    CAUSE_FRACTION, /* only whole units there */
    CAUSE_ACCOUNT,  /* the opposite break of another account */
    CAUSE_TRADE,    /* a trade that only they have: cash and quantity */
    CAUSE_NO_ACCOUNT,
    CAUSE_NO_INSTRUMENT,
    CAUSE_RENAMED, /* the same quantity under another name */
    CAUSE_CURRENCY,
    CAUSE_ROUNDING,
    CAUSE_FEES,     /* all fees */
    CAUSE_PER_UNIT, /* their cost is of one unit */
    CAUSE_BASIS,    /* they cost sales in another way */
    CAUSE_SECOND,   /* a line that stands there twice */
    BREAK_CAUSES,
};
extern const char *const break_cause_words[BREAK_CAUSES];

/* What a transaction did to the quantity or balance of a break. */
struct break_movement {
    uint64_t transaction_id;
    int64_t time;
    uint8_t kind;     /* enum posting_kind of its first posting */
    i128 net, before; /* before: all of it */
    size_t next;      /* 1 + index of the one before of the same break; 0 */
};

#define BREAK_NONE SIZE_MAX

struct ledger_break {
    const struct statement_line *line; /* NULL: missing there */
    uint32_t account, row;             /* of the ledger, a position or balance;
                                        * LEDGER_NONE: there is none */
    bool security;
    enum break_kind kind;
    enum break_cause cause;
    i128 here, there; /* quantity, balance or, BREAK_COST, cost */
    size_t movements; /* 1 + index of the newest; 0: none */
    size_t movement;  /* the one that is the cause; BREAK_NONE */
    size_t other;     /* the break that explains it; BREAK_NONE */
    i128 ratio[2];    /* of a split or unit: there to here */
    bool folded;      /* told by another one */
};

struct reconciliation {
    const struct ledger_report_source *source;
    const struct statement_file *file;
    struct ledger_break *breaks; /* owned */
    size_t count, capacity;
    struct break_movement *movements; /* owned */
    size_t movement_count, movement_capacity;
    struct map watched;           /* of a position, or a balance: its break */
    uint64_t positions, balances; /* that were compared */
    uint64_t unnamed; /* accounts that hold something and are not named */
};

/* All return 0, or -1 with the failure set.  A zeroed one is empty; source and
 * file outlive it. */
int reconcile_compare(struct reconciliation *all,
                      const struct ledger_report_source *source,
                      const struct statement_file *file,
                      struct failure *failure);
int reconcile_movement(void *all, const struct ledgerdb_movement *movement,
                       struct failure *failure);
int reconcile_explain(struct reconciliation *all, struct failure *failure);
void reconcile_free(struct reconciliation *all);

/* Appends one sentence about the cause of a break. */
void reconcile_describe(const struct reconciliation *all,
                        const struct ledger_break *found, struct bytes *out);

/* Appends the account and the asset of a break. */
void reconcile_account(const struct reconciliation *all,
                       const struct ledger_break *found, struct bytes *out);
void reconcile_asset(const struct reconciliation *all,
                     const struct ledger_break *found, struct bytes *out);

/* Appends all breaks, as a table or as one JSON object. */
int reconcile_write(const struct reconciliation *all, bool json,
                    struct bytes *out, struct failure *failure);

/* Breaks that are not told by another one, by kind. */
uint64_t reconcile_count(const struct reconciliation *all,
                         uint64_t kinds[BREAK_KINDS]);

#endif
