/* rows.h - rows of tables (value.h), written and read.
 *
 *      struct sql_value row[] = {sql_integer(7), sql_amount(amount), ...};
 *
 *      sql_rows_open(&rows, database, &table);
 *      sql_rows_append(&rows, row, failure) ...   many, in large statements
 *      sql_rows_flush(&rows, failure)             before the commit
 */
#ifndef SQL_ROWS_H
#define SQL_ROWS_H

#include "base/bytes.h"
#include "sql/database.h"

#define SQL_PENDING 64 /* rows that wait to be appended together */

/* One table of one connection.  Zeroed, it is closed. */
struct sql_rows {
    struct database *database;
    const struct sql_table *table;
    struct sql_digest digest; /* the caller sets it when it opens a table */
    unsigned pending_count;
    struct sql_value (*pending)[SQL_COLUMNS_MAX]; /* owned */
};

/* ---- writing ------------------------------------------------------------- */

void sql_rows_open(struct sql_rows *rows, struct database *database,
                   const struct sql_table *table);
void sql_rows_close(struct sql_rows *rows);

/* Adds a row; text and bytes are lent until it is flushed.  0 or -1. */
int sql_rows_append(struct sql_rows *rows, const struct sql_value *row,
                    struct failure *failure);

/* Hands what waits to be appended to the driver (driver.h), which may keep it
 * until database_flush.  0 or -1. */
int sql_rows_flush(struct sql_rows *rows, struct failure *failure);

/* Changes the one row that has the key, and in its guard column the value
 * guard; old is its hash without the tag.  0; -1, of class data when there is
 * no such row. */
int sql_rows_update(struct sql_rows *rows, const struct sql_value *row,
                    int64_t guard, uint64_t old, struct failure *failure);

/* Copies the row of from that has the key of row, as it is stored, to rows,
 * under a tag, unless it is there.  from has the same columns but for the
 * tag.  The digest counts it at the latest after database_flush. */
int sql_rows_copy(struct sql_rows *rows, const struct sql_table *from,
                  int64_t tag, const struct sql_value *row,
                  struct failure *failure);

/* Sends what the driver kept.  0, or -1 if any of it cannot be written. */
int database_flush(struct database *database, struct failure *failure);

/* ---- reading ------------------------------------------------------------- */

/* Reads rows of a table, all columns in order.  where is what follows the
 * table's name, which is aliased r, or NULL; its parameters are $1 and $2.
 * take is called for each row, whose texts last until it returns.  0; -1, also
 * when take returned -1. */
struct sql_query {
    const char *where;
    int64_t parameters[2];
    int (*take)(void *owner, const struct sql_value *row,
                struct failure *failure);
    void *owner;
};
int sql_rows_read(struct database *database, const struct sql_table *table,
                  const struct sql_query *query, struct failure *failure);

/* The same one row at a time: sql_cursor_next returns 1, 0 after the last, and
 * -1; the row lasts until the next call. */
struct sql_cursor {
    const struct sql_table *table;
    struct statement *statement; /* owned */
    struct sql_value row[SQL_COLUMNS_MAX];
};
int sql_cursor_open(struct sql_cursor *cursor, struct database *database,
                    const struct sql_table *table, const char *where,
                    const int64_t parameters[2], struct failure *failure);
int sql_cursor_next(struct sql_cursor *cursor, struct failure *failure);
void sql_cursor_close(struct sql_cursor *cursor); /* fine when not open */

/* The digest of all rows that a table has now.  0 or -1. */
int sql_rows_digest(struct database *database, const struct sql_table *table,
                    struct sql_digest *digest, struct failure *failure);

/* ---- for drivers --------------------------------------------------------- */

/* Appends "p.a, p.b, ..." with prefix "p.". */
void sql_put_columns(struct bytes *sql, const struct sql_table *table,
                     const char *prefix);

/* The current row of a statement that selects all columns. */
int sql_read_row(struct statement *statement, const struct sql_table *table,
                 struct sql_value row[SQL_COLUMNS_MAX],
                 struct failure *failure);

#endif
