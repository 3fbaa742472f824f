/* driver.h - what a database driver is: a table of functions.
 *
 * database.h, rows.h and migrate.h say what the functions do that are named
 * after theirs.  A driver's struct database and struct statement begin with
 * the ones below.
 *
 * Rows that are put, updated and copied may wait in the driver until it has to
 * show them: until flush, commit, or the next statement.  A failure of any of
 * them may come as late.
 */
#ifndef SQL_DRIVER_H
#define SQL_DRIVER_H

#include "sql/database.h"
#include "sql/dialect.h"
#include "sql/value.h"

struct database {
    const struct driver *driver;
    const char *name; /* without secrets */
    struct database_options options;
};

struct statement {
    struct database *database;
    int parameters;
};

/* Rows of one table that become the opening rows of a stream in another. */
struct sql_copy {
    const struct sql_table *from, *to; /* the same columns but for the tag */
    int64_t tag;
    struct sql_digest *digest; /* counts each row that was copied */
};

struct driver {
    const struct sql_dialect *dialect;

    struct database *(*open)(const char *name,
                             const struct database_options *options,
                             struct failure *failure);
    void (*close)(struct database *database);
    int (*has)(struct database *database, const char *table,
               struct failure *failure);
    int (*compare_schema)(struct database *database, const char *const *sql,
                          size_t count, struct failure *failure);
    int (*claim)(struct database *database, struct failure *failure);
    int (*sign)(struct database *database, struct failure *failure);
    int (*execute)(struct database *database, const char *sql,
                   struct failure *failure);

    int (*begin)(struct database *database, struct failure *failure);
    int (*commit)(struct database *database, struct failure *failure);
    void (*rollback)(struct database *database);
    int (*release)(struct database *database, struct failure *failure);
    int (*rest)(struct database *database, struct failure *failure);
    int (*reopen)(struct database *database, struct failure *failure);

    /* The SQL is in this driver's dialect. */
    struct statement *(*prepare)(struct database *database, const char *sql,
                                 struct failure *failure);
    void (*free)(struct statement *statement);
    void (*bind)(struct statement *statement, int parameter,
                 const struct sql_value *value);
    int (*step)(struct statement *statement, struct failure *failure);
    int64_t (*changes)(struct statement *statement);
    void (*reset)(struct statement *statement);
    /* The column as a value of that kind, or null; bytes are lent until the
     * next step. */
    int (*column)(struct statement *statement, int column, enum sql_kind kind,
                  struct sql_value *value, struct failure *failure);

    /* count rows; their bytes are lent until it returns.  0 or -1. */
    int (*put_rows)(struct database *database, const struct sql_table *table,
                    const struct sql_value (*rows)[SQL_COLUMNS_MAX],
                    unsigned count, struct failure *failure);
    /* Changes the one row with that key, and with guard in its guard column;
     * one that is not there is a failure of class data. */
    int (*update_row)(struct database *database, const struct sql_table *table,
                      const struct sql_value *row, int64_t guard,
                      struct failure *failure);
    /* The row of copy->from with the key, as it is stored now, goes into
     * copy->to under the tag, unless that has it. */
    int (*copy_row)(struct database *database, const struct sql_copy *copy,
                    const struct sql_value *row, struct failure *failure);
    int (*flush)(struct database *database, struct failure *failure);
};

extern const struct driver sqlite_driver, postgres_driver;

/* A row that should be there is not, or is another one. */
int driver_fail_changed(const struct database *database,
                        struct failure *failure);

#endif
