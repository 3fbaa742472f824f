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
#include "sql/driver.h"
#include "sql/sqlite.h"

#define BUSY_NS   INT64_C(5000000000)
#define WAL_BYTES (64 << 20)        /* of the log, before it is written back */
#define STEPS     10000             /* of SQLite, between looks at a signal */
#define WAIT_NS   INT64_C(20000000) /* between two looks at a lock */
/* Without --wait: what a program that was killed may take to let go. */
#define HOLD_NS INT64_C(1000000000)

static struct sqlite *
of(struct database *database)
{
    return (struct sqlite *)database;
}

static sqlite3 *
handle_of(struct database *database)
{
    return of(database)->handle;
}

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

/* Asked from time to time: true ends what SQLite is doing. */
static bool
is_stopped(void *owner)
{
    const struct database *database = owner;

    return database->options.stopped &&
           database->options.stopped(database->options.owner);
}

static int
fail_sqlite(struct database *database, struct failure *failure,
            const char *doing)
{
    int code = sqlite3_errcode(handle_of(database));

    if (code == SQLITE_INTERRUPT ||
        (code == SQLITE_BUSY && is_stopped(database)))
        return fail_stopped(failure);
    return sqlite_fail(handle_of(database), database->name, doing, failure);
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
    const char *path = realpath(database->name, resolved);
    const struct database_options *options = &database->options;
    int64_t wait = options->wait_ns ? options->wait_ns : HOLD_NS;
    int64_t end = pace_now() + wait, next;
    struct pace pace = {0};
    struct failure trial;
    bool taken;

    do {
        trial = (struct failure){.kind = FAILURE_NONE};
        of(database)->lock =
            directory_lock(path ? path : database->name, &taken, &trial);
        if (of(database)->lock >= 0)
            return 0;
        if (!taken)
            return fail(failure, trial.kind, "%s", trial.text);
        next = pace_now() + WAIT_NS;
    } while (next < end &&
             pace_wait(&pace, next, options->stopped, options->owner));
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: cannot write to it: it is locked by another program that "
                "posts to it; run it again when that ends, or use --wait",
                database->name);
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
                database->name);
}

static int
is_interrupted(void *owner)
{
    return is_stopped(owner);
}

/* Somebody else has it locked: whether to try again. */
static int
is_patient(void *owner, int tries)
{
    struct pace pace = {0};

    return tries < BUSY_NS / WAIT_NS &&
           pace_wait(&pace, pace_now() + WAIT_NS, is_stopped, owner);
}

static int
set_up(struct database *database, struct failure *failure)
{
    static const char settings[] = "PRAGMA trusted_schema = OFF;"
                                   "PRAGMA cell_size_check = ON;"
                                   "PRAGMA cache_size = -65536;"
                                   "PRAGMA synchronous = FULL;";

    sqlite3_busy_handler(handle_of(database), is_patient, database);
    if (database->options.stopped && database->options.mode == DATABASE_READ)
        sqlite3_progress_handler(handle_of(database), STEPS, is_interrupted,
                                 database);
    if (database_execute(database, settings, failure) != 0 ||
        (database->options.mode == DATABASE_READ && !database->options.shared &&
         database_execute(database, "BEGIN", failure) != 0) ||
        check_application(database, failure) != 0)
        return -1;
    return sqlite_add_decimals(handle_of(database)) == SQLITE_OK
               ? 0
               : fail_sqlite(database, failure, "prepare it");
}

static struct database *
open_file(const char *path, const struct database_options *options,
          struct failure *failure)
{
    int flags = options->mode == DATABASE_READ
                    ? SQLITE_OPEN_READONLY
                    : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    struct sqlite *sqlite = allocate(failure, 1, sizeof *sqlite);
    struct database *database = &sqlite->base;
    int result;

    if (!sqlite)
        return NULL;
    /* One thread: locks would cost a tenth of the time.  Refused, and not
     * needed, when a connection is open already. */
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    *database = (struct database){&sqlite_driver, path, *options};
    sqlite->lock = -1;
    result = directory_check_file(path, failure);
    if (result == 0 && options->mode == DATABASE_WRITE && !options->shared)
        result = hold(database, failure);
    if (result == 0 &&
        sqlite3_open_v2(path, &sqlite->handle, flags, NULL) == SQLITE_OK)
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
    struct database *database = open_file(path, &options, failure);

    if (database && mode == DATABASE_WRITE &&
        database_claim(database, failure) != 0) {
        database_close(database);
        return NULL;
    }
    return database;
}

static int
claim(struct database *database, struct failure *failure)
{
    /* A log that is there may be in the page cache only: its program died
     * because it could not be made durable.  It is written back, since that
     * writes each page again. */
    static const char settings[] = "PRAGMA page_size = 16384;" /* when new */
                                   "PRAGMA journal_mode = WAL;"
                                   "PRAGMA wal_checkpoint;";
    int64_t page;
    char sql[64];

    assert(sqlite3_get_autocommit(handle_of(database)));
    if (database_execute(database, settings, failure) != 0 ||
        read_pragma(database, "PRAGMA page_size", &page, failure) != 0)
        return -1;
    snprintf(sql, sizeof sql, "PRAGMA wal_autocheckpoint = %lld",
             (long long)(page > 0 ? WAL_BYTES / page : WAL_BYTES));
    return database_execute(database, sql, failure);
}

