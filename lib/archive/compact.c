#include "archive/compact.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/commit.h"
#include "archive/merge.h"
#include "archive/settle.h"
#include "archive/stream.h"

struct compaction {
    struct archive *archive;
    const struct strtab *blooms;
    struct stream stream;
    struct part *parts; /* of the stream, by name; owned */
    size_t part_count;
    unsigned generation;
    struct part_name target; /* type and day in work */
    struct manifest manifest;
    struct sync sync; /* parts that are not durable yet */
    uint64_t written; /* events */
};

static int
by_name(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    return part_name_compare(&x->name, &y->name);
}

static bool
same_place(const struct part_name *a, const struct part_name *b)
{
    return a->type == b->type && a->day == b->day;
}

static bool
is_ours(const struct compaction *c, const struct manifest *manifest)
{
    return strcmp(manifest->header.stream, c->stream.name) == 0;
}

static int
gather(struct compaction *c, struct failure *failure)
{
    const struct archive *archive = c->archive;
    size_t most = 0;

    for (uint32_t i = 0; i < archive->count; i++)
        if (is_ours(c, &archive->manifests[i]))
            most += archive->manifests[i].part_count;
    c->parts = allocate(failure, most + 1, sizeof *c->parts);
    if (!c->parts)
        return -1;
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        for (uint32_t k = 0; is_ours(c, manifest) && k < manifest->part_count;
             k++) {
            unsigned generation = manifest->parts[k].name.generation;

            c->parts[c->part_count++] = manifest->parts[k];
            if (generation >= c->generation)
                c->generation = generation + 1;
        }
        if (is_ours(c, manifest) &&
            manifest_generation(manifest) >= c->generation)
            c->generation = manifest_generation(manifest) + 1;
    }
    assert(c->part_count <= most);
    qsort(c->parts, c->part_count, sizeof *c->parts, by_name);
    return 0;
}

/* How many parts lie in the same place as the one at from. */
static size_t
count_place(const struct compaction *c, size_t from)
{
    size_t at = from + 1;

    assert(from < c->part_count);
    while (at < c->part_count &&
           same_place(&c->parts[from].name, &c->parts[at].name))
        at++;
    return at - from;
}

static bool
has_neighbours(const struct compaction *c)
{
    for (size_t i = 0; i < c->part_count; i++)
        if (count_place(c, i) > 1)
            return true;
    return false;
}

/* ---- the manifest -------------------------------------------------------- */

/* The spans of the stream, in order and joined. */
static int
add_ranges(struct compaction *c, struct failure *failure)
{
    for (size_t i = 0; i < c->stream.count; i++) {
        const struct seq_range *range = &c->stream.spans[i].range;

        if (i > 0 && range->first <= c->stream.spans[i - 1].range.last)
            return fail(failure, FAILURE_DATA,
                        "sequence number %" PRIu64
                        " of stream '%s' is present twice: see xarchive verify",
                        range->first, c->stream.name);
        if (manifest_add_range(&c->manifest, *range, failure) != 0)
            return -1;
    }
    return 0;
}

/* Whether all were written with events of the same sizes. */
static int
check_sizes(const struct compaction *c, const struct manifest *manifest,
            struct failure *failure)
{
    if (memcmp(c->stream.first->header.sizes, manifest->header.sizes,
               sizeof manifest->header.sizes) == 0)
        return 0;
    return fail(failure, FAILURE_DATA,
                "the pieces of stream '%s' were written by different versions "
                "and cannot be compacted",
                c->stream.name);
}

/* What the manifest says beside its parts: it stands for all of the stream. */
static int
begin_manifest(struct compaction *c, struct failure *failure)
{
    const struct archive *archive = c->archive;
    const struct stream *stream = &c->stream;
    struct manifest *manifest = &c->manifest;

    if (tape_header_copy(&manifest->header, &stream->first->header, failure) !=
        0)
        return -1;
    manifest->status = stream->status;
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *old = &archive->manifests[i];

        if (!is_ours(c, old))
            continue;
        if (check_sizes(c, old, failure) != 0 ||
            manifest_stand_for(manifest, old, failure) != 0)
            return -1;
        if (old->tape_last > manifest->tape_last)
            manifest->tape_last = old->tape_last;
    }
    return add_ranges(c, failure);
}

/* ---- one type and day ---------------------------------------------------- */

/* Definitions are read, too: they identify the instruments. */
static bool
skips(void *owner, const struct part *part)
{
    const struct compaction *c = owner;

    return part->name.type != EVENT_INSTRUMENT &&
           !same_place(&part->name, &c->target);
}

