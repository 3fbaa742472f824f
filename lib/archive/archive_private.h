/* archive_private.h - the manifests of an archive, one by one: for the files
 * that change them.
 */
#ifndef ARCHIVE_ARCHIVE_PRIVATE_H
#define ARCHIVE_ARCHIVE_PRIVATE_H

#include "archive/archive.h"

/* Reads the manifest in a file of MANIFEST_DIRECTORY, by the name it has or
 * will have: 1; 0 when there is none; -1.  Free it in any case. */
int archive_read_manifest(const struct archive *archive, const char *file,
                          const char *name, struct manifest *manifest,
                          struct failure *failure);

/* The whole of a file below the archive, at most as long as a manifest may be,
 * NUL-terminated, for the caller to free.  1; 0 when there is none; -1. */
int archive_read_text(const struct archive *archive, const char *path,
                      char **text, size_t *size, struct failure *failure);

/* Reads those of a stream's hash, NULL: all, that are not loaded yet. */
int archive_load_hash(struct archive *archive, const uint64_t *hash,
                      struct failure *failure);

/* Takes a manifest over, also on failure. */
int archive_add_manifest(struct archive *archive, struct manifest *manifest,
                         struct failure *failure);

/* Moves those that others replace into archive->replaced. */
int archive_part_replaced(struct archive *archive, struct failure *failure);

#endif