static int
sign(struct database *database, struct failure *failure)
{
    char sql[64];

    snprintf(sql, sizeof sql, "PRAGMA application_id = %lu",
             (unsigned long)database->options.application);
    return database_execute(database, sql, failure);
}

/* Switching the mode writes the log back and removes it. */
static int
rest(struct database *database, struct failure *failure)
{
    struct statement *mode =
        database_prepare(database, "PRAGMA journal_mode = DELETE", failure);
    int row = mode ? statement_step(mode, failure) : -1;
    size_t size = 0;
    const char *text = row > 0 ? column_text(mode, 0, &size) : NULL;
    bool rests = text && strcmp(text, "delete") == 0;

    assert(sqlite3_get_autocommit(handle_of(database)));
    statement_free(mode);
    if (row < 0 || rests)
        return row < 0 ? -1 : 0;
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: cannot write its log back: another program reads it; run "
                "it again",
                database->name);
}

static void
rollback(struct database *database)
{
    if (!sqlite3_get_autocommit(handle_of(database)))
        sqlite3_exec(handle_of(database), "ROLLBACK", NULL, NULL, NULL);
}

/* A database in WAL mode can be read only by who may write beside it: it is
 * left in the other one, unless somebody is looking at it.  Where that fails
 * the log stays beside it, and nothing is lost. */
static void
close_file(struct database *database)
{
    struct sqlite *sqlite = of(database);
    struct failure ignored = {0};

    sqlite_free_tables(sqlite);
    if (sqlite->handle && database->options.mode == DATABASE_WRITE) {
        sqlite3_busy_timeout(sqlite->handle, 0);
        rollback(database);
        (void)rest(database, &ignored);
    }
    sqlite3_close(sqlite->handle);
    directory_unlock(sqlite->lock);
    free(sqlite);
}

static int
compare_schema(struct database *database, const char *const *sql, size_t count,
               struct failure *failure)
{
    return sqlite_compare_schema(handle_of(database), database->name, sql,
                                 count, failure);
}

static int
has(struct database *database, const char *table, struct failure *failure)
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

static int
execute(struct database *database, const char *sql, struct failure *failure)
{
    if (sqlite3_exec(handle_of(database), sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail_sqlite(database, failure, "use it");
    return 0;
}

static int
begin(struct database *database, struct failure *failure)
{
    if (sqlite3_exec(handle_of(database), "BEGIN IMMEDIATE", NULL, NULL,
                     NULL) != SQLITE_OK)
        return fail_sqlite(database, failure, "write to it");
    return 0;
}

static int
commit(struct database *database, struct failure *failure)
{
    assert(!sqlite3_get_autocommit(handle_of(database)));
    if (sqlite3_exec(handle_of(database), "COMMIT", NULL, NULL, NULL) ==
        SQLITE_OK)
        return 0;
    fail_sqlite(database, failure, "commit to it");
    rollback(database);
    return -1;
}

/* Nothing waits, no snapshot is kept, and a file is never out of reach. */
static int
nothing(struct database *database, struct failure *failure)
{
    (void)database;
    (void)failure;
    return 0;
}

static const struct sql_dialect dialect = {{
    {"amount", "TEXT", "", ""},
    {"integer", "INTEGER", "", ""},
    {"bytes", "BLOB", "", ""},
    {"strict", " STRICT", "", ""},
    {"keyed", " STRICT, WITHOUT ROWID", "", ""},
    {"refers", " REFERENCES ", "", ""},
    {"subquery", "", "", ""},
    {"u64", "printf('%llu', ", "", ")"},
    {"real", "CAST(", "", " AS REAL)"},
    {"time", "strftime('%Y-%m-%dT%H:%M:%S', ",
     " / 1000000000, 'unixepoch')   || printf('.%09dZ', ", " % 1000000000)"},
    {"sum", "decimal_sum(", "", ")"},
    {"add", "decimal_add(", ", ", ")"},
    {"sub", "decimal_sub(", ", ", ")"},
    {"cmp", "decimal_cmp(", ", ", ")"},
    {"positive", "", "", " NOT LIKE '-%'"},
    {"negative", "", "", " LIKE '-%'"},
    {"magnitude", "substr(", "", ", 2)"},
    {"integrity",
     "SELECT integrity_check FROM pragma_integrity_check"
     " WHERE integrity_check <> 'ok'",
     "", ""},
    {NULL},
}};

const struct driver sqlite_driver = {
    .dialect = &dialect,
    .open = open_file,
    .close = close_file,
    .has = has,
    .compare_schema = compare_schema,
    .claim = claim,
    .sign = sign,
    .execute = execute,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .release = nothing,
    .rest = rest,
    .reopen = nothing,
    .prepare = sqlite_prepare,
    .free = sqlite_free,
    .bind = sqlite_bind,
    .step = sqlite_step,
    .changes = sqlite_changes,
    .reset = sqlite_reset_statement,
    .column = sqlite_column,
    .put_rows = sqlite_put_rows,
    .update_row = sqlite_update_row,
    .copy_row = sqlite_copy_row,
    .flush = nothing,
};
