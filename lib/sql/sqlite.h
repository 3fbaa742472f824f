/* sqlite.h - what the files of the SQLite driver share. */
#ifndef SQL_SQLITE_H
#define SQL_SQLITE_H

#include <stddef.h>

#include "base/failure.h"

struct sqlite3;

/* Records what SQLite complained of, with its class.  Always returns -1. */
int sqlite_fail(struct sqlite3 *handle, const char *path, const char *doing,
                struct failure *failure);

/* See database_compare_schema. */
int sqlite_compare_schema(struct sqlite3 *handle, const char *path,
                          const char *const *sql, size_t count,
                          struct failure *failure);

#endif
