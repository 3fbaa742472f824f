#include "archive/depot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_private.h"
#include "archive/depot_id.h"
#include "io/directory.h"

#define MARKER "xtape-tier"
#define PIECE  (256 * 1024) /* bytes copied at once */

int
part_compare(const struct part *a, const struct part *b)
{
    int order = part_name_compare(&a->name, &b->name);

    return order ? order : strcmp(a->tier, b->tier);
}

/* ---- opening ------------------------------------------------------------- */

/* A part that moves within one directory would be copied onto itself, and then
 * removed: the tier may not be the archive, nor below it, nor one of those
 * before it. */
static void
check_place(struct depot *depot, const struct archive *archive,
            const struct depots *before)
{
    assert(depot->root.fd >= 0 && archive->root.fd >= 0);
    if (directory_is_within(depot->root.fd, archive->root.fd, depot->directory,
                            &depot->wrong) > 0)
        fail(&depot->wrong, FAILURE_USAGE,
             "%s/" POLICY_NAME ": the directory of tier %s, %s, is the "
             "archive's own or lies in it: name another one",
             archive->directory, depot->name, depot->directory);
    for (unsigned i = 0; i < before->count; i++)
        if (before->list[i].root.fd >= 0 &&
            directory_is_same(depot->root.fd, before->list[i].root.fd,
                              depot->directory, &depot->wrong) > 0)
            fail(&depot->wrong, FAILURE_USAGE,
                 "%s/" POLICY_NAME ": tiers %s and %s have the same directory, "
                 "%s: name another one",
                 archive->directory, before->list[i].name, depot->name,
                 depot->directory);
}

static char *
marker_path(const struct depot *depot, struct failure *failure)
{
    char *path = NULL;

    if (asprintf(&path, "%s/" MARKER, depot->directory) >= 0)
        return path;
    fail_memory(failure);
    return NULL;
}

/* Parts of two archives may have the same names: what one removes, the other
 * would lose. */
static int
check_owner(struct depot *depot, const struct archive *archive,
            struct failure *failure)
{
    struct failure ignored = {0};
    char own[DEPOT_ID_TEXT], *marker = marker_path(depot, failure);

    if (!marker)
        return -1;
    depot->fresh =
        depot_id_read(&depot->root, marker, depot->id, &ignored) <= 0;
    if (depot_id_own(archive, own, &depot->wrong) == 0 && depot->id[0] &&
        strcmp(depot->id, own) != 0) {
        depot->foreign = true;
        fail(&depot->wrong, FAILURE_USAGE,
             "%s: by its file " MARKER " it is a tier of another archive, "
             "%s: name a directory of its own for tier %s",
             depot->directory, depot->id, depot->name);
    }
    free(marker);
    return 0;
}

/* Its directory need not be there: then root.fd is below 0. */
static int
open_one(struct depot *depot, const struct archive *archive,
         const struct depots *before, const struct policy_tier *tier,
         struct failure *failure)
{
    struct failure ignored = {0};

    assert(strlen(tier->name) < sizeof depot->name);
    *depot = (struct depot){.root = {.fd = -1, .lock = -1}};
    memcpy(depot->name, tier->name, strlen(tier->name) + 1);
    depot->directory = tier->location[0] == '/'
                           ? strdup(tier->location)
                           : archive_path(archive, tier->location, failure);
    if (!depot->directory)
        return fail_memory(failure);
    if (root_open(&depot->root, depot->directory, &ignored) <= 0)
        return 0;
    depot->root.wake = archive->root.wake;
    check_place(depot, archive, before);
    return check_owner(depot, archive, failure);
}

int
depots_policy(struct policy *policy, const struct archive *archive,
              struct failure *failure)
{
    char *path = archive_path(archive, POLICY_NAME, failure), *text = NULL;
    size_t size = 0;
    int there = -1;

    *policy = (struct policy){0};
    if (path)
        there = archive_read_text(archive, path, &text, &size, failure);
    if (there > 0 && size > POLICY_SIZE_MAX)
        there = fail(failure, FAILURE_USAGE, "%s: longer than %d bytes", path,
                     POLICY_SIZE_MAX);
    if (there < 0 && failure->kind == FAILURE_DATA) /* no file: a setting */
        failure->kind = FAILURE_USAGE;
    if (there > 0 && policy_parse(policy, path, text, size, failure) != 0)
        there = -1;
    free(text);
    free(path);
    return there;
}

int
depots_open(struct depots *depots, const struct archive *archive,
            struct failure *failure)
{
    struct policy policy;
    int result = 0;

    *depots = (struct depots){0};
    if (depots_policy(&policy, archive, &depots->broken) <= 0)
        policy.tier_count = 0;
    if (policy.tier_count > 0) {
        depots->list =
            allocate(failure, policy.tier_count + 1UL, sizeof *depots->list);
        result = depots->list ? 0 : -1;
    }
    for (unsigned i = 0; result == 0 && i < policy.tier_count; i++)
        if (strcmp(policy.tiers[i].name, TIER_HOT) != 0) {
            result = open_one(&depots->list[depots->count], archive, depots,
                              &policy.tiers[i], failure);
            depots->count++;
        }
    policy_free(&policy);
    return result;
}

