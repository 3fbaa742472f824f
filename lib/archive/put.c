#include "archive/put.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/commit.h"
#include "archive/heal.h"
#include "archive/settle.h"
#include "archive/stream.h"
#include "base/array.h"

#define STAGED_MAX 256 /* tapes that wait to be committed */

int
put_init(struct put *put, struct archive *archive, const struct strtab *blooms,
         struct failure *failure)
{
    assert(archive->writes);
    memset(put, 0, sizeof *put);
    put->archive = archive;
    if (part_shared_init(&put->shared, archive, &put->sync, failure) != 0)
        return -1;
    put->shared.blooms = blooms;
    return 0;
}

/* Forgets the current tape; nothing of it stays. */
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
    if (put->manifest.part_count > 0)
        settle_forget(put->archive, &put->manifest);
    manifest_free(&put->manifest);
    heal_drop(put);
    put->has_known = false;
}

void
put_free(struct put *put)
{
    drop_tape(put);
    for (uint32_t i = 0; i < put->staged_count; i++) {
        settle_forget(put->archive, &put->staged[i]);
        manifest_free(&put->staged[i]);
    }
    free(put->staged);
    sync_drop(&put->sync);
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

/* Two names may have one hash, and so the same files: that is refused. */
static int
check_hash(const struct put *put, const struct tape_header *header,
           struct failure *failure)
{
    for (uint32_t i = 0; i < put->archive->count; i++) {
        const char *stream = put->archive->manifests[i].header.stream;

        if (strcmp(stream, header->stream) != 0 &&
            manifest_stream_hash(stream) == put->shared.stream_hash)
            return fail(failure, FAILURE_DATA,
                        "the streams '%s' and '%s' have the same hash: rename "
                        "the new one",
                        stream, header->stream);
    }
    return 0;
}

static int
open_known(struct put *put, const struct tape_header *header,
           struct failure *failure)
{
    struct part_filter filter = PART_FILTER_ALL;

    filter.from_seq = header->first_seq;
    if (archive_load(put->archive, header->stream, failure) != 0 ||
        check_hash(put, header, failure) != 0 ||
        heal_find(put, header->first_seq, failure) != 0 ||
        merge_open(&put->known, put->archive, header->stream, &filter,
                   failure) != 0)
        return -1;
    put->known.unverified = true; /* heal_find has compared them */
    put->known.skips = heal_skips;
    put->known.owner = put;
    put->has_gone = false;
    for (uint32_t i = 0; i < put->archive->count; i++)
        put->has_gone |= put->archive->manifests[i].gone_count > 0;
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
    /* the days of all times there are fit, and none is that of no time */
    assert(day == DAY_NONE || (day > INT32_MIN && day <= INT32_MAX));
    return (uint64_t)type << 32 |
           (day == DAY_NONE ? UINT32_C(0x80000000) : (uint32_t)day);
}

/* Ends the part at a place and puts the last one there. */
static int
end_part(struct put *put, unsigned place, struct failure *failure)
{
    struct part_writer *writer = put->parts[place];
    struct part part;
    int result = part_writer_end(writer, &part, failure);

    assert(place < put->open);
    map_remove(&put->places,
               key_of(writer->rows.layout.type, writer->part.name.day));
    part_writer_free(writer);
    free(writer);
    put->open--;
    if (place < put->open) {
        struct part_writer *moved = put->parts[put->open];

        put->parts[place] = moved;
        map_put(&put->places,
                key_of(moved->rows.layout.type, moved->part.name.day),
                place); /* its key is there: no memory is needed */
    }
    return result == 0 ? manifest_add_part(&put->manifest, &part, failure) : -1;
}

/* The largest: so parts are as large as they can be, however the days of a
 * tape take turns. */
static int
end_largest(struct put *put, struct failure *failure)
{
    unsigned largest = 0;

    for (unsigned i = 1; i < put->open; i++)
        if (put->parts[i]->part.rows > put->parts[largest]->part.rows)
            largest = i;
    return end_part(put, largest, failure);
}

/* The open part for an event; NULL on failure. */
static struct part_writer *
find_part(struct put *put, const struct event *event, struct failure *failure)
{
    const struct tape_header *header = &put->manifest.header;
    struct part_name name = {.type = event->type, .day = day_of(event->time)};
    uint64_t key = key_of(name.type, name.day);
    uint32_t place = map_get(&put->places, key);
    struct part_writer *writer;

    if (place != MAP_NONE)
        return put->last = place, put->parts[place];
    if (put->open == PUT_OPEN_MAX && end_largest(put, failure) != 0)
        return NULL;
    writer = allocate(failure, 1, sizeof *writer);
    if (!writer)
        return NULL;
    if (part_writer_open(writer, &put->shared, &name,
                         name.type < EVENT_TYPES ? header->sizes[name.type] : 0,
                         failure) != 0 ||
        !map_put(&put->places, key, put->open)) {
        part_writer_free(writer);
        free(writer);
        fail_memory(failure);
        return NULL;
    }
    assert(put->open < PUT_OPEN_MAX);
    put->last = put->open;
    return put->parts[put->open++] = writer;
}

/* ---- a tape -------------------------------------------------------------- */

/* Commits at once what is to be compared with the tape that comes now. */
static int
flush_stream(struct put *put, uint64_t hash, struct failure *failure)
{
    for (uint32_t i = 0; i < put->staged_count; i++)
        if (manifest_stream_hash(put->staged[i].header.stream) == hash)
            return put_flush(put, failure);
    return 0;
}

int
put_begin(struct put *put, const struct tape_header *header,
          struct failure *failure)
{
    drop_tape(put);
    put->stored = put->again = put->healed = put->gone = 0;
    if (flush_stream(put, manifest_stream_hash(header->stream), failure) != 0 ||
        tape_header_copy(&put->manifest.header, header, failure) != 0)
        return -1;
    put->shared.stream = put->manifest.header.stream;
    put->shared.stream_hash = manifest_stream_hash(put->shared.stream);
    identities_begin(&put->shared.identities);
    return open_known(put, header, failure);
}

/* Stores events that the archive is known not to have: the first and those up
 * to end that follow it into the same part.  Moves past them. */
static int
store(struct put *put, const struct event **event, const struct event *end,
      uint64_t *seq, struct failure *failure)
{
    struct part_writer *writer =
        put->last < put->open ? put->parts[put->last] : NULL;
    uint64_t first = *seq;

    if (!writer || !part_writer_takes(writer, *event))
        writer = find_part(put, *event, failure);
    if (!writer || part_writer_add(writer, event, end, seq, failure) != 0)
        return -1;
    put->stored += *seq - first;
    return manifest_add_range(&put->manifest,
                              (struct seq_range){first, *seq - 1}, failure);
}

/* Takes one event that may be known: 1 when it was; 0 when it is to be stored;
 * -1. */
static int
take_known(struct put *put, const struct event *event, uint64_t seq,
           struct failure *failure)
{
    int known = put->has_known ? compare_known(put, event, seq, failure) : 0;

    if (known == 0 && put->lost_count > 0)
        known = heal_take(put, event, seq, failure);
    if (known == 0 && put->has_gone) {
        known = heal_is_gone(put, event, seq);
        put->gone += known > 0;
    }
    put->again += known > 0;
    return known;
}

int
put_events(struct put *put, const struct event **event, const struct event *end,
           uint64_t *seq, struct failure *failure)
{
    while (*event < end) {
        const struct event *next = event_next(*event);
        bool definition = (*event)->type == EVENT_INSTRUMENT;
        bool alone = definition || put->has_known || put->has_gone ||
                     put->lost_count > 0;
        int known;

        if (definition &&
            identities_define(&put->shared.identities, *event, failure) != 0)
            return -1;
        known = take_known(put, *event, *seq, failure);
        if (known < 0)
            return -1;
        if (known > 0) {
            *event = next;
            ++*seq;
            continue;
        }
        /* a definition, and what may be known, comes by itself */
        if (store(put, event, alone ? next : end, seq, failure) != 0)
            return -1;
    }
    return 0;
}

/* ---- its end ------------------------------------------------------------- */

/* The stream as the archive has it: 1; 0 when it does not; -1.  Free it if
 * not 0. */
static int
find_stream(const struct put *put, struct stream *stream,
            struct failure *failure)
{
    const struct archive *archive = put->archive;

    for (uint32_t i = 0; i < archive->count; i++)
        if (strcmp(archive->manifests[i].header.stream,
                   put->manifest.header.stream) == 0)
            return stream_open(stream, archive, &archive->manifests[i],
                               failure) == 0
                       ? 1
                       : -1;
    return 0;
}

/* What the archive has of the stream, and a tape that ends so: 1 when there is
 * something to commit, also if only that the stream is complete; 0; -1. */
static int
judge_end(struct put *put, unsigned *generation, struct failure *failure)
{
    struct manifest *manifest = &put->manifest;
    /* where a tape without events ends */
    uint64_t end = manifest->tape_last ? manifest->tape_last
                                       : manifest->header.first_seq - 1;
    struct stream stream;
    int known = find_stream(put, &stream, failure);
    int result = 1;

    if (known <= 0)
        return known < 0 ? -1 : 1;
    if (manifest->status == TAPE_COMPLETE && end < stream.last)
        result =
            fail(failure, FAILURE_DATA,
                 "this tape is complete with sequence number %" PRIu64
                 ", but the archive has stream '%s' up to %" PRIu64
                 ": it is not the same stream; give it another name "
                 "(--stream)",
                 manifest->tape_last, manifest->header.stream, stream.last);
    else if (put->stored == 0)
        result = manifest->status == TAPE_COMPLETE &&
                 stream.status != TAPE_COMPLETE &&
                 manifest->tape_last == stream.last;
    if (result > 0 && put->stored == 0) /* in place of another such one */
        for (uint32_t i = 0; i < put->archive->count; i++) {
            const struct manifest *old = &put->archive->manifests[i];

            if (strcmp(old->header.stream, stream.name) != 0 ||
                old->range_count > 0)
                continue;
            if (manifest_generation(old) >= *generation)
                *generation = manifest_generation(old) + 1;
            if (manifest_stand_for(manifest, old, failure) != 0)
                result = -1;
        }
    stream_free(&stream);
    return result;
}

int
put_end(struct put *put, enum tape_status status, uint64_t last,
        struct failure *failure)
{
    unsigned generation = 0;
    struct manifest *staged;
    int commits;

    put->manifest.status = status;
    put->manifest.tape_last = last;
    commits = judge_end(put, &generation, failure);
    if (commits < 0 || heal_end(put, failure) != 0)
        return -1;
    if (commits == 0)
        return 0;
    while (put->open > 0)
        if (end_part(put, 0, failure) != 0)
            return -1;
    manifest_set_name(&put->manifest, generation);
    merge_close(&put->known); /* it looks into the archive's manifests */
    staged = array_grow(put->staged, &put->staged_capacity,
                        put->staged_count + 1UL, sizeof *staged, failure);
    if (!staged)
        return -1;
    put->staged = staged;
    staged[put->staged_count++] = put->manifest;
    put->manifest = (struct manifest){0};
    return put->staged_count < STAGED_MAX ? 0 : put_flush(put, failure);
}

int
put_flush(struct put *put, struct failure *failure)
{
    uint32_t count = put->staged_count;

    assert(count <= STAGED_MAX);
    if (count == 0)
        return 0;
    put->staged_count = 0;
    return archive_commit(put->archive, put->staged, count, &put->sync,
                          failure);
}
