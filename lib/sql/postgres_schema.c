/* postgres_schema.c - are the tables still the ones that were made?
 *
 * A trigger or a rule that somebody planted would run in our name, and a view
 * in the place of a table would answer in it. */
#include <string.h>

#include "sql/postgres.h"

/* Appends the names that follow "CREATE TABLE", with commas between. */
static void
list_tables(const char *sql, struct bytes *out)
{
    static const char create[] = "CREATE TABLE ";

    while ((sql = strstr(sql, create))) {
        sql += sizeof create - 1;
        bytes_put_text(out, out->size ? "," : "");
        bytes_put(out, sql, strcspn(sql, " ("));
    }
}

static const char objections[] =
    "SELECT coalesce(c.oid::regclass::text, n.name), "
    " CASE WHEN c.oid IS NULL THEN 'is missing'"
    "  WHEN c.relkind NOT IN ('r', 'p') THEN 'is not the one that was made'"
    "  WHEN r.oid IS NOT NULL THEN 'has a rule that is not part of it'"
    "  ELSE 'has a trigger that is not part of it' END"
    " FROM unnest(string_to_array($1, ',')) AS n (name)"
    " LEFT JOIN pg_catalog.pg_class c ON c.relname = n.name"
    "  AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace"
    "   WHERE nspname = current_schema())"
    " LEFT JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid"
    " LEFT JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid"
    "  AND NOT t.tgisinternal"
    " WHERE c.oid IS NULL OR c.relkind NOT IN ('r', 'p')"
    "  OR r.oid IS NOT NULL OR t.oid IS NOT NULL";

int
postgres_compare_schema(struct database *database, const char *const *sql,
                        size_t count, struct failure *failure)
{
    struct bytes names = {0};
    struct statement *statement;
    size_t size;
    int row = -1;

    for (size_t i = 0; i < count; i++)
        list_tables(sql[i], &names);
    statement = postgres_prepare(database, objections, failure);
    if (statement && bytes_ok(&names, failure) == 0) {
        bind_text(statement, 1, (char *)names.bytes, names.size);
        row = postgres_step(statement, failure);
    }
    if (row == 1)
        fail(failure, FAILURE_DATA,
             "%s: its table %.60s %.60s: it was changed by hand, or is damaged",
             database->name, column_text(statement, 0, &size),
             column_text(statement, 1, &size));
    statement_free(statement);
    bytes_free(&names);
    return row == 0 ? 0 : -1;
}
