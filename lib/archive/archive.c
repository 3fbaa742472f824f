#include "archive/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/directory.h"
#include "io/move.h"

#define LOCK_NAME "lock"

static int
no_memory(struct failure *failure)
{
    return fail_memory(failure);
}

/* ---- opening ------------------------------------------------------------- */

static int
take_lock(struct archive *archive, struct failure *failure)
{
    char *path = path_join(archive->directory, LOCK_NAME);
    struct failure reason = {0};
    bool taken;

    if (!path)
        return no_memory(failure);
    archive->lock = directory_lock(path, &taken, &reason);
    free(path);
    if (archive->lock >= 0)
        return 0;
    if (taken)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s: another program is writing to this archive; run it "
                    "again",
                    archive->directory);
    *failure = reason;
    return -1;
}

static int
none_here(const struct archive *archive, struct failure *failure)
{
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: there is no archive; xarchive put makes one",
                archive->directory);
}

/* Whether there is an archive, by its directories: one of parts will do, so
 * that an archive that lost its manifests is not taken for somebody else's
 * directory, nor for an empty one.  1, 0 or -1; *foreign is the caller's to
 * free: a name in a directory that is none, NULL when that is empty. */
static int
is_there(const struct archive *archive, char **foreign, struct failure *failure)
{
    struct directory list;
    int result = directory_list(&list, archive->directory, failure);
    bool found = false;

    *foreign = NULL;
    if (result <= 0)
        return result;
    for (size_t i = 0; i < list.count && !found; i++)
        found = strcmp(list.names[i], MANIFEST_DIRECTORY) == 0 ||
                strncmp(list.names[i], "type=", 5) == 0;
    if (!found && list.count > 0) {
        *foreign = strdup(list.names[0]);
        if (!*foreign)
            result = no_memory(failure);
    }
    directory_free(&list);
    return result < 0 ? -1 : found;
}

static int
make(struct archive *archive, struct failure *failure)
{
    char *tapes = path_join(archive->directory, MANIFEST_DIRECTORY);
    int result;

    if (!tapes)
        return no_memory(failure);
    result = directory_make(archive->directory, failure);
    if (result == 0)
        result = directory_make(tapes, failure);
    free(tapes);
    return result;
}

/* Finds the archive, or makes one where it may. */
static int
find(struct archive *archive, enum archive_mode mode, struct failure *failure)
{
    char *foreign;
    int there = is_there(archive, &foreign, failure);

    if (there == 0 && mode != ARCHIVE_CREATE)
        there = none_here(archive, failure);
    else if (there == 0 && foreign)
        there = fail(failure, FAILURE_USAGE,
                     "%s: not an archive, it holds %s: name a new or empty "
                     "directory",
                     archive->directory, foreign);
    free(foreign);
    if (there < 0)
        return -1;
    return mode == ARCHIVE_READ ? 0 : make(archive, failure);
}

static int
load(struct archive *archive, struct failure *failure)
{
    char *path = path_join(archive->directory, MANIFEST_DIRECTORY);
    struct directory list;
    int result;

    if (!path)
        return no_memory(failure);
    result = directory_list(&list, path, failure);
    free(path);
    if (result < 0)
        return -1;
    archive->manifests =
        allocate(failure, list.count, sizeof *archive->manifests);
    result = archive->manifests ? 0 : -1;
    for (size_t i = 0; result == 0 && i < list.count; i++) {
        if (!manifest_is_name(list.names[i])) /* somebody else's */
            continue;
        result = manifest_read(&archive->manifests[archive->count++],
                               archive->directory, list.names[i], failure);
    }
    directory_free(&list);
    return result;
}

static bool
is_replaced(const struct archive *archive, const char *name)
{
    for (uint32_t i = 0; i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].replaces_count; k++)
            if (strcmp(archive->manifests[i].replaces[k], name) == 0)
                return true;
    return false;
}

static int
remove_manifest(const struct archive *archive, const struct manifest *manifest,
                struct failure *failure)
{
    int result = 0;
    char *path;

    for (uint32_t i = 0; result == 0 && i < manifest->part_count; i++) {
        path = path_join(archive->directory, manifest->parts[i].path);
        result = path ? directory_remove(path, failure) : no_memory(failure);
        free(path);
    }
    if (result != 0)
        return -1;
    if (asprintf(&path, "%s/" MANIFEST_DIRECTORY "/%s", archive->directory,
                 manifest->name) < 0)
        return no_memory(failure);
    result = directory_remove(path, failure);
    free(path);
    return result;
}

