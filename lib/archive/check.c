#include "archive/check.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/directory.h"

int
check_stream(const struct stream *stream, take_finding *take, void *owner)
{
    uint64_t next = 0;

    for (size_t i = 0; i < stream->count; i++) {
        const struct seq_range *range = &stream->spans[i].range;
        struct finding finding = {FINDING_GAP, stream->name, next,
                                  range->first - 1};

        if (range->first < next)
            finding = (struct finding){FINDING_TWICE, stream->name,
                                       range->first, next - 1};
        if (next && range->first != next && take(owner, &finding) != 0)
            return -1;
        if (range->last + 1 > next)
            next = range->last + 1;
    }
    return 0;
}

/* ---- files --------------------------------------------------------------- */

struct search {
    const struct archive *archive;
    const struct strtab *known;
    struct archive now; /* the manifests read anew, once that is needed */
    bool has_now;
    take_finding *take;
    void *owner;
    struct failure *failure;
};

/* Takes a name in a directory, path from the archive's. */
typedef int take_name(struct search *search, const char *path,
                      const char *name);

static int
each_name(struct search *search, const char *path, take_name *take)
{
    struct directory list;
    char *full = path_join(search->archive->directory, path);
    int result = full ? directory_list(&list, full, search->failure)
                      : fail_memory(search->failure);

    free(full);
    if (result <= 0)
        return result;
    result = 0;
    for (size_t i = 0; result == 0 && i < list.count; i++)
        result = take(search, path, list.names[i]);
    directory_free(&list);
    return result;
}

/* Whether a manifest names the part of that path. */
static bool
names_part(const struct archive *archive, const char *path)
{
    for (uint32_t i = 0; i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].part_count; k++)
            if (strcmp(archive->manifests[i].parts[k].path, path) == 0)
                return true;
    return false;
}

/* Whether the file at path is, or will be, the part of that name: 1, 0, -1.
 * Others may have stored it, or a compaction taken it away, since the
 * manifests were read. */
static int
is_part(struct search *search, const char *path, const char *name)
{
    const char *directory = search->archive->directory;
    char *full;
    int gone;

    if (names_part(search->archive, name))
        return 1;
    if (!search->has_now && archive_open(&search->now, directory, ARCHIVE_READ,
                                         search->failure) != 0)
        return -1;
    search->has_now = true;
    full = path_join(directory, path);
    if (!full)
        return fail_memory(search->failure);
    gone = access(full, F_OK) != 0;
    free(full);
    return gone || names_part(&search->now, name);
}

static int
take_finding_of(struct search *search, enum finding_kind kind, const char *path)
{
    struct finding finding = {.kind = kind, .name = path};

    return search->take(search->owner, &finding);
}

/* Tells a file by what its name says that it is; the pattern of a hidden one
 * is that of its part, with a dot before and more behind. */
static int
take_kind(struct search *search, const char *path, const char *name)
{
    static const char part[] = "part-*-*-*.parquet";
    bool hidden = fnmatch(".part-*-*-*.parquet.new", name, 0) == 0;
    size_t directory = strlen(path) - strlen(name);
    char *final;
    int is = 1;

    if (fnmatch(".*part-*.tmp", name, 0) == 0)
        return take_finding_of(search, FINDING_STRAY, path);
    if (!hidden && fnmatch(part, name, 0) != 0)
        return take_finding_of(search, FINDING_FOREIGN, path);
    final = strdup(path);
    if (!final)
        return fail_memory(search->failure);
    if (hidden) { /* without ".", ".new" */
        size_t size = strlen(name) - strlen(".") - strlen(".new");

        memmove(final + directory, name + 1, size);
        final[directory + size] = '\0';
    }
    is = is_part(search, path, final);
    if (is == 0)
        is = take_finding_of(search,
                             hidden && strtab_find(search->known, final,
                                                   strlen(final)) == STRTAB_NONE
                                 ? FINDING_STRAY
                                 : FINDING_ORPHAN,
                             path);
    free(final);
    return is < 0 ? -1 : 0;
}

static int
take_file(struct search *search, const char *path, const char *name)
{
    char *whole = path_join(path, name);
    int result =
        whole ? take_kind(search, whole, name) : fail_memory(search->failure);

    free(whole);
    return result;
}

static int
take_date(struct search *search, const char *path, const char *name)
{
    char *whole = path_join(path, name);
    int result;

    if (!whole)
        return fail_memory(search->failure);
    result = strncmp(name, "date=", 5) == 0
                 ? each_name(search, whole, take_file)
                 : take_finding_of(search, FINDING_FOREIGN, whole);
    free(whole);
    return result;
}

static int
take_type(struct search *search, const char *path, const char *name)
{
    (void)path;
    return strncmp(name, "type=", 5) == 0 ? each_name(search, name, take_date)
                                          : 0;
}

int
check_files(const struct archive *archive, const struct strtab *known,
            take_finding *take, void *owner, struct failure *failure)
{
    struct search search = {.archive = archive,
                            .known = known,
                            .now = {.lock = -1},
                            .take = take,
                            .owner = owner,
                            .failure = failure};
    int result = each_name(&search, ".", take_type);

    archive_close(&search.now);
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
            const struct part_facts *part = &manifest->parts[k];
            struct finding finding = {.kind = FINDING_MISSING,
                                      .name = part->path};
            char *path = archive_part_path(archive, part, failure);

            if (!path)
                return -1;
            if (access(path, F_OK) != 0)
                result = take(owner, &finding);
            free(path);
        }
    }
    return result;
}
