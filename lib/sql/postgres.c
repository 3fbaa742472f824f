/* postgres.c - connections to PostgreSQL, and transactions.
 *
 * What a connection needs comes from the URL, and from where libpq looks:
 * ~/.pgpass or PGPASSFILE, ~/.pg_service.conf, the environment. */
#include "sql/postgres.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "io/pace.h"

#define RECONNECT_NS INT64_C(30000000000) /* how long a server may be away */
#define RETRY_NS     INT64_C(200000000)
#define CONNECT_MS   10000 /* for a server to answer */
#define LOCK_MS      10000 /* for another transaction to end, at least */

/* ---- connections --------------------------------------------------------- */

/* What the URL may say otherwise, and then what it may not. */
static const char *const keywords[] = {
    "connect_timeout",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "fallback_application_name",
    "dbname",
    "client_encoding",
    "sslmode",
    NULL,
};
enum { KEYWORD_URL = 6, KEYWORD_SSLMODE = 8 };

static PGconn *
begin_connecting(const char *url, const char *sslmode)
{
    const char *values[] = {"10",      "60", "10",   "10",    "30000",
                            "xledger", url,  "UTF8", sslmode, NULL};
    const char *names[sizeof keywords / sizeof *keywords];

    memcpy(names, keywords, sizeof keywords);
    assert(strcmp(names[KEYWORD_URL], "dbname") == 0);
    if (!sslmode)
        names[KEYWORD_SSLMODE] = NULL;
    return pq.connectStartParams(names, values, 1);
}

/* Sockets and the machine itself. */
static bool
is_local(const char *hosts)
{
    static const char *const local[] = {"localhost", "127.0.0.1", "::1"};

    for (; *hosts; hosts += *hosts == ',') {
        size_t size = strcspn(hosts, ",");
        bool found = size == 0 || hosts[0] == '/' || hosts[0] == '@';

        for (unsigned i = 0; i < sizeof local / sizeof *local; i++)
            found |=
                strlen(local[i]) == size && memcmp(hosts, local[i], size) == 0;
        if (!found)
            return false;
        hosts += size;
    }
    return true;
}

/* Where the connection would go and with what, once libpq has looked
 * everywhere: a server elsewhere must prove who it is, unless the user said
 * which weaker mode will do. */
static bool
must_verify(PGconn *handle)
{
    PQconninfoOption *options = pq.conninfo(handle), *option;
    bool local = true, weak = false;

    for (option = options; option && option->keyword; option++) {
        const char *value = option->val ? option->val : "";

        if (strcmp(option->keyword, "host") == 0 ||
            strcmp(option->keyword, "hostaddr") == 0)
            local = local && is_local(value);
        if (strcmp(option->keyword, "sslmode") == 0)
            weak = strcmp(value, "prefer") == 0 || strcmp(value, "allow") == 0;
    }
    pq.conninfoFree(options);
    return !local && weak;
}

static void
finish_connecting(PGconn *handle)
{
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
        struct pollfd polled = {
            .fd = pq.socket(handle),
            .events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT,
        };

        if (poll(&polled, 1, CONNECT_MS) == 0)
            return;
        state = pq.connectPoll(handle);
    }
}

static void
ignore_notice(void *owner, const PGresult *result)
{
    (void)owner;
    (void)result;
}

static int
check_server(struct postgres *postgres, struct failure *failure)
{
    const char *encoding =
        pq.parameterStatus(postgres->handle, "server_encoding");

    if (pq.serverVersion(postgres->handle) < 140000)
        return fail(failure, FAILURE_USAGE,
                    "%s: PostgreSQL %d is too old: it takes 14 or later",
                    postgres->base.name,
                    pq.serverVersion(postgres->handle) / 10000);
    if (encoding && strcmp(encoding, "UTF8") != 0)
        return fail(failure, FAILURE_USAGE,
                    "%s: the database is in encoding %.20s: make one in UTF8",
                    postgres->base.name, encoding);
    return 0;
}

