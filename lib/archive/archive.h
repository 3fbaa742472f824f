/* archive.h - an archive on disk: a directory of parts and their manifests.
 *
 *      archive_open      finds it, takes its lock, lists the manifests
 *      archive_load      reads them: of one stream, or all
 *      archive_close     (commit.h changes it)
 *
 * Whoever changes it holds its lock.  Readers need none: parts never change,
 * and a part that a compaction took away is found again by opening the archive
 * once more.
 *
 * Everything below the directory is opened without following links, and only
 * regular files are (io/root.h).
 */
#ifndef ARCHIVE_ARCHIVE_H
#define ARCHIVE_ARCHIVE_H

#include "archive/depot.h"
#include "archive/manifest.h"
#include "io/root.h"

enum archive_mode {
    ARCHIVE_READ,
    ARCHIVE_WRITE, /* takes the lock */
    ARCHIVE_CREATE /* the same, and makes it when there is none */
};

struct archive {
    struct root root;
    const char *directory; /* as given */
    bool writes;           /* it has the lock */
    struct directory list; /* names in MANIFEST_DIRECTORY */
    bool *loaded;          /* of each of them; owned */
    struct depots depots;  /* the other tiers */

    /* Those loaded; those that others replace, which a killed compaction has
     * left; both owned, in order of their names as far as they were loaded
     * together. */
    struct manifest *manifests, *replaced;
    uint32_t count, replaced_count;
    size_t capacity, replaced_capacity;

    /* Asked in long work; true: it is to end early.  NULL: never. */
    bool (*stopped)(void *owner);
    void *owner;
};

/* directory must outlive the archive.  patience: see root_lock.  Close it in
 * either case. */
int archive_open(struct archive *archive, const char *directory,
                 enum archive_mode mode, const struct patience *patience,
                 struct failure *failure);
void archive_close(struct archive *archive);

/* Reads the manifests of a stream (NULL: all) that are not loaded yet. */
int archive_load(struct archive *archive, const char *stream,
                 struct failure *failure);

/* Opens the same archive once more, to read, with all manifests. */
int archive_again(struct archive *again, const struct archive *archive,
                  struct failure *failure);

/* Whether the archive has other manifests by now than it had when it was
 * opened: 1, 0 or -1. */
int archive_changed(const struct archive *archive, struct failure *failure);

static inline bool
archive_is_stopped(const struct archive *archive)
{
    return archive->stopped && archive->stopped(archive->owner);
}

/* ---- files --------------------------------------------------------------- */

/* "DIRECTORY/path", for the caller to free; NULL if out of memory. */
char *archive_path(const struct archive *archive, const char *path,
                   struct failure *failure);

/* Opens a part to read, under its name or, when a program was killed before
 * it was published, the hidden one.  input->name is *path then, which the
 * caller frees in any case.  1; 0 when it is missing; -1. */
int archive_open_part(const struct archive *archive, const struct part *part,
                      struct input *input, char **path,
                      struct failure *failure);

#endif
