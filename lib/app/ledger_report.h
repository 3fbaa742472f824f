/* ledger_report.h - the state of a ledger as text: for people a table, for
 * programs CSV or one JSON object.
 *
 * Columns are named after the fields of the events.  Rows are sorted by
 * account, or by asset for a trial balance: numbers by value, then names by
 * their bytes; no order depends on how the ledger came to its state.  The
 * table and the JSON have totals, one for each currency or asset; CSV has
 * rows alone.
 *
 * Memory: about 150 bytes a row until the text is written.
 */
#ifndef APP_LEDGER_REPORT_H
#define APP_LEDGER_REPORT_H

#include "base/bytes.h"
#include "ledger/audit.h"
#include "tape/instruments.h"
#include "tape/names.h"

enum ledger_report_kind {
    LEDGER_REPORT_BALANCES,
    LEDGER_REPORT_POSITIONS,
    LEDGER_REPORT_TRIAL, /* the debits and credits of each asset */
    LEDGER_REPORT_LOTS,
    LEDGER_REPORT_KINDS,
};
extern const char *const ledger_report_words[]; /* by enum, NULL-terminated */

enum ledger_report_format {
    LEDGER_REPORT_TABLE,
    LEDGER_REPORT_CSV,
    LEDGER_REPORT_JSON,
};

struct ledger_report_source {
    const struct ledger *ledger;
    const struct names *names; /* of accounts */
    const struct instruments *instruments;
};

/* Appends the report to out.  0, or -1 with the failure set. */
int ledger_report_write(const struct ledger_report_source *source,
                        enum ledger_report_kind kind,
                        enum ledger_report_format format, struct bytes *out,
                        struct failure *failure);

/* Appends what an audit found, with names: "I3: an asset does not sum to zero:
 * USD". */
void ledger_report_finding(const struct ledger_report_source *source,
                           const struct ledger_finding *finding,
                           struct bytes *out);

/* Appends an account's name, or its number. */
void ledger_report_account(const struct names *names, uint64_t id,
                           struct bytes *out);

#endif
