#include "archive/commit.h"

#include <assert.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive_private.h"
#include "archive/catalog.h"
#include "archive/chain.h"
#include "archive/settle.h"
#include "io/output.h"

/* The link that the next manifest follows.  The catalog has the last but for
 * manifests that are marked, and those are loaded. */
static int
find_head(struct archive *archive, struct link *head, struct failure *failure)
{
    int known = catalog_head(archive, head, failure);

    if (known < 0)
        return -1;
    if (known == 0) /* no catalog, or one that does not fit: by all of them */
        return archive_load(archive, NULL, failure) == 0
                   ? chain_end(archive, head, failure)
                   : -1;
    for (uint32_t i = 0; i < archive->count; i++)
        if (archive->manifests[i].link.number > head->number)
            *head = archive->manifests[i].link;
    return 0;
}

/* Whether a manifest that this one replaces has the part already. */
static bool
had(const struct archive *archive, const struct manifest *manifest,
    const struct part *part)
{
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *old = &archive->manifests[i];
        bool replaced = false;

        for (uint32_t k = 0; k < manifest->replaces_count && !replaced; k++)
            replaced = strcmp(manifest->replaces[k], old->name) == 0;
        for (uint32_t k = 0; replaced && k < old->part_count; k++)
            if (part_compare(&old->parts[k], part) == 0 &&
                strcmp(old->parts[k].sha256, part->sha256) == 0)
                return true;
    }
    return false;
}

/* An archive that lost a manifest still has its parts: they are not
 * overwritten by others of the same name.  The same part may come again. */
static int
check_names(const struct archive *archive, const struct manifest *manifest,
            struct failure *failure)
{
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct part *part = &manifest->parts[i];
        struct part_bytes bytes;
        struct input input;
        char *path;
        int there = 0;

        /* what is on another tier was compared when it was copied there */
        if (part->tier[0] || had(archive, manifest, part))
            continue;
        there = depot_get(archive, part, false, &input, &path, failure);
        if (there > 0) {
            there = part_hash(NULL, &input, &bytes, failure);
            input_close(&input);
            if (there > 0 && part_fits(&bytes, part, path, failure) != 0)
                there = fail_at(failure, "an unknown part of that name is in "
                                         "the way (see xarchive fsck)");
        }
        free(path);
        if (there < 0)
            return -1;
    }
    return 0;
}

_Static_assert(sizeof MANIFEST_DIRECTORY + MANIFEST_NAME_MAX +
                       sizeof "/..tmp" <=
                   PART_PATH_MAX,
               "room for the names of a manifest's file");

/* The names of a manifest's file: hidden, and final. */
static void
name_files(const struct manifest *manifest, char hidden[PART_PATH_MAX],
           char final[PART_PATH_MAX])
{
    snprintf(hidden, PART_PATH_MAX, MANIFEST_DIRECTORY "/.%s.tmp",
             manifest->name);
    snprintf(final, PART_PATH_MAX, MANIFEST_DIRECTORY "/%s", manifest->name);
}

/* Whether the hidden file reads as what was written. */
static int
read_back(const struct archive *archive, const struct manifest *manifest,
          const struct bytes *text, struct failure *failure)
{
    char hidden[PART_PATH_MAX], final[PART_PATH_MAX];
    struct bytes again = {0};
    struct manifest read;
    int there;

    name_files(manifest, hidden, final);
    there = archive_read_manifest(archive, strrchr(hidden, '/') + 1,
                                  manifest->name, &read, failure);
    if (there == 0)
        fail(failure, FAILURE_ENVIRONMENT, "%s/%s: it has disappeared",
             archive->directory, hidden);
    if (there > 0 && manifest_format(&read, &again, failure) != 0)
        there = -1;
    if (there > 0 && (again.size != text->size ||
                      memcmp(again.bytes, text->bytes, text->size) != 0))
        there = fail(failure, FAILURE_DATA,
                     "%s/%s: it does not read back as it was written",
                     archive->directory, hidden);
    bytes_free(&again);
    manifest_free(&read);
    return there > 0 ? 0 : -1;
}

