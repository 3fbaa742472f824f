/* postgres.h - what the files of the PostgreSQL driver share.
 *
 * The connection is always in pipeline mode: requests are sent one after the
 * other (postgres_send), and their results are read together (postgres_sync),
 * so that a batch takes three round trips: its rows; digests and watermark;
 * COMMIT.
 *
 * Nothing here outlives a transaction on the server, so that PgBouncer may give
 * each transaction another connection: no SET but SET LOCAL, no lock but those
 * of the transaction, no statement with a name, cursors without HOLD.
 *
 *      postgres.c             connections, transactions
 *      postgres_pipe.c        requests and results, failures
 *      postgres_statement.c   statements, by cursors
 *      postgres_rows.c        rows in large statements, as arrays of columns
 *      postgres_value.c       values in the binary format of the protocol
 *      postgres_schema.c      is the schema the one that was made?
 */
#ifndef SQL_POSTGRES_H
#define SQL_POSTGRES_H

#include "sql/driver.h"
#include "sql/libpq.h"

#define POSTGRES_SENT   128 /* requests between two synchronizations */
#define POSTGRES_TABLES 64  /* tables, each once per operation */

enum postgres_transaction {
    POSTGRES_NONE,
    POSTGRES_READING, /* of one moment, and read only */
    POSTGRES_WANTED,  /* to write; not begun on the server */
    POSTGRES_WRITING,
};

/* Rows that wait to be sent, as one array for each column. */
enum postgres_operation { POSTGRES_COPY, POSTGRES_PUT, POSTGRES_UPDATE };

struct postgres_rows {
    enum postgres_operation operation;
    const struct sql_table *table; /* that is written */
    struct sql_copy copy;
    uint32_t count;
    struct bytes columns[SQL_COLUMNS_MAX + 1]; /* the last: the guards */
};

/* What a request's result is for; NULL: it only must not fail.  Returns 0, -1,
 * or POSTGRES_KEPT when the result is its from now on. */
#define POSTGRES_KEPT 1
struct postgres;
typedef int postgres_taker(struct postgres *postgres, void *owner,
                           PGresult *result, struct failure *failure);

struct postgres_sent {
    postgres_taker *take;
    void *owner;
};

struct postgres {
    struct database base;
    PGconn *handle;
    enum postgres_transaction transaction;
    uint64_t transactions; /* begun so far */
    unsigned cursors;      /* opened so far */
    struct postgres_sent sent[POSTGRES_SENT];
    unsigned sent_count;
    bool answered; /* something came back since the last synchronization */
    struct postgres_rows *tables[POSTGRES_TABLES]; /* owned */
    unsigned table_count;
    size_t waiting; /* bytes in them, about */
};

/* Parameters of a request, in the binary format. */
struct postgres_parameters {
    int count;
    Oid types[SQL_COLUMNS_MAX + 1];
    const char *values[SQL_COLUMNS_MAX + 1]; /* NULL: null */
    int sizes[SQL_COLUMNS_MAX + 1];
};

/* ---- postgres.c ---------------------------------------------------------- */

/* Sends what begins the transaction that is wanted, or one that reads when
 * there is none.  0 or -1. */
int postgres_need_transaction(struct postgres *postgres,
                              struct failure *failure);

/* Connects anew.  0 or -1. */
int postgres_reconnect(struct postgres *postgres, struct failure *failure);

/* ---- postgres_pipe.c ----------------------------------------------------- */

/* Records what the server, or the connection, complained of.  Always -1. */
int postgres_fail(struct postgres *postgres, const PGresult *result,
                  struct failure *failure);

/* True when nothing more can come from the connection. */
bool postgres_is_lost(const struct postgres *postgres);

/* Sends a request; parameters may be NULL.  Results come in binary.  0 or
 * -1. */
int postgres_send(struct postgres *postgres, const char *sql,
                  const struct postgres_parameters *parameters,
                  postgres_taker *take, void *owner, struct failure *failure);

/* Waits for the results of all that was sent and hands them out.  0, or -1
 * with the first failure among them. */
int postgres_sync(struct postgres *postgres, struct failure *failure);

/* ---- postgres_value.c ---------------------------------------------------- */

Oid postgres_type(enum sql_kind kind);
Oid postgres_array_type(enum sql_kind kind);

/* Appends a value: the size of its bytes, -1 for null, and the bytes. */
void postgres_put_value(struct bytes *out, const struct sql_value *value);

/* An array is such values after a head, which is filled in last. */
#define POSTGRES_ARRAY_HEAD 20
void postgres_fill_head(unsigned char head[POSTGRES_ARRAY_HEAD],
                        enum sql_kind kind, uint32_t count);

/* A value of a result.  0 or -1. */
int postgres_get_value(const struct postgres *postgres, const PGresult *result,
                       int row, int column, enum sql_kind kind,
                       struct sql_value *value, struct failure *failure);

/* ---- as in driver.h ------------------------------------------------------ */

struct statement *postgres_prepare(struct database *database, const char *sql,
                                   struct failure *failure);
void postgres_free(struct statement *statement);
void postgres_bind(struct statement *statement, int parameter,
                   const struct sql_value *value);
int postgres_step(struct statement *statement, struct failure *failure);
int64_t postgres_changes(struct statement *statement);
void postgres_reset(struct statement *statement);
int postgres_column(struct statement *statement, int column, enum sql_kind kind,
                    struct sql_value *value, struct failure *failure);

int postgres_put_rows(struct database *database, const struct sql_table *table,
                      const struct sql_value (*rows)[SQL_COLUMNS_MAX],
                      unsigned count, struct failure *failure);
int postgres_update_row(struct database *database,
                        const struct sql_table *table,
                        const struct sql_value *row, int64_t guard,
                        struct failure *failure);
int postgres_copy_row(struct database *database, const struct sql_copy *copy,
                      const struct sql_value *row, struct failure *failure);
int postgres_flush(struct database *database, struct failure *failure);
void postgres_drop_rows(struct postgres *postgres); /* that wait */

int postgres_compare_schema(struct database *database, const char *const *sql,
                            size_t count, struct failure *failure);

#endif