static int
copy_events(struct compaction *c, struct merge *merge,
            struct part_writer *writer, struct failure *failure)
{
    struct identities *identities = &writer->shared->identities;
    int result;

    while ((result = merge_next(merge, failure)) > 0) {
        const struct event *event = merge->event;
        uint64_t seq = merge->seq;

        if (event->type == EVENT_INSTRUMENT &&
            identities_define(identities, event, failure) != 0)
            return -1;
        if (event->type != c->target.type ||
            day_of(event->time) != c->target.day)
            continue;
        c->written++;
        if (part_writer_add(writer, &event, event_next(event), &seq, failure) !=
            0)
            return -1;
    }
    return result;
}

/* Writes what a merge gives of the target as one part. */
static int
write_part(struct compaction *c, struct merge *merge,
           struct part_shared *shared, struct failure *failure)
{
    const struct tape_header *header = &c->manifest.header;
    struct part_writer *writer = allocate(failure, 1, sizeof *writer);
    uint16_t type = c->target.type;
    struct part part;
    int result;

    if (!writer)
        return -1;
    result =
        part_writer_open(writer, shared, &c->target,
                         type < EVENT_TYPES ? header->sizes[type] : 0, failure);
    if (result == 0)
        result = copy_events(c, merge, writer, failure);
    if (result == 0)
        result = part_writer_end(writer, &part, failure);
    part_writer_free(writer);
    free(writer);
    return result == 0 ? manifest_add_part(&c->manifest, &part, failure) : -1;
}

/* Merges the parts of a place into one. */
static int
rewrite(struct compaction *c, const struct part_name *place,
        struct failure *failure)
{
    struct part_filter filter = PART_FILTER_ALL;
    struct part_shared shared;
    struct merge merge = {0};
    int result = part_shared_init(&shared, c->archive, &c->sync, failure);

    assert(c->generation > 0); /* its name is not that of a part it replaces */
    c->target = (struct part_name){
        .type = place->type, .day = place->day, .generation = c->generation};
    shared.blooms = c->blooms;
    shared.stream = c->manifest.header.stream;
    shared.stream_hash = manifest_stream_hash(shared.stream);
    if (result == 0)
        result =
            merge_open(&merge, c->archive, c->stream.name, &filter, failure);
    merge.skips = skips;
    merge.owner = c;
    if (result == 0)
        result = write_part(c, &merge, &shared, failure);
    merge_close(&merge);
    part_shared_free(&shared);
    return result;
}

static int
add_parts(struct compaction *c, struct failure *failure)
{
    int result = 0;

    for (size_t i = 0, count; result == 0 && i < c->part_count; i += count) {
        count = count_place(c, i);
        result = count == 1
                     ? manifest_add_part(&c->manifest, &c->parts[i], failure)
                     : rewrite(c, &c->parts[i].name, failure);
    }
    return result;
}

/* Removes what was written of a compaction that failed; the old parts stay. */
static void
forget(struct compaction *c)
{
    for (uint32_t i = 0; i < c->manifest.part_count; i++) {
        struct part *part = &c->manifest.parts[i];
        struct manifest one = {.parts = part, .part_count = 1};

        if (part->name.generation == c->generation)
            settle_forget(c->archive, &one);
    }
    manifest_free(&c->manifest);
}

int
compact_stream(struct archive *archive, const char *stream,
               const struct strtab *blooms, bool *done, uint64_t *events,
               struct failure *failure)
{
    struct compaction c = {
        .archive = archive, .blooms = blooms, .generation = 1};
    const struct manifest *first = NULL;
    int result = 0;

    assert(archive->writes);
    for (uint32_t i = 0; !first && i < archive->count; i++)
        if (strcmp(archive->manifests[i].header.stream, stream) == 0)
            first = &archive->manifests[i];
    *done = false;
    if (!first)
        return 0;
    if (stream_open(&c.stream, archive, first, failure) != 0 ||
        gather(&c, failure) != 0)
        result = -1;
    *done = result == 0 && has_neighbours(&c);
    if (*done) {
        result = begin_manifest(&c, failure);
        if (result == 0)
            result = add_parts(&c, failure);
    }
    stream_free(&c.stream);
    free(c.parts);
    if (result != 0 || !*done) {
        sync_drop(&c.sync);
        forget(&c);
        return result;
    }
    assert(c.manifest.replaces_count > 0);
    manifest_set_name(&c.manifest, c.generation);
    *events += c.written;
    return archive_commit(archive, &c.manifest, 1, &c.sync, failure);
}
