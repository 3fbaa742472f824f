/* sqlite.c - database.h on SQLite: a file in WAL mode, synced in full; at rest
 * in no mode that a reader would need to write for. */
#include <assert.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/directory.h"
#include "io/pace.h"
#include "sql/database.h"
#include "sql/sqlite.h"

#define BUSY_MS   5000
#define WAL_BYTES (64 << 20)        /* of the log, before it is written back */
#define WAIT_NS   INT64_C(20000000) /* between two looks at a lock */

struct database {
    sqlite3 *handle;
    const char *path;
    struct database_options options;
    int lock; /* a descriptor of the file, or -1; see hold() */
};

struct statement {
    struct database *database;
    sqlite3_stmt *handle;
    char (*amounts)[AMOUNT_TEXT_MAX]; /* one a parameter; owned */
    int parameters;
};

/* ---- failures ------------------------------------------------------------ */

/* What is not in the table is taken for damage: the SQL is ours, and was right
 * when it was written. */
int
sqlite_fail(struct sqlite3 *handle, const char *path, const char *doing,
            struct failure *failure)
{
    static const struct {
        int code;
        enum failure_class kind;
        const char *advice;
    } table[] = {
        {SQLITE_BUSY, FAILURE_ENVIRONMENT,
         "another program is writing to it; run it again"},
        {SQLITE_LOCKED, FAILURE_ENVIRONMENT,
         "another program is writing to it; run it again"},
        {SQLITE_CANTOPEN, FAILURE_ENVIRONMENT,
         "is there such a file, or for a new one its directory?"},
        {SQLITE_IOERR_SHORT_READ, FAILURE_DATA, "it was cut off"},
        {SQLITE_IOERR_CORRUPTFS, FAILURE_DATA, "the file system is damaged"},
        {SQLITE_IOERR, FAILURE_ENVIRONMENT, NULL},
        {SQLITE_FULL, FAILURE_ENVIRONMENT, NULL},
        {SQLITE_READONLY, FAILURE_ENVIRONMENT, NULL},
        {SQLITE_PERM, FAILURE_ENVIRONMENT, NULL},
        {SQLITE_NOMEM, FAILURE_ENVIRONMENT, NULL},
        {SQLITE_PROTOCOL, FAILURE_ENVIRONMENT, NULL},
        {SQLITE_NOTADB, FAILURE_DATA, "it is not an SQLite database"},
        {SQLITE_CONSTRAINT, FAILURE_DATA,
         "its rows contradict each other; see xledger --check"},
    };
    int extended = sqlite3_extended_errcode(handle), code = extended & 0xff;
    enum failure_class kind = FAILURE_DATA;
    const char *advice = "it is damaged: restore a copy, or make it anew";

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].code == extended || table[i].code == code) {
            kind = table[i].kind;
            advice = table[i].advice;
            break;
        }
    return fail(failure, kind, "%s: cannot %s: %s%s%s", path, doing,
                sqlite3_errmsg(handle), advice ? ": " : "",
                advice ? advice : "");
}

static int
fail_sqlite(struct database *database, struct failure *failure,
            const char *doing)
{
    return sqlite_fail(database->handle, database->path, doing, failure);
}

/* ---- connections --------------------------------------------------------- */

/* Takes the lock that only one writer has at a time.  It is flock's and lies
 * on the database file itself, which cannot be removed without the data; it
 * is apart from the locks that SQLite takes and gives back with every
 * transaction.  The descriptor stays open longer than SQLite's: closing one of
 * a file gives back all of SQLite's locks on it. */
static int
hold(struct database *database, struct failure *failure)
{
    char resolved[PATH_MAX];
    const char *path = realpath(database->path, resolved);
    const struct database_options *options = &database->options;
    int64_t end = pace_now() + options->wait_ns, next;
    struct pace pace = {0};
    struct failure trial;
    bool taken;

    do {
        trial = (struct failure){.kind = FAILURE_NONE};
        database->lock =
            directory_lock(path ? path : database->path, &taken, &trial);
        if (database->lock >= 0)
            return 0;
        if (!taken)
            return fail(failure, trial.kind, "%s", trial.text);
        next = pace_now() + WAIT_NS;
    } while (next < end &&
             pace_wait(&pace, next, options->stopped, options->owner));
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: cannot write to it: it is locked by another program that "
                "posts to it; run it again when that ends, or use --wait",
                database->path);
}

/* One number that a pragma gives. */
static int
read_pragma(struct database *database, const char *sql, int64_t *value,
            struct failure *failure)
{
    struct statement *statement = database_prepare(database, sql, failure);
    int row = statement ? statement_step(statement, failure) : -1;

    if (row == 1)
        *value = column_integer(statement, 0);
    statement_free(statement);
    return row == 1 ? 0 : -1;
}

/* A file that another program signed is left alone. */
static int
check_application(struct database *database, struct failure *failure)
{
    int64_t application, version;

    if (read_pragma(database, "PRAGMA application_id", &application, failure) !=
            0 ||
        read_pragma(database, "PRAGMA user_version", &version, failure) != 0)
        return -1;
    if (version == 0 &&
        (application == 0 || application == database->options.application))
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: it belongs to another program: name another file",
                database->path);
}

