#include "sql/migrate.h"

#include <assert.h>
#include <string.h>

#define STEPS_MAX 32

static const char create[] = "CREATE TABLE schema_migrations ("
                             " version {integer} PRIMARY KEY,"
                             " name TEXT NOT NULL)";

static int
fail_foreign(struct database *database, struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "%s: it is not a ledger: name another file",
                database_name(database));
}

/* The rows of schema_migrations, from the first on, are steps of the list. */
static int
match_steps(struct database *database, struct statement *statement,
            const struct migration *steps, size_t count,
            struct failure *failure)
{
    int version = 0, row = statement_step(statement, failure);

    for (; row == 1; row = statement_step(statement, failure)) {
        size_t size;
        int64_t found = column_integer(statement, 0);
        const char *name = column_text(statement, 1, &size);

        if (found > steps[count - 1].version && version > 0)
            return fail(failure, FAILURE_DATA,
                        "%s: its schema is version %lld, this program's is "
                        "%d: use the newer program",
                        database_name(database), (long long)found,
                        steps[count - 1].version);
        if (version >= (int)count || found != version + 1 || !name ||
            strcmp(name, steps[version].name) != 0)
            return fail_foreign(database, failure);
        version++;
    }
    return row < 0 ? -1 : version;
}

/* The version that the database is at, 0 for an empty one; -1. */
static int
version_of(struct database *database, const struct migration *steps,
           size_t count, struct failure *failure)
{
    int known = database_has(database, "schema_migrations", failure);
    int filled = database_has(database, NULL, failure);
    struct statement *statement;
    int version;

    if (known < 0 || filled < 0)
        return -1;
    if (!known)
        return filled ? fail_foreign(database, failure) : 0;
    statement = database_prepare(
        database, "SELECT version, name FROM schema_migrations ORDER BY 1",
        failure);
    if (!statement)
        return fail_hint(failure, "is it a ledger?");
    version = match_steps(database, statement, steps, count, failure);
    statement_free(statement);
    return version == 0 ? fail_foreign(database, failure) : version;
}

/* The schema of a database at a version is what its steps made. */
static int
compare_schema(struct database *database, const struct migration *steps,
               int version, struct failure *failure)
{
    const char *sql[STEPS_MAX + 1] = {create};

    assert(version < STEPS_MAX);
    for (int i = 0; i < version; i++)
        sql[i + 1] = steps[i].sql;
    return database_compare_schema(database, sql, (size_t)version + 1, failure);
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
      int version, struct failure *failure)
{
    int result = 0;

    if (version == 0)
        result = database_execute(database, create, failure);
    for (size_t i = (size_t)version; i < count && result == 0; i++) {
        result = database_execute(database, steps[i].sql, failure);
        if (result == 0 && version > 0 && steps[i].convert)
            result = steps[i].convert(database, failure);
        if (result == 0)
            result = note(database, &steps[i], failure);
    }
    return result == 0 ? database_sign(database, failure) : -1;
}

int
migrate(struct database *database, const struct migration *steps, size_t count,
        int least, struct failure *failure)
{
    int newest = steps[count - 1].version;
    int version = version_of(database, steps, count, failure);

    assert(count > 0 && (size_t)newest == count);
    if (version < 0)
        return -1;
    if (version > 0 && compare_schema(database, steps, version, failure) != 0)
        return -1;
    if (database_opened(database) == DATABASE_READ) {
        if (version >= least)
            return version;
        return version == 0 ? fail_foreign(database, failure)
                            : fail(failure, FAILURE_DATA,
                                   "%s: its schema is version %d: post to it "
                                   "once to bring it up to date",
                                   database_name(database), version);
    }
    if (database_claim(database, failure) != 0)
        return -1;
    if (version == newest)
        return newest;
    if (database_begin(database, failure) != 0)
        return -1;
    if (apply(database, steps, count, version, failure) == 0)
        return database_commit(database, failure) == 0 ? newest : -1;
    database_rollback(database);
    return -1;
}
