/* migrate.h - brings a database to the schema that this version knows.
 *
 * A schema is a list of steps, each applied once and remembered in the table
 * schema_migrations.  Steps are only ever appended.
 */
#ifndef SQL_MIGRATE_H
#define SQL_MIGRATE_H

#include "sql/database.h"

struct migration {
    int version; /* 1, 2, 3, ... */
    const char *name;
    const char *sql;
};

/* Applies what is missing, each step in a transaction; or, with check_only,
 * demands that nothing is.  -1 of class data when the database holds
 * something else, or was made by a newer version. */
int migrate(struct database *database, const struct migration *steps,
            size_t count, bool check_only, struct failure *failure);

#endif
