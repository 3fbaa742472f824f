/* archive.h - an archive on disk: a directory of parts and their manifests.
 *
 * Whoever changes it holds its lock.  Readers need none: parts never change,
 * and a part that a compaction took away is found again by reading the
 * manifests anew.
 */
#ifndef ARCHIVE_ARCHIVE_H
#define ARCHIVE_ARCHIVE_H

#include "archive/manifest.h"

enum archive_mode {
    ARCHIVE_READ,
    ARCHIVE_WRITE, /* takes the lock; ends what a killed program began */
    ARCHIVE_CREATE /* the same, and makes it when there is none */
};

struct archive {
    const char *directory;
    int lock;                   /* -1: none */
    struct manifest *manifests; /* by name; those replaced left out; owned */
    uint32_t count;
};

/* directory must outlive the archive. */
int archive_open(struct archive *archive, const char *directory,
                 enum archive_mode mode, struct failure *failure);
void archive_close(struct archive *archive);

/* Adds a manifest whose parts lie hidden in the archive: writes it, which is
 * the commit, then gives the parts their names.  The manifest is taken over,
 * also on failure. */
int archive_commit(struct archive *archive, struct manifest *manifest,
                   struct failure *failure);

/* The path under which a part can be read, for the caller to free: its name,
 * or the hidden one when a program was killed between the two. */
char *archive_part_path(const struct archive *archive,
                        const struct part_facts *part, struct failure *failure);

#endif