static int
connect(struct postgres *postgres, struct failure *failure)
{
    PGconn *handle = begin_connecting(postgres->base.name, NULL);

    if (handle && must_verify(handle)) {
        pq.finish(handle);
        handle = begin_connecting(postgres->base.name, "verify-full");
    }
    postgres->handle = handle;
    if (!handle)
        return fail_memory(failure);
    pq.setNoticeReceiver(handle, ignore_notice, NULL);
    if (pq.status(handle) != CONNECTION_BAD)
        finish_connecting(handle);
    if (pq.status(handle) != CONNECTION_OK)
        return postgres_fail(postgres, NULL, failure);
    if (check_server(postgres, failure) != 0)
        return -1;
    if (pq.enterPipelineMode(handle) != 1)
        return postgres_fail(postgres, NULL, failure);
    return 0;
}

/* What the connection knew. */
static void
disconnect(struct postgres *postgres)
{
    pq.finish(postgres->handle);
    postgres->handle = NULL;
    postgres->transaction = POSTGRES_NONE;
    postgres->sent_count = 0;
}

int
postgres_reconnect(struct postgres *postgres, struct failure *failure)
{
    const struct database_options *options = &postgres->base.options;
    int64_t end = pace_now() + RECONNECT_NS;
    struct pace pace = {0};

    disconnect(postgres);
    while (connect(postgres, failure) != 0) {
        int64_t next = pace_now() + RETRY_NS;

        if (failure->kind != FAILURE_ENVIRONMENT || next > end ||
            !pace_wait(&pace, next, options->stopped, options->owner))
            return -1;
        disconnect(postgres);
    }
    failure->kind = FAILURE_NONE;
    return 0;
}

/* ---- names --------------------------------------------------------------- */

int
database_check_url(const char *url, struct failure *failure)
{
    static const char *const secrets[] = {"password", "sslpassword"};
    char *complaint = NULL;
    PQconninfoOption *options, *option;
    bool secret = false;

    if (libpq_load(failure) != 0)
        return -1;
    options = pq.conninfoParse(url, &complaint);
    pq.freemem(complaint); /* it repeats the URL, with what is secret in it */
    if (!options)
        return fail(failure, FAILURE_USAGE,
                    "--database: that is not a valid PostgreSQL URL");
    for (option = options; option->keyword; option++)
        for (unsigned i = 0; i < sizeof secrets / sizeof *secrets; i++)
            secret |= strcmp(option->keyword, secrets[i]) == 0 && option->val;
    pq.conninfoFree(options);
    if (!secret)
        return 0;
    return fail(failure, FAILURE_USAGE,
                "--database: a password in a URL can be read by every user of "
                "the machine: put it into ~/.pgpass or the file PGPASSFILE "
                "names");
}

static struct database *
open_url(const char *url, const struct database_options *options,
         struct failure *failure)
{
    struct postgres *postgres;

    if (database_check_url(url, failure) != 0)
        return NULL;
    postgres = allocate(failure, 1, sizeof *postgres);
    if (!postgres)
        return NULL;
    postgres->base = (struct database){&postgres_driver, url, *options};
    if (connect(postgres, failure) == 0)
        return &postgres->base;
    database_close(&postgres->base);
    return NULL;
}

static void
close_url(struct database *database)
{
    struct postgres *postgres = (struct postgres *)database;

    pq.finish(postgres->handle);
    for (unsigned i = 0; i < postgres->table_count; i++) {
        for (unsigned j = 0; j <= SQL_COLUMNS_MAX; j++)
            bytes_free(&postgres->tables[i]->columns[j]);
        free(postgres->tables[i]);
    }
    free(postgres);
}

/* ---- transactions -------------------------------------------------------- */

/* A lost acknowledgement must not mean a lost commit, whatever the role's
 * settings say; and nothing waits for ever. */
