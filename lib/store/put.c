#include "store/put.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int
put_init(struct put *put, struct archive *archive, struct failure *failure)
{
    memset(put, 0, sizeof *put);
    put->archive = archive;
    return part_shared_init(&put->shared, archive->folder, failure);
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
    if (merge_open(&put->known, put->archive, header->stream, &filter, NULL,
                   NULL, failure) != 0)
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

/* The open part of a type and day; NULL on failure. */
static struct part_writer *
find_part(struct put *put, uint16_t type, int64_t day, struct failure *failure)
{
    const struct tape_header *header = &put->manifest.header;
    uint64_t key = key_of(type, day);
    uint32_t place = map_get(&put->places, key);
    struct part_writer *part;

    if (place != MAP_NONE)
        return put->used[place] = put->stored, put->parts[place];
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
        fail(failure, FAILURE_ENVIRONMENT, "out of memory");
        return NULL;
    }
    put->used[put->open] = put->stored;
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

int
put_event(struct put *put, const struct event *event, uint64_t seq,
          struct failure *failure)
{
    struct part_writer *part;
    int known;

    if (event->type == EVENT_INSTRUMENT &&
        identities_define(&put->shared.identities, event, failure) != 0)
        return -1;
    known = put->has_known ? compare_known(put, event, seq, failure) : 0;
    if (known != 0) {
        put->again++;
        return known < 0 ? -1 : 0;
    }
    part = find_part(put, event->type, day_of(event->time), failure);
    if (!part || manifest_add_seq(&put->manifest, seq, failure) != 0)
        return -1;
    put->stored++;
    return part_writer_add(part, event, seq, failure);
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

int
put_end(struct put *put, enum tape_status status, uint64_t last,
        struct failure *failure)
{
    put->manifest.status = status;
    put->manifest.tape_last = last;
    while (put->open > 0)
        if (end_part(put, 0, failure) != 0)
            return -1;
    if (put->stored == 0 && is_known_stream(put))
        return 0;
    if (manifest_set_name(&put->manifest, failure) != 0 ||
        archive_commit(put->archive, &put->manifest, failure) != 0)
        return -1;
    return 0;
}
