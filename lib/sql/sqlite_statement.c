/* sqlite_statement.c - statements of the SQLite driver. */
#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "sql/sqlite.h"

/* What a parameter is bound to: most rows repeat much of the one before.  A
 * zeroed one is null, as in SQLite; bytes are lent, and not compared. */
struct parameter {
    struct sql_value bound;
    char text[AMOUNT_TEXT_MAX]; /* of an amount, or a word */
};

struct sqlite_statement {
    struct statement base;
    sqlite3_stmt *handle;
    struct parameter *parameters; /* owned */
};

static struct sqlite_statement *
of(struct statement *statement)
{
    return (struct sqlite_statement *)statement;
}

static sqlite3 *
connection_of(struct database *database)
{
    return ((struct sqlite *)database)->handle;
}

static int
fail_use(struct database *database, struct failure *failure)
{
    return sqlite_fail(connection_of(database), database->name, "use it",
                       failure);
}

struct statement *
sqlite_prepare(struct database *database, const char *sql,
               struct failure *failure)
{
    struct sqlite_statement *made = allocate(failure, 1, sizeof *made);

    if (!made)
        return NULL;
    made->base.database = database;
    if (sqlite3_prepare_v3(connection_of(database), sql, -1,
                           SQLITE_PREPARE_PERSISTENT, &made->handle,
                           NULL) != SQLITE_OK) {
        fail_use(database, failure);
        sqlite_free(&made->base);
        return NULL;
    }
    made->base.parameters = sqlite3_bind_parameter_count(made->handle);
    made->parameters =
        allocate(failure, (unsigned long)made->base.parameters + 1,
                 sizeof *made->parameters);
    if (!made->parameters) {
        sqlite_free(&made->base);
        return NULL;
    }
    return &made->base;
}

void
sqlite_free(struct statement *statement)
{
    sqlite3_finalize(of(statement)->handle);
    free(of(statement)->parameters);
    free(statement);
}

static bool
is_same(const struct sql_value *a, const struct sql_value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case SQL_NULL: return true;
    case SQL_INTEGER: return a->integer == b->integer;
    case SQL_AMOUNT: return a->amount == b->amount;
    case SQL_TEXT:
        return a->is_word && b->is_word && a->size == b->size &&
               memcmp(a->word, b->word, sizeof a->word) == 0;
    case SQL_BYTES: return false;
    }
    return false;
}

void
sqlite_bind(struct statement *statement, int number,
            const struct sql_value *value)
{
    sqlite3_stmt *handle = of(statement)->handle;
    struct parameter *parameter = &of(statement)->parameters[number - 1];
    const char *text = parameter->text;
    size_t size = value->size;

    assert(number > 0 && number <= statement->parameters);
    if (is_same(&parameter->bound, value))
        return;
    parameter->bound = *value;
    switch (value->kind) {
    case SQL_NULL: sqlite3_bind_null(handle, number); break;
    case SQL_INTEGER: sqlite3_bind_int64(handle, number, value->integer); break;
    case SQL_AMOUNT:
        size = amount_format(value->amount, parameter->text);
        sqlite3_bind_text(handle, number, text, (int)size, SQLITE_STATIC);
        break;
    case SQL_TEXT:
        if (value->is_word)
            memcpy(parameter->text, value->word, sizeof value->word);
        else
            text = value->bytes;
        sqlite3_bind_text(handle, number, text, (int)size, SQLITE_STATIC);
        break;
    case SQL_BYTES:
        sqlite3_bind_blob64(handle, number, value->bytes, size, SQLITE_STATIC);
        break;
    }
}

int
sqlite_step(struct statement *statement, struct failure *failure)
{
    sqlite3_stmt *handle = of(statement)->handle;
    int result = sqlite3_step(handle);

    if (result == SQLITE_ROW)
        return 1;
    if (result == SQLITE_DONE) {
        sqlite3_reset(handle);
        return 0;
    }
    fail_use(statement->database, failure);
    sqlite3_reset(handle);
    return -1;
}

int64_t
sqlite_changes(struct statement *statement)
{
    return sqlite3_changes64(connection_of(statement->database));
}

void
sqlite_reset_statement(struct statement *statement)
{
    sqlite3_reset(of(statement)->handle);
}

/* An amount, in canonical form and in no other. */
static int
read_amount(struct statement *statement, const char *text, size_t size,
            struct sql_value *value, struct failure *failure)
{
    char canonical[AMOUNT_TEXT_MAX];
    i128 amount;

    if (text && amount_parse(text, size, &amount) == DECIMAL_OK &&
        amount_format(amount, canonical) == size &&
        memcmp(text, canonical, size) == 0) {
        *value = sql_amount(amount);
        return 0;
    }
    return fail(failure, FAILURE_DATA,
                "%s: \"%.*s\" in a column of amounts is not one: the "
                "database was changed by hand, or is damaged",
                statement->database->name, text ? (int)size : 4,
                text ? text : "NULL");
}

int
sqlite_column(struct statement *statement, int column, enum sql_kind kind,
              struct sql_value *value, struct failure *failure)
{
    sqlite3_stmt *handle = of(statement)->handle;
    const void *bytes;

    assert(column >= 0 && column < sqlite3_column_count(handle));
    *value = sql_null();
    if (sqlite3_column_type(handle, column) == SQLITE_NULL)
        return 0;
    switch (kind) {
    case SQL_NULL: value->kind = SQL_BYTES; break;
    case SQL_INTEGER:
        *value = sql_integer(sqlite3_column_int64(handle, column));
        break;
    case SQL_BYTES:
        bytes = sqlite3_column_blob(handle, column);
        *value = sql_bytes(bytes, (size_t)sqlite3_column_bytes(handle, column));
        break;
    case SQL_TEXT:
    case SQL_AMOUNT:
        bytes = sqlite3_column_text(handle, column);
        *value = sql_text(bytes, (size_t)sqlite3_column_bytes(handle, column));
        if (kind == SQL_AMOUNT)
            return read_amount(statement, bytes, value->size, value, failure);
        break;
    }
    return 0;
}
