#include "archive/heal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "archive/commit.h"
#include "archive/settle.h"
#include "base/array.h"

/* ---- finding ------------------------------------------------------------- */

/* Whether a part is there and its bytes are what they were: 1, 0, -1. */
static int
is_whole(const struct archive *archive, const struct part *part,
         struct failure *failure)
{
    struct failure ignored = {0};
    struct part_bytes bytes;
    struct input input;
    char *path;
    int there = archive_open_part(archive, part, &input, &path, failure);

    if (there > 0) {
        there = part_hash(NULL, &input, &bytes, failure);
        if (there > 0)
            there = part_fits(&bytes, part, path, &ignored) == 0;
        input_close(&input);
    }
    free(path);
    return there;
}

static int
add_lost(struct put *put, const struct part *part,
         const struct manifest *manifest, struct failure *failure)
{
    struct lost_part *lost =
        array_grow(put->lost, &put->lost_capacity, put->lost_count + 1UL,
                   sizeof *lost, failure);

    if (!lost)
        return -1;
    put->lost = lost;
    lost += put->lost_count++;
    *lost = (struct lost_part){.part = *part};
    memcpy(lost->manifest, manifest->name, sizeof lost->manifest);
    return 0;
}

int
heal_find(struct put *put, uint64_t first, struct failure *failure)
{
    const struct archive *archive = put->archive;

    assert(put->lost_count == 0); /* those of the tape before were dropped */
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        if (strcmp(manifest->header.stream, put->manifest.header.stream) != 0)
            continue;
        for (uint32_t k = 0; k < manifest->part_count; k++) {
            const struct part *part = &manifest->parts[k];
            int whole =
                part->name.last < first ? 1 : is_whole(archive, part, failure);

            if (whole < 0 ||
                (whole == 0 && add_lost(put, part, manifest, failure) != 0))
                return -1;
        }
    }
    return 0;
}

bool
heal_skips(void *owner, const struct part *part)
{
    const struct put *put = owner;

    for (uint32_t i = 0; i < put->lost_count; i++)
        if (part_name_compare(&put->lost[i].part.name, &part->name) == 0)
            return true;
    return false;
}

/* ---- their events -------------------------------------------------------- */

/* The manifest of that name. */
static const struct manifest *
find_manifest(const struct put *put, const char *name)
{
    for (uint32_t i = 0; i < put->archive->count; i++)
        if (strcmp(put->archive->manifests[i].name, name) == 0)
            return &put->archive->manifests[i];
    return NULL;
}

/* Whether a part of a manifest has, or had, the event, which no other has: by
 * type, day, and what its put has stored. */
static bool
had(const struct manifest *manifest, const struct part_name *name,
    const struct event *event, uint64_t seq)
{
    if (name->type != event->type || seq < name->first || seq > name->last ||
        name->day != day_of(event->time))
        return false;
    for (uint32_t i = 0; i < manifest->range_count; i++)
        if (seq >= manifest->ranges[i].first && seq <= manifest->ranges[i].last)
            return true;
    return false;
}

static bool
lost_had(const struct put *put, const struct lost_part *lost,
         const struct event *event, uint64_t seq)
{
    const struct manifest *manifest = find_manifest(put, lost->manifest);

    assert(manifest);
    return had(manifest, &lost->part.name, event, seq);
}

bool
heal_is_gone(const struct put *put, const struct event *event, uint64_t seq)
{
    for (uint32_t i = 0; i < put->archive->count; i++) {
        const struct manifest *manifest = &put->archive->manifests[i];

        if (manifest->gone_count == 0 ||
            strcmp(manifest->header.stream, put->manifest.header.stream) != 0)
            continue;
        for (uint32_t k = 0; k < manifest->gone_count; k++)
            if (had(manifest, &manifest->gone[k].name, event, seq))
                return true;
    }
    return false;
}

