/* catalog.h - what an archive holds, as an SQLite database: catalog.db in its
 * directory.
 *
 * For people, scripts and cron: the archive itself goes by its manifests.
 * The catalog follows them and can be made again from them and the files at
 * any time.  Tables are told in xtape-archive(5).
 */
#ifndef ARCHIVE_CATALOG_H
#define ARCHIVE_CATALOG_H

#include "archive/check.h"

#define CATALOG_NAME "catalog.db"

/* Makes the catalog say what the manifests say, in one transaction; it is
 * made when there is none.  The archive is open for writing. */
int catalog_update(const struct archive *archive, struct failure *failure);

/* Makes it again, beside the old one, which it then replaces. */
int catalog_rebuild(const struct archive *archive, struct failure *failure);

/* How many tapes it has too many or too few, 0: it is as it should be; all of
 * them when there is none; -1 on failure. */
int64_t catalog_compare(const struct archive *archive, struct failure *failure);

/* Adds the paths of all parts that it has.  0, also when there is none; -1. */
int catalog_parts(const struct archive *archive, struct strtab *paths,
                  struct failure *failure);

/* Tells manifests that it has and that are missing: those of tapes whose seqs
 * no manifest has, which compaction does not leave.  As check_parts. */
int catalog_lost(const struct archive *archive, take_finding *take, void *owner,
                 struct failure *failure);

#endif
