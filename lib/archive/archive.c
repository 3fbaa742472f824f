#include "archive/archive.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive_private.h"
#include "base/array.h"

#define MANIFEST_MAX (256 * 1024 * 1024) /* bytes */
#define TRIES        100

char *
archive_path(const struct archive *archive, const char *path,
             struct failure *failure)
{
    char *whole = NULL;

    assert(path[0] != '/');
    if (asprintf(&whole, "%s/%s", archive->directory, path) >= 0)
        return whole;
    fail_memory(failure);
    return NULL;
}

/* ---- opening ------------------------------------------------------------- */

static int
none_here(const struct archive *archive, struct failure *failure)
{
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: there is no archive; xarchive put creates one",
                archive->directory);
}

/* Whether the open directory is an archive: one directory of parts will do, so
 * that an archive that lost its manifests is not taken for a foreign
 * directory, nor for an empty one.  1, 0 or -1; *foreign is the caller's to
 * free: a name in what is not a directory, NULL when that is empty. */
static int
is_there(const struct archive *archive, char **foreign, struct failure *failure)
{
    struct directory list;
    int result = root_list(&archive->root, archive->directory, &list, failure);
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
            result = fail_memory(failure);
    }
    directory_free(&list);
    return result < 0 ? -1 : found;
}

static int
open_root(struct archive *archive, bool create, struct failure *failure)
{
    int there = root_open(&archive->root, archive->directory, failure);

    if (there == 0 && create) {
        if (directory_make(archive->directory, failure) != 0)
            return -1;
        there = root_open(&archive->root, archive->directory, failure);
    }
    return there == 0 ? none_here(archive, failure) : there < 0 ? -1 : 0;
}

/* Finds the archive, or makes one where it may. */
static int
find(struct archive *archive, enum archive_mode mode, struct failure *failure)
{
    char *foreign, *tapes;
    int there, result;

    if (open_root(archive, mode == ARCHIVE_CREATE, failure) != 0)
        return -1;
    there = is_there(archive, &foreign, failure);
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
    if (mode == ARCHIVE_READ)
        return 0;
    tapes = archive_path(archive, MANIFEST_DIRECTORY, failure);
    result = tapes ? root_make(&archive->root, tapes, failure) : -1;
    free(tapes);
    return result;
}

static int
take_lock(struct archive *archive, const struct patience *patience,
          struct failure *failure)
{
    struct failure reason = {0};
    bool taken;

    assert(!archive->writes); /* the lock is taken once */

    if (root_lock(&archive->root, patience, &taken, &reason) == 0) {
        archive->writes = true;
        return 0;
    }
    if (taken)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s: another program is writing to this archive; run it "
                    "again, or with --wait",
                    archive->directory);
    *failure = reason;
    return -1;
}

static int
list_manifests(struct archive *archive, struct failure *failure)
{
    char *path = archive_path(archive, MANIFEST_DIRECTORY, failure);
    int result =
        path ? root_list(&archive->root, path, &archive->list, failure) : -1;

    assert(!archive->loaded); /* it belongs to the list before */
    free(path);
    if (result < 0)
        return -1;
    archive->loaded =
        allocate(failure, archive->list.count + 1, sizeof *archive->loaded);
    return archive->loaded ? 0 : -1;
}

int
archive_open(struct archive *archive, const char *directory,
             enum archive_mode mode, const struct patience *patience,
             struct failure *failure)
{
    *archive = (struct archive){.directory = directory,
                                .root = {.fd = -1, .lock = -1}};
    if (find(archive, mode, failure) != 0)
        return -1;
    if (mode != ARCHIVE_READ && take_lock(archive, patience, failure) != 0)
        return -1;
    if (depots_open(&archive->depots, archive, failure) != 0)
        return -1;
    return list_manifests(archive, failure);
}

int
archive_again(struct archive *again, const struct archive *archive,
              struct failure *failure)
{
    if (archive_open(again, archive->directory, ARCHIVE_READ, NULL, failure) !=
        0)
        return -1;
    again->stopped = archive->stopped;
    again->owner = archive->owner;
    return archive_load(again, NULL, failure);
}

/* The next manifest in a list from a place on; moves past it.  NULL: no more.
 */
static const char *
next_manifest(const struct directory *list, size_t *at)
{
    struct manifest_name name;

    while (*at < list->count)
        if (manifest_name_parse(&name, list->names[(*at)++]))
            return list->names[*at - 1];
    return NULL;
}