/* Begins to write a lost part anew; NULL on failure. */
static struct part_writer *
begin(struct put *put, const struct part *part, struct failure *failure)
{
    const struct tape_header *header = &put->manifest.header;
    struct part_writer *writer = allocate(failure, 1, sizeof *writer);
    uint16_t type = part->name.type;

    if (writer && part_writer_open(writer, &put->shared, &part->name,
                                   type < EVENT_TYPES ? header->sizes[type] : 0,
                                   failure) != 0) {
        part_writer_free(writer);
        free(writer);
        writer = NULL;
    }
    return writer;
}

int
heal_take(struct put *put, const struct event *event, uint64_t seq,
          struct failure *failure)
{
    for (uint32_t i = 0; i < put->lost_count; i++) {
        struct lost_part *lost = &put->lost[i];

        if (!lost_had(put, lost, event, seq))
            continue;
        if (!lost->writer)
            lost->writer = begin(put, &lost->part, failure);
        if (!lost->writer ||
            part_writer_add(lost->writer, &event, event_next(event), &seq,
                            failure) != 0)
            return -1;
        return 1;
    }
    return 0;
}

/* ---- the end ------------------------------------------------------------- */

/* The part that a manifest names in place of one. */
static const struct part *
part_now(const struct put *put, const struct part *part)
{
    for (uint32_t i = 0; i < put->lost_count; i++)
        if (put->lost[i].restated &&
            part_name_compare(&put->lost[i].part.name, &part->name) == 0)
            return &put->lost[i].now;
    return part;
}

/* Parts have other bytes than their manifest says: the same manifest once more,
 * with what they are now. */
static int
restate(struct put *put, const char *name, struct failure *failure)
{
    const struct manifest *old = find_manifest(put, name);
    struct manifest manifest;
    int result;

    assert(old);
    result = manifest_begin_next(&manifest, old, failure);
    for (uint32_t i = 0; result == 0 && i < old->part_count; i++)
        result = manifest_add_part(&manifest, part_now(put, &old->parts[i]),
                                   failure);
    if (result == 0)
        return archive_commit(put->archive, &manifest, 1, &put->sync, failure);
    manifest_free(&manifest);
    return -1;
}

/* Ends one that was written anew: in its place if it is the same events. */
static int
end_lost(struct put *put, struct lost_part *lost, struct failure *failure)
{
    struct part *now = &lost->now;
    struct manifest one = {.parts = now, .part_count = 1};

    if (part_writer_end(lost->writer, now, failure) != 0)
        return -1;
    if (now->rows != lost->part.rows || now->digest != lost->part.digest ||
        part_name_compare(&now->name, &lost->part.name) != 0) {
        settle_forget(put->archive, &one);
        return fail(failure, FAILURE_DATA,
                    "the archive has lost a part of stream '%s', and this tape "
                    "does not have all of its events: put the original tape",
                    put->manifest.header.stream);
    }
    put->healed++;
    lost->restated =
        lost->part.tier[0] ||
        memcmp(now->sha256, lost->part.sha256, sizeof now->sha256) != 0;
    if (sync_all(&put->sync, &put->archive->root, failure) != 0 ||
        settle_publish(put->archive, &one, &put->sync, failure) != 0)
        return -1;
    return sync_all(&put->sync, &put->archive->root, failure);
}

int
heal_end(struct put *put, struct failure *failure)
{
    int result = 0;

    for (uint32_t i = 0; result == 0 && i < put->lost_count; i++)
        if (put->lost[i].writer)
            result = end_lost(put, &put->lost[i], failure);
    for (uint32_t i = 0; result == 0 && i < put->lost_count; i++)
        if (put->lost[i].restated && find_manifest(put, put->lost[i].manifest))
            result = restate(put, put->lost[i].manifest, failure);
    return result;
}

void
heal_drop(struct put *put)
{
    for (uint32_t i = 0; i < put->lost_count; i++)
        if (put->lost[i].writer) {
            part_writer_free(put->lost[i].writer);
            free(put->lost[i].writer);
        }
    free(put->lost);
    put->lost = NULL;
    put->lost_count = 0;
    put->lost_capacity = 0;
}
