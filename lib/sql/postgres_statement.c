/* postgres_statement.c - statements: what selects is read through a cursor,
 * FETCH_ROWS at a time. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql/postgres.h"

#define FETCH_ROWS     4096
#define PARAMETERS_MAX 8

struct postgres_statement {
    struct statement base;
    char *sql; /* owned */
    bool selects;
    struct sql_value values[PARAMETERS_MAX]; /* bound */
    uint64_t transaction; /* that its cursor is open in; 0: none is */
    char fetch[48], close[32];
    PGresult *result; /* rows of the cursor; owned */
    int row;
    int64_t changed;
};

static struct postgres_statement *
of(struct statement *statement)
{
    return (struct postgres_statement *)statement;
}

static struct postgres *
connection_of(struct statement *statement)
{
    return (struct postgres *)statement->database;
}

static int
highest_parameter(const char *sql)
{
    int highest = 0;

    for (const char *at = strchr(sql, '$'); at; at = strchr(at + 1, '$'))
        if (at[1] - '0' > highest && at[1] <= '9')
            highest = at[1] - '0';
    return highest;
}

struct statement *
postgres_prepare(struct database *database, const char *sql,
                 struct failure *failure)
{
    struct postgres_statement *made = allocate(failure, 1, sizeof *made);

    if (!made)
        return NULL;
    made->base = (struct statement){database, highest_parameter(sql)};
    assert(made->base.parameters <= PARAMETERS_MAX);
    made->sql = strdup(sql);
    made->selects = strncmp(sql, "SELECT", 6) == 0;
    if (made->sql)
        return &made->base;
    fail_memory(failure);
    free(made);
    return NULL;
}

/* The cursor is closed together with whatever is sent next. */
void
postgres_reset(struct statement *statement)
{
    struct postgres *postgres = connection_of(statement);
    struct postgres_statement *of_it = of(statement);
    struct failure ignored = {.kind = FAILURE_NONE};

    pq.clear(of_it->result);
    of_it->result = NULL;
    if (of_it->transaction && of_it->transaction == postgres->transactions &&
        postgres->transaction != POSTGRES_NONE && !postgres_is_lost(postgres))
        (void)postgres_send(postgres, of_it->close, NULL, NULL, NULL, &ignored);
    of_it->transaction = 0;
}

void
postgres_free(struct statement *statement)
{
    postgres_reset(statement);
    free(of(statement)->sql);
    free(statement);
}

void
postgres_bind(struct statement *statement, int parameter,
              const struct sql_value *value)
{
    of(statement)->values[parameter - 1] = *value;
}

/* ---- running ------------------------------------------------------------- */

static int
take_changes(struct postgres *postgres, void *owner, PGresult *result,
             struct failure *failure)
{
    struct postgres_statement *statement = owner;

    (void)postgres;
    (void)failure;
    statement->changed = strtoll(pq.cmdTuples(result), NULL, 10);
    return 0;
}

static int
take_rows(struct postgres *postgres, void *owner, PGresult *result,
          struct failure *failure)
{
    struct postgres_statement *statement = owner;

    (void)postgres;
    (void)failure;
    pq.clear(statement->result);
    statement->result = result;
    statement->row = -1;
    return POSTGRES_KEPT;
}

/* Sends the statement with what is bound, as a cursor when it selects. */
static int
send_statement(struct postgres *postgres, struct postgres_statement *statement,
               const char *sql, struct failure *failure)
{
    struct postgres_parameters parameters = {.count =
                                                 statement->base.parameters};
    struct bytes values = {0};
    size_t starts[PARAMETERS_MAX];
    int result;

    for (int i = 0; i < parameters.count; i++) {
        starts[i] = values.size + 4;
        postgres_put_value(&values, &statement->values[i]);
        parameters.types[i] = postgres_type(statement->values[i].kind);
    }
    result = bytes_ok(&values, failure);
    for (int i = 0; i < parameters.count && result == 0; i++) {
        size_t end = i + 1 < parameters.count ? starts[i + 1] - 4 : values.size;

        parameters.sizes[i] = (int)(end - starts[i]);
        if (statement->values[i].kind != SQL_NULL)
            parameters.values[i] = (const char *)values.bytes + starts[i];
    }
    if (result == 0)
        result = postgres_send(postgres, sql, &parameters,
                               statement->selects ? NULL : take_changes,
                               statement, failure);
    bytes_free(&values);
    return result;
}

static int
open_cursor(struct postgres *postgres, struct postgres_statement *statement,
            struct failure *failure)
{
    struct bytes sql = {0};
    unsigned number = ++postgres->cursors;
    int result;

    assert(postgres->transaction == POSTGRES_READING ||
           postgres->transaction == POSTGRES_WRITING);
    snprintf(statement->fetch, sizeof statement->fetch, "FETCH %d FROM c%u",
             FETCH_ROWS, number);
    snprintf(statement->close, sizeof statement->close, "CLOSE c%u", number);
    bytes_put_format(&sql, "DECLARE c%u NO SCROLL CURSOR FOR ", number);
    bytes_put(&sql, statement->sql, strlen(statement->sql) + 1);
    result = bytes_ok(&sql, failure);
    if (result == 0)
        result =
            send_statement(postgres, statement, (char *)sql.bytes, failure);
    bytes_free(&sql);
    statement->transaction = postgres->transactions;
    return result;
}

static int
fetch(struct postgres *postgres, struct postgres_statement *statement,
      struct failure *failure)
{
    if (postgres_send(postgres, statement->fetch, NULL, take_rows, statement,
                      failure) != 0)
        return -1;
    return postgres_sync(postgres, failure);
}

/* The first step. */
static int
start(struct postgres *postgres, struct postgres_statement *statement,
      struct failure *failure)
{
    if (postgres_flush(&postgres->base, failure) != 0 ||
        postgres_need_transaction(postgres, failure) != 0)
        return -1;
    if (statement->selects)
        return open_cursor(postgres, statement, failure) == 0
                   ? fetch(postgres, statement, failure)
                   : -1;
    if (send_statement(postgres, statement, statement->sql, failure) != 0)
        return -1;
    return postgres_sync(postgres, failure);
}

int
postgres_step(struct statement *statement, struct failure *failure)
{
    struct postgres *postgres = connection_of(statement);
    struct postgres_statement *of_it = of(statement);

    if (!of_it->result && start(postgres, of_it, failure) != 0)
        goto failed;
    if (!of_it->selects)
        return 0;
    assert(of_it->result);
    if (++of_it->row < pq.ntuples(of_it->result))
        return 1;
    if (of_it->row == FETCH_ROWS) {
        if (fetch(postgres, of_it, failure) != 0)
            goto failed;
        if (++of_it->row < pq.ntuples(of_it->result))
            return 1;
    }
    postgres_reset(statement);
    return 0;
failed:
    postgres_reset(statement);
    return -1;
}

int64_t
postgres_changes(struct statement *statement)
{
    return of(statement)->changed;
}

int
postgres_column(struct statement *statement, int column, enum sql_kind kind,
                struct sql_value *value, struct failure *failure)
{
    assert(of(statement)->result);
    return postgres_get_value(connection_of(statement), of(statement)->result,
                              of(statement)->row, column, kind, value, failure);
}
