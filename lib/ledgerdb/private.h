/* private.h - what the files of books.h share. */
#ifndef LEDGERDB_PRIVATE_H
#define LEDGERDB_PRIVATE_H

#include "ledgerdb/ledgerdb.h"

/* Every statement, prepared once. */
enum ledgerdb_statement {
    FIND_STREAM,
    FIND_NEWEST,
    FIRST_STREAM,
    MOVE_WATERMARK,
    ADD_COMMIT,
    READ_COMMITS,
    READ_POSTINGS,
    ADD_TRANSACTION,
    ADD_POSTING,
    PUT_INSTRUMENT,
    READ_INSTRUMENTS,
    READ_NAMES,
    READ_ACCOUNTS,
    READ_BALANCES,
    READ_POSITIONS,
    READ_ACCOUNT_STARTS,
    READ_BALANCE_STARTS,
    READ_POSITION_STARTS,
    START_ACCOUNT,
    START_BALANCE,
    START_POSITION,
    PUT_ACCOUNT,
    ADD_BALANCE,
    MOVE_BALANCE,
    ADD_POSITION,
    MOVE_POSITION,
    LEDGERDB_STATEMENTS,
};

struct ledgerdb {
    struct database *database;
    struct statement *statements[LEDGERDB_STATEMENTS];
    struct instruments *instruments; /* the caller's */
    struct names *names;

    /* the newest stream and its watermark, as this program last saw them */
    int64_t newest;
    uint64_t newest_seq;
    struct ledgerdb_counts newest_counts;
    bool caught_up; /* the caller's rows are those of the database */

    /* the stream in hand */
    int64_t stream; /* its id */
    char name[256], rules[256];
    bool is_new;            /* has no row in watermarks yet */
    bool verifying;         /* up to the watermark */
    uint64_t first_seq;     /* of the stream */
    uint64_t in_seq;        /* the watermark stored */
    uint64_t seq;           /* of the last event accepted */
    uint64_t digest;        /* running, up to seq */
    uint64_t next_digest;   /* up to the event in hand */
    uint64_t stored_digest; /* at the watermark */
    struct ledgerdb_counts first,
        stored;                    /* before the stream; at the watermark */
    struct ledgerdb_counts counts; /* compared so far */

    const unsigned char *known; /* fingerprints of a commit, while verifying */
    size_t known_count, known_used;
    unsigned char *prints; /* fingerprints since the last commit; owned */
    size_t print_count, print_room;
    bool locked; /* in a transaction */
    bool failed; /* something was not written: no more commits */
};

#define PRINT_SIZE 4 /* bytes of a fingerprint */

/* Names of enumerations, from the schema of tapes. */
const char *ledgerdb_word(enum event_type type, const char *field,
                          unsigned value);
unsigned ledgerdb_value(enum event_type type, const char *field,
                        const char *word);

/* Runs a statement that is to change one row, or so many as it finds when any
 * is set; on failure the batch is given up.  0 or -1. */
int ledgerdb_run(struct ledgerdb *books, enum ledgerdb_statement which,
                 bool any, struct failure *failure);

/* Reads the state as a stream found it, or the newest. */
#define LEDGERDB_NEWEST INT64_MAX
int ledgerdb_load(struct ledgerdb *books, int64_t stream,
                  const struct ledgerdb_reader *reader,
                  struct failure *failure);

#endif
