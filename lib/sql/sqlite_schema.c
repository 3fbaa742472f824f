/* sqlite_schema.c - is the schema of a database still the one that was made?
 *
 * A trigger or a view that somebody planted would run, or answer, in our name.
 * The statements that make the schema are run in an empty database in memory,
 * and what either has is compared: by kind, by name, by its SQL. */
#include <assert.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

#include "sql/sqlite.h"

static const char list[] =
    "SELECT type, name, coalesce(sql, '') FROM sqlite_schema"
    " WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name";

/* One of two lists that are read side by side. */
struct reading {
    sqlite3 *handle;
    sqlite3_stmt *statement;
    int row; /* SQLITE_ROW, or how it ended */
};

static int
begin_reading(struct reading *reading, sqlite3 *handle)
{
    reading->handle = handle;
    reading->row =
        sqlite3_prepare_v2(handle, list, -1, &reading->statement, NULL);
    if (reading->row == SQLITE_OK)
        reading->row = sqlite3_step(reading->statement);
    return reading->row == SQLITE_ROW || reading->row == SQLITE_DONE ? 0 : -1;
}

static const char *
cell(const struct reading *reading, int column)
{
    const unsigned char *text = sqlite3_column_text(reading->statement, column);

    return text ? (const char *)text : "";
}

/* What may have been added: an index, a plain table. */
static bool
is_harmless(const struct reading *reading)
{
    static const char table[] = "CREATE TABLE";

    return strcmp(cell(reading, 0), "index") == 0 ||
           (strcmp(cell(reading, 0), "table") == 0 &&
            sqlite3_strnicmp(cell(reading, 2), table, sizeof table - 1) == 0);
}

/* How the current rows of the lists stand to each other: below 0 if the made
 * one has something that the other has not. */
static int
compare(const struct reading *made, const struct reading *found)
{
    int order;

    if (made->row != SQLITE_ROW || found->row != SQLITE_ROW)
        return made->row == SQLITE_ROW ? -1 : 1;
    order = strcmp(cell(made, 0), cell(found, 0));
    return order ? order : strcmp(cell(made, 1), cell(found, 1));
}

static int
fail_object(const struct reading *reading, const char *path, const char *what,
            struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "%s: its %s \"%.60s\" %s: it was changed by hand, or is "
                "damaged",
                path, cell(reading, 0), cell(reading, 1), what);
}

static int
compare_lists(struct reading *made, struct reading *found, const char *path,
              struct failure *failure)
{
    while (made->row == SQLITE_ROW || found->row == SQLITE_ROW) {
        int order = compare(made, found);

        if (order < 0)
            return fail_object(made, path, "is missing", failure);
        if (order > 0 && !is_harmless(found))
            return fail_object(found, path, "is not part of it", failure);
        if (order == 0 && strcmp(cell(made, 2), cell(found, 2)) != 0)
            return fail_object(found, path, "is not the one that was made",
                               failure);
        if (order == 0)
            made->row = sqlite3_step(made->statement);
        found->row = sqlite3_step(found->statement);
        if (made->row != SQLITE_ROW && made->row != SQLITE_DONE)
            return sqlite_fail(made->handle, path, "make a schema", failure);
        if (found->row != SQLITE_ROW && found->row != SQLITE_DONE)
            return sqlite_fail(found->handle, path, "use it", failure);
    }
    return 0;
}

int
sqlite_compare_schema(struct sqlite3 *handle, const char *path,
                      const char *const *sql, size_t count,
                      struct failure *failure)
{
    struct reading made = {.row = SQLITE_DONE}, found = {.row = SQLITE_DONE};
    sqlite3 *memory = NULL;
    int result = sqlite3_open(":memory:", &memory);

    for (size_t i = 0; i < count && result == SQLITE_OK; i++)
        result = sqlite3_exec(memory, sql[i], NULL, NULL, NULL);
    if (result != SQLITE_OK || begin_reading(&made, memory) != 0)
        result = sqlite_fail(memory, path, "make a schema", failure);
    else if (begin_reading(&found, handle) != 0)
        result = sqlite_fail(handle, path, "use it", failure);
    else
        result = compare_lists(&made, &found, path, failure);
    sqlite3_finalize(made.statement);
    sqlite3_finalize(found.statement);
    sqlite3_close(memory);
    return result;
}
