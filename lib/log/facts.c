#include "log/facts.h"

#include "log/read.h"

int
log_facts_of(struct log_facts *facts, const struct log *log,
             struct log_stream *stream, struct failure *failure)
{
    int ended;

    *facts = (struct log_facts){.time_min = INT64_MAX, .time_max = INT64_MIN};
    for (size_t i = 0; i < stream->count; i++) {
        struct log_segment *segment = log_segment_of(log, stream, i);

        if (log_segment_load(segment, LOG_INDEX_SUMMARY, failure) != 0 ||
            log_check_follows(log, stream, i, failure) != 0)
            return -1;
        facts->bytes += segment->file_size;
        if (segment->index.time_min < facts->time_min)
            facts->time_min = segment->index.time_min;
        if (segment->index.time_max > facts->time_max)
            facts->time_max = segment->index.time_max;
    }
    ended =
        log_status(log, stream, &facts->status, &facts->exit_class, failure);
    if (ended < 0 || log_name(log, stream, failure) != 0)
        return -1;
    facts->ended = ended;
    return log_range(log, stream, &facts->first, &facts->next, failure);
}
