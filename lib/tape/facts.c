#include "tape/facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define TYPES (UINT16_MAX + 1UL)

int
tape_facts_init(struct tape_facts *facts, struct failure *failure)
{
    memset(facts, 0, sizeof *facts);
    facts->types = allocate(failure, TYPES, sizeof *facts->types);
    return facts->types ? 0 : -1;
}

void
tape_facts_free(struct tape_facts *facts)
{
    free(facts->types);
    instruments_free(&facts->instruments);
    facts->types = NULL;
}

void
tape_facts_begin(struct tape_facts *facts, uint64_t position)
{
    facts->events = facts->blocks = 0;
    facts->begin = facts->end = position;
    facts->time_min = INT64_MAX;
    facts->time_max = INT64_MIN;
    facts->late = facts->first_late = facts->latest_by = 0;
    memset(facts->types, 0, TYPES * sizeof *facts->types);
    instruments_begin(&facts->instruments);
}

/* An event earlier than one before it, or the first, or one without time. */
static void
take_odd_time(struct tape_facts *facts, int64_t time, uint64_t seq)
{
    uint64_t by = (uint64_t)facts->time_max - (uint64_t)time;

    if (time == TIME_NULL)
        return;
    if (time < facts->time_min)
        facts->time_min = time;
    if (time >= facts->time_max) { /* nothing had a time before */
        facts->time_max = time;
        return;
    }
    if (facts->late++ == 0)
        facts->first_late = seq;
    if (by > facts->latest_by)
        facts->latest_by = by;
}

static int
define(struct tape_facts *facts, const struct tape_reader *reader,
       const struct event *event, uint64_t seq, struct failure *failure)
{
    const char *name = reader->input->name;

    if (instruments_define(&facts->instruments,
                           (const struct instrument *)(const void *)event,
                           failure) != INSTRUMENT_NONE)
        return 0;
    return fail_at(failure, "%s: event %" PRIu64 " (byte %" PRIu64 ")",
                   strcmp(name, "-") == 0 ? "stdin" : name, seq,
                   tape_reader_position(reader, event));
}

int
tape_facts_block(struct tape_facts *facts, const struct tape_reader *reader,
                 struct failure *failure)
{
    uint64_t seq = reader->first_seq;

    for (const struct event *event = reader->first; event < reader->end;
         event = event_next(event), seq++) {
        facts->types[event->type]++;
        if (event->time >= facts->time_max && facts->time_max != TIME_NULL)
            facts->time_max = event->time;
        else
            take_odd_time(facts, event->time, seq);
        if (event->type == EVENT_INSTRUMENT &&
            define(facts, reader, event, seq, failure) != 0)
            return -1;
        facts->events++;
    }
    facts->blocks++;
    return 0;
}