static int
set_up(struct database *database, struct failure *failure)
{
    static const char settings[] = "PRAGMA trusted_schema = OFF;"
                                   "PRAGMA cell_size_check = ON;"
                                   "PRAGMA cache_size = -65536;"
                                   "PRAGMA synchronous = FULL;";

    sqlite3_busy_timeout(database->handle, BUSY_MS);
    if (database_execute(database, settings, failure) != 0 ||
        (database->options.mode == DATABASE_READ && !database->options.shared &&
         database_execute(database, "BEGIN", failure) != 0) ||
        check_application(database, failure) != 0)
        return -1;
    return sqlite_add_decimals(database->handle) == SQLITE_OK
               ? 0
               : fail_sqlite(database, failure, "prepare it");
}

struct database *
database_open_as(const char *path, const struct database_options *options,
                 struct failure *failure)
{
    int flags = options->mode == DATABASE_READ
                    ? SQLITE_OPEN_READONLY
                    : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    struct database *database = allocate(failure, 1, sizeof *database);
    int result = 0;

    if (!database)
        return NULL;
    /* One thread: locks would cost a tenth of the time.  Refused, and not
     * needed, when a connection is open already. */
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    database->path = path;
    database->options = *options;
    database->lock = -1;
    if (options->mode == DATABASE_WRITE && !options->shared)
        result = hold(database, failure);
    if (result == 0 &&
        sqlite3_open_v2(path, &database->handle, flags, NULL) == SQLITE_OK)
        result = set_up(database, failure);
    else if (result == 0)
        result = fail_sqlite(database, failure, "open it");
    if (result != 0) {
        database_close(database);
        return NULL;
    }
    return database;
}

struct database *
database_open(const char *path, enum database_mode mode,
              struct failure *failure)
{
    const struct database_options options = {.mode = mode, .shared = true};
    struct database *database = database_open_as(path, &options, failure);

    if (database && mode == DATABASE_WRITE &&
        database_claim(database, failure) != 0) {
        database_close(database);
        return NULL;
    }
    return database;
}

int
database_claim(struct database *database, struct failure *failure)
{
    /* A log that is there may be in the page cache only: its program died
     * because it could not be made durable.  It is written back, since that
     * writes each page again. */
    static const char settings[] = "PRAGMA page_size = 16384;" /* when new */
                                   "PRAGMA journal_mode = WAL;"
                                   "PRAGMA wal_checkpoint;";
    int64_t page;
    char sql[64];

    assert(database->options.mode == DATABASE_WRITE);
    assert(sqlite3_get_autocommit(database->handle));
    if (database_execute(database, settings, failure) != 0 ||
        read_pragma(database, "PRAGMA page_size", &page, failure) != 0)
        return -1;
    snprintf(sql, sizeof sql, "PRAGMA wal_autocheckpoint = %lld",
             (long long)(page > 0 ? WAL_BYTES / page : WAL_BYTES));
    return database_execute(database, sql, failure);
}

int
database_sign(struct database *database, struct failure *failure)
{
    char sql[64];

    snprintf(sql, sizeof sql, "PRAGMA application_id = %lu",
             (unsigned long)database->options.application);
    return database_execute(database, sql, failure);
}

/* Switching the mode writes the log back and removes it. */
int
database_rest(struct database *database, struct failure *failure)
{
    struct statement *mode =
        database_prepare(database, "PRAGMA journal_mode = DELETE", failure);
    int row = mode ? statement_step(mode, failure) : -1;
    size_t size = 0;
    const char *text = row > 0 ? column_text(mode, 0, &size) : NULL;
    bool rests = text && strcmp(text, "delete") == 0;

    assert(sqlite3_get_autocommit(database->handle));
    statement_free(mode);
    if (row < 0 || rests)
        return row < 0 ? -1 : 0;
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: cannot write its log back: another program reads it; run "
                "it again",
                database->path);
}

/* A database in WAL mode can be read only by who may write beside it: it is
 * left in the other one, unless somebody is looking at it.  Where that fails
 * the log stays beside it, and nothing is lost. */
void
database_close(struct database *database)
{
    struct failure ignored = {0};

    if (!database)
        return;
    if (database->handle && database->options.mode == DATABASE_WRITE) {
        sqlite3_busy_timeout(database->handle, 0);
        database_rollback(database);
        (void)database_rest(database, &ignored);
    }
    sqlite3_close(database->handle);
    directory_unlock(database->lock);
    free(database);
}

const char *
database_name(const struct database *database)
{
    return database->path;
}

enum database_mode
database_opened(const struct database *database)
{
    return database->options.mode;
}

int
database_compare_schema(struct database *database, const char *const *sql,
                        size_t count, struct failure *failure)
{
    return sqlite_compare_schema(database->handle, database->path, sql, count,
                                 failure);
}

int
database_has(struct database *database, const char *table,
             struct failure *failure)
{
    struct statement *statement = database_prepare(
        database, "SELECT 1 FROM sqlite_schema WHERE coalesce($1, name) = name",
        failure);
    int result;

