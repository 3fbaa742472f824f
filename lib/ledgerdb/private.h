/* private.h - what the files of ledgerdb.h share.
 *
 *      ledgerdb.c   open and close, streams
 *      event.c      events: compared, or added
 *      save.c       rows, on their way in      -> batch.c
 *      load.c       rows, on their way out
 *      batch.c      transactions, watermarks, digests
 *      copy.c       is a new stream one that is known?
 */
#ifndef LEDGERDB_PRIVATE_H
#define LEDGERDB_PRIVATE_H

#include "base/bytes.h"
#include "ledgerdb/ledgerdb.h"
#include "ledgerdb/tables.h"

#define LEDGERDB_PRINT 4 /* bytes of a fingerprint of an event */
#define LEDGERDB_NAME  256

enum ledgerdb_state {
    LEDGERDB_IDLE,    /* the caller's rows are none of the database's */
    LEDGERDB_VERIFY,  /* up to the watermark: events are compared */
    LEDGERDB_CURRENT, /* the caller's rows are the newest: events are added */
    LEDGERDB_BATCH,   /* the same, in a transaction */
    LEDGERDB_PAST,    /* at the end of a stream that another one followed */
    LEDGERDB_MEMORY,  /* opened for reading, and beyond what is stored */
    LEDGERDB_FAILED,  /* something was not written: nothing more will be */
};

/* A row of watermarks, and the ending of its stream. */
struct ledgerdb_watermark {
    int64_t id; /* 0: no stream */
    char name[LEDGERDB_NAME], rules[LEDGERDB_NAME];
    uint64_t first_seq;
    uint64_t seq;                 /* of the last event in the database */
    uint64_t digest;              /* running, up to it */
    struct ledgerdb_counts first; /* before the stream */
    struct ledgerdb_counts last;
    uint64_t ended; /* the seq that its tape ended at; 0: it did not */
};

struct ledgerdb {
    struct database *database;
    bool has_digests; /* not in a database of an older version */
    int table_count;  /* fewer than LEDGERDB_TABLES in one */
    struct sql_rows tables[LEDGERDB_TABLES], digests;
    struct sql_digest stored_digests[LEDGERDB_TABLES];
    struct instruments *instruments; /* the caller's */
    struct names *names;
    uint64_t *instrument_hashes; /* of the rows stored, by index; owned */
    size_t instrument_count, instrument_capacity;

    enum ledgerdb_state state;
    struct ledgerdb_watermark newest; /* as it is stored */
    struct ledgerdb_watermark stream; /* the current one, as it is stored */
    bool as_new;

    uint64_t seq;         /* of the last event accepted */
    uint64_t digest;      /* running, up to seq */
    uint64_t next_digest; /* up to the current event */
    struct ledgerdb_counts counts;

    struct sql_cursor commits, postings; /* while verifying */
    const unsigned char *known;          /* fingerprints of a commit */
    size_t known_count, known_used;
    struct bytes prints; /* of events since the last commit */
    size_t first_booked; /* the first of them that moved something */
    struct bytes trades; /* fingerprints of trades since the last commit */
};

/* ---- batch.c ------------------------------------------------------------- */

/* What was written of the batch is taken back; nothing more is committed.  The
 * failure becomes the one of another writer, if there was one.  Always returns
 * -1. */
int ledgerdb_give_up(struct ledgerdb *db, struct failure *failure);

/* Appends a row; gives up on failure. */
int ledgerdb_append(struct ledgerdb *db, enum ledgerdb_table table,
                    const struct sql_value *row, struct failure *failure);

/* Changes a row that must be as it was written; gives up on failure. */
int ledgerdb_update(struct ledgerdb *db, enum ledgerdb_table table,
                    const struct sql_value *row, uint64_t guard, uint64_t old,
                    struct failure *failure);

/* The current stream is not stored yet. */
bool ledgerdb_is_new(const struct ledgerdb *db);

/* ---- load.c -------------------------------------------------------------- */

/* Reads the state as a stream found it, or the newest. */
#define LEDGERDB_NEWEST INT64_MAX
int ledgerdb_load(struct ledgerdb *db, int64_t stream,
                  const struct ledgerdb_reader *reader,
                  struct failure *failure);

/* Reads the digests that are stored. */
int ledgerdb_load_digests(struct ledgerdb *db, struct failure *failure);

/* Compares the digest of the rows that were read of a table with the one
 * that is stored. */
int ledgerdb_verify_digest(const struct ledgerdb *db, enum ledgerdb_table table,
                           struct sql_digest digest, struct failure *failure);

/* A row of watermarks, and back. */
int ledgerdb_read_watermark(const struct sql_value *row,
                            struct ledgerdb_watermark *mark);

/* ---- ledgerdb.c -----------------------------------------------------------
 */

/* Both are the same place in the same stream. */
bool ledgerdb_same_mark(const struct ledgerdb_watermark *a,
                        const struct ledgerdb_watermark *b);

/* The watermark of the newest stream as it is stored; its id is 0 when there
 * is none.  0 or -1. */
int ledgerdb_newest(struct ledgerdb *db, struct ledgerdb_watermark *mark,
                    struct failure *failure);

/* ---- copy.c -------------------------------------------------------------- */

/* A stream that is derived from one that is known, by its name. */
int ledgerdb_check_name(struct ledgerdb *db, const char *name,
                        struct failure *failure);

/* The first batch of a new stream is that of one that is known. */
int ledgerdb_check_copy(struct ledgerdb *db, struct failure *failure);

#endif
