/* report.h - the ledger as tables for people: plain text in columns, numbers
 * aligned at the decimal point, rows in an order that depends on nothing but
 * their names.
 *
 * Memory: 8 bytes a row for sorting.
 */
#ifndef LEDGER_REPORT_H
#define LEDGER_REPORT_H

#include "ledger/audit.h"

enum report_kind {
    REPORT_BALANCES = 1, /* account, currency, balance, version */
    REPORT_POSITIONS,    /* account, instrument, quantity, cost, ... */
    REPORT_TRIAL,        /* each asset's debits and credits, and their sums */
};

#define REPORT_NAME_MAX 80 /* bytes of a name that are shown */

/* Who knows the names, and where the text goes. */
struct report_host {
    void *owner;
    /* The text of an account's id, of an instrument; their size, at most
     * REPORT_NAME_MAX. */
    size_t (*account)(void *owner, uint64_t id, char *text);
    size_t (*instrument)(void *owner, uint32_t instrument, char *text);
    /* 0 or -1, then nothing more is written. */
    int (*put)(void *owner, const char *text, size_t size);
};

/* Returns 0; -1 when put failed, or with the failure set. */
int report_write(const struct ledger *ledger, enum report_kind kind,
                 const struct report_host *host, struct failure *failure);

/* What a audit found, with names: "I3: an asset does not sum to zero: USD".
 * NUL-terminated. */
void report_finding(const struct ledger *ledger,
                    const struct ledger_finding *finding,
                    const struct report_host *host, char *text, size_t size);

#endif
