#include "log/verify.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io/input.h"

#define FAULTS_MAX 3 /* of one segment */

/* What is wrong with one segment. */
struct faults {
    struct failure list[FAULTS_MAX];
    unsigned count;
};

/* Takes what the data says; what the environment says ends it. */
static int
note(struct faults *faults, struct failure *failure)
{
    if (failure->kind != FAILURE_DATA)
        return -1;
    assert(faults->count < FAULTS_MAX);
    faults->list[faults->count++] = *failure;
    *failure = (struct failure){0};
    return 0;
}

static int
report(struct log_verify *verify, const char *text, struct failure *failure)
{
    verify->faults++;
    return verify->fault(verify->owner, text, failure);
}

static bool
is_same_index(const struct log_index *a, const struct log_index *b)
{
    return a->first_seq == b->first_seq && a->next_seq == b->next_seq &&
           a->size == b->size && a->time_min == b->time_min &&
           a->time_max == b->time_max && a->entry_count == b->entry_count &&
           a->definition_bytes == b->definition_bytes &&
           (a->entry_count == 0 ||
            memcmp(a->entries, b->entries,
                   a->entry_count * sizeof *a->entries) == 0) &&
           (a->definition_bytes == 0 ||
            memcmp(a->definitions, b->definitions, a->definition_bytes) == 0);
}

static bool
has_index(const struct log *log, const struct log_segment *segment)
{
    struct failure ignored = {0};
    struct input input;
    int result =
        input_open_below(&input, &log->root, segment->index_path, &ignored);

    input_close(&input);
    return result != 0; /* what cannot be opened is there */
}

/* A writer that has just closed a segment makes its index next, and gives back
 * the lock only then. */
static bool
is_index_missing(const struct log *log, const struct log_segment *segment)
{
    return !has_index(log, segment) && !root_is_locked(&log->root) &&
           !has_index(log, segment);
}

/* What the index file of a closed segment says against what was read. */
static int
check_index(const struct log *log, const struct log_segment *segment,
            struct failure *failure)
{
    struct log_index kept;
    bool same;
    int result;

    if (is_index_missing(log, segment))
        return fail(failure, FAILURE_DATA,
                    "%s: the index is missing: the next xstore recreates it",
                    segment->index_path);
    result = log_index_load(&kept, LOG_INDEX_ALL, &log->root,
                            segment->index_path, segment->end.check, failure);
    if (result < 0)
        return -1;
    same = result == 1 && is_same_index(&kept, &segment->index);
    log_index_free(&kept);
    if (same || (result == 0 && !has_index(log, segment)))
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: not the index of its segment: remove it, and the next "
                "xstore recreates it",
                segment->index_path);
}

/* The index was written when END was durable, and is removed before END is.
 * had_index: before END was looked for. */
static int
check_no_index(const struct log *log, const struct log_segment *segment,
               bool had_index, struct failure *failure)
{
    if (!had_index || !has_index(log, segment))
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: byte %" PRIu64
                ": its END is damaged: store the stream again",
                segment->path, segment->index.size);
}

/* What the HEADERs of a stream's segments have in common, as the first says
 * that can be read. */
struct identity {
    char path[256]; /* of that one; "": none yet */
    char name[TAPE_STREAM_MAX + 1];
    uint64_t begin;
};

static int
check_header(const struct log *log, struct identity *stream,
             const struct log_segment *segment, struct failure *failure)
{
    const uint64_t begin = segment->identity.begin;
    struct tape_header header;
    int result =
        log_segment_header(&log->root, segment, &header, NULL, failure);

    if (result == 0 && !stream->path[0]) {
        memcpy(stream->name, header.stream, sizeof stream->name);
        stream->begin = begin;
        snprintf(stream->path, sizeof stream->path, "%s", segment->path);
    } else if (result == 0 && (strcmp(header.stream, stream->name) != 0 ||
                               begin != stream->begin)) {
        result = fail(failure, FAILURE_DATA,
                      "%s: of the stream %s from event %" PRIu64
                      " on, unlike %s: one of them does not belong here",
                      segment->path, header.stream, begin, stream->path);
    }
    tape_header_free(&header);
    return result;
}

/* Only the last segment of a stream may be without END, and has one that does
 * not go on.  That the next one does not follow is reported there. */
static int
check_end(struct log *log, const struct log_stream *stream, size_t i,
          struct failure *failure)
{
    const struct log_segment *segment = log_segment_of(log, stream, i);
    uint64_t next = segment->ended ? log_continues(&segment->end) : 0;