static const char settings[] =
    "SELECT set_config('lock_timeout', $1::bigint::text, true),"
    " set_config('statement_timeout', '300s', true),"
    " set_config('idle_in_transaction_session_timeout', '300s', true),"
    " set_config('synchronous_commit',"
    "  CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'"
    "  ELSE current_setting('synchronous_commit') END, true)";

/* One writer to a schema. */
static const char lock[] =
    "SELECT pg_advisory_xact_lock($1::bigint::int, hashtext(current_schema()))";

/* Sends a request with one number. */
static int
send_number(struct postgres *postgres, const char *sql, int64_t number,
            struct failure *failure)
{
    const struct sql_value value = sql_integer(number);
    struct postgres_parameters parameters = {
        .count = 1, .types = {postgres_type(SQL_INTEGER)}, .sizes = {8}};
    struct bytes bytes = {0};
    int result;

    postgres_put_value(&bytes, &value);
    result = bytes_ok(&bytes, failure);
    if (result == 0) {
        parameters.values[0] = (const char *)bytes.bytes + 4;
        result = postgres_send(postgres, sql, &parameters, NULL, NULL, failure);
    }
    bytes_free(&bytes);
    return result;
}

int
postgres_need_transaction(struct postgres *postgres, struct failure *failure)
{
    const struct database_options *options = &postgres->base.options;
    int64_t wait = options->wait_ns / 1000000;

    if (postgres->transaction == POSTGRES_READING ||
        postgres->transaction == POSTGRES_WRITING)
        return 0;
    postgres->transactions++;
    if (postgres->transaction == POSTGRES_NONE) {
        postgres->transaction = POSTGRES_READING;
        return postgres_send(postgres,
                             "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                             NULL, NULL, NULL, failure);
    }
    postgres->transaction = POSTGRES_WRITING;
    if (postgres_send(postgres,
                      "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", NULL,
                      NULL, NULL, failure) != 0 ||
        send_number(postgres, settings, wait > LOCK_MS ? wait : LOCK_MS,
                    failure) != 0)
        return -1;
    return send_number(postgres, lock, options->application, failure);
}

/* Ends the transaction that is begun; rows that wait are lost. */
static int
end(struct postgres *postgres, const char *sql, postgres_taker *take,
    struct failure *failure)
{
    int result = 0;

    if (postgres->transaction == POSTGRES_READING ||
        postgres->transaction == POSTGRES_WRITING)
        result = postgres_send(postgres, sql, NULL, take, NULL, failure) == 0
                     ? postgres_sync(postgres, failure)
                     : -1;
    postgres->transaction = POSTGRES_NONE;
    postgres_drop_rows(postgres);
    return result;
}

static int
release(struct database *database, struct failure *failure)
{
    struct postgres *postgres = (struct postgres *)database;

    assert(postgres->transaction <= POSTGRES_READING);
    return end(postgres, "COMMIT", NULL, failure);
}

static int
begin(struct database *database, struct failure *failure)
{
    if (release(database, failure) != 0)
        return -1;
    ((struct postgres *)database)->transaction = POSTGRES_WANTED;
    return 0;
}

static void
rollback(struct database *database)
{
    struct failure ignored = {.kind = FAILURE_NONE};

    (void)end((struct postgres *)database, "ROLLBACK", NULL, &ignored);
}

/* COMMIT of a transaction that failed is a ROLLBACK that succeeds. */
static int
take_commit(struct postgres *postgres, void *owner, PGresult *result,
            struct failure *failure)
{
    (void)owner;
    if (strcmp(pq.cmdStatus(result), "COMMIT") == 0)
        return 0;
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: the server rolled back what it was given: run it again",
                postgres->base.name);
}

static int
commit(struct database *database, struct failure *failure)
{
    struct postgres *postgres = (struct postgres *)database;

    assert(postgres->transaction >= POSTGRES_WANTED);
    if (postgres_flush(database, failure) != 0)
        return -1;
    if (end(postgres, "COMMIT", take_commit, failure) == 0)
        return 0;
    return postgres_is_lost(postgres) ? 1 : -1;
}

