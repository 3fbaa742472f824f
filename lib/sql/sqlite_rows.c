/* sqlite_rows.c - rows of tables in SQLite: one statement writes many. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sql/rows.h"
#include "sql/sqlite.h"

#define SQL_MANY 16 /* rows of one large statement */

static struct sqlite_table *
statements_of(struct database *database, const struct sql_table *table)
{
    struct sqlite_table *tables = ((struct sqlite *)database)->tables;
    unsigned i = 0;

    while (tables[i].table && tables[i].table != table) {
        i++;
        assert(i < SQLITE_TABLES);
    }
    tables[i].table = table;
    return &tables[i];
}

void
sqlite_free_tables(struct sqlite *sqlite)
{
    for (unsigned i = 0; i < SQLITE_TABLES; i++) {
        statement_free(sqlite->tables[i].insert);
        statement_free(sqlite->tables[i].insert_many);
        statement_free(sqlite->tables[i].update);
        statement_free(sqlite->tables[i].copy);
    }
}

static struct statement *
prepare(struct database *database, struct bytes *sql, struct failure *failure)
{
    struct statement *statement = NULL;

    bytes_put_byte(sql, 0);
    if (bytes_ok(sql, failure) == 0)
        statement = database_prepare(database, (char *)sql->bytes, failure);
    bytes_free(sql);
    return statement;
}

/* ---- new rows ------------------------------------------------------------ */

static struct statement *
prepare_insert(struct database *database, const struct sql_table *table,
               unsigned count, struct failure *failure)
{
    struct bytes sql = {0};
    unsigned parameter = 0;

    bytes_put_format(&sql, "INSERT OR FAIL INTO %s (", table->name);
    sql_put_columns(&sql, table, "");
    bytes_put_text(&sql, ") VALUES ");
    for (unsigned i = 0; i < count; i++) {
        bytes_put_text(&sql, i ? ", (" : "(");
        for (unsigned j = 0; j < table->count; j++)
            bytes_put_format(&sql, "%s$%u", j ? ", " : "", ++parameter);
        bytes_put_text(&sql, ")");
    }
    return prepare(database, &sql, failure);
}

/* count rows by one statement. */
static int
insert(struct database *database, const struct sql_table *table,
       struct statement **statement,
       const struct sql_value (*rows)[SQL_COLUMNS_MAX], unsigned count,
       struct failure *failure)
{
    if (!*statement)
        *statement = prepare_insert(database, table, count, failure);
    if (!*statement)
        return -1;
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < table->count; j++)
            sqlite_bind(*statement, (int)(i * table->count + j + 1),
                        &rows[i][j]);
    return statement_run(*statement, failure) == (int64_t)count ? 0 : -1;
}

int
sqlite_put_rows(struct database *database, const struct sql_table *table,
                const struct sql_value (*rows)[SQL_COLUMNS_MAX], unsigned count,
                struct failure *failure)
{
    struct sqlite_table *made = statements_of(database, table);
    unsigned done = 0;
    int result = 0;

    assert(count > 0 && table->count > 0);
    for (; result == 0 && count - done >= SQL_MANY; done += SQL_MANY)
        result = insert(database, table, &made->insert_many, rows + done,
                        SQL_MANY, failure);
    for (; result == 0 && done < count; done++)
        result =
            insert(database, table, &made->insert, rows + done, 1, failure);
    return result;
}

/* ---- rows that change ---------------------------------------------------- */

/* The columns that an update sets, then those that it is found by, in the
 * order of their parameters: $1, $2, ... */
static unsigned
update_order(const struct sql_table *table, unsigned order[SQL_COLUMNS_MAX])
{
    unsigned count = 0;

    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].role == SQL_PLAIN ||
            table->columns[i].role == SQL_GUARD)
            order[count++] = i;
    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].role == SQL_KEY)
            order[count++] = i;
    return count;
}

