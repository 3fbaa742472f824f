/* ledger_session.h - a ledger as a program keeps it: the state in memory, the
 * database below it if there is one, the names of accounts, and the audit.
 *
 *      ledger_session_open      the rules
 *      ledger_session_begin     a tape: the state at its start
 *      ledger_session_event     each event; session->entry is what it booked
 *      ledger_session_block     a place to commit
 *      ledger_session_end       the tape is over
 *      ledger_session_look      instead of tapes: the database alone
 *      ledger_session_print, ledger_session_check
 *
 * All return 0, or -1 with run->failure set.
 */
#ifndef APP_LEDGER_SESSION_H
#define APP_LEDGER_SESSION_H

#include "cli/run.h"
#include "ledger/audit.h"
#include "ledger/post.h"
#include "ledger/report.h"
#include "ledgerdb/ledgerdb.h"
#include "tape/names.h"

struct ledger_options {
    int64_t taker_fee, maker_fee; /* shares of the notional */
    const char *currency;         /* where none is given */
    const char *database;         /* NULL: nothing is kept */
    bool strict;                  /* only account events open accounts */
    bool check;                   /* audit every entry */
};

struct ledger_session {
    const struct ledger_options *options; /* the caller's */
    char rules[128];                      /* the options that shape postings */
    struct ledger ledger;
    struct ledger_entry entry; /* what the current event did */
    struct names names;        /* of accounts */
    struct ledgerdb *database; /* NULL: none, or not opened yet */
    struct ledger_audit audit;
    struct ledger_finding finding;
    uint64_t violations;
};

/* A zeroed session is empty: ledger_session_close may follow.  options must
 * outlive it.  Options that make no sense are failures of class usage. */
int ledger_session_open(struct ledger_session *session,
                        const struct ledger_options *options, struct run *run);
void ledger_session_close(struct ledger_session *session);

int ledger_session_begin(struct ledger_session *session, struct run *run);
int ledger_session_event(struct ledger_session *session, struct run *run,
                         const struct event *event);
int ledger_session_block(struct ledger_session *session, struct run *run);
int ledger_session_end(struct ledger_session *session, struct run *run,
                       enum tape_status status);

/* The name of an account, or its number: at most REPORT_NAME_MAX bytes. */
size_t ledger_session_account(const struct ledger_session *session, uint64_t id,
                              char *text);

int ledger_session_look(struct ledger_session *session, struct run *run);
int ledger_session_print(struct ledger_session *session, struct run *run,
                         enum report_kind kind);

/* One line for the state in memory, one for the database; -1 with what does
 * not hold. */
int ledger_session_check(struct ledger_session *session, struct run *run);

/* The line of --verbose. */
void ledger_session_summary(const struct ledger_session *session,
                            const struct run *run, FILE *stream);

#endif
