/* sqlite.h - what the files of the SQLite driver share. */
#ifndef SQL_SQLITE_H
#define SQL_SQLITE_H

#include "sql/driver.h"

struct sqlite3;

/* The statements of one table, made when they are needed. */
struct sqlite_table {
    const struct sql_table *table;
    struct statement *insert, *insert_many, *update, *copy;
};

#define SQLITE_TABLES 32

struct sqlite {
    struct database base;
    struct sqlite3 *handle;
    int lock; /* a descriptor of the file, or -1 */
    struct sqlite_table tables[SQLITE_TABLES];
};

/* Records what SQLite complained of, with its class.  Always returns -1. */
int sqlite_fail(struct sqlite3 *handle, const char *path, const char *doing,
                struct failure *failure);

/* Defines decimal_add, decimal_sub, decimal_cmp and decimal_sum.  SQLite's
 * code. */
int sqlite_add_decimals(struct sqlite3 *handle);

/* See database_compare_schema. */
int sqlite_compare_schema(struct sqlite3 *handle, const char *path,
                          const char *const *sql, size_t count,
                          struct failure *failure);

/* ---- statements: as in driver.h ------------------------------------------ */

struct statement *sqlite_prepare(struct database *database, const char *sql,
                                 struct failure *failure);
void sqlite_free(struct statement *statement);
void sqlite_bind(struct statement *statement, int parameter,
                 const struct sql_value *value);
int sqlite_step(struct statement *statement, struct failure *failure);
int64_t sqlite_changes(struct statement *statement);
void sqlite_reset_statement(struct statement *statement);
int sqlite_column(struct statement *statement, int column, enum sql_kind kind,
                  struct sql_value *value, struct failure *failure);

/* ---- rows: as in driver.h ------------------------------------------------ */

int sqlite_put_rows(struct database *database, const struct sql_table *table,
                    const struct sql_value (*rows)[SQL_COLUMNS_MAX],
                    unsigned count, struct failure *failure);
int sqlite_update_row(struct database *database, const struct sql_table *table,
                      const struct sql_value *row, int64_t guard,
                      struct failure *failure);
int sqlite_copy_row(struct database *database, const struct sql_copy *copy,
                    const struct sql_value *row, struct failure *failure);
void sqlite_free_tables(struct sqlite *sqlite);

#endif