    if (i + 1 == stream->count)
        return next ? log_check_begun(log, stream, next, failure) : 0;
    if (segment[1].first_seq != segment->index.next_seq ||
        next == segment[1].first_seq)
        return 0;
    if (!segment->ended && i + 2 == stream->count)
        return 0; /* a run died between the two; the next one mends it */
    return fail(failure, FAILURE_DATA,
                "%s: its END does not lead to the next segment: one of them "
                "is damaged or does not belong here",
                segment->path);
}

/* A place in the check. */
struct place {
    struct log_stream *stream;
    size_t segment;
    bool follows; /* the one before it is whole, to be held against it */
};

/* Reads a segment: 1; 0 when it cannot be read, which is one fault; -1. */
static int
examine(struct log *log, const struct place *place, struct identity *identity,
        struct faults *faults, struct failure *failure)
{
    struct log_segment *segment =
        log_segment_of(log, place->stream, place->segment);
    bool had_index = has_index(log, segment);

    faults->count = 0;
    log_segment_unload(segment);
    if (log_segment_look(&log->root, segment, failure) != 0 ||
        check_header(log, identity, segment, failure) != 0 ||
        log_segment_extend(&log->root, segment, failure) != 0)
        return note(faults, failure);
    segment->loaded = true;
    segment->part = LOG_INDEX_ALL;
    if (place->follows &&
        log_check_follows(log, place->stream, place->segment, failure) != 0 &&
        note(faults, failure) != 0)
        return -1;
    if (segment->identity.store && segment->identity.store != log->id)
        return 0; /* of another store: all else would follow from that */
    if (segment->ended && check_index(log, segment, failure) != 0 &&
        note(faults, failure) != 0)
        return -1;
    if (((!segment->ended &&
          check_no_index(log, segment, had_index, failure) != 0) ||
         check_end(log, place->stream, place->segment, failure) != 0) &&
        note(faults, failure) != 0)
        return -1;
    return 1;
}

/* As examine, of one state of the segment, and reports what is wrong. */
static int
check_segment(struct log_verify *verify, struct log *log,
              const struct place *place, struct identity *identity,
              struct failure *failure)
{
    const struct log_segment *segment =
        log_segment_of(log, place->stream, place->segment);
    struct faults faults;
    int whole;

    do
        whole = examine(log, place, identity, &faults, failure);
    while (whole >= 0 && faults.count && segment->looked &&
           log_segment_changed(&log->root, segment) &&
           !verify->stopped(verify->owner));
    if (whole > 0) {
        verify->segments++;
        verify->bytes += segment->file_size;
        verify->events += segment->index.next_seq - segment->index.first_seq;
    }
    for (unsigned i = 0; whole >= 0 && i < faults.count; i++)
        if (report(verify, faults.list[i].text, failure) != 0)
            whole = -1;
    return whole;
}

/* Whether a writer has begun the segment that follows the last one listed. */
static bool
has_more(const struct log *log, size_t stream)
{
    const struct log_segment *last =
        log_last_segment(log, &log->streams[stream]);

    return last->loaded && last->ended && log_continues(&last->end) != 0;
}

static int
check_stream(struct log_verify *verify, struct log *log, size_t stream,
             struct failure *failure)
{
    struct identity identity = {0};
    int whole = 1;

    for (size_t i = 0; whole >= 0 && i < log->streams[stream].count; i++) {
        struct place place = {&log->streams[stream], i, whole > 0};

        if (verify->stopped(verify->owner))
            return 0;
        whole = check_segment(verify, log, &place, &identity, failure);
        if (i > 0)
            log_segment_unload(log_segment_of(log, place.stream, i - 1));
        if (whole > 0 && i + 1 == place.stream->count &&
            has_more(log, stream) && log_refresh(log, failure) != 0)
            whole = -1;
    }
    log_segment_unload(log_last_segment(log, &log->streams[stream]));
    return whole < 0 ? -1 : 0;
}

int
log_verify(struct log_verify *verify, struct log *log, struct failure *failure)
{
    int result = 0;

    assert(verify->fault && verify->stopped && !log->lenient);
    for (size_t i = 0; result == 0 && i < log->stream_count &&
                       !verify->stopped(verify->owner);
         i++) {
        if (log_check_number(log, i, failure) != 0) {
            struct failure fault = *failure;

            *failure = (struct failure){0};
            result = report(verify, fault.text, failure);
        }
        if (result == 0)
            result = check_stream(verify, log, i, failure);
    }
    if (result != 0 && verify->stopped(verify->owner)) {
        *failure = (struct failure){0};
        return 0;
    }
    return result;
}
