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
        struct archive_finding finding = {FINDING_GAP, stream->name, next,
                                          range->first - 1};

        assert(range->first > 0 && range->first <= range->last);
        if (range->first < next)
            finding = (struct archive_finding){FINDING_TWICE, stream->name,
                                               range->first, next - 1};
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
    struct archive_finding finding = {FINDING_BREAK, name, 0, 0};

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

/* The names of an archive's parts, in order. */
struct part_names {
    struct part_name *names; /* owned */
    size_t count;
};

struct search {
    const struct archive *archive;
    struct part_names parts, replaced;
    const struct strtab *known;
    struct archive now; /* opened anew, once that is needed */
    struct part_names now_parts;
    bool has_now;
    take_finding *take;
    void *owner;
    struct failure *failure;
};

static int
by_name(const void *a, const void *b)
{
    return part_name_compare(a, b);
}

static int
gather(struct part_names *names, const struct manifest *manifests,
       uint32_t count, struct failure *failure)
{
    size_t total = 0;

    for (uint32_t i = 0; i < count; i++)
        total += manifests[i].part_count;
    free(names->names);
    names->count = 0;
    names->names = allocate(failure, total + 1, sizeof *names->names);
    if (!names->names)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < manifests[i].part_count; k++)
            names->names[names->count++] = manifests[i].parts[k].name;
    assert(names->count == total);
    qsort(names->names, total, sizeof *names->names, by_name);
    return 0;
}

static bool
has(const struct part_names *names, const struct part_name *name)
{
    assert(names->names || names->count == 0);
    return bsearch(name, names->names, names->count, sizeof *names->names,
                   by_name) != NULL;
}

/* Takes a name in a directory, path below the archive's. */
typedef int take_name(struct search *search, const char *path,
                      const char *name);

static int
each_name(struct search *search, const char *path, take_name *take)
{
    const struct archive *archive = search->archive;
    struct directory list;
    char *full = *path ? archive_path(archive, path, search->failure)
                       : strdup(archive->directory);
    int result = -1;

    if (full)
        result = root_list(&archive->root, full, &list, search->failure);
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
is_gone(const struct archive *archive, const char *path)
{
    struct failure ignored = {0};
    char *full = archive_path(archive, path, &ignored);
    int fd = -1, there = full ? root_open_file(&archive->root, full, O_RDONLY,
                                               &fd, &ignored)
                              : -1;

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

    if (has(&search->parts, name))
        return 1;
    if (search->has_now && has(&search->now_parts, name))
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
    return has(&search->now_parts, name) || is_gone(archive, path);
}

static int
take_kind(struct search *search, enum finding_kind kind, const char *path)
{
    struct archive_finding finding = {.kind = kind, .name = path};

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
        return hidden && has(&search->parts, &name)
                   ? take_kind(search, FINDING_HIDDEN, path)
                   : 0;
    if (has(&search->replaced, &name))
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
    archive_close(&search.now);
    free(search.parts.names);
    free(search.replaced.names);
    free(search.now_parts.names);
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
            char path[PART_PATH_MAX], hidden[PART_PATH_MAX];
            struct archive_finding finding = {.kind = FINDING_MISSING,
                                              .name = path};

            part_name_path(&manifest->parts[k].name, path);
            part_name_hidden(&manifest->parts[k].name, hidden);
            if (is_gone(archive, path) && is_gone(archive, hidden))
                result = take(owner, &finding);
        }
    }
    (void)failure;
    return result;
}
