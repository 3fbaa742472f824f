/* commit.h - changes an archive: all of a tape or nothing.
 *
 *      archive_resume    after archive_open to write
 *      archive_commit    adds manifests
 */
#ifndef ARCHIVE_COMMIT_H
#define ARCHIVE_COMMIT_H

#include "archive/archive.h"
#include "io/sync.h"

/* Ends what a killed program began, as far as marks say so. */
int archive_resume(struct archive *archive, struct failure *failure);

/* The same with every manifest, marked or not, but for the catalog. */
int archive_resume_all(struct archive *archive, struct failure *failure);

/* Removes the marks, once the catalog was made anew. */
int archive_unmark(struct archive *archive, struct failure *failure);

/* Adds manifests whose parts lie hidden in the archive, durable after sync_all,
 * which is done first: writes them, each the next of the chain, and names them,
 * which is the commit; then gives the parts their names, removes what they
 * replace, and brings the catalog up to date.  The manifests are taken over,
 * also on failure; parts that were not committed are then removed. */
int archive_commit(struct archive *archive, struct manifest *manifests,
                   uint32_t count, struct sync *sync, struct failure *failure);

#endif
