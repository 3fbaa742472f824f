/* catalog.h - what an archive holds, as an SQLite database: catalog.db in its
 * directory.
 *
 * For people, scripts and cron: the archive itself goes by its manifests.  The
 * catalog follows them and can be made again from them and the files at any
 * time.  xtape-archive(5) describes the tables.
 */
#ifndef ARCHIVE_CATALOG_H
#define ARCHIVE_CATALOG_H

#include "archive/check.h"
#include "tape/select.h"

#define CATALOG_NAME "catalog.db"

/* Makes the catalog say what the loaded manifests say, in one transaction.
 * Where it knew the end of the chain before these, they are added; else, or
 * when there is none yet, all manifests are loaded and it is made anew.  The
 * archive is open for writing. */
int catalog_update(struct archive *archive, struct failure *failure);

/* Makes it again, beside the old one, which it then replaces. */
int catalog_rebuild(struct archive *archive, struct failure *failure);

/* Loads the manifests of the streams that can have events of the times of a
 * selection, which has such: by the catalog if it is whole and knows exactly
 * the manifests that there are, else all. */
int catalog_load(struct archive *archive, const struct selection *selection,
                 struct failure *failure);

/* The end of the chain as the catalog has it: 1, and the manifest of that name
 * has that SHA-256; 0 when there is none or it does not fit, as a copy of an
 * earlier day that was put back does not; -1. */
int catalog_head(const struct archive *archive, struct link *head,
                 struct failure *failure);

/* The same row, whatever it says: 1; 0 when there is none; -1. */
int catalog_head_row(const struct archive *archive, struct link *head,
                     struct failure *failure);

/* Whether it can be read: 1; 0 when there is none; -1.  *torn says that this
 * is because a program was killed while it changed the catalog, so that it
 * could be read only by changing it. */
int catalog_is_readable(const struct archive *archive, bool *torn,
                        struct failure *failure);

/* Compares every row with what all manifests and the files say: takes
 * FINDING_CATALOG for each that differs, is missing or is too much, and how
 * many there were; -1. */
int64_t catalog_compare(const struct archive *archive, take_finding *take,
                        void *owner, struct failure *failure);

/* Adds the paths of all parts that it has.  0, also when there is none; -1. */
int catalog_parts(const struct archive *archive, struct strtab *paths,
                  struct failure *failure);

/* Takes manifests that it has and that are missing: those of tapes whose
 * sequence numbers no manifest has, which compaction does not leave. */
int catalog_lost(const struct archive *archive, take_finding *take, void *owner,
                 struct failure *failure);

#endif
