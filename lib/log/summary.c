#include "log/summary.h"

#include <assert.h>
#include <string.h>

#include "log/read.h"

/* One more of the stream's segments. */
static int
add_segment(struct log_summary *summary, struct log *log,
            const struct log_stream *stream, size_t i, struct failure *failure)
{
    struct log_segment *segment = log_segment_of(log, stream, i);

    if (log_load(log, segment, LOG_INDEX_SUMMARY, failure) != 0 ||
        log_check_follows(log, stream, i, failure) != 0)
        return -1;
    summary->next = segment->index.next_seq;
    summary->bytes += segment->file_size;
    if (segment->index.time_min < summary->time_min)
        summary->time_min = segment->index.time_min;
    if (segment->index.time_max > summary->time_max)
        summary->time_max = segment->index.time_max;
    if (!segment->fault)
        return 0;
    *failure = *segment->fault;
    return -1;
}

/* How the stream ended, as its last segment says that was read. */
static int
add_end(struct log_summary *summary, const struct log *log,
        const struct log_stream *stream, struct failure *failure)
{
    const struct log_segment *last = log_last_segment(log, stream);
    int ended = log_segment_status(last, &summary->status, &summary->exit_class,
                                   failure);

    summary->ended = ended > 0 && log_continues(&last->end) == 0;
    if (ended <= 0 || summary->ended)
        return ended < 0 ? -1 : 0;
    /* a writer may have begun the next one since it was listed */
    return log_check_begun(log, stream, log_continues(&last->end), failure);
}

int
log_summarize(struct log_summary *summary, struct log *log,
              struct log_stream *stream, struct failure *failure)
{
    int result = log_name(log, stream, failure);

    assert(log->lenient);
    memset(summary, 0, sizeof *summary);
    summary->first = summary->next = log_segment_of(log, stream, 0)->first_seq;
    summary->time_min = INT64_MAX;
    summary->time_max = INT64_MIN;
    for (size_t i = 0; result == 0 && i < stream->count; i++)
        result = add_segment(summary, log, stream, i, failure);
    if (result == 0)
        result = add_end(summary, log, stream, failure);
    if (result == 0 || failure->kind != FAILURE_DATA)
        return result;
    summary->damaged = true;
    summary->fault = *failure;
    *failure = (struct failure){0};
    return 0;
}
