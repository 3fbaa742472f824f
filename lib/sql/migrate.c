#include "sql/migrate.h"

#include <string.h>

static const char create[] = "CREATE TABLE schema_migrations ("
                             " version INTEGER PRIMARY KEY,"
                             " name TEXT NOT NULL)";

/* The version that the database is at; -1 on failure. */
static int64_t
version_of(struct database *database, struct failure *failure)
{
    struct statement *statement = database_prepare(
        database, "SELECT coalesce(max(version), 0) FROM schema_migrations",
        failure);
    int64_t version = -1;

    if (statement && statement_step(statement, failure) == 1)
        version = column_integer(statement, 0);
    statement_free(statement);
    return version;
}

static int
note(struct database *database, const struct migration *step,
     struct failure *failure)
{
    struct statement *statement =
        database_prepare(database,
                         "INSERT INTO schema_migrations (version, name) "
                         "VALUES ($1, $2)",
                         failure);
    int64_t changed = -1;

    if (statement) {
        bind_integer(statement, 1, step->version);
        bind_text(statement, 2, step->name, strlen(step->name));
        changed = statement_run(statement, failure);
    }
    statement_free(statement);
    return changed == 1 ? 0 : -1;
}

static int
apply(struct database *database, const struct migration *steps, size_t count,
      struct failure *failure)
{
    int64_t version = version_of(database, failure);
    int result = version < 0 ? -1 : 0;

    for (size_t i = 0; i < count && result == 0; i++) {
        if (steps[i].version <= version)
            continue;
        result = database_execute(database, steps[i].sql, failure);
        if (result == 0)
            result = note(database, &steps[i], failure);
    }
    return result;
}

/* Checks, under the lock that the caller holds if it may write, what the
 * database is, and makes it what it should be. */
static int
bring_up(struct database *database, const struct migration *steps, size_t count,
         bool check_only, struct failure *failure)
{
    int known = database_has(database, "schema_migrations", failure);
    int filled = database_has(database, NULL, failure);
    int64_t newest = steps[count - 1].version, version;

    if (known < 0 || filled < 0)
        return -1;
    if (!known && (filled || check_only))
        return fail(failure, FAILURE_DATA,
                    "%s: it is no ledger: name another file",
                    database_name(database));
    if (!known && database_execute(database, create, failure) != 0)
        return -1;
    version = version_of(database, failure);
    if (version < 0)
        return -1;
    if (version > newest || (check_only && version < newest))
        return fail(failure, FAILURE_DATA,
                    "%s: its schema is version %lld, this program's is %lld: "
                    "%s",
                    database_name(database), (long long)version,
                    (long long)newest,
                    version > newest ? "use the newer program"
                                     : "post to it once to bring it up");
    return check_only ? 0 : apply(database, steps, count, failure);
}

int
migrate(struct database *database, const struct migration *steps, size_t count,
        bool check_only, struct failure *failure)
{
    if (check_only)
        return bring_up(database, steps, count, true, failure);
    if (database_begin(database, failure) != 0)
        return -1;
    if (bring_up(database, steps, count, false, failure) == 0)
        return database_commit(database, failure);
    database_rollback(database);
    return -1;
}
