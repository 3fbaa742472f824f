#include "log/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Reports what the data says; what the environment says ends it. */
static int
report(struct log_verify *verify, struct failure *failure)
{
    struct failure fault = *failure;

    if (failure->kind != FAILURE_DATA)
        return -1;
    failure->kind = FAILURE_NONE;
    verify->faults++;
    return verify->fault(verify->owner, fault.text, failure);
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

/* What the index file of a closed segment says against what was read. */
static int
check_index(const struct log_segment *segment, struct failure *failure)
{
    struct log_index kept;
    bool same;
    int result;

    if (access(segment->index_path, F_OK) != 0)
        return fail(failure, FAILURE_DATA,
                    "%s: the index is missing: the next xstore makes it again",
                    segment->index_path);
    result = log_index_load(&kept, LOG_INDEX_ALL, segment->index_path,
                            segment->end.check, failure);
    if (result < 0)
        return -1;
    same = result == 1 && is_same_index(&kept, &segment->index);
    log_index_free(&kept);
    if (same)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: not the index of its segment: remove it, the next xstore "
                "makes it again",
                segment->index_path);
}

/* The index was written when END was durable, and is removed before END is. */
static int
check_no_index(const struct log_segment *segment, struct failure *failure)
{
    if (access(segment->index_path, F_OK) != 0)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: byte %" PRIu64 ": its END is damaged: store the stream "
                "once more",
                segment->path, segment->index.size);
}

/* What the HEADERs of a stream's segments have in common, as the first says
 * that can be read. */
struct identity {
    const char *path; /* of that one; NULL: none yet */
    char name[TAPE_STREAM_MAX + 1];
    uint64_t begin;
};

static int
check_header(struct identity *stream, const struct log_segment *segment,
             struct failure *failure)
{
    struct tape_header header;
    uint64_t begin;
    int result = log_segment_header(segment, &header, &begin, NULL, failure);

    if (result == 0 && !stream->path) {
        memcpy(stream->name, header.stream, sizeof stream->name);
        stream->begin = begin;
        stream->path = segment->path;
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
 * not go on.  That the next one does not follow is told there. */
static int
check_end(const struct log *log, const struct log_stream *stream, size_t i,
          struct failure *failure)
{
    const struct log_segment *segment = log_segment_of(log, stream, i);
    enum tape_status status;
    int exit_class, result;

    if (i + 1 == stream->count) {
        result = log_status(log, stream, &status, &exit_class, failure);
        return result < 0 ? -1 : 0;
    }
    if (segment[1].first_seq != segment->index.next_seq)
        return 0;
    if (segment->ended && LOG_CONTINUES(&segment->end) == segment[1].first_seq)
        return 0;
    if (!segment->ended && i + 2 == stream->count)
        return 0; /* a run died between the two; the next one mends it */
    return fail(failure, FAILURE_DATA,
                "%s: its END does not lead to the next segment: one of them "
                "is damaged or does not belong here",
                segment->path);
}

/* follows: the one before it is whole, so that this one can be held against
 * it.  1; 0 when this one cannot be read, which is told once; -1. */
static int
check_segment(struct log_verify *verify, struct log *log,
              struct log_stream *stream, size_t i, struct identity *identity,
              bool follows, struct failure *failure)
{
    struct log_segment *segment = log_segment_of(log, stream, i);

    log_segment_unload(segment);
    if (check_header(identity, segment, failure) != 0 ||
        log_segment_extend(segment, failure) != 0)
        return report(verify, failure);
    verify->segments++;
    verify->bytes += segment->file_size;
    verify->events += segment->index.next_seq - segment->index.first_seq;
    if (follows && log_check_follows(log, stream, i, failure) != 0 &&
        report(verify, failure) != 0)
        return -1;
    if (segment->ended && check_index(segment, failure) != 0 &&
        report(verify, failure) != 0)
        return -1;
    if (((!segment->ended && check_no_index(segment, failure) != 0) ||
         check_end(log, stream, i, failure) != 0) &&
        report(verify, failure) != 0)
        return -1;
    return 1;
}

static int
check_stream(struct log_verify *verify, struct log *log,
             struct log_stream *stream, struct failure *failure)
{
    struct identity identity = {0};
    int whole = 1;

    for (size_t i = 0; whole >= 0 && i < stream->count; i++) {
        whole = check_segment(verify, log, stream, i, &identity, whole > 0,
                              failure);
        if (i > 0)
            log_segment_unload(log_segment_of(log, stream, i - 1));
    }
    log_segment_unload(log_last_segment(log, stream));
    return whole < 0 ? -1 : 0;
}

int
log_verify(struct log_verify *verify, struct log *log, struct failure *failure)
{
    for (size_t i = 0; i < log->stream_count; i++)
        if ((log_check_number(log, i, failure) != 0 &&
             report(verify, failure) != 0) ||
            check_stream(verify, log, &log->streams[i], failure) != 0)
            return -1;
    return 0;
}