static int
reopen(struct database *database, struct failure *failure)
{
    return postgres_reconnect((struct postgres *)database, failure);
}

/* ---- the rest of a database ---------------------------------------------- */

static int
has(struct database *database, const char *table, struct failure *failure)
{
    static const char sql[] =
        "SELECT 1 FROM pg_catalog.pg_class c WHERE c.relnamespace ="
        "  (SELECT oid FROM pg_catalog.pg_namespace"
        "   WHERE nspname = current_schema())"
        " AND c.relkind IN ('r', 'p', 'v') AND coalesce($1::text, relname) ="
        "  relname"
        " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d"
        "  WHERE d.objid = c.oid AND d.deptype = 'e')";
    struct statement *statement = postgres_prepare(database, sql, failure);
    int result;

    if (!statement)
        return -1;
    bind_text(statement, 1, table, table ? strlen(table) : 0);
    result = postgres_step(statement, failure);
    statement_free(statement);
    return result;
}

/* Several statements: only the simple protocol takes them. */
static int
execute(struct database *database, const char *sql, struct failure *failure)
{
    struct postgres *postgres = (struct postgres *)database;
    PGresult *result;
    int outcome = 0;

    if (postgres_flush(database, failure) != 0 ||
        postgres_need_transaction(postgres, failure) != 0 ||
        postgres_sync(postgres, failure) != 0)
        return -1;
    if (pq.exitPipelineMode(postgres->handle) != 1)
        return postgres_fail(postgres, NULL, failure);
    result = pq.exec(postgres->handle, sql);
    if (pq.resultStatus(result) != PGRES_COMMAND_OK)
        outcome = postgres_fail(postgres, result, failure);
    pq.clear(result);
    if (pq.enterPipelineMode(postgres->handle) != 1 && outcome == 0)
        outcome = postgres_fail(postgres, NULL, failure);
    return outcome;
}

static int
nothing(struct database *database, struct failure *failure)
{
    (void)database;
    (void)failure;
    return 0;
}

/* Rows change in place where there is room, so balances keep some. */
static const struct sql_dialect dialect = {{
    {"amount", "NUMERIC", "", ""},
    {"integer", "BIGINT", "", ""},
    {"bytes", "BYTEA", "", ""},
    {"strict", "", "", ""},
    {"keyed", " WITH (fillfactor = 80)", "", ""},
    {"refers", " /* ", "", " */"}, /* a look-up for every row of a batch */
    {"subquery", " AS q", "", ""},
    {"u64", "mod(", "",
     "::numeric + 18446744073709551616, 18446744073709551616)::text"},
    {"real", "CAST(", "", " AS DOUBLE PRECISION)"},
    {"time", "to_char(timestamp 'epoch' + make_interval(secs => ",
     " / 1000000000), 'YYYY-MM-DD\"T\"HH24:MI:SS') || '.' || lpad((",
     " % 1000000000)::text, 9, '0') || 'Z'"},
    {"sum", "sum(", "", ")"},
    {"add", "((", ") + (", "))"},
    {"sub", "((", ") - (", "))"},
    {"cmp", "sign((", ") - (", "))"},
    {"positive", "", "", " >= 0"},
    {"negative", "", "", " < 0"},
    {"magnitude", "-", "", ""},
    {"integrity", "SELECT '' WHERE false", "", ""},
    {NULL},
}};

const struct driver postgres_driver = {
    .dialect = &dialect,
    .open = open_url,
    .close = close_url,
    .has = has,
    .compare_schema = postgres_compare_schema,
    .claim = nothing,
    .sign = nothing,
    .execute = execute,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .release = release,
    .rest = nothing,
    .reopen = reopen,
    .prepare = postgres_prepare,
    .free = postgres_free,
    .bind = postgres_bind,
    .step = postgres_step,
    .changes = postgres_changes,
    .reset = postgres_reset,
    .column = postgres_column,
    .put_rows = postgres_put_rows,
    .update_row = postgres_update_row,
    .copy_row = postgres_copy_row,
    .flush = postgres_flush,
};