/* The guard is found by the parameter after those. */
static struct statement *
prepare_update(struct database *database, const struct sql_table *table,
               struct failure *failure)
{
    unsigned order[SQL_COLUMNS_MAX], count = update_order(table, order);
    struct bytes sql = {0};
    const char *before = " SET ";

    bytes_put_format(&sql, "UPDATE %s", table->name);
    for (unsigned i = 0; i < count; i++) {
        const struct sql_column *column = &table->columns[order[i]];
        bool key = column->role == SQL_KEY;

        if (key && strcmp(before, ", ") == 0)
            before = " WHERE ";
        bytes_put_format(&sql, "%s%s = $%u", before, column->name, i + 1);
        before = key ? " AND " : ", ";
    }
    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].role == SQL_GUARD)
            bytes_put_format(&sql, "%s%s = $%u", before, table->columns[i].name,
                             count + 1);
    return prepare(database, &sql, failure);
}

int
sqlite_update_row(struct database *database, const struct sql_table *table,
                  const struct sql_value *row, int64_t guard,
                  struct failure *failure)
{
    struct sqlite_table *made = statements_of(database, table);
    unsigned order[SQL_COLUMNS_MAX], count = update_order(table, order);
    int64_t changed;

    assert(count > 0);
    if (!made->update)
        made->update = prepare_update(database, table, failure);
    if (!made->update)
        return -1;
    for (unsigned i = 0; i < count; i++)
        sqlite_bind(made->update, (int)i + 1, &row[order[i]]);
    if (made->update->parameters > (int)count)
        bind_integer(made->update, (int)count + 1, guard);
    changed = statement_run(made->update, failure);
    if (changed == 0)
        return driver_fail_changed(database, failure);
    return changed < 0 ? -1 : 0;
}

/* ---- opening rows -------------------------------------------------------- */

static struct statement *
prepare_copy(struct database *database, const struct sql_copy *copy,
             struct failure *failure)
{
    struct bytes sql = {0};
    unsigned parameter = 1;

    bytes_put_format(&sql, "INSERT INTO %s (", copy->to->name);
    sql_put_columns(&sql, copy->to, "");
    bytes_put_text(&sql, ") SELECT ");
    for (unsigned i = 0; i < copy->to->count; i++) {
        bool tag = copy->to->columns[i].role == SQL_TAG;

        bytes_put_format(&sql, "%s%s", i ? ", " : "",
                         tag ? "$1" : copy->to->columns[i].name);
    }
    bytes_put_format(&sql, " FROM %s WHERE ", copy->from->name);
    for (unsigned i = 0; i < copy->from->count; i++)
        if (copy->from->columns[i].role == SQL_KEY) {
            bytes_put_format(&sql, "%s%s = $%u", parameter > 1 ? " AND " : "",
                             copy->from->columns[i].name, parameter + 1);
            parameter++;
        }
    bytes_put_text(&sql, " ON CONFLICT DO NOTHING RETURNING ");
    sql_put_columns(&sql, copy->to, "");
    return prepare(database, &sql, failure);
}

int
sqlite_copy_row(struct database *database, const struct sql_copy *copy,
                const struct sql_value *row, struct failure *failure)
{
    struct sqlite_table *made = statements_of(database, copy->to);
    struct sql_value copied[SQL_COLUMNS_MAX];
    int parameter = 1, result;

    assert(sql_tag_column(copy->to) < copy->to->count);
    if (!made->copy)
        made->copy = prepare_copy(database, copy, failure);
    if (!made->copy)
        return -1;
    bind_integer(made->copy, parameter, copy->tag);
    for (unsigned i = 0; i < copy->from->count; i++)
        if (copy->from->columns[i].role == SQL_KEY)
            sqlite_bind(made->copy, ++parameter, &row[i]);
    result = statement_step(made->copy, failure);
    if (result == 1) {
        result = sql_read_row(made->copy, copy->to, copied, failure);
        if (result == 0)
            sql_digest_add(copy->digest, copy->to, copied);
        statement_reset(made->copy);
    }
    return result;
}