int
archive_changed(const struct archive *archive, struct failure *failure)
{
    char *path = archive_path(archive, MANIFEST_DIRECTORY, failure);
    struct directory now;
    const char *a, *b;
    size_t i = 0, k = 0;

    if (!path || root_list(&archive->root, path, &now, failure) < 0) {
        free(path);
        return -1;
    }
    do {
        a = next_manifest(&archive->list, &i);
        b = next_manifest(&now, &k);
    } while (a && b && strcmp(a, b) == 0);
    directory_free(&now);
    free(path);
    return a || b;
}

void
archive_close(struct archive *archive)
{
    for (uint32_t i = 0; i < archive->count; i++)
        manifest_free(&archive->manifests[i]);
    for (uint32_t i = 0; i < archive->replaced_count; i++)
        manifest_free(&archive->replaced[i]);
    free(archive->manifests);
    free(archive->replaced);
    free(archive->loaded);
    directory_free(&archive->list);
    depots_close(&archive->depots);
    if (archive->root.path)
        root_close(&archive->root);
    *archive = (struct archive){.root = {.fd = -1, .lock = -1}};
}

/* ---- manifests ----------------------------------------------------------- */

int
archive_read_text(const struct archive *archive, const char *path, char **text,
                  size_t *size, struct failure *failure)
{
    struct input input;
    ssize_t count = -1;
    int there = input_open_below(&input, &archive->root, path, failure);

    *text = NULL;
    if (there <= 0)
        return there;
    if (input.size > MANIFEST_MAX)
        fail(failure, FAILURE_DATA, "%s: longer than %d bytes", path,
             MANIFEST_MAX);
    else
        *text = allocate(failure, input.size + 1, 1);
    if (*text)
        count = input_read(&input, *text, (size_t)input.size, failure);
    *size = count > 0 ? (size_t)count : 0;
    input_close(&input);
    return count < 0 ? -1 : 1;
}

int
archive_read_manifest(const struct archive *archive, const char *file,
                      const char *name, struct manifest *manifest,
                      struct failure *failure)
{
    char path[sizeof MANIFEST_DIRECTORY + MANIFEST_NAME_MAX + 16];
    char *whole, *text = NULL;
    size_t size = 0;
    int length, there = -1;

    *manifest = (struct manifest){0};
    assert(strlen(name) < sizeof manifest->name);
    memcpy(manifest->name, name, strlen(name) + 1);
    length = snprintf(path, sizeof path, MANIFEST_DIRECTORY "/%s", file);
    assert(length > 0 && (size_t)length < sizeof path);
    whole = archive_path(archive, path, failure);
    if (whole)
        there = archive_read_text(archive, whole, &text, &size, failure);
    if (there > 0 && manifest_parse(manifest, text, size, failure) != 0) {
        fail_at(failure, "%s", whole);
        there = fail_hint(failure, "restore the file from a copy");
    }
    free(text);
    free(whole);
    return there;
}

static int
add(struct manifest **list, size_t *capacity, uint32_t *count,
    const struct manifest *manifest, struct failure *failure)
{
    struct manifest *grown =
        array_grow(*list, capacity, *count + 1UL, sizeof *grown, failure);

    if (!grown)
        return -1;
    *list = grown;
    grown[(*count)++] = *manifest;
    return 0;
}

int
archive_add_manifest(struct archive *archive, struct manifest *manifest,
                     struct failure *failure)
{
    if (add(&archive->manifests, &archive->capacity, &archive->count, manifest,
            failure) != 0) {
        manifest_free(manifest);
        return -1;
    }
    *manifest = (struct manifest){0};
    return 0;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names that some manifest replaces, in order; the caller frees.  They
 * point into the manifests. */
static const char **
replaced_names(const struct archive *archive, size_t *count,
               struct failure *failure)
{
    const char **names;
    size_t total = 0;

    for (uint32_t i = 0; i < archive->count; i++)
        total += archive->manifests[i].replaces_count;
    names = allocate(failure, total + 1, sizeof *names);
    *count = 0;
    for (uint32_t i = 0; names && i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].replaces_count; k++)
            names[(*count)++] = archive->manifests[i].replaces[k];
    assert(!names || *count == total);
    if (names)
        qsort(names, *count, sizeof *names, by_text);
    return names;
}

int
archive_part_replaced(struct archive *archive, struct failure *failure)
{
    size_t count;
    const char **names = replaced_names(archive, &count, failure);
    bool *is_replaced = allocate(failure, archive->count + 1UL, 1);
    uint32_t kept = 0;
    int result = names && is_replaced ? 0 : -1;

    if (result == 0 && count == 0) /* as mostly, and for each tape of a put */
        kept = archive->count;
    for (uint32_t i = 0; result == 0 && count > 0 && i < archive->count; i++) {
        const char *name = archive->manifests[i].name;

        is_replaced[i] = bsearch(&name, names, count, sizeof *names, by_text);
    }
    /* the names point into what is moved from here on */
    for (uint32_t i = kept; result == 0 && i < archive->count; i++) {
        if (!is_replaced[i])
            archive->manifests[kept++] = archive->manifests[i];
        else
            result =
                add(&archive->replaced, &archive->replaced_capacity,
                    &archive->replaced_count, &archive->manifests[i], failure);
    }
    if (result == 0)
        archive->count = kept;
    free(names);
    free(is_replaced);
    return result;
}