static int
write_text(const struct archive *archive, const struct bytes *text,
           const char *relative, struct sync *sync, struct failure *failure)
{
    char *path = archive_path(archive, relative, failure);
    struct output output = {.fd = -1};
    int result = -1;

    if (path)
        result = output_open_below(&output, &archive->root, path, failure);
    if (result == 0)
        result = output_put(&output, text->bytes, text->size);
    if (result == 0)
        result = sync_add(sync, &output, failure);
    else
        output_abandon(&output);
    free(path);
    return result;
}

/* Writes a manifest, as the one after head, under its hidden name; head is
 * then its link.  The mark comes first, and is durable with it. */
static int
write_hidden(const struct archive *archive, struct manifest *manifest,
             struct link *head, struct sync *sync, struct failure *failure)
{
    char hidden[PART_PATH_MAX], final[PART_PATH_MAX];
    struct link *link = &manifest->link;
    struct sha256 sha256 = {0};
    struct bytes text = {0};
    int result;

    assert(manifest->name[0] && head->sha256[0]); /* or "-" */
    *link = (struct link){.number = head->number + 1};
    memcpy(link->name, manifest->name, sizeof link->name);
    memcpy(link->previous, head->sha256, sizeof link->previous);
    name_files(manifest, hidden, final);
    result = manifest_format(manifest, &text, failure);
    if (result == 0)
        result = sha256_begin(&sha256, failure);
    if (result == 0) {
        sha256_add(&sha256, text.bytes, text.size);
        sha256_end(&sha256, link->sha256);
        *head = *link;
        result = settle_mark(archive, manifest->name, failure);
    }
    if (result == 0)
        result = write_text(archive, &text, hidden, sync, failure);
    if (result == 0)
        result = read_back(archive, manifest, &text, failure);
    bytes_free(&text);
    return result;
}

/* Gives a manifest its name: 0 or -1. */
static int
name_manifest(const struct archive *archive, const struct manifest *manifest,
              struct failure *failure)
{
    char hidden[PART_PATH_MAX], final[PART_PATH_MAX];
    char *from, *to;
    int moved = -1;

    name_files(manifest, hidden, final);
    from = archive_path(archive, hidden, failure);
    to = archive_path(archive, final, failure);
    if (from && to)
        moved = root_rename(&archive->root, from, to, failure);
    if (moved == 0)
        moved =
            fail(failure, FAILURE_ENVIRONMENT, "%s: it has disappeared", from);
    free(from);
    free(to);
    return moved > 0 ? 0 : -1;
}

/* What is in MANIFEST_DIRECTORY so far, and parts, made durable. */
static int
sync_manifests(const struct archive *archive, struct sync *sync,
               struct failure *failure)
{
    char *path = archive_path(archive, MANIFEST_DIRECTORY, failure);
    int result = path ? sync_add_directory(sync, path, failure) : -1;

    free(path);
    return result == 0 ? sync_all(sync, &archive->root, failure) : -1;
}

/* Writes all, then names them in the order of the chain; *done: how many.  The
 * commit is when the names are durable. */
static int
write_all(struct archive *archive, struct manifest *manifests, uint32_t count,
          struct sync *sync, uint32_t *done, struct failure *failure)
{
    struct link head;

