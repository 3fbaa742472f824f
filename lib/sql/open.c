/* open.c - which driver a name is for.  Apart from database.c, so that a
 * program that only ever opens files has no driver for PostgreSQL. */
#include <string.h>

#include "sql/driver.h"

bool
database_is_server(const char *name)
{
    return strncmp(name, "postgresql://", 13) == 0 ||
           strncmp(name, "postgres://", 11) == 0;
}

struct database *
database_open_as(const char *name, const struct database_options *options,
                 struct failure *failure)
{
    const struct driver *driver =
        database_is_server(name) ? &postgres_driver : &sqlite_driver;

    return driver->open(name, options, failure);
}
