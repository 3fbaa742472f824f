/* sqlite.h - what the files of the SQLite driver share. */
#ifndef SQL_SQLITE_H
#define SQL_SQLITE_H

#include <stddef.h>

#include "base/failure.h"

struct sqlite3;

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

#endif
