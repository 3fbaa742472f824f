#include "archive/put.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int
put_init(struct put *put, struct archive *archive, const struct strtab *blooms,
         struct failure *failure)
{
    memset(put, 0, sizeof *put);
    put->archive = archive;
    if (part_shared_init(&put->shared, archive->directory, failure) != 0)
        return -1;
    put->shared.blooms = blooms;
    return 0;
}

/* Forgets the tape in hand; nothing of it stays behind. */
static void
drop_tape(struct put *put)
{
    for (unsigned i = 0; i < put->open; i++) {
        part_writer_free(put->parts[i]);
        free(put->parts[i]);
    }
    put->open = 0;
    map_free(&put->places);
    memset(&put->places, 0, sizeof put->places);
    merge_close(&put->known);
    manifest_free(&put->manifest);
    put->has_known = false;
}

void
put_free(struct put *put)
{
    drop_tape(put);
    part_shared_free(&put->shared);
}

/* ---- what the archive has already ---------------------------------------- */

static int
next_known(struct put *put, struct failure *failure)
{
    int result = merge_next(&put->known, failure);

    put->has_known = result > 0;
    return result < 0 ? -1 : 0;
}

static int
open_known(struct put *put, const struct tape_header *header,
           struct failure *failure)
{
    struct part_filter filter = PART_FILTER_ALL;

    filter.from_seq = header->first_seq;
    for (uint32_t i = 0; i < put->archive->count; i++) {
        const char *stream = put->archive->manifests[i].header.stream;

        if (strcmp(stream, header->stream) != 0 &&
            manifest_stream_hash(stream) == put->shared.stream_hash)
            return fail(failure, FAILURE_DATA,
                        "the streams '%s' and '%s' have the same hash: give "
                        "the new one another name",
                        stream, header->stream);
    }
    if (merge_open(&put->known, put->archive, header->stream, &filter,
                   failure) != 0)
        return -1;
    return next_known(put, failure);
}

/* Whether the archive has the event of that seq: 1 and it is the same, 0 it
 * has none, -1. */
static int
compare_known(struct put *put, const struct event *event, uint64_t seq,
              struct failure *failure)
{
    size_t size = event->words * 8UL;

    while (put->has_known && put->known.seq < seq)
        if (next_known(put, failure) != 0)
            return -1;
    if (!put->has_known || put->known.seq != seq)
        return 0;
    if (put->known.event->words != event->words ||
        memcmp(put->known.event, event, size) != 0)
        return fail(failure, FAILURE_DATA,
                    "the archive has another event with seq %" PRIu64
                    " of stream '%s': this is not the same stream; give it "
                    "another name (--stream)",
                    seq, put->manifest.header.stream);
    return next_known(put, failure) == 0 ? 1 : -1;
}

/* ---- parts --------------------------------------------------------------- */

static uint64_t
key_of(uint16_t type, int64_t day)
{
    return (uint64_t)type << 32 |
           (day == DAY_NONE ? UINT32_C(0x80000000) : (uint32_t)day);
}

/* Ends the part at a place and puts the last one there. */
static int
end_part(struct put *put, unsigned place, struct failure *failure)
{
    struct part_writer *part = put->parts[place];
    struct part_facts facts = {0};
    int result = part_writer_end(part, &facts, failure);

    map_remove(&put->places, key_of(part->rows.layout.type, part->day));
    part_writer_free(part);
    free(part);
    put->open--;
    if (place < put->open) {
        struct part_writer *moved = put->parts[put->open];

        put->parts[place] = moved;
        put->used[place] = put->used[put->open];
        map_put(&put->places, key_of(moved->rows.layout.type, moved->day),
                place); /* its key is there: no memory is needed */
    }
    if (result == 0)
        result = manifest_add_part(&put->manifest, &facts, failure);
    free(facts.path);
    return result;
}

static int
end_oldest(struct put *put, struct failure *failure)
{
    unsigned oldest = 0;

    for (unsigned i = 1; i < put->open; i++)
        if (put->used[i] < put->used[oldest])
            oldest = i;
    return end_part(put, oldest, failure);
}

