/* ledgerdb.h - the ledger database: a transactional sink that knows which
 * events of which streams it holds.
 *
 *      ledgerdb_open, ledgerdb_define     what earlier streams left
 *      ledgerdb_begin                     a stream: its state at its start
 *          ledgerdb_event                 each event, compared if known
 *          ledgerdb_instrument, ledgerdb_transaction, ledgerdb_posting
 *          ledgerdb_accept                the event is done; 1: caught up
 *          ledgerdb_lock, ledgerdb_save_..., ledgerdb_commit      a batch
 *      ledgerdb_end                       the stream's tape is over
 *
 * A stream that is known is recomputed by the caller from its first event.
 * Up to the watermark, events and postings are compared with what is stored
 * and nothing is written; beyond it they are added, if the stream is the
 * newest.  Each commit holds postings, changed rows and the watermark.
 * Opened for reading, the database takes the events beyond as well, and
 * forgets them.
 *
 * Of every event a fingerprint of four bytes is kept, taken from a running
 * hash, so that the first event that differs can be named, and a copy under
 * another name be found out.
 *
 * Every table has a digest (sql/rows.h).  Those of the state are compared
 * whenever the state is read, the others by ledgerdb_check.
 *
 * Memory: the fingerprints of one batch, and SQLite's cache of 64 MiB.
 */
#ifndef LEDGERDB_LEDGERDB_H
#define LEDGERDB_LEDGERDB_H

#include "base/row_mark.h"
#include "sql/database.h"
#include "tape/event.h"
#include "tape/instruments.h"
#include "tape/names.h"

#define LEDGERDB_TRADES                                                        \
    65536 /* fingerprints of trades that are handed over                       \
           */

struct ledgerdb;

/* Who takes the rows that were stored.  Any may be called any number of times
 * for one row; the last call counts.  0, or -1 with the failure set. */
struct ledgerdb_reader {
    void *owner;
    /* Forget all rows: others follow. */
    int (*forget)(void *owner, struct failure *failure);
    int (*account)(void *owner, const struct account *event,
                   struct row_mark mark, struct failure *failure);
    int (*balance)(void *owner, const struct balance *event,
                   struct row_mark mark, struct failure *failure);
    /* event.instrument is the instrument's number, from 1. */
    int (*position)(void *owner, const struct position *event,
                    struct row_mark mark, struct failure *failure);
    /* How an account costs what it sells, if not at average; after it. */
    int (*basis)(void *owner, uint64_t account_id, uint8_t basis,
                 struct failure *failure);
    /* A lot, one of which nothing is left included. */
    int (*lot)(void *owner, const struct lot_state *event,
               uint32_t first_stream, struct failure *failure);
    /* The fingerprints of the latest trades, at most LEDGERDB_TRADES, from the
     * oldest. */
    int (*trade)(void *owner, uint64_t print, struct failure *failure);
};

struct ledgerdb_stream {
    const char *name;
    uint64_t first_seq; /* of the current tape */
    const char *rules;  /* the options that shape postings */
    bool as_new;        /* post it though it looks like one that is known, or
                         * though another one is not posted to its end */
};

/* What was given out before the stream's first event. */
struct ledgerdb_counts {
    uint64_t transactions, postings;
};

struct ledgerdb_options {
    enum database_mode mode;
    int64_t wait_ns; /* for another writer to end; until stopped says so */
    bool (*stopped)(void *owner);
    void *owner;
};

/* path outlives it. */
struct ledgerdb *ledgerdb_open(const char *path,
                               const struct ledgerdb_options *options,
                               struct failure *failure);
void ledgerdb_close(struct ledgerdb *db);

/* Adds the instruments and names that are stored, once, before the first
 * stream.  An instrument's number is its index plus 1.  The tables outlive the
 * database, which finds the names of new accounts there. */
int ledgerdb_define(struct ledgerdb *db, struct instruments *instruments,
                    struct names *names, struct failure *failure);

/* Hands over the newest state, for a look. */
int ledgerdb_read(struct ledgerdb *db, const struct ledgerdb_reader *reader,
                  struct ledgerdb_counts *counts, struct failure *failure);

