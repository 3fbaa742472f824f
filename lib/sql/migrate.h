/* migrate.h - brings a database to the schema that this version knows.
 *
 * A schema is a list of steps, each applied once and remembered by its name in
 * the table schema_migrations.  Steps are only ever appended.  A database
 * whose steps are not the beginning of the list, or whose tables and views are
 * not what its steps make, is somebody else's, or was changed by hand.
 */
#ifndef SQL_MIGRATE_H
#define SQL_MIGRATE_H

#include "sql/database.h"

struct migration {
    int version; /* 1, 2, 3, ... */
    const char *name;
    const char *sql;
    /* What SQL alone cannot do, in the same transaction, on a database that
     * was not empty; may be NULL. */
    int (*convert)(struct database *database, struct failure *failure);
};

/* Checks what the database is; opened for writing, applies the steps that are
 * missing, in one transaction, and claims it (database_claim).  A database
 * that is refused is not changed.  Returns the version that it is at now,
 * opened for reading that may be an older one, but not one below least; or
 * -1. */
int migrate(struct database *database, const struct migration *steps,
            size_t count, int least, struct failure *failure);

#endif
