/* settle.h - how a manifest takes effect, and what of that is still to be done
 * after a program was killed.
 *
 * A manifest is settled when its parts have their names and what it replaces
 * is gone.  Until then an empty file ".NAME.open" stands beside it, so that a
 * writer finds what to end without reading every manifest.
 */
#ifndef ARCHIVE_SETTLE_H
#define ARCHIVE_SETTLE_H

#include "archive/archive.h"
#include "io/sync.h"

/* Sets or removes the mark of a manifest. The archive's lock is held. */
int settle_mark(const struct archive *archive, const char *name,
                struct failure *failure);
int settle_unmark(const struct archive *archive, const char *name,
                  struct failure *failure);

/* The manifest that a file name is the mark of, in room; NULL for another. */
const char *settle_marked(const char *mark, char room[MANIFEST_NAME_MAX],
                          struct manifest_name *parsed);

/* Gives the parts of a committed manifest, which were written just now, their
 * names, which are durable after sync_all. */
int settle_publish(const struct archive *archive,
                   const struct manifest *manifest, struct sync *sync,
                   struct failure *failure);

/* The same of parts that a killed program left: each is first compared with its
 * SHA-256, and a good part is never replaced. */
int settle_leftovers(const struct archive *archive,
                     const struct manifest *manifest, struct failure *failure);

/* Removes the manifests that others replace, and those of their parts that no
 * manifest names. */
int settle_replaced(struct archive *archive, struct failure *failure);

/* Removes hidden parts that were written and are not to be committed. */
void settle_forget(const struct archive *archive,
                   const struct manifest *manifest);

#endif
