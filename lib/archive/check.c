#include "archive/check.h"

#include <assert.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/chain.h"

const char *
finding_word(enum finding_kind kind)
{
    static const char *const words[FINDING_KINDS] = {
        [FINDING_GAP] = "gap",
        [FINDING_TWICE] = "twice",
        [FINDING_STRAY] = "stray",
        [FINDING_ORPHAN] = "orphan",
        [FINDING_MISSING] = "missing",
        [FINDING_FOREIGN] = "foreign",
        [FINDING_SUPERSEDED] = "superseded",
        [FINDING_HIDDEN] = "hidden",
        [FINDING_BREAK] = "break",
        [FINDING_CATALOG] = "catalog",
    };

    assert(kind < FINDING_KINDS);
    return words[kind];
}

int
check_stream(const struct stream *stream, take_finding *take, void *owner)
{
    uint64_t next = 0;

    for (size_t i = 0; i < stream->count; i++) {
        const struct seq_range *range = &stream->spans[i].range;
        struct archive_finding finding = {.kind = FINDING_GAP,
                                          .name = stream->name,
                                          .first = next,
                                          .last = range->first - 1};

        assert(range->first > 0 && range->first <= range->last);
        if (range->first < next)
            finding = (struct archive_finding){.kind = FINDING_TWICE,
                                               .name = stream->name,
                                               .first = range->first,
                                               .last = next - 1};
        if (next && range->first != next && take(owner, &finding) != 0)
            return -1;
        if (range->last + 1 > next)
            next = range->last + 1;
    }
    return 0;
}

/* ---- the chain ----------------------------------------------------------- */

struct breaks {
    take_finding *take;
    void *owner;
};

static int
take_break(void *owner, const char *name)
{
    struct breaks *breaks = owner;
    struct archive_finding finding = {.kind = FINDING_BREAK, .name = name};

    return breaks->take(breaks->owner, &finding);
}

int
check_chain(const struct archive *archive, const struct link *head,
            take_finding *take, void *owner, struct failure *failure)
{
    struct breaks breaks = {take, owner};

    return chain_check(archive, head, take_break, &breaks, failure);
}

/* ---- files --------------------------------------------------------------- */

/* The parts of an archive, by name and tier. */
struct part_list {
    struct part *parts; /* owned */
    size_t count;
};

struct search {
    const struct archive *archive;
    const struct depot *depot; /* in work; NULL: the archive's directory */
    struct part_list parts, replaced;
    const struct strtab *known;
    struct archive now; /* opened anew, once that is needed */
    struct part_list now_parts;
    bool has_now;
    take_finding *take;
    void *owner;
    struct failure *failure;
};

static int
by_place(const void *a, const void *b)
{
    return part_compare(a, b);
}

static int
gather(struct part_list *list, const struct manifest *manifests, uint32_t count,
       struct failure *failure)
{
    size_t total = 0;

    for (uint32_t i = 0; i < count; i++)
        total += manifests[i].part_count;
    free(list->parts);
    list->count = 0;
    list->parts = allocate(failure, total + 1, sizeof *list->parts);
    if (!list->parts)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < manifests[i].part_count; k++)
            list->parts[list->count++] = manifests[i].parts[k];
    assert(list->count == total);
    qsort(list->parts, total, sizeof *list->parts, by_place);
    return 0;
}

/* Whether the archive has a part of that name on the tier in work. */
static bool
has(const struct search *search, const struct part_list *list,
    const struct part_name *name)
{
    struct part part = {.name = *name};

    assert(list->parts || list->count == 0);
    if (search->depot)
        memcpy(part.tier, search->depot->name, sizeof part.tier);
    return bsearch(&part, list->parts, list->count, sizeof part, by_place) !=
           NULL;
}

