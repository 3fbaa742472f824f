/* database.c - database.h by way of drivers. */
#include "sql/database.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sql/driver.h"

int
driver_fail_changed(const struct database *database, struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "%s: a row is not what was last written: it was changed by "
                "hand",
                database->name);
}

const char *
database_name(const struct database *database)
{
    return database->name;
}

enum database_mode
database_opened(const struct database *database)
{
    return database->options.mode;
}

void
database_close(struct database *database)
{
    if (database)
        database->driver->close(database);
}

int
database_has(struct database *database, const char *table,
             struct failure *failure)
{
    return database->driver->has(database, table, failure);
}

int
database_claim(struct database *database, struct failure *failure)
{
    assert(database->options.mode == DATABASE_WRITE);
    return database->driver->claim(database, failure);
}

int
database_sign(struct database *database, struct failure *failure)
{
    return database->driver->sign(database, failure);
}

int
database_begin(struct database *database, struct failure *failure)
{
    assert(database->options.mode == DATABASE_WRITE);
    return database->driver->begin(database, failure);
}

int
database_commit(struct database *database, struct failure *failure)
{
    return database->driver->commit(database, failure);
}

void
database_rollback(struct database *database)
{
    database->driver->rollback(database);
}

int
database_release(struct database *database, struct failure *failure)
{
    return database->driver->release(database, failure);
}

int
database_rest(struct database *database, struct failure *failure)
{
    return database->driver->rest(database, failure);
}

int
database_reopen(struct database *database, struct failure *failure)
{
    return database->driver->reopen(database, failure);
}

/* ---- SQL in the driver's dialect ----------------------------------------- */

static char *
translate(const struct database *database, const char *sql,
          struct failure *failure)
{
    struct bytes text = {0};

    sql_translate(database->driver->dialect, sql, &text);
    if (bytes_ok(&text, failure) == 0)
        return (char *)text.bytes;
    bytes_free(&text);
    return NULL;
}

int
database_execute(struct database *database, const char *sql,
                 struct failure *failure)
{
    char *text = translate(database, sql, failure);
    int result = text ? database->driver->execute(database, text, failure) : -1;

    free(text);
    return result;
}

int
database_compare_schema(struct database *database, const char *const *sql,
                        size_t count, struct failure *failure)
{
    char **texts = allocate(failure, count + 1, sizeof *texts);
    size_t made = 0;
    int result = -1;

    while (texts && made < count &&
           (texts[made] = translate(database, sql[made], failure)))
        made++;
    if (texts && made == count)
        result = database->driver->compare_schema(
            database, (const char *const *)texts, count, failure);
    while (made > 0)
        free(texts[--made]);
    free(texts);
    return result;
}

struct statement *
database_prepare(struct database *database, const char *sql,
                 struct failure *failure)
{
    char *text = translate(database, sql, failure);
    struct statement *statement =
        text ? database->driver->prepare(database, text, failure) : NULL;

    free(text);
    return statement;
}

/* ---- statements ---------------------------------------------------------- */

void
statement_free(struct statement *statement)
{
    if (statement)
        statement->database->driver->free(statement);
}

void
bind_value(struct statement *statement, int parameter,
           const struct sql_value *value)
{
    assert(parameter >= 1 && parameter <= statement->parameters);
    statement->database->driver->bind(statement, parameter, value);
}

void
bind_integer(struct statement *statement, int parameter, int64_t integer)
{
    struct sql_value value = sql_integer(integer);

    bind_value(statement, parameter, &value);
}

void
bind_amount(struct statement *statement, int parameter, i128 amount)
{
    struct sql_value value = sql_amount(amount);

    bind_value(statement, parameter, &value);
}

void
bind_text(struct statement *statement, int parameter, const char *text,
          size_t size)
{
    struct sql_value value = sql_text(text, size);

    bind_value(statement, parameter, &value);
}

void
bind_blob(struct statement *statement, int parameter, const void *bytes,
          size_t size)
{
    struct sql_value value = sql_bytes(bytes, size);

    bind_value(statement, parameter, &value);
}

void
bind_null(struct statement *statement, int parameter)
{
    struct sql_value value = sql_null();

    bind_value(statement, parameter, &value);
}

int
statement_step(struct statement *statement, struct failure *failure)
{
    return statement->database->driver->step(statement, failure);
}

int64_t
statement_run(struct statement *statement, struct failure *failure)
{
    int result;

    do
        result = statement_step(statement, failure);
    while (result > 0);
    return result < 0 ? -1 : statement->database->driver->changes(statement);
}

void
statement_reset(struct statement *statement)
{
    statement->database->driver->reset(statement);
}

int
column_value(struct statement *statement, int column, enum sql_kind kind,
             struct sql_value *value, struct failure *failure)
{
    return statement->database->driver->column(statement, column, kind, value,
                                               failure);
}

/* One that cannot go wrong but by a programming error. */
static struct sql_value
column_of(struct statement *statement, int column, enum sql_kind kind)
{
    struct failure ignored = {.kind = FAILURE_NONE};
    struct sql_value value;

    if (column_value(statement, column, kind, &value, &ignored) != 0)
        value = sql_null();
    return value;
}

bool
column_is_null(struct statement *statement, int column)
{
    return column_of(statement, column, SQL_BYTES).kind == SQL_NULL;
}

int64_t
column_integer(struct statement *statement, int column)
{
    struct sql_value value = column_of(statement, column, SQL_INTEGER);

    return sql_get_integer(&value);
}

const char *
column_text(struct statement *statement, int column, size_t *size)
{
    struct sql_value value = column_of(statement, column, SQL_TEXT);

    *size = value.kind == SQL_NULL ? 0 : value.size;
    return value.kind == SQL_NULL ? NULL : value.bytes;
}

const void *
column_blob(struct statement *statement, int column, size_t *size)
{
    struct sql_value value = column_of(statement, column, SQL_BYTES);

    *size = value.kind == SQL_NULL ? 0 : value.size;
    return value.kind == SQL_NULL ? NULL : value.bytes;
}

int
column_amount(struct statement *statement, int column, i128 *value,
              struct failure *failure)
{
    struct sql_value found;

    if (column_value(statement, column, SQL_AMOUNT, &found, failure) != 0)
        return -1;
    if (found.kind == SQL_NULL)
        return fail(failure, FAILURE_DATA,
                    "%s: \"NULL\" in a column of amounts is not one: the "
                    "database was changed by hand, or is damaged",
                    statement->database->name);
    *value = found.amount;
    return 0;
}
