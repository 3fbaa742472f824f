/* database.h - a connection to an SQL database: what a transactional sink
 * needs and no more.
 *
 * A database is named by the path of an SQLite file, or by a PostgreSQL URL,
 * postgresql://...  SQL that goes through here keeps to what both share, and
 * to the words of sql/dialect.h where they differ; parameters are $1, $2, ...
 * in order of their first use; numbers in units of 10^-8 are bound and read as
 * amounts and lie in columns as canonical text, or as NUMERIC.
 *
 *      database_open_as    nothing is changed yet
 *      database_claim      it is ours: it may be changed from here on
 *      database_begin ... database_commit or database_rollback
 *      database_close
 *
 * Who writes to an SQLite file holds it until it closes it: nobody else who
 * goes through here can open it to write meanwhile.  On PostgreSQL nothing is
 * held between transactions, so that a pool of connections may lie between: a
 * transaction excludes other ones that write, and a writer has to find out by
 * what it reads whether another one came in between.  Others may read.
 *
 * What is read outside of a transaction is of one moment, until
 * database_begin or database_release.
 *
 * Failures: class environment when the database is locked, full, unreachable
 * or not ours to write; class data when it is damaged or somebody else's.
 */
#ifndef SQL_DATABASE_H
#define SQL_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "sql/value.h"

struct database;
struct statement;

enum database_mode {
    DATABASE_READ,  /* it must exist and is not changed: one snapshot */
    DATABASE_WRITE, /* it is made if there is none */
};

struct database_options {
    enum database_mode mode;
    uint32_t application; /* what the file says of whose it is; 0 is nobody's */
    bool shared;          /* no lock, no snapshot: the caller has its own */
    int64_t wait_ns;      /* for another writer to end; 0: the usual */
    bool (*stopped)(void *owner); /* do not wait, nor read, any longer */
    void *owner;
};

/* True when the name is a PostgreSQL URL. */
bool database_is_server(const char *name);

/* 0; -1 of class usage when such a URL is not valid, or has a password in
 * it. */
int database_check_url(const char *url, struct failure *failure);

/* NULL with the failure set when it cannot be opened.  The name outlives
 * it. */
struct database *database_open_as(const char *name,
                                  const struct database_options *options,
                                  struct failure *failure);

/* The same for an SQLite file that others lock, that nobody signs, and that may
 * be changed at once. */
struct database *database_open(const char *path, enum database_mode mode,
                               struct failure *failure);

/* Closes it; what was not committed is rolled back.  NULL is fine. */
void database_close(struct database *database);

/* Its name, for messages; and how it was opened. */
const char *database_name(const struct database *database);
enum database_mode database_opened(const struct database *database);

/* 1 when it has a table of that name (NULL: anything at all), 0 when not,
 * -1. */
int database_has(struct database *database, const char *table,
                 struct failure *failure);

/* Compares the tables and views with those that the statements sql[0], ...
 * make in an empty database.  Indexes and plain tables may have been added;
 * anything else that differs, triggers above all, is a failure of class
 * data. */
int database_compare_schema(struct database *database, const char *const *sql,
                            size_t count, struct failure *failure);

/* Prepares a database that was opened to be written.  Not in a transaction.
 * 0 or -1. */
int database_claim(struct database *database, struct failure *failure);

/* Writes the application of the options into it.  In a transaction. */
int database_sign(struct database *database, struct failure *failure);

/* Runs statements without parameters and results, separated by ";". */
int database_execute(struct database *database, const char *sql,
                     struct failure *failure);

/* A transaction that may write: nobody else can until it ends. */
int database_begin(struct database *database, struct failure *failure);

/* 0; -1, and nothing of it was written; or 1 with the failure set when the
 * connection was lost so that neither is known. */
int database_commit(struct database *database, struct failure *failure);
void database_rollback(struct database *database);

/* Nothing more is read for now: gives up what keeps it of one moment. */
int database_release(struct database *database, struct failure *failure);

/* Writes all that was committed into the file itself and removes the log
 * beside it, so that the file can be renamed or copied by itself: -1 when that
 * cannot be done, and then both belong together.  No statement is active. */
int database_rest(struct database *database, struct failure *failure);

/* Connects again after the connection was lost, waiting for the server if need
 * be.  Statements made before are void.  0 or -1. */
int database_reopen(struct database *database, struct failure *failure);

/* ---- statements ---------------------------------------------------------- */

/* NULL with the failure set when the SQL is not valid, which PostgreSQL finds
 * at the first step.  Freed before the database is closed. */
struct statement *database_prepare(struct database *database, const char *sql,
                                   struct failure *failure);
void statement_free(struct statement *statement);

/* Bytes that are bound must stay until the next step.  bind_text of NULL and
 * bind_amount of AMOUNT_NULL bind NULL. */
void bind_value(struct statement *statement, int parameter,
                const struct sql_value *value);
void bind_integer(struct statement *statement, int parameter, int64_t value);
void bind_amount(struct statement *statement, int parameter, i128 value);
void bind_text(struct statement *statement, int parameter, const char *text,
               size_t size);
void bind_blob(struct statement *statement, int parameter, const void *bytes,
               size_t size);
void bind_null(struct statement *statement, int parameter);

/* The next row: 1; 0 after the last, and the statement is reset; -1. */
int statement_step(struct statement *statement, struct failure *failure);

/* Runs it to its end; how many rows it changed, or -1. */
int64_t statement_run(struct statement *statement, struct failure *failure);

/* Ends a reading before its last row. */
void statement_reset(struct statement *statement);

/* Columns of the current row, from 0.  Bytes last until the next step. */
bool column_is_null(struct statement *statement, int column);
int64_t column_integer(struct statement *statement, int column);
const char *column_text(struct statement *statement, int column, size_t *size);
const void *column_blob(struct statement *statement, int column, size_t *size);

/* The column as a value of that kind, or null.  0 or -1. */
int column_value(struct statement *statement, int column, enum sql_kind kind,
                 struct sql_value *value, struct failure *failure);

/* 0, or -1 of class data when it is null, or no amount in canonical form. */
int column_amount(struct statement *statement, int column, i128 *value,
                  struct failure *failure);

#endif