void
depots_close(struct depots *depots)
{
    for (unsigned i = 0; i < depots->count; i++) {
        if (depots->list[i].root.path)
            root_close(&depots->list[i].root);
        free(depots->list[i].directory);
    }
    free(depots->list);
    *depots = (struct depots){0};
}

/* ---- finding ------------------------------------------------------------- */

static struct depot *
find(const struct archive *archive, const char *tier, struct failure *failure)
{
    const struct depots *depots = &archive->depots;

    for (unsigned i = 0; i < depots->count; i++) {
        struct depot *depot = &depots->list[i];

        if (strcmp(depot->name, tier) != 0)
            continue;
        if (archive->writes && depot->wrong.kind != FAILURE_NONE) {
            *failure = depot->wrong;
            return NULL;
        }
        if (depot->root.fd >= 0)
            return depot;
        fail(failure, FAILURE_ENVIRONMENT,
             "%s: the directory of tier %s is not there: is it mounted?",
             depot->directory, tier);
        return NULL;
    }
    if (depots->broken.kind != FAILURE_NONE)
        *failure = depots->broken;
    else
        fail(failure, FAILURE_USAGE,
             "%s/" POLICY_NAME ": it has no tier %s, on which parts lie",
             archive->directory, tier);
    return NULL;
}

int
depots_check(const struct depots *depots, struct failure *failure)
{
    for (unsigned i = 0; i < depots->count; i++)
        if (depots->list[i].wrong.kind != FAILURE_NONE) {
            *failure = depots->list[i].wrong;
            return -1;
        }
    return 0;
}

int
depot_check(const struct archive *archive, const char *tier,
            struct failure *failure)
{
    const struct depot *depot = tier[0] ? find(archive, tier, failure) : NULL;

    if (!tier[0])
        return 0;
    if (!depot)
        return -1;
    if (depot->foreign)
        return *failure = depot->wrong, -1;
    if (!depot->fresh)
        return 0;
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: it has no file " MARKER
                ", so it is not the directory that "
                "tier %s had: is it mounted?",
                depot->directory, tier);
}

int
depot_find(const struct archive *archive, const char *tier,
           const char *relative, const struct root **root, char **path,
           struct failure *failure)
{
    const struct depot *depot;

    *path = NULL;
    *root = &archive->root;
    assert(relative[0] != '/');
    if (!tier[0]) {
        *path = archive_path(archive, relative, failure);
        return *path ? 0 : -1;
    }
    depot = find(archive, tier, failure);
    if (!depot)
        return -1;
    *root = &depot->root;
    if (asprintf(path, "%s/%s", depot->directory, relative) >= 0)
        return 0;
    *path = NULL;
    return fail_memory(failure);
}

/* The same of a part's name. */
static int
find_part(const struct archive *archive, const struct part *part, bool hidden,
          const struct root **root, char **path, struct failure *failure)
{
    char relative[PART_PATH_MAX];

    if (hidden)
        part_name_hidden(&part->name, relative);
    else
        part_name_path(&part->name, relative);
    return depot_find(archive, part->tier, relative, root, path, failure);
}

int
depot_has(const struct archive *archive, const struct part *part, bool hidden,
          struct failure *failure)
{
    const struct root *root;
    int fd = -1, there = -1;
    char *path = NULL;

    if (depot_check(archive, part->tier, failure) == 0 &&
        find_part(archive, part, hidden, &root, &path, failure) == 0)
        there = root_open_file(root, path, O_RDONLY, &fd, failure);
    if (fd >= 0)
        close(fd);
    free(path);
    return there;
}

int
depot_get(const struct archive *archive, const struct part *part, bool hidden,
          struct input *input, char **path, struct failure *failure)
{
    const struct root *root;

    *path = NULL;
    if (depot_check(archive, part->tier, failure) != 0 ||
        find_part(archive, part, hidden, &root, path, failure) != 0)
        return -1;
    return input_open_below(input, root, *path, failure);
}

int
depot_is_part(const struct archive *archive, const struct part *part,
              bool hidden, struct failure *failure)
{
    struct failure ignored = {0};
    struct part_bytes bytes;
    struct input input;
    char *path;
    int result = depot_get(archive, part, hidden, &input, &path, failure);

    if (result > 0) {
        result = part_hash(NULL, &input, &bytes, failure);
        if (result > 0)
            result = part_fits(&bytes, part, path, &ignored) == 0;
        input_close(&input);
    }
    free(path);
    return result;
}

/* ---- changing ------------------------------------------------------------ */

int
depot_publish(const struct archive *archive, const struct part *part,
              struct failure *failure)
{
    const struct root *root;
    char *from, *to = NULL;
    int result = find_part(archive, part, true, &root, &from, failure);

    assert(archive->writes);
    if (result == 0)
        result = find_part(archive, part, false, &root, &to, failure);
    if (result == 0)
        result = root_rename(root, from, to, failure);
    free(from);
    free(to);
    return result;
}

