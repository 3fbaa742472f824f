#include "store/check.h"

#include <stdlib.h>
#include <string.h>

#include "io/folder.h"

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

/* ---- strays -------------------------------------------------------------- */

struct search {
    const struct archive *archive;
    take_finding *take;
    void *owner;
    struct failure *failure;
};

/* Takes a name in a folder, path from the archive's. */
typedef int take_name(struct search *search, const char *path,
                      const char *name);

static int
each_name(struct search *search, const char *path, take_name *take)
{
    struct folder list;
    char *full = path_join(search->archive->folder, path);
    int result =
        full ? folder_list(&list, full, search->failure)
             : fail(search->failure, FAILURE_ENVIRONMENT, "out of memory");

    free(full);
    if (result <= 0)
        return result;
    result = 0;
    for (size_t i = 0; result == 0 && i < list.count; i++)
        result = take(search, path, list.names[i]);
    folder_free(&list);
    return result;
}

/* Whether the archive has a part of that path, or is about to give one that
 * name. */
static bool
has_part(const struct archive *archive, const char *path)
{
    for (uint32_t i = 0; i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].part_count; k++)
            if (strcmp(archive->manifests[i].parts[k].path, path) == 0)
                return true;
    return false;
}

static int
take_file(struct search *search, const char *path, const char *name)
{
    struct finding finding = {.kind = FINDING_STRAY};
    char *whole;
    int result = 0;

    if (strncmp(name, "part-", 5) != 0 && strncmp(name, ".part-", 6) != 0)
        return 0; /* not ours */
    whole = path_join(path, name);
    if (!whole)
        return fail(search->failure, FAILURE_ENVIRONMENT, "out of memory");
    finding.name = whole;
    if (!has_part(search->archive, whole))
        result = search->take(search->owner, &finding);
    free(whole);
    return result;
}

static int
take_date(struct search *search, const char *path, const char *name)
{
    char *whole = path_join(path, name);
    int result = 0;

    if (whole && strncmp(name, "date=", 5) == 0)
        result = each_name(search, whole, take_file);
    free(whole);
    return whole ? result
                 : fail(search->failure, FAILURE_ENVIRONMENT, "out of memory");
}

static int
take_type(struct search *search, const char *path, const char *name)
{
    (void)path;
    return strncmp(name, "type=", 5) == 0 ? each_name(search, name, take_date)
                                          : 0;
}

int
check_strays(const struct archive *archive, take_finding *take, void *owner,
             struct failure *failure)
{
    struct search search = {archive, take, owner, failure};

    return each_name(&search, ".", take_type);
}
