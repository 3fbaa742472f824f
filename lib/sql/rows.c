#include "sql/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sql/driver.h"

/* ---- writing ------------------------------------------------------------- */

void
sql_rows_open(struct sql_rows *rows, struct database *database,
              const struct sql_table *table)
{
    assert(table->count <= SQL_COLUMNS_MAX);
    *rows = (struct sql_rows){.database = database, .table = table};
}

void
sql_rows_close(struct sql_rows *rows)
{
    free(rows->pending);
    memset(rows, 0, sizeof *rows);
}

int
sql_rows_append(struct sql_rows *rows, const struct sql_value *row,
                struct failure *failure)
{
    if (!rows->pending) {
        rows->pending = allocate(failure, SQL_PENDING, sizeof *rows->pending);
        if (!rows->pending)
            return -1;
    }
    if (rows->pending_count == SQL_PENDING &&
        sql_rows_flush(rows, failure) != 0)
        return -1;
    memcpy(rows->pending[rows->pending_count++], row,
           rows->table->count * sizeof *row);
    sql_digest_add(&rows->digest, rows->table, row);
    return 0;
}

int
sql_rows_flush(struct sql_rows *rows, struct failure *failure)
{
    unsigned count = rows->pending_count;

    assert(count <= SQL_PENDING);
    rows->pending_count = 0;
    if (count == 0)
        return 0;
    return rows->database->driver->put_rows(
        rows->database, rows->table,
        (const struct sql_value(*)[SQL_COLUMNS_MAX])rows->pending, count,
        failure);
}

int
sql_rows_update(struct sql_rows *rows, const struct sql_value *row,
                int64_t guard, uint64_t old, struct failure *failure)
{
    const struct sql_table *table = rows->table;
    unsigned tag = sql_tag_column(table);
    int64_t tag_value = tag < table->count ? sql_get_integer(&row[tag]) : 0;

    if (rows->database->driver->update_row(rows->database, table, row, guard,
                                           failure) != 0)
        return -1;
    rows->digest.sum += sql_tagged_hash(sql_row_hash(table, row), tag_value) -
                        sql_tagged_hash(old, tag_value);
    return 0;
}

int
sql_rows_copy(struct sql_rows *rows, const struct sql_table *from, int64_t tag,
              const struct sql_value *row, struct failure *failure)
{
    const struct sql_copy copy = {from, rows->table, tag, &rows->digest};

    return rows->database->driver->copy_row(rows->database, &copy, row,
                                            failure);
}

int
database_flush(struct database *database, struct failure *failure)
{
    return database->driver->flush(database, failure);
}

/* ---- reading ------------------------------------------------------------- */

void
sql_put_columns(struct bytes *sql, const struct sql_table *table,
                const char *prefix)
{
    for (unsigned i = 0; i < table->count; i++)
        bytes_put_format(sql, "%s%s%s", i ? ", " : "", prefix,
                         table->columns[i].name);
}

int
sql_read_row(struct statement *statement, const struct sql_table *table,
             struct sql_value row[SQL_COLUMNS_MAX], struct failure *failure)
{
    for (unsigned i = 0; i < table->count; i++)
        if (column_value(statement, (int)i, table->columns[i].kind, &row[i],
                         failure) != 0)
            return -1;
    return 0;
}

int
sql_cursor_open(struct sql_cursor *cursor, struct database *database,
                const struct sql_table *table, const char *where,
                const int64_t parameters[2], struct failure *failure)
{
    struct bytes sql = {0};

    assert(!cursor->statement);
    assert(table->count > 0 && table->count <= SQL_COLUMNS_MAX);
    cursor->table = table;
    bytes_put_text(&sql, "SELECT ");
    sql_put_columns(&sql, table, "r.");
    bytes_put_format(&sql, " FROM %s AS r %s", table->name, where ? where : "");
    bytes_put_byte(&sql, 0);
    if (bytes_ok(&sql, failure) == 0)
        cursor->statement =
            database_prepare(database, (char *)sql.bytes, failure);
    bytes_free(&sql);
    if (!cursor->statement)
        return -1;
    for (int i = 0; i < 2; i++)
        if (where && strstr(where, i == 0 ? "$1" : "$2"))
            bind_integer(cursor->statement, i + 1, parameters[i]);
    return 0;
}

void
sql_cursor_close(struct sql_cursor *cursor)
{
    statement_free(cursor->statement);
    cursor->statement = NULL;
}

int
sql_cursor_next(struct sql_cursor *cursor, struct failure *failure)
{
    int result = statement_step(cursor->statement, failure);

    if (result == 1 && sql_read_row(cursor->statement, cursor->table,
                                    cursor->row, failure) != 0)
        return -1;
    return result;
}

int
sql_rows_read(struct database *database, const struct sql_table *table,
              const struct sql_query *query, struct failure *failure)
{
    struct sql_cursor cursor = {.statement = NULL};
    int result = sql_cursor_open(&cursor, database, table, query->where,
                                 query->parameters, failure);

    if (result == 0)
        result = sql_cursor_next(&cursor, failure);
    while (result == 1) {
        result = query->take(query->owner, cursor.row, failure);
        if (result == 0)
            result = sql_cursor_next(&cursor, failure);
    }
    sql_cursor_close(&cursor);
    return result;
}

static int
digest_row(void *owner, const struct sql_value *row, struct failure *failure)
{
    struct sql_rows *rows = owner;

    (void)failure;
    sql_digest_add(&rows->digest, rows->table, row);
    return 0;
}

int
sql_rows_digest(struct database *database, const struct sql_table *table,
                struct sql_digest *digest, struct failure *failure)
{
    struct sql_rows rows = {.table = table};
    const struct sql_query query = {.take = digest_row, .owner = &rows};

    if (sql_rows_read(database, table, &query, failure) != 0)
        return -1;
    *digest = rows.digest;
    return 0;
}
