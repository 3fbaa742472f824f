/* ledgerdb.h - the ledger database: a transactional sink that knows which
 * events of which streams it holds.
 *
 *      ledgerdb_open, ledgerdb_define     what earlier streams left
 *      ledgerdb_begin                  a stream: its state at its start comes
 * back ledgerdb_event              each event, compared with what is known
 *          ledgerdb_instrument, ledgerdb_transaction, ledgerdb_posting
 *          ledgerdb_accept             the event is done; nonzero: caught up
 *          ledgerdb_lock, ledgerdb_save_..., ledgerdb_commit      a batch
 *      ledgerdb_end                    the stream's tape is over
 *
 * A stream that is known is recomputed by the caller from its first event.
 * Up to the watermark, events and postings are compared with what is stored
 * and nothing is written; beyond it they are added, if the stream is the
 * newest.  Each commit holds postings, changed rows and the watermark.
 *
 * Of every event a fingerprint of four bytes is kept, taken from a running
 * hash, so that the first event that differs can be named.
 *
 * Memory: the fingerprints of one batch, and SQLite's cache of 64 MiB.
 */
#ifndef LEDGERDB_LEDGERDB_H
#define LEDGERDB_LEDGERDB_H

#include "sql/database.h"
#include "tape/event.h"
#include "tape/instruments.h"
#include "tape/names.h"

struct ledgerdb;

/* Who takes the rows that were stored. Any may be called any number of times
 * for one row; the last call counts.  0, or -1 with the failure set. */
struct ledgerdb_reader {
    void *owner;
    /* Forget all rows: others follow. */
    int (*forget)(void *owner, struct failure *failure);
    int (*account)(void *owner, const struct account *event,
                   struct failure *failure);
    int (*balance)(void *owner, const struct balance *event,
                   struct failure *failure);
    /* event.instrument is the instrument's number, from 1. */
    int (*position)(void *owner, const struct position *event,
                    struct failure *failure);
};

struct ledgerdb_stream {
    const char *name;
    uint64_t first_seq; /* of the tape in hand */
    const char *rules;  /* the options that shape postings */
};

/* What was given out before the stream's first event. */
struct ledgerdb_counts {
    uint64_t transactions, postings;
};

/* path outlives it. */
struct ledgerdb *ledgerdb_open(const char *path, enum database_mode mode,
                               struct failure *failure);
void ledgerdb_close(struct ledgerdb *books);

/* Adds the instruments and names that are stored, once, before the first
 * stream.  An instrument's number is its index plus 1.  The tables outlive the
 * books, which find the names of new accounts there. */
int ledgerdb_define(struct ledgerdb *books, struct instruments *instruments,
                    struct names *names, struct failure *failure);

/* Hands over the newest state, for a look. */
int ledgerdb_read(struct ledgerdb *books, const struct ledgerdb_reader *reader,
                  struct ledgerdb_counts *counts, struct failure *failure);

/* A tape begins.  Hands over the state at its start and returns 1; or 0, with
 * *counts untouched, when the caller has it already; -1. */
int ledgerdb_begin(struct ledgerdb *books, const struct ledgerdb_stream *stream,
                   const struct ledgerdb_reader *reader,
                   struct ledgerdb_counts *counts, struct failure *failure);

/* An event arrives: compared with what is known.  -1 of class data when it
 * differs, or would go on with a stream that is not the newest. */
int ledgerdb_event(struct ledgerdb *books, uint64_t seq,
                   const struct event *event, struct failure *failure);

/* True beyond the watermark: what follows is written. */
bool ledgerdb_writing(const struct ledgerdb *books);

/* The newest definition of an instrument, number from 1. */
int ledgerdb_instrument(struct ledgerdb *books, uint32_t number,
                        const struct instrument *event,
                        struct failure *failure);

/* What the event caused; instrument 0: none. */
int ledgerdb_transaction(struct ledgerdb *books, uint64_t transaction_id,
                         const struct event *cause, uint32_t instrument,
                         struct failure *failure);
int ledgerdb_posting(struct ledgerdb *books, const struct posting *event,
                     uint32_t instrument, struct failure *failure);

/* The event is done.  1 when it was the last one known: the caller's rows
 * are those that are stored; else 0; -1. */
int ledgerdb_accept(struct ledgerdb *books, struct failure *failure);

/* Events accepted since the last commit. */
size_t ledgerdb_pending(const struct ledgerdb *books);

/* ---- a batch ------------------------------------------------------------- */

/* Nobody else may write now; -1 when somebody did since ledgerdb_begin. */
int ledgerdb_lock(struct ledgerdb *books, struct failure *failure);

/* A row that changed.  stored is its version in the database, 0 if it is new;
 * first: it did not change before in this stream; owner is the books. */
int ledgerdb_save_account(void *owner, const struct account *event,
                          uint64_t stored, bool first, struct failure *failure);
int ledgerdb_save_balance(void *owner, const struct balance *event,
                          uint64_t stored, bool first, struct failure *failure);
int ledgerdb_save_position(void *owner, const struct position *event,
                           uint64_t stored, bool first,
                           struct failure *failure);

/* All of it becomes durable, with the watermark; or nothing.  After anything
 * failed to be written it fails too. */
int ledgerdb_commit(struct ledgerdb *books, struct failure *failure);

/* The tape is over.  whole: its END says it is complete; then a stream that
 * is known to go on is refused. */
int ledgerdb_end(struct ledgerdb *books, bool whole, struct failure *failure);

/* ---- the invariants, by SQL ---------------------------------------------- */

/* Checks the whole database.  1 when all is well, with counts in text; 0 when
 * not, with what is wrong in text; -1 on failure. */
int ledgerdb_check(struct ledgerdb *books, char *text, size_t size,
                   struct failure *failure);

#endif