/* Reads the manifest of a name in the list, unless it was: 1; 0 when it is
 * gone; -1. */
static int
load_one(struct archive *archive, size_t number, struct failure *failure)
{
    struct manifest manifest;
    const char *name = archive->list.names[number];
    int there;

    assert(number < archive->list.count);
    if (archive->loaded[number])
        return 1;
    archive->loaded[number] = true;
    there = archive_read_manifest(archive, name, name, &manifest, failure);
    if (there > 0)
        return archive_add_manifest(archive, &manifest, failure) == 0 ? 1 : -1;
    manifest_free(&manifest);
    return there;
}

/* Lists the manifests anew; those that were loaded stay so. */
static int
list_again(struct archive *archive, struct failure *failure)
{
    struct directory before = archive->list;
    bool *loaded = archive->loaded;
    int result;

    archive->list = (struct directory){0};
    archive->loaded = NULL;
    result = list_manifests(archive, failure);
    for (size_t i = 0, k = 0; result == 0 && i < before.count; i++) {
        while (k < archive->list.count &&
               strcmp(archive->list.names[k], before.names[i]) < 0)
            k++;
        if (k < archive->list.count &&
            strcmp(archive->list.names[k], before.names[i]) == 0)
            archive->loaded[k] = loaded[i];
    }
    directory_free(&before);
    free(loaded);
    return result;
}

/* The place in the list, which is in order, of the first name that does not
 * come before those of a stream's hash. */
static size_t
first_of(const struct archive *archive, uint64_t hash)
{
    size_t from = 0, to = archive->list.count;
    char begin[24];

    snprintf(begin, sizeof begin, "%016" PRIx64, hash);
    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (strcmp(archive->list.names[middle], begin) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* Reads those of a hash (NULL: all) in the list: how many are gone, or -1. */
static int64_t
load_list(struct archive *archive, const uint64_t *hash,
          struct failure *failure)
{
    char end[24] = "";
    int64_t gone = 0;

    if (hash)
        snprintf(end, sizeof end, "%016" PRIx64 "~", *hash);
    for (size_t i = hash ? first_of(archive, *hash) : 0;
         i < archive->list.count; i++) {
        struct manifest_name name;
        int there;

        if (hash && strcmp(archive->list.names[i], end) > 0)
            break; /* the names that follow are of others */
        if (!manifest_name_parse(&name, archive->list.names[i]) ||
            (hash && name.stream != *hash))
            continue; /* not a manifest, or of another stream */
        there = load_one(archive, i, failure);
        if (there < 0)
            return -1;
        gone += there == 0;
    }
    return gone;
}

int
archive_load_hash(struct archive *archive, const uint64_t *hash,
                  struct failure *failure)
{
    int64_t gone = 1;

    assert(archive->loaded);
    /* a compaction that takes a manifest away has put another in its place,
     * which the list may be too old to have */
    for (int tries = 0; gone > 0; tries++) {
        if (tries == TRIES)
            return fail(failure, FAILURE_ENVIRONMENT,
                        "%s: its manifests keep changing: run it again",
                        archive->directory);
        if (tries > 0 && list_again(archive, failure) != 0)
            return -1;
        gone = load_list(archive, hash, failure);
    }
    return gone < 0 ? -1 : archive_part_replaced(archive, failure);
}

int
archive_load(struct archive *archive, const char *stream,
             struct failure *failure)
{
    uint64_t hash = stream ? manifest_stream_hash(stream) : 0;

    return archive_load_hash(archive, stream ? &hash : NULL, failure);
}

/* ---- parts --------------------------------------------------------------- */

int
archive_open_part(const struct archive *archive, const struct part *part,
                  struct input *input, char **path, struct failure *failure)
{
    int there = 0;

    *path = NULL;
    for (int hidden = 0; there == 0 && hidden < 2; hidden++) {
        char *name;

        there = depot_get(archive, part, hidden != 0, input, &name, failure);
        if (!name)
            return -1;
        if (there != 0 || !*path) { /* of one that is missing: its name */
            free(*path);
            *path = name;
        } else {
            free(name);
        }
    }
    assert(*path); /* what messages name, also when it is missing */
    return there;
}