/* The same on any tier: the file is then a copy that a killed program left. */
static bool
has_elsewhere(const struct part_list *list, const struct part_name *name)
{
    size_t low = 0, high = list->count;

    while (low < high) { /* the first that is not before the name */
        size_t middle = low + (high - low) / 2;

        if (part_name_compare(&list->parts[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list->count &&
           part_name_compare(&list->parts[low].name, name) == 0;
}

/* Takes a name in a directory, path below the archive's. */
typedef int take_name(struct search *search, const char *path,
                      const char *name);

static int
each_name(struct search *search, const char *path, take_name *take)
{
    const struct archive *archive = search->archive;
    const struct root *root;
    struct directory list;
    char *full;
    int result = depot_find(archive, search->depot ? search->depot->name : "",
                            path, &root, &full, search->failure);

    if (result == 0) {
        if (!*path)
            full[strlen(full) - 1] = '\0'; /* the root itself */
        result = root_list(root, full, &list, search->failure);
    }
    free(full);
    if (result <= 0)
        return result;
    result = 0;
    for (size_t i = 0; result == 0 && i < list.count; i++)
        if (!archive_is_stopped(archive))
            result = take(search, path, list.names[i]);
    directory_free(&list);
    return result;
}

static bool
is_gone(const struct search *search, const char *path)
{
    struct failure ignored = {0};
    const struct root *root;
    char *full;
    int fd = -1, there = -1;

    if (depot_find(search->archive, search->depot ? search->depot->name : "",
                   path, &root, &full, &ignored) == 0)
        there = root_open_file(root, full, O_RDONLY, &fd, &ignored);
    if (fd >= 0)
        close(fd);
    free(full);
    return there == 0;
}

/* Whether the file at path is, or will be, the part of that name: 1, 0, -1.
 * Others may have stored it, or a compaction taken it away, since the
 * manifests were read; while a writer is at work they are read each time. */
static int
is_part(struct search *search, const char *path, const struct part_name *name)
{
    const struct archive *archive = search->archive;

    if (has(search, &search->parts, name))
        return 1;
    if (search->has_now && has(search, &search->now_parts, name))
        return 1;
    if (archive->writes)
        return 0;
    if (!search->has_now || root_is_locked(&archive->root)) {
        archive_close(&search->now);
        search->has_now = false;
        if (archive_again(&search->now, archive, search->failure) != 0 ||
            gather(&search->now_parts, search->now.manifests, search->now.count,
                   search->failure) != 0)
            return -1;
        search->has_now = true;
    }
    return has(search, &search->now_parts, name) || is_gone(search, path);
}

static int
take_kind(struct search *search, enum finding_kind kind, const char *path)
{
    const struct depot *depot = search->depot;
    struct archive_finding finding = {
        .kind = kind, .name = path, .tier = depot ? depot->name : ""};

    return search->take(search->owner, &finding);
}

/* Takes a file by what its name says that it is. */
static int
take_file(struct search *search, const char *directory, const char *file)
{
    char path[PART_PATH_MAX * 3], final[PART_PATH_MAX];
    struct part_name name;
    bool hidden;
    int size = snprintf(path, sizeof path, "%s/%s", directory, file);
    int is;

    assert(size > 0 && (size_t)size < sizeof path);
    if (fnmatch(".*part-*.tmp", file, 0) == 0)
        return take_kind(search, FINDING_STRAY, path);
    if (!part_name_parse(&name, path, &hidden))
        return take_kind(search,
                         fnmatch(".part-*.new", file, 0) == 0 ? FINDING_STRAY
                                                              : FINDING_FOREIGN,
                         path);
    is = is_part(search, path, &name);
    if (is < 0)
        return -1;
    if (is > 0)
        return hidden && has(search, &search->parts, &name)
                   ? take_kind(search, FINDING_HIDDEN, path)
                   : 0;
    if (has(search, &search->replaced, &name) ||
        has_elsewhere(&search->parts, &name))
        return take_kind(search, FINDING_SUPERSEDED, path);
    part_name_path(&name, final);
    return take_kind(search,
                     hidden && strtab_find(search->known, final,
                                           strlen(final)) == STRTAB_NONE
                         ? FINDING_STRAY
                         : FINDING_ORPHAN,
                     path);
}

static int
take_date(struct search *search, const char *directory, const char *name)
{
    char path[PART_PATH_MAX * 2];
    int size = snprintf(path, sizeof path, "%s/%.*s", directory,
                        PART_PATH_MAX - 1, name);

    assert(size > 0 && (size_t)size < sizeof path);
    return strncmp(name, "date=", 5) == 0
               ? each_name(search, path, take_file)
               : take_kind(search, FINDING_FOREIGN, path);
}

static int
take_type(struct search *search, const char *path, const char *name)
{
    (void)path;
    if (strncmp(name, "type=", 5) != 0 || strlen(name) >= PART_PATH_MAX)
        return 0;
    return each_name(search, name, take_date);
}

int
check_files(const struct archive *archive, const struct strtab *known,
            take_finding *take, void *owner, struct failure *failure)
{
    struct search search = {.archive = archive,
                            .known = known,
                            .now = {.root = {.fd = -1, .lock = -1}},
                            .take = take,
                            .owner = owner,
                            .failure = failure};
    int result =
        gather(&search.parts, archive->manifests, archive->count, failure);

    if (result == 0)
        result = gather(&search.replaced, archive->replaced,
                        archive->replaced_count, failure);
    if (result == 0)
        result = each_name(&search, "", take_type);
    for (unsigned i = 0; result == 0 && i < archive->depots.count; i++) {
        search.depot = &archive->depots.list[i];
        if (search.depot->root.fd >= 0 && !search.depot->fresh)
            result = each_name(&search, "", take_type);
    }
    archive_close(&search.now);
    free(search.parts.parts);
    free(search.replaced.parts);
    free(search.now_parts.parts);
    return result;
}

int
check_parts(const struct archive *archive, take_finding *take, void *owner,
            struct failure *failure)
{
    int result = 0;

    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        for (uint32_t k = 0; result == 0 && k < manifest->part_count; k++) {
            const struct part *part = &manifest->parts[k];
            char path[PART_PATH_MAX];
            struct archive_finding finding = {
                .kind = FINDING_MISSING, .name = path, .tier = part->tier};
            struct failure reason = {0};
            int there = depot_has(archive, part, false, &reason);

            if (there == 0)
                there = depot_has(archive, part, true, &reason);
            if (there < 0 && reason.kind != FAILURE_DATA)
                return *failure = reason, -1;
            part_name_path(&part->name, path);
            if (there == 0)
                result = take(owner, &finding);
        }
    }
    return result;
}