/* A tape begins.  Hands over the state at its start and returns 1; or 0, with
 * *counts untouched, when the caller has it already; -1. */
int ledgerdb_begin(struct ledgerdb *db, const struct ledgerdb_stream *stream,
                   const struct ledgerdb_reader *reader,
                   struct ledgerdb_counts *counts, struct failure *failure);

/* An event arrives: compared with what is known.  -1 of class data when it
 * differs, or would go on with a stream that is not the newest. */
int ledgerdb_event(struct ledgerdb *db, uint64_t seq, const struct event *event,
                   struct failure *failure);

/* The newest definition of an instrument, number from 1. */
int ledgerdb_instrument(struct ledgerdb *db, uint32_t number,
                        const struct instrument *event,
                        struct failure *failure);

/* What the event caused; instrument 0: none. */
int ledgerdb_transaction(struct ledgerdb *db, uint64_t transaction_id,
                         const struct event *cause, uint32_t instrument,
                         struct failure *failure);
int ledgerdb_posting(struct ledgerdb *db, const struct posting *event,
                     uint32_t instrument, struct failure *failure);

/* The fingerprint of a trade that was booked. */
int ledgerdb_trade(struct ledgerdb *db, uint64_t print,
                   struct failure *failure);

/* The event is done.  1 when it was the last one known: what is stored should
 * be what the caller has now (ledgerdb_read_end); else 0; -1. */
int ledgerdb_accept(struct ledgerdb *db, struct failure *failure);

/* Hands over the state at the end of the stream that was caught up with. */
int ledgerdb_read_end(struct ledgerdb *db, const struct ledgerdb_reader *reader,
                      struct failure *failure);

/* Events accepted since the last commit. */
size_t ledgerdb_pending(const struct ledgerdb *db);

/* ---- a batch ------------------------------------------------------------- */

/* Begins its transaction, if it has not begun. */
int ledgerdb_lock(struct ledgerdb *db, struct failure *failure);

/* A row that changed.  mark is brought up to date; first: it did not change
 * before in this stream; owner is the database. */
int ledgerdb_save_account(void *owner, const struct account *event,
                          struct row_mark *mark, bool first,
                          struct failure *failure);
int ledgerdb_save_balance(void *owner, const struct balance *event,
                          struct row_mark *mark, bool first,
                          struct failure *failure);
int ledgerdb_save_position(void *owner, const struct position *event,
                           struct row_mark *mark, bool first,
                           struct failure *failure);

/* A lot that changed from what was saved last; without a number: a new one.
 * *first_stream is what this or the reader left there, or 0. */
int ledgerdb_save_lot(void *owner, const struct lot_state *before,
                      const struct lot_state *after, uint32_t *first_stream,
                      struct failure *failure);

/* True when the stream that began goes on after the watermark. */
bool ledgerdb_continues(const struct ledgerdb *db);

/* True when rows will be saved: what is read is beyond what is stored. */
bool ledgerdb_grows(const struct ledgerdb *db);

/* All of it becomes durable, with the watermark; or nothing.  After anything
 * failed to be written it fails too. */
int ledgerdb_commit(struct ledgerdb *db, struct failure *failure);

/* How a tape ended. */
enum ledgerdb_ending {
    LEDGERDB_COMPLETE, /* a stream that is known to go on is refused */
    LEDGERDB_LIMITED,  /* no more will come */
    LEDGERDB_BROKEN,   /* more may come: it is posted in part */
};
int ledgerdb_end(struct ledgerdb *db, enum ledgerdb_ending ending,
                 struct failure *failure);

/* What the database has, as this program last saw it. */
struct ledgerdb_counts ledgerdb_counts(const struct ledgerdb *db);

/* The newest stream, if it is posted in part only, and how far; NULL. */
const char *ledgerdb_unfinished(const struct ledgerdb *db, uint64_t *seq);

/* ---- the invariants, by SQL ---------------------------------------------- */

/* Checks the whole database.  1 when all is well; 0 when not, with what is
 * wrong in text; -1 on failure, also when a table is not what was written. */
int ledgerdb_check(struct ledgerdb *db, char *text, size_t size,
                   struct failure *failure);

#endif