/* The open part for an event; NULL on failure. */
static struct part_writer *
find_part(struct put *put, const struct event *event, struct failure *failure)
{
    const struct tape_header *header = &put->manifest.header;
    uint16_t type = event->type;
    int64_t day = day_of(event->time);
    uint64_t key = key_of(type, day);
    uint32_t place = map_get(&put->places, key);
    struct part_writer *part;

    if (place != MAP_NONE)
        return put->last = place, put->parts[place];
    if (put->open == PUT_OPEN_MAX && end_oldest(put, failure) != 0)
        return NULL;
    part = allocate(failure, 1, sizeof *part);
    if (!part)
        return NULL;
    if (part_writer_open(part, &put->shared, type, day,
                         type < EVENT_TYPES ? header->sizes[type] : 0,
                         failure) != 0 ||
        !map_put(&put->places, key, put->open)) {
        part_writer_free(part);
        free(part);
        fail_memory(failure);
        return NULL;
    }
    put->last = put->open;
    return put->parts[put->open++] = part;
}

/* ---- a tape -------------------------------------------------------------- */

int
put_begin(struct put *put, const struct tape_header *header,
          struct failure *failure)
{
    drop_tape(put);
    put->stored = put->again = 0;
    if (tape_header_copy(&put->manifest.header, header, failure) != 0)
        return -1;
    put->shared.stream = put->manifest.header.stream;
    put->shared.stream_hash = manifest_stream_hash(put->shared.stream);
    identities_begin(&put->shared.identities);
    return open_known(put, header, failure);
}

/* Stores events that the archive is known not to have: the first and those up
 * to end that follow it into the same part.  Moves behind them. */
static int
store(struct put *put, const struct event **event, const struct event *end,
      uint64_t *seq, struct failure *failure)
{
    struct part_writer *part =
        put->last < put->open ? put->parts[put->last] : NULL;
    uint64_t first = *seq;

    if (!part || !part_writer_takes(part, *event))
        part = find_part(put, *event, failure);
    if (!part || part_writer_add(part, event, end, seq, failure) != 0)
        return -1;
    put->stored += *seq - first;
    put->used[put->last] = put->stored;
    return 0;
}

int
put_events(struct put *put, const struct event **event, const struct event *end,
           uint64_t *seq, struct failure *failure)
{
    while (*event < end) {
        const struct event *next = event_next(*event);
        uint64_t first = *seq;
        bool definition = (*event)->type == EVENT_INSTRUMENT;
        int known = 0;

        if (definition &&
            identities_define(&put->shared.identities, *event, failure) != 0)
            return -1;
        if (put->has_known)
            known = compare_known(put, *event, *seq, failure);
        if (known < 0)
            return -1;
        if (known > 0) {
            put->again++;
            *event = next;
            ++*seq;
            continue;
        }
        /* a definition, and what may be known, comes by itself */
        if (store(put, event, definition || put->has_known ? next : end, seq,
                  failure) != 0 ||
            manifest_add_seqs(&put->manifest,
                              (struct seq_range){first, *seq - 1}, failure))
            return -1;
    }
    return 0;
}

static bool
is_known_stream(const struct put *put)
{
    for (uint32_t i = 0; i < put->archive->count; i++)
        if (strcmp(put->archive->manifests[i].header.stream,
                   put->manifest.header.stream) == 0)
            return true;
    return false;
}

/* Ends all parts and commits. */
static int
commit(struct put *put, struct failure *failure)
{
    while (put->open > 0)
        if (end_part(put, 0, failure) != 0)
            return -1;
    if (manifest_set_name(&put->manifest, put->shared.generation, failure) != 0)
        return -1;
    merge_close(&put->known); /* it looks into the archive's manifests */
    return archive_commit(put->archive, &put->manifest, failure);
}

int
put_end(struct put *put, enum tape_status status, uint64_t last,
        struct failure *failure)
{
    put->manifest.status = status;
    put->manifest.tape_last = last;
    if (put->stored == 0 && is_known_stream(put))
        return 0;
    return commit(put, failure);
}

/* ---- compaction ---------------------------------------------------------- */

/* True when two parts of the stream lie in the same directory. */
static bool
has_neighbours(const struct archive *archive, const char *stream)
{
    struct strtab directories = {0};
    bool found = false;

    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        if (strcmp(manifest->header.stream, stream) != 0)
            continue;
        for (uint32_t k = 0; k < manifest->part_count && !found; k++) {
            const char *path = manifest->parts[k].path;
            bool added = true;

            strtab_add(&directories, path, (size_t)(strrchr(path, '/') - path),
                       &added);
            found = !added;
        }
    }
    strtab_free(&directories);
    return found;
}