/* Leaves out, and with the lock removes, what a compaction has replaced. */
static int
drop_replaced(struct archive *archive, struct failure *failure)
{
    uint32_t kept = 0;
    int result = 0;

    for (uint32_t i = 0; i < archive->count; i++) {
        struct manifest *manifest = &archive->manifests[i];

        if (!is_replaced(archive, manifest->name)) {
            kept++;
            continue;
        }
        if (result == 0 && archive->lock >= 0)
            result = remove_manifest(archive, manifest, failure);
        manifest_free(manifest);
        memmove(manifest, manifest + 1,
                (archive->count - i - 1) * sizeof *manifest);
        archive->count--;
        i--;
    }
    archive->count = kept;
    return result;
}

/* Gives the parts of a committed manifest their names. */
static int
publish(const struct archive *archive, const struct manifest *manifest,
        struct failure *failure)
{
    int result = 0;

    for (uint32_t i = 0; result >= 0 && i < manifest->part_count; i++) {
        char *path = path_join(archive->directory, manifest->parts[i].path);
        char *hidden = path ? part_hidden(path) : NULL;

        result = hidden ? file_move(hidden, path, failure) : no_memory(failure);
        free(hidden);
        free(path);
    }
    return result < 0 ? -1 : 0;
}

/* What a run left that was killed at its manifest: one without its name yet,
 * or one whose name is not durable, and is about to be relied on. */
static int
settle_manifests(const struct archive *archive, struct failure *failure)
{
    char *path = path_join(archive->directory, MANIFEST_DIRECTORY);
    int result =
        path ? directory_sweep(path, ".*.tmp", failure) : no_memory(failure);

    if (result == 0)
        result = directory_sync(path, failure);

    free(path);
    return result;
}

int
archive_open(struct archive *archive, const char *directory,
             enum archive_mode mode, struct failure *failure)
{
    *archive = (struct archive){.directory = directory, .lock = -1};
    if (find(archive, mode, failure) != 0)
        return -1;
    if (mode != ARCHIVE_READ && take_lock(archive, failure) != 0)
        return -1;
    if (load(archive, failure) != 0)
        return -1;
    if (mode != ARCHIVE_READ && settle_manifests(archive, failure) != 0)
        return -1;
    if (drop_replaced(archive, failure) != 0)
        return -1;
    for (uint32_t i = 0; mode != ARCHIVE_READ && i < archive->count; i++)
        if (publish(archive, &archive->manifests[i], failure) != 0)
            return -1;
    return 0;
}

void
archive_close(struct archive *archive)
{
    for (uint32_t i = 0; i < archive->count; i++)
        manifest_free(&archive->manifests[i]);
    free(archive->manifests);
    directory_unlock(archive->lock);
    *archive = (struct archive){.lock = -1};
}

/* ---- changing ------------------------------------------------------------ */

/* Whoever lost a manifest still has its parts: they are not written over by
 * others of their names.  The same part may come again. */
static int
check_names(const struct archive *archive, const struct manifest *manifest,
            struct failure *failure)
{
    int result = 0;

    for (uint32_t i = 0; result == 0 && i < manifest->part_count; i++) {
        char *path = path_join(archive->directory, manifest->parts[i].path);

        if (!path)
            return no_memory(failure);
        if (access(path, F_OK) == 0 &&
            part_verify(path, &manifest->parts[i], failure) != 0)
            result = fail_at(failure,
                             "another part of that name, of no tape that is "
                             "known, is in the way (xarchive fsck tells more)");
        free(path);
    }
    return result;
}

int
archive_commit(struct archive *archive, struct manifest *manifest,
               struct failure *failure)
{
    struct manifest *larger =
        reallocarray(archive->manifests, archive->count + 1UL, sizeof *larger);

    if (!larger) {
        manifest_free(manifest);
        return no_memory(failure);
    }
    archive->manifests = larger;
    larger[archive->count] = *manifest;
    memset(manifest, 0, sizeof *manifest);
    archive->count++;
    if (check_names(archive, &larger[archive->count - 1], failure) != 0 ||
        manifest_write(&larger[archive->count - 1], archive->directory,
                       failure) != 0 ||
        publish(archive, &larger[archive->count - 1], failure) != 0)
        return -1;
    return drop_replaced(archive, failure);
}

char *
archive_part_path(const struct archive *archive, const struct part_facts *part,
                  struct failure *failure)
{
    char *path = path_join(archive->directory, part->path), *hidden;

    if (path && access(path, F_OK) == 0)
        return path;
    hidden = path ? part_hidden(path) : NULL;
    if (hidden && access(hidden, F_OK) == 0) {
        free(path);
        return hidden;
    }
    free(hidden);
    if (!path)
        no_memory(failure);
    return path; /* opening it will tell what is wrong */
}