    if (!statement)
        return -1;
    bind_text(statement, 1, table, table ? strlen(table) : 0);
    result = statement_step(statement, failure);
    statement_free(statement);
    return result;
}

int
database_execute(struct database *database, const char *sql,
                 struct failure *failure)
{
    if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail_sqlite(database, failure, "use it");
    return 0;
}

int
database_begin(struct database *database, struct failure *failure)
{
    if (sqlite3_exec(database->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
        SQLITE_OK)
        return fail_sqlite(database, failure, "write to it");
    return 0;
}

int
database_commit(struct database *database, struct failure *failure)
{
    assert(!sqlite3_get_autocommit(database->handle));
    if (sqlite3_exec(database->handle, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    fail_sqlite(database, failure, "commit to it");
    database_rollback(database);
    return -1;
}

void
database_rollback(struct database *database)
{
    if (!sqlite3_get_autocommit(database->handle))
        sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- statements ---------------------------------------------------------- */

struct statement *
database_prepare(struct database *database, const char *sql,
                 struct failure *failure)
{
    struct statement *statement = allocate(failure, 1, sizeof *statement);

    if (!statement)
        return NULL;
    statement->database = database;
    if (sqlite3_prepare_v3(database->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &statement->handle, NULL) != SQLITE_OK) {
        fail_sqlite(database, failure, "use it");
        statement_free(statement);
        return NULL;
    }
    statement->parameters = sqlite3_bind_parameter_count(statement->handle);
    statement->amounts =
        allocate(failure, (unsigned long)statement->parameters + 1,
                 sizeof *statement->amounts);
    if (!statement->amounts) {
        statement_free(statement);
        return NULL;
    }
    return statement;
}

void
statement_free(struct statement *statement)
{
    if (statement) {
        sqlite3_finalize(statement->handle);
        free(statement->amounts);
    }
    free(statement);
}

void
bind_integer(struct statement *statement, int parameter, int64_t value)
{
    assert(parameter >= 1 && parameter <= statement->parameters);
    sqlite3_bind_int64(statement->handle, parameter, value);
}

void
bind_amount(struct statement *statement, int parameter, i128 value)
{
    char *text = statement->amounts[parameter - 1];

    assert(parameter >= 1 && parameter <= statement->parameters);
    if (value == AMOUNT_NULL)
        bind_null(statement, parameter);
    else
        sqlite3_bind_text(statement->handle, parameter, text,
                          (int)amount_format(value, text), SQLITE_STATIC);
}

void
bind_text(struct statement *statement, int parameter, const char *text,
          size_t size)
{
    sqlite3_bind_text(statement->handle, parameter, text, (int)size,
                      SQLITE_STATIC);
}

void
bind_blob(struct statement *statement, int parameter, const void *bytes,
          size_t size)
{
    sqlite3_bind_blob64(statement->handle, parameter, bytes, size,
                        SQLITE_STATIC);
}

void
bind_null(struct statement *statement, int parameter)
{
    assert(parameter >= 1 && parameter <= statement->parameters);
    sqlite3_bind_null(statement->handle, parameter);
}

int
statement_step(struct statement *statement, struct failure *failure)
{
    int result = sqlite3_step(statement->handle);

    if (result == SQLITE_ROW)
        return 1;
    if (result == SQLITE_DONE) {
        sqlite3_reset(statement->handle);
        return 0;
    }
    fail_sqlite(statement->database, failure, "use it");
    sqlite3_reset(statement->handle);
    return -1;
}

int64_t
statement_run(struct statement *statement, struct failure *failure)
{
    int result;

    do
        result = statement_step(statement, failure);
    while (result > 0);
    return result < 0 ? -1 : sqlite3_changes64(statement->database->handle);
}

void
statement_reset(struct statement *statement)
{
    sqlite3_reset(statement->handle);
}

bool
column_is_null(struct statement *statement, int column)
{
    return sqlite3_column_type(statement->handle, column) == SQLITE_NULL;
}

int64_t
column_integer(struct statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

const char *
column_text(struct statement *statement, int column, size_t *size)
{
    const char *text =
        (const char *)sqlite3_column_text(statement->handle, column);

    *size = (size_t)sqlite3_column_bytes(statement->handle, column);
    return text;
}

const void *
column_blob(struct statement *statement, int column, size_t *size)
{
    const void *bytes = sqlite3_column_blob(statement->handle, column);

    *size = (size_t)sqlite3_column_bytes(statement->handle, column);
    return bytes;
}

int
column_amount(struct statement *statement, int column, i128 *value,
              struct failure *failure)
{
    char canonical[AMOUNT_TEXT_MAX];
    size_t size;
    const char *text = column_text(statement, column, &size);

    if (text && amount_parse(text, size, value) == DECIMAL_OK &&
        amount_format(*value, canonical) == size &&
        memcmp(text, canonical, size) == 0)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: \"%.*s\" in a column of amounts is not one: the "
                "database was changed by hand, or is damaged",
                statement->database->path, text ? (int)size : 4,
                text ? text : "NULL");
}
