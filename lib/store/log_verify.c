#include "store/log_verify.h"

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
check_index(struct log_segment *segment, struct failure *failure)
{
    struct log_index kept;
    int result = log_index_load(&kept, LOG_INDEX_ALL, segment->index_path,
                                segment->end.check, failure);

    if (result < 0)
        return -1;
    if (result == 1 && is_same_index(&kept, &segment->index))
        result = 0;
    else
        result = fail(failure, FAILURE_DATA,
                      "%s: the index is missing or not that of its segment: "
                      "remove it, the next xstore makes it again",
                      segment->index_path);
    log_index_free(&kept);
    return result;
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

/* The HEADERs of a stream tell the same name and beginning. */
static int
check_header(const struct log *log, struct log_stream *stream,
             const struct log_segment *segment, struct failure *failure)
{
    struct tape_header header;
    uint64_t begin;
    int result = log_name(log, stream, failure);

    if (result != 0)
        return -1;
    result = log_segment_header(segment, &header, &begin, NULL, failure);
    if (result == 0 && (strcmp(header.stream, stream->name) != 0 ||
                        begin != log_segment_of(log, stream, 0)->first_seq))
        result = fail(failure, FAILURE_DATA,
                      "%s: of another stream, %s: it does not belong here",
                      segment->path, header.stream);
    tape_header_free(&header);
    return result;
}

/* Only the last segment of a stream may be without END, and has one that does
 * not go on. */
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
    if (segment->ended && LOG_CONTINUES(&segment->end) == segment[1].first_seq)
        return 0;
    if (!segment->ended && i + 2 == stream->count)
        return 0; /* a run died between the two; the next one mends it */
    return fail(failure, FAILURE_DATA,
                "%s: its END does not lead to the next segment: one of them "
                "is damaged or does not belong here",
                segment->path);
}

static int
check_segment(struct log_verify *verify, struct log *log,
              struct log_stream *stream, size_t i, struct failure *failure)
{
    struct log_segment *segment = log_segment_of(log, stream, i);

    verify->segments++;
    log_segment_unload(segment);
    if (check_header(log, stream, segment, failure) != 0 &&
        report(verify, failure) != 0)
        return -1;
    if (log_segment_extend(segment, failure) != 0)
        return report(verify, failure);
    verify->bytes += segment->file_size;
    verify->events += segment->index.next_seq - segment->index.first_seq;
    if (log_check_follows(log, stream, i, failure) != 0 &&
        report(verify, failure) != 0)
        return -1;
    if ((segment->ended ? check_index(segment, failure)
                        : check_no_index(segment, failure)) != 0 &&
        report(verify, failure) != 0)
        return -1;
    if (check_end(log, stream, i, failure) != 0)
        return report(verify, failure);
    return 0;
}

/* Streams are numbered without gaps. */
static int
check_ordinal(struct log_verify *verify, const struct log *log, size_t i,
              struct failure *failure)
{
    const struct log_stream *stream = &log->streams[i];

    if (i == 0 || stream->ordinal == stream[-1].ordinal + 1)
        return 0;
    fail(failure, FAILURE_DATA,
         "%s: stream %u is missing: bring its segments "
         "back from a copy",
         log->path, stream[-1].ordinal + 1);
    return report(verify, failure);
}

int
log_verify(struct log_verify *verify, struct log *log, struct failure *failure)
{
    for (size_t i = 0; i < log->stream_count; i++) {
        struct log_stream *stream = &log->streams[i];

        if (check_ordinal(verify, log, i, failure) != 0)
            return -1;
        for (size_t k = 0; k < stream->count; k++) {
            if (check_segment(verify, log, stream, k, failure) != 0)
                return -1;
            if (k > 0)
                log_segment_unload(log_segment_of(log, stream, k - 1));
        }
        log_segment_unload(log_last_segment(log, stream));
    }
    return 0;
}