    for (uint32_t i = 0; i < count; i++)
        if (check_names(archive, &manifests[i], failure) != 0)
            return -1;
    if (root_check(&archive->root, failure) != 0 ||
        find_head(archive, &head, failure) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        if (write_hidden(archive, &manifests[i], &head, sync, failure) != 0)
            return -1;
    if (sync_manifests(archive, sync, failure) != 0)
        return -1;
    for (; *done < count; ++*done)
        if (name_manifest(archive, &manifests[*done], failure) != 0)
            return -1;
    return sync_manifests(archive, sync, failure);
}

/* Gives the parts of the manifests of those names their names, removes what
 * they replace, and then their marks. */
static int
take_effect(struct archive *archive, char (*names)[MANIFEST_NAME_MAX],
            uint32_t count, struct sync *sync, struct failure *failure)
{
    assert(archive->count >= count);
    for (uint32_t i = archive->count - count; i < archive->count; i++)
        if (settle_publish(archive, &archive->manifests[i], sync, failure) != 0)
            return -1;
    if (sync_all(sync, &archive->root, failure) != 0)
        return -1;
    if (archive_part_replaced(archive, failure) != 0 ||
        settle_replaced(archive, failure) != 0)
        return -1;
    if (catalog_update(archive, failure) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        if (settle_unmark(archive, names[i], failure) != 0)
            return -1;
    return 0;
}

int
archive_commit(struct archive *archive, struct manifest *manifests,
               uint32_t count, struct sync *sync, struct failure *failure)
{
    char(*names)[MANIFEST_NAME_MAX] = allocate(failure, count, sizeof *names);
    uint32_t done = 0;
    int result = -1;

    assert(archive->writes && count > 0);
    if (names)
        result = write_all(archive, manifests, count, sync, &done, failure);
    for (uint32_t i = 0; i < count; i++) {
        if (i >= done) {
            settle_forget(archive, &manifests[i]);
            manifest_free(&manifests[i]);
            continue;
        }
        memcpy(names[i], manifests[i].name, sizeof names[i]);
        if (archive_add_manifest(archive, &manifests[i], failure) != 0)
            result = -1;
    }
    if (result == 0)
        result = take_effect(archive, names, count, sync, failure);
    sync_drop(sync);
    free(names);
    return result;
}

/* ---- after a kill -------------------------------------------------------- */

/* Ends a marked manifest; one that never came to be leaves only the mark. */
static int
resume_one(struct archive *archive, const char *name,
           const struct manifest_name *parsed, struct failure *failure)
{
    if (archive_load_hash(archive, &parsed->stream, failure) != 0)
        return -1;
    for (uint32_t i = 0; i < archive->count; i++)
        if (strcmp(archive->manifests[i].name, name) == 0 &&
            settle_leftovers(archive, &archive->manifests[i], failure) != 0)
            return -1;
    return settle_replaced(archive, failure);
}

/* Ends all that are marked, how many; and removes what was only begun. */
static int64_t
resume_marked(struct archive *archive, const char *path,
              struct failure *failure)
{
    const struct directory *list = &archive->list;
    int64_t count = 0;

    /* names are in order: hidden ones come first */
    for (size_t i = 0; i < list->count && list->names[i][0] <= '.'; i++) {
        char room[MANIFEST_NAME_MAX];
        struct manifest_name parsed;
        const char *name = settle_marked(archive->list.names[i], room, &parsed);

        if (name && resume_one(archive, name, &parsed, failure) != 0)
            return -1;
        count += name != NULL;
        if (!name && fnmatch(".*.tmp", archive->list.names[i], 0) == 0 &&
            root_sweep(&archive->root, path, ".*.tmp", failure) != 0)
            return -1;
    }
    return count;
}

int
archive_unmark(struct archive *archive, struct failure *failure)
{
    assert(archive->writes);
    for (size_t i = 0; i < archive->list.count; i++) {
        char room[MANIFEST_NAME_MAX];
        struct manifest_name parsed;
        const char *name = settle_marked(archive->list.names[i], room, &parsed);

        if (name && settle_unmark(archive, name, failure) != 0)
            return -1;
    }
    return 0;
}

int
archive_resume(struct archive *archive, struct failure *failure)
{
    char *path = archive_path(archive, MANIFEST_DIRECTORY, failure);
    int64_t marked = -1;

    assert(archive->writes);
    /* a name may not be durable yet that is about to be relied on */
    if (path && root_sync(&archive->root, path, failure) == 0)
        marked = resume_marked(archive, path, failure);
    free(path);
    if (marked <= 0)
        return marked < 0 ? -1 : 0;
    return catalog_update(archive, failure) == 0
               ? archive_unmark(archive, failure)
               : -1;
}

int
archive_resume_all(struct archive *archive, struct failure *failure)
{
    char *path = archive_path(archive, MANIFEST_DIRECTORY, failure);
    int result = path ? root_sync(&archive->root, path, failure) : -1;

    assert(archive->writes);
    if (result == 0)
        result = root_sweep(&archive->root, path, ".*.tmp", failure);
    free(path);
    if (result == 0)
        result = archive_load(archive, NULL, failure);
    for (uint32_t i = 0; result == 0 && i < archive->count; i++)
        result = settle_leftovers(archive, &archive->manifests[i], failure);
    return result == 0 ? settle_replaced(archive, failure) : -1;
}
