#include "archive/chain.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* All links, of manifests that are there and of those that others stand for,
 * by number and name. */
struct links {
    struct link *links; /* owned */
    size_t count;
};

static int
by_number(const void *a, const void *b)
{
    const struct link *x = a, *y = b;

    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void
add(struct links *links, const struct manifest *manifest)
{
    links->links[links->count++] = manifest->link;
    for (uint32_t i = 0; i < manifest->past_count; i++)
        links->links[links->count++] = manifest->past[i];
}

static bool
same_link(const struct link *a, const struct link *b)
{
    return a->number == b->number && strcmp(a->name, b->name) == 0 &&
           strcmp(a->sha256, b->sha256) == 0 &&
           strcmp(a->previous, b->previous) == 0;
}

/* Leaves out those that are there more than once. */
static void
unite(struct links *links)
{
    size_t kept = 0;

    for (size_t i = 0; i < links->count; i++)
        if (kept == 0 || !same_link(&links->links[kept - 1], &links->links[i]))
            links->links[kept++] = links->links[i];
    links->count = kept;
}

static int
gather(const struct archive *archive, struct links *links,
       struct failure *failure)
{
    size_t most = (size_t)archive->count + archive->replaced_count + 1;

    for (uint32_t i = 0; i < archive->count; i++)
        most += archive->manifests[i].past_count;
    for (uint32_t i = 0; i < archive->replaced_count; i++)
        most += archive->replaced[i].past_count;
    links->count = 0;
    links->links = allocate(failure, most, sizeof *links->links);
    if (!links->links)
        return -1;
    for (uint32_t i = 0; i < archive->count; i++)
        add(links, &archive->manifests[i]);
    for (uint32_t i = 0; i < archive->replaced_count; i++)
        add(links, &archive->replaced[i]);
    assert(links->count < most);
    qsort(links->links, links->count, sizeof *links->links, by_number);
    unite(links);
    return 0;
}

/* What the first link names: the SHA-256 of those without a number; how many
 * they are. */
static int
begin(const struct links *links, char sha256[SHA256_TEXT], size_t *count,
      struct failure *failure)
{
    struct sha256 hash = {0};

    *count = 0;
    memcpy(sha256, "-", 2);
    if (links->count == 0 || links->links[0].number > 0)
        return 0;
    if (sha256_begin(&hash, failure) != 0)
        return -1;
    for (; *count < links->count && links->links[*count].number == 0;
         ++*count) {
        const struct link *link = &links->links[*count];

        sha256_add(&hash, link->name, strlen(link->name));
        sha256_add(&hash, " ", 1);
        sha256_add(&hash, link->sha256, strlen(link->sha256));
        sha256_add(&hash, "\n", 1);
    }
    sha256_end(&hash, sha256);
    return 0;
}

int
chain_end(const struct archive *archive, struct link *end,
          struct failure *failure)
{
    struct links links;
    size_t first;
    int result;

    *end = (struct link){0};
    if (gather(archive, &links, failure) != 0)
        return -1;
    result = begin(&links, end->sha256, &first, failure);
    if (result == 0 && first < links.count)
        *end = links.links[links.count - 1];
    assert(result != 0 || end->sha256[0]); /* "-" where the chain begins */
    free(links.links);
    return result;
}

/* Whether the head is one of the links, or there is none to be. */
static bool
has(const struct links *links, const struct link *head)
{
    for (size_t i = 0; i < links->count; i++)
        if (links->links[i].number == head->number &&
            strcmp(links->links[i].name, head->name) == 0 &&
            strcmp(links->links[i].sha256, head->sha256) == 0)
            return true;
    return false;
}

int
chain_check(const struct archive *archive, const struct link *head,
            chain_break *take, void *owner, struct failure *failure)
{
    char previous[SHA256_TEXT];
    struct links links;
    uint64_t number = 0;
    size_t first;
    int result;

    if (gather(archive, &links, failure) != 0)
        return -1;
    result = begin(&links, previous, &first, failure);
    for (size_t i = first; result == 0 && i < links.count; i++) {
        const struct link *link = &links.links[i];

        if (link->number != ++number || strcmp(link->previous, previous) != 0)
            result = take(owner, link->name);
        number = link->number;
        memcpy(previous, link->sha256, sizeof previous);
    }
    if (result == 0 && head && head->number > 0 && !has(&links, head))
        result = take(owner, head->name);
    free(links.links);
    return result;
}

int
chain_has(const struct archive *archive, const char *sha256,
          struct failure *failure)
{
    struct links links;
    bool found = false;

    if (gather(archive, &links, failure) != 0)
        return -1;
    for (size_t i = 0; i < links.count && !found; i++)
        found = strcmp(links.links[i].sha256, sha256) == 0;
    free(links.links);
    if (found)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: the chain of manifests does not have %.64s: its end was "
                "cut off, or this is another archive",
                archive->directory, sha256);
}