int
depot_remove(const struct archive *archive, const struct part *part,
             struct failure *failure)
{
    int result = depots_check(&archive->depots, failure);

    assert(archive->writes);
    for (int hidden = 1; result == 0 && hidden >= 0; hidden--) {
        const struct root *root;
        char *path;

        result = find_part(archive, part, hidden != 0, &root, &path, failure);
        if (result == 0)
            result = root_remove(root, path, failure);
        free(path);
    }
    return result;
}

/* ---- copying to another tier --------------------------------------------- */

/* Writes the archive's id into the tier's marker, unless it has it. */
static int
claim(struct depot *depot, const struct archive *archive,
      struct failure *failure)
{
    char own[DEPOT_ID_TEXT], *marker;
    int result = depot_id_make(archive, own, failure);

    assert(!depot->foreign);
    if (result != 0 || strcmp(depot->id, own) == 0)
        return result;
    marker = marker_path(depot, failure);
    result = marker ? depot_id_write(&depot->root, marker, own, failure) : -1;
    free(marker);
    if (result == 0) {
        memcpy(depot->id, own, sizeof depot->id);
        depot->fresh = false;
    }
    return result;
}

int
depots_claim(const struct archive *archive, struct failure *failure)
{
    const struct depots *depots = &archive->depots;

    assert(archive->writes);
    if (depots_check(depots, failure) != 0)
        return -1;
    for (unsigned i = 0; i < depots->count; i++) {
        struct depot *depot = &depots->list[i];

        if (depot->root.fd >= 0 && !depot->fresh &&
            claim(depot, archive, failure) != 0)
            return -1;
    }
    return 0;
}

/* Makes the directories of a part there, and the tier's marker. */
static int
make_directories(const struct archive *archive, const struct part *part,
                 struct failure *failure)
{
    struct depot *depot = find(archive, part->tier, failure);
    char directory[PART_PATH_MAX], *path = NULL;
    int result = depot ? 0 : -1;

    part_name_directory(&part->name, directory);
    for (size_t at = strcspn(directory, "/"); result == 0;
         at = strlen(directory)) {
        if (asprintf(&path, "%s/%.*s", depot->directory, (int)at, directory) <
            0)
            return fail_memory(failure);
        result = root_make(&depot->root, path, failure);
        free(path);
        if (at == strlen(directory))
            break;
    }
    return result == 0 ? claim(depot, archive, failure) : -1;
}

static int
copy_bytes(struct input *from, struct output *to, struct failure *failure)
{
    char *buffer = allocate(failure, 1, PIECE);
    ssize_t count = buffer ? 1 : -1;

    while (count > 0) {
        count = input_read(from, buffer, PIECE, failure);
        if (count > 0 && output_put(to, buffer, (size_t)count) != 0)
            count = -1;
    }
    free(buffer);
    return count < 0 ? -1 : 0;
}

/* Writes the copy under its hidden name. */
static int
write_copy(const struct archive *archive, const struct part *part,
           const struct part *copy, struct failure *failure)
{
    struct output output = {.fd = -1};
    const struct root *root;
    struct input input;
    char *path = NULL, *source = NULL;
    int result = depot_get(archive, part, false, &input, &source, failure);

    if (result == 0)
        result = fail(failure, FAILURE_DATA,
                      "%s: the part is missing (put the tape again, or restore "
                      "the file from a copy)",
                      source);
    if (result > 0) {
        result = find_part(archive, copy, true, &root, &path, failure);
        if (result == 0)
            result = output_open_below(&output, root, path, failure);
        if (result == 0)
            result = copy_bytes(&input, &output, failure);
        if (result == 0)
            result = output_commit(&output);
        output_abandon(&output);
        input_close(&input);
    }
    free(path);
    free(source);
    return result;
}

int
depot_copy(const struct archive *archive, const struct part *part,
           const char *tier, struct failure *failure)
{
    struct part copy = *part;
    const struct root *root;
    char *path;
    int good;

    assert(archive->writes && strlen(tier) < sizeof copy.tier);
    memcpy(copy.tier, tier, strlen(tier) + 1);
    good = tier[0] ? make_directories(archive, &copy, failure) : 0;
    if (good == 0)
        good = depot_is_part(archive, &copy, false, failure);
    if (good != 0)
        return good < 0 ? -1 : 0;
    if (write_copy(archive, part, &copy, failure) != 0)
        return -1;
    good = depot_is_part(archive, &copy, true, failure);
    if (good < 0 || find_part(archive, &copy, true, &root, &path, failure) != 0)
        return -1;
    if (good == 0) {
        fail(failure, FAILURE_DATA,
             "%s: the copy does not match its SHA-256: the part itself may be "
             "damaged (see xarchive verify)",
             path);
        (void)root_remove(root, path, &(struct failure){0});
        free(path);
        return -1;
    }
    free(path);
    if (depot_publish(archive, &copy, failure) <= 0 ||
        find_part(archive, &copy, false, &root, &path, failure) != 0)
        return -1;
    *strrchr(path, '/') = '\0';
    good = root_sync(root, path, failure);
    free(path);
    return good == 0 ? 1 : -1;
}