static int
by_first(const void *a, const void *b)
{
    const struct seq_range *x = a, *y = b;

    return (x->first > y->first) - (x->first < y->first);
}

/* Ranges in order, those that touch made one. */
static int
join_ranges(struct manifest *manifest, struct failure *failure)
{
    struct seq_range *ranges = manifest->ranges;
    uint32_t count = 0;

    if (manifest->range_count == 0)
        return 0;
    qsort(ranges, manifest->range_count, sizeof *ranges, by_first);
    for (uint32_t i = 1; i < manifest->range_count; i++) {
        if (ranges[i].first <= ranges[count].last)
            return fail(failure, FAILURE_DATA,
                        "seq %" PRIu64 " of stream '%s' is there twice: "
                        "xarchive verify tells more",
                        ranges[i].first, manifest->header.stream);
        if (ranges[i].first == ranges[count].last + 1)
            ranges[count].last = ranges[i].last;
        else
            ranges[++count] = ranges[i];
    }
    manifest->range_count = count + 1;
    return 0;
}

/* Makes the manifest stand for one more: what the first of the stream says
 * counts, but how the stream ended. */
static int
stand_for(struct put *put, const struct manifest *old, uint64_t *first,
          uint64_t *last, struct failure *failure)
{
    struct manifest *manifest = &put->manifest;
    uint32_t count = old->range_count;
    unsigned generation = manifest_generation(old);

    if (put->shared.generation <= generation)
        put->shared.generation = generation + 1;
    if (manifest_add_replaced(manifest, old->name, failure) != 0)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        if (manifest_add_range(manifest, old->ranges[i], failure) != 0)
            return -1;
    if (manifest->header.stream[0] &&
        memcmp(manifest->header.sizes, old->header.sizes,
               sizeof old->header.sizes) != 0)
        return fail(failure, FAILURE_DATA,
                    "the pieces of stream '%s' are of different versions: "
                    "they cannot be compacted",
                    old->header.stream);
    if (!manifest->header.stream[0] ||
        (count && old->ranges[0].first < *first)) {
        tape_header_free(&manifest->header);
        if (tape_header_copy(&manifest->header, &old->header, failure) != 0)
            return -1;
        *first = count ? old->ranges[0].first : UINT64_MAX;
    }
    if (*last == 0 || (count && old->ranges[count - 1].last > *last)) {
        manifest->status = old->status;
        manifest->tape_last = old->tape_last;
        *last = count ? old->ranges[count - 1].last : 0;
    }
    return 0;
}

static int
rewrite(struct put *put, struct failure *failure)
{
    struct part_filter filter = PART_FILTER_ALL;
    int result;

    identities_begin(&put->shared.identities);
    if (merge_open(&put->known, put->archive, put->manifest.header.stream,
                   &filter, failure) != 0)
        return -1;
    while ((result = merge_next(&put->known, failure)) > 0) {
        const struct event *event = put->known.event;
        uint64_t seq = put->known.seq;

        if (event->type == EVENT_INSTRUMENT &&
            identities_define(&put->shared.identities, event, failure) != 0)
            return -1;
        if (store(put, &event, event_next(event), &seq, failure) != 0)
            return -1;
    }
    return result < 0 ? -1 : commit(put, failure);
}

int
put_compact(struct put *put, const char *stream, bool *done,
            struct failure *failure)
{
    const struct archive *archive = put->archive;
    uint64_t first = 0, last = 0;
    int result = 0;

    *done = has_neighbours(archive, stream);
    if (!*done)
        return 0;
    drop_tape(put);
    put->stored = put->again = 0;
    put->shared.generation = 1;
    for (uint32_t i = 0; result == 0 && i < archive->count; i++)
        if (strcmp(archive->manifests[i].header.stream, stream) == 0)
            result =
                stand_for(put, &archive->manifests[i], &first, &last, failure);
    put->shared.stream = put->manifest.header.stream;
    put->shared.stream_hash = manifest_stream_hash(put->shared.stream);
    if (result == 0)
        result = join_ranges(&put->manifest, failure);
    if (result == 0)
        result = rewrite(put, failure);
    put->shared.generation = 0;
    return result;
}
