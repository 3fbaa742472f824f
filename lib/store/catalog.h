/* catalog.h - what an archive holds, as an SQLite database: catalog.db in its
 * folder.
 *
 * For people, scripts and cron: the archive itself goes by its manifests.
 * The catalog follows them and can be made again from them and the files at
 * any time.  Tables are told in xtape-archive(5).
 */
#ifndef STORE_CATALOG_H
#define STORE_CATALOG_H

#include "store/archive.h"

#define CATALOG_NAME "catalog.db"

/* Makes the catalog say what the manifests say, in one transaction; it is
 * made when there is none.  The archive is open for writing. */
int catalog_update(const struct archive *archive, struct failure *failure);

/* Removes it and makes it again. */
int catalog_rebuild(const struct archive *archive, struct failure *failure);

/* How many tapes it has too many or too few, 0: it is as it should be; all of
 * them when there is none; -1 on failure. */
int64_t catalog_compare(const struct archive *archive, struct failure *failure);

#endif
