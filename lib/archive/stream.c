#include "archive/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/strtab.h"

static int
by_first(const void *a, const void *b)
{
    const struct span *x = a, *y = b;

    return (x->range.first > y->range.first) -
           (x->range.first < y->range.first);
}

/* Most are of another stream, which their own names say already: they begin
 * with its hash, without a look elsewhere in memory. */
static bool
is_of(const struct manifest *manifest, const struct stream *stream)
{
    return memcmp(manifest->name, stream->first->name, 16) == 0 &&
           strcmp(manifest->header.stream, stream->name) == 0;
}

/* How the tape ended that had the last event: complete, if any that did says
 * so. */
static void
find_end(struct stream *stream, const struct archive *archive)
{
    for (size_t i = 0; i < stream->count; i++)
        if (stream->spans[i].range.last > stream->last)
            stream->last = stream->spans[i].range.last;
    stream->status = stream->count ? TAPE_LIMITED : stream->first->status;
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        if (!is_of(manifest, stream) || manifest->tape_last != stream->last)
            continue;
        if (stream->status != TAPE_COMPLETE)
            stream->status = manifest->status;
    }
}

int
stream_open(struct stream *stream, const struct archive *archive,
            const struct manifest *manifest, struct failure *failure)
{
    size_t most = 0;

    *stream =
        (struct stream){.name = manifest->header.stream, .first = manifest};
    for (uint32_t i = 0; i < archive->count; i++)
        if (is_of(&archive->manifests[i], stream))
            most += archive->manifests[i].range_count;
    stream->spans = allocate(failure, most, sizeof *stream->spans);
    if (!stream->spans)
        return -1;
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *other = &archive->manifests[i];

        if (!is_of(other, stream))
            continue;
        for (uint32_t k = 0; k < other->range_count; k++)
            stream->spans[stream->count++] =
                (struct span){other->ranges[k], other};
    }
    assert(stream->count <= most);
    if (stream->count > 1)
        qsort(stream->spans, stream->count, sizeof *stream->spans, by_first);
    if (stream->count > 0)
        stream->first = stream->spans[0].manifest;
    find_end(stream, archive);
    return 0;
}

void
stream_free(struct stream *stream)
{
    free(stream->spans);
    memset(stream, 0, sizeof *stream);
}

/* ---- all of them --------------------------------------------------------- */

/* The earliest time of a manifest's events; of none, the greatest. */
static int64_t
time_of(const struct manifest *manifest)
{
    int64_t time = INT64_MAX;

    for (uint32_t i = 0; i < manifest->part_count; i++)
        if (manifest->parts[i].time_min < time)
            time = manifest->parts[i].time_min;
    return time;
}

static int
by_time(const void *a, const void *b)
{
    const struct manifest *x = *(const struct manifest *const *)a;
    const struct manifest *y = *(const struct manifest *const *)b;
    int64_t s = time_of(x), t = time_of(y);

    if (s != t)
        return s < t ? -1 : 1;
    return strcmp(x->name, y->name);
}

const struct manifest **
streams_by_time(const struct archive *archive, uint32_t *count,
                struct failure *failure)
{
    const struct manifest **list =
        allocate(failure, archive->count, sizeof(void *));
    struct strtab names = {0};

    *count = 0;
    if (!list)
        return NULL;
    for (uint32_t i = 0; i < archive->count; i++)
        list[i] = &archive->manifests[i];
    qsort(list, archive->count, sizeof(void *), by_time);
    for (uint32_t i = 0; i < archive->count; i++) {
        const char *name = list[i]->header.stream;
        bool added = false;

        assert(*count <= i); /* what is kept goes where it was read */
        if (strtab_add(&names, name, strlen(name), &added) == STRTAB_NONE) {
            fail_memory(failure);
            break;
        }
        if (added)
            list[(*count)++] = list[i];
    }
    strtab_free(&names);
    if (failure->kind == FAILURE_NONE)
        return list;
    free(list);
    return NULL;
}
