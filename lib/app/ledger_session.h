/* ledger_session.h - a ledger as a program keeps it: the state in memory, the
 * database below it if there is one, the names of accounts, the audit, and
 * what is written of it all.
 *
 *      ledger_session_open      the options
 *      ledger_session_begin     a tape: the state at its start
 *      ledger_session_event     each event is booked, and what it did written
 *      ledger_session_block     a place to commit
 *      ledger_session_end       the tape is over
 *      ledger_session_finish    prints and checks what was asked for
 *
 * All return 0, or -1 with run->failure set.
 */
#ifndef APP_LEDGER_SESSION_H
#define APP_LEDGER_SESSION_H

#include "app/ledger_output.h"
#include "app/ledger_report.h"
#include "cli/run.h"
#include "ledger/audit.h"
#include "ledger/post.h"
#include "ledgerdb/ledgerdb.h"
#include "tape/names.h"

struct ledger_options {
    int64_t taker_fee, maker_fee; /* shares of the notional */
    const char *currency;         /* where none is given */
    int basis;                    /* of new accounts, by basis_words */
    const char *database;         /* NULL: nothing is kept */
    int64_t wait;                 /* for another writer to end, nanoseconds */
    bool as_new;                  /* post what looks like a copy */
    bool strict;                  /* only account events open accounts */
    int emit;                     /* enum ledger_emit */
    bool no_output;               /* no tape is written */
    int print;                    /* enum ledger_report_kind, -1: nothing */
    bool csv, json;               /* the format of what is printed */
    bool check;                   /* audit every entry, and the database */
    const char *reconcile;        /* a statement to compare with; NULL */
    struct option_list maps;      /* of its columns */
};

#define LEDGER_REASONS 64

struct ledger_tally {
    uint64_t events;
    uint64_t reasons[LEDGER_REASONS]; /* by enum reason */
};

struct ledger_session {
    const struct ledger_options *options; /* the caller's */
    char rules[128];                      /* the options that shape postings */
    struct ledger ledger;
    struct ledger_entry entry; /* what the current event did */
    struct names names;        /* of accounts */
    struct ledgerdb *database; /* NULL: none, or not opened yet */
    struct ledger_output output;
    const struct event *ahead; /* of the block, the next to look at */
    uint64_t ahead_seq;        /* its sequence number */
    struct ledger_audit audit;
    struct ledger_finding finding;
    struct ledger_tally refused;  /* by reason: events that were not booked */
    struct ledger_tally reported; /* and those that were */
};

/* A zeroed session is empty: ledger_session_close may follow.  options must
 * outlive it.  Options that make no sense are failures of class usage.
 * Decides what kind of output the run has, and whether it reads anything. */
int ledger_session_open(struct ledger_session *session,
                        const struct ledger_options *options, struct run *run);
void ledger_session_close(struct ledger_session *session);

int ledger_session_begin(struct ledger_session *session, struct run *run);
int ledger_session_event(struct ledger_session *session, struct run *run,
                         const struct event *event);
int ledger_session_block(struct ledger_session *session, struct run *run);
int ledger_session_end(struct ledger_session *session, struct run *run,
                       enum tape_status status);
int ledger_session_finish(struct ledger_session *session, struct run *run);

/* The line of --verbose. */
void ledger_session_summary(const struct ledger_session *session,
                            const struct run *run, FILE *stream);

/* ---- for ledger_finish.c ------------------------------------------------- */

/* Opens the database and takes what it defines. */
int ledger_session_connect(struct ledger_session *session, struct run *run,
                           enum database_mode mode);

/* Fails with what was found wrong, with names.  Always returns -1. */
int ledger_session_fail(const struct ledger_session *session, struct run *run,
                        const struct ledger_finding *finding);

/* Fails with how many events were not booked, and why.  Returns -1. */
int ledger_session_refuse(const struct ledger_session *session,
                          struct run *run);

/* Who takes rows that the database has. */
struct ledgerdb_reader ledger_session_reader(struct ledger_session *session);

#endif
