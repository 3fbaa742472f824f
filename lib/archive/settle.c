#include "archive/settle.h"

#include <assert.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK ".open" /* ".NAME.open" */

/* ---- marks --------------------------------------------------------------- */

static char *
mark_path(const struct archive *archive, const char *name,
          struct failure *failure)
{
    char mark[sizeof MANIFEST_DIRECTORY + MANIFEST_NAME_MAX + 16];

    snprintf(mark, sizeof mark, MANIFEST_DIRECTORY "/.%s" MARK, name);
    return archive_path(archive, mark, failure);
}

int
settle_mark(const struct archive *archive, const char *name,
            struct failure *failure)
{
    char *path = mark_path(archive, name, failure);
    int fd = -1, there = -1;

    assert(archive->writes);
    if (path)
        there = root_open_file(&archive->root, path, O_WRONLY | O_CREAT, &fd,
                               failure);
    if (fd >= 0)
        close(fd);
    if (there == 0)
        fail(failure, FAILURE_ENVIRONMENT, "%s: cannot create it", path);
    free(path);
    return there > 0 ? 0 : -1;
}

int
settle_unmark(const struct archive *archive, const char *name,
              struct failure *failure)
{
    char *path = mark_path(archive, name, failure);
    int result = path ? root_remove(&archive->root, path, failure) : -1;

    assert(archive->writes);
    free(path);
    return result;
}

const char *
settle_marked(const char *mark, char room[MANIFEST_NAME_MAX],
              struct manifest_name *parsed)
{
    size_t size = strlen(mark);

    if (size < sizeof MARK + 1 || size - sizeof MARK >= MANIFEST_NAME_MAX ||
        fnmatch(".*" MARK, mark, 0) != 0)
        return NULL;
    memcpy(room, mark + 1, size - sizeof MARK);
    room[size - sizeof MARK] = '\0';
    return manifest_name_parse(parsed, room) ? room : NULL;
}

/* ---- publishing ---------------------------------------------------------- */

/* Publishes a part that a killed program left hidden. */
static int
publish_leftover(const struct archive *archive, const struct part *part,
                 const char *hidden, const char *path, struct failure *failure)
{
    int good = depot_is_part(archive, part, false, failure);

    if (good > 0)
        return root_remove(&archive->root, hidden, failure);
    if (good == 0)
        good = depot_is_part(archive, part, true, failure);
    if (good < 0)
        return -1;
    if (good == 0)
        return fail(failure, FAILURE_DATA,
                    "%s: not the part that its manifest names: remove it, and "
                    "put the tape again",
                    hidden);
    return root_move(&archive->root, hidden, path, failure) < 0 ? -1 : 0;
}

/* The paths of a part and of its hidden name, to be freed; NULL if out of
 * memory. */
static void
find_paths(const struct archive *archive, const struct part *part, char **path,
           char **hidden, struct failure *failure)
{
    char relative[PART_PATH_MAX];

    part_name_path(&part->name, relative);
    *path = archive_path(archive, relative, failure);
    part_name_hidden(&part->name, relative);
    *hidden = archive_path(archive, relative, failure);
}

/* Publishes a part, or with sync one that was written just now.  On other
 * tiers than hot it has its name before the manifest has (depot_copy). */
static int
publish(const struct archive *archive, const struct part *part,
        struct sync *sync, struct failure *failure)
{
    char *path, *hidden;
    int result = -1;

    if (part->tier[0])
        return 0;
    find_paths(archive, part, &path, &hidden, failure);
    if (path && hidden && sync) {
        result = root_rename(&archive->root, hidden, path, failure);
        *strrchr(path, '/') = '\0';
        if (result > 0)
            result = sync_add_directory(sync, path, failure);
    } else if (path && hidden) {
        result = depot_has(archive, part, true, failure);
        if (result > 0)
            result = publish_leftover(archive, part, hidden, path, failure);
    }
    free(hidden);
    free(path);
    return result < 0 ? -1 : 0;
}

int
settle_publish(const struct archive *archive, const struct manifest *manifest,
               struct sync *sync, struct failure *failure)
{
    assert(archive->writes && sync);
    for (uint32_t i = 0; i < manifest->part_count; i++)
        if (publish(archive, &manifest->parts[i], sync, failure) != 0)
            return -1;
    return 0;
}

int
settle_leftovers(const struct archive *archive, const struct manifest *manifest,
                 struct failure *failure)
{
    assert(archive->writes);
    for (uint32_t i = 0; i < manifest->part_count; i++)
        if (publish(archive, &manifest->parts[i], NULL, failure) != 0)
            return -1;
    return 0;
}

/* ---- what was replaced --------------------------------------------------- */

static int
by_place(const void *a, const void *b)
{
    return part_compare(a, b);
}

/* All parts of the loaded manifests, by name and tier; the caller frees. */
static struct part *
all_parts(const struct archive *archive, size_t *count, struct failure *failure)
{
    struct part *parts;
    size_t total = 0;

    for (uint32_t i = 0; i < archive->count; i++)
        total += archive->manifests[i].part_count;
    parts = allocate(failure, total + 1, sizeof *parts);
    *count = 0;
    for (uint32_t i = 0; parts && i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].part_count; k++)
            parts[(*count)++] = archive->manifests[i].parts[k];
    assert(!parts || *count == total);
    if (parts)
        qsort(parts, total, sizeof *parts, by_place);
    return parts;
}

static int
remove_manifest(const struct archive *archive, const struct manifest *manifest,
                const struct part *kept, size_t count, struct failure *failure)
{
    char relative[sizeof MANIFEST_DIRECTORY + MANIFEST_NAME_MAX], *path;
    int result;

    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct part *part = &manifest->parts[i];

        if (!bsearch(part, kept, count, sizeof *kept, by_place) &&
            depot_remove(archive, part, failure) != 0)
            return -1;
    }
    snprintf(relative, sizeof relative, MANIFEST_DIRECTORY "/%s",
             manifest->name);
    path = archive_path(archive, relative, failure);
    result = path ? root_remove(&archive->root, path, failure) : -1;
    free(path);
    return result;
}

int
settle_replaced(struct archive *archive, struct failure *failure)
{
    struct part *kept;
    size_t count;
    int result = 0;

    assert(archive->writes);
    if (archive->replaced_count == 0)
        return 0;
    kept = all_parts(archive, &count, failure);
    if (!kept)
        return -1;
    while (result == 0 && archive->replaced_count > 0) {
        struct manifest *last = &archive->replaced[archive->replaced_count - 1];

        result = remove_manifest(archive, last, kept, count, failure);
        if (result == 0) {
            manifest_free(last);
            archive->replaced_count--;
        }
    }
    free(kept);
    return result;
}

void
settle_forget(const struct archive *archive, const struct manifest *manifest)
{
    struct failure ignored = {0};
    char relative[PART_PATH_MAX];

    for (uint32_t i = 0; i < manifest->part_count; i++) {
        char *path;

        if (manifest->parts[i].tier[0])
            continue; /* it is no part that was written */
        part_name_hidden(&manifest->parts[i].name, relative);
        path = archive_path(archive, relative, &ignored);
        if (path)
            (void)root_remove(&archive->root, path, &ignored);
        free(path);
    }
}
