#include "tape/stats.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define TYPES (UINT16_MAX + 1UL)

int
tape_stats_init(struct tape_stats *stats, struct failure *failure)
{
    memset(stats, 0, sizeof *stats);
    stats->types = allocate(failure, TYPES, sizeof *stats->types);
    return stats->types ? 0 : -1;
}

void
tape_stats_free(struct tape_stats *stats)
{
    free(stats->types);
    instruments_free(&stats->instruments);
    stats->types = NULL;
}

void
tape_stats_begin(struct tape_stats *stats, uint64_t position)
{
    stats->events = stats->blocks = 0;
    stats->begin = stats->end = position;
    stats->time_min = INT64_MAX;
    stats->time_max = INT64_MIN;
    stats->late = stats->first_late = stats->latest_by = 0;
    memset(stats->types, 0, TYPES * sizeof *stats->types);
    instruments_begin(&stats->instruments);
}

/* An event earlier than one before it, or the first, or one without time. */
static void
take_odd_time(struct tape_stats *stats, int64_t time, uint64_t seq)
{
    uint64_t by = (uint64_t)stats->time_max - (uint64_t)time;

    if (time == TIME_NULL)
        return;
    if (time < stats->time_min)
        stats->time_min = time;
    if (time >= stats->time_max) { /* nothing had a time before */
        stats->time_max = time;
        return;
    }
    if (stats->late++ == 0)
        stats->first_late = seq;
    if (by > stats->latest_by)
        stats->latest_by = by;
}

static int
define(struct tape_stats *stats, const struct tape_reader *reader,
       const struct event *event, uint64_t seq, struct failure *failure)
{
    const char *name = reader->input->name;

    if (instruments_define(&stats->instruments,
                           (const struct instrument *)(const void *)event,
                           failure) != INSTRUMENT_NONE)
        return 0;
    return fail_at(failure, "%s: event %" PRIu64 " (byte %" PRIu64 ")",
                   strcmp(name, "-") == 0 ? "stdin" : name, seq,
                   tape_reader_position(reader, event));
}

int
tape_stats_block(struct tape_stats *stats, const struct tape_reader *reader,
                 struct failure *failure)
{
    uint64_t seq = reader->first_seq;

    assert(stats->types && reader->first < reader->end);
    assert(stats->events == seq - reader->header.first_seq);

    for (const struct event *event = reader->first; event < reader->end;
         event = event_next(event), seq++) {
        stats->types[event->type]++;
        if (event->time >= stats->time_max && stats->time_max != TIME_NULL)
            stats->time_max = event->time;
        else
            take_odd_time(stats, event->time, seq);
        if (event->type == EVENT_INSTRUMENT &&
            define(stats, reader, event, seq, failure) != 0)
            return -1;
        stats->events++;
    }
    stats->blocks++;
    return 0;
}
