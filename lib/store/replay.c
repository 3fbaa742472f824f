#include "store/replay.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

#define FLUSH_PAUSE (NS_PER_SECOND / 1000)

void
replay_free(struct replay *replay)
{
    definitions_free(&replay->definitions);
}

/* ---- pace ---------------------------------------------------------------- */

int
replay_flush(struct replay *replay, struct failure *failure)
{
    if (tape_writer_flush(replay->writer) != 0)
        return -1;
    if (replay->batch)
        pace_note(&replay->late, pace_now() - replay->batch);
    replay->batch = 0;
    return failure->kind == FAILURE_NONE ? 0 : -1;
}

/* Waits until an event of that time is due: 1; 0 when stopped before; -1. */
static int
wait_for(struct replay *replay, int64_t time, struct failure *failure)
{
    int64_t deadline = pace_deadline(&replay->pace, time);
    int64_t now = pace_now();

    if (replay->batch &&
        (deadline > now || now - replay->taken_up > FLUSH_PAUSE) &&
        replay_flush(replay, failure) != 0)
        return -1;
    if (deadline > now &&
        !pace_wait(&replay->pace, deadline, replay->stopped, replay->owner))
        return 0;
    if (!replay->batch) {
        replay->batch = deadline;
        replay->taken_up = pace_now();
    }
    return !replay->stopped(replay->owner);
}

/* Clock events for each multiple of the interval up to time: as wait_for. */
static int
put_clocks(struct replay *replay, int64_t time, struct failure *failure)
{
    if (replay->clock_time == TIME_NULL)
        replay->clock_time = time;
    while (time != TIME_NULL) {
        int64_t rest = replay->clock_time % replay->clock;
        int64_t step = rest < 0 ? -rest : replay->clock - rest;
        int64_t next;
        struct event *event;
        int result;

        if (__builtin_add_overflow(replay->clock_time, step, &next) ||
            next > time)
            break;
        result = replay->pace.speed ? wait_for(replay, next, failure) : 1;
        if (result <= 0)
            return result;
        event = tape_writer_put(replay->writer, sizeof(struct clock));
        *event = (struct event){sizeof(struct clock) / 8, EVENT_CLOCK, 0, next};
        replay->clock_time = next;
    }
    return 1;
}

/* ---- the part ------------------------------------------------------------ */

int
replay_begin(struct replay *replay, const struct tape_header *from,
             uint64_t seq, struct failure *failure)
{
    bool derived = seq != from->first_seq && !replay->bare;
    struct tape_header header;
    char part[32];
    int result = tape_header_copy(&header, from, failure);

    snprintf(part, sizeof part, "from-%" PRIu64, seq);
    if (derived)
        tape_header_rename(&header, part);
    else
        header.first_seq = seq;
    if (replay->clock)
        tape_header_rename(&header, "xreplay");
    if (result == 0 && (derived || replay->clock))
        result = tape_header_add_program(&header, "xreplay", XTAPE_VERSION,
                                         replay->options, failure);
    if (result == 0)
        result = tape_writer_begin(replay->writer, &header);
    tape_header_free(&header);
    for (uint32_t i = 0; result == 0 && i < replay->definitions.count; i++) {
        const struct event *event = definitions_get(&replay->definitions, i);

        if (event && !replay->bare)
            tape_writer_copy(replay->writer, event);
    }
    replay->began = true;
    replay->over = false;
    replay->clock_time = TIME_NULL;
    return result;
}

int
replay_events(struct replay *replay, const struct event *event,
              const struct event *end, uint64_t seq, struct failure *failure)
{
    int result = 1;

    replay->progress(replay->owner);
    for (; event < end; event = event_next(event), seq++) {
        if ((replay->to_seq && seq >= replay->to_seq) ||
            (replay->to != TIME_NULL && event->time >= replay->to)) {
            replay->over = true;
            break;
        }
        if (replay->clock)
            result = put_clocks(replay, event->time, failure);
        if (result > 0 && replay->pace.speed)
            result = wait_for(replay, event->time, failure);
        if (result <= 0)
            break;
        replay->taken++;
        tape_writer_copy(replay->writer, event);
    }
    return result < 0 || failure->kind != FAILURE_NONE ? -1 : 0;
}

int
replay_end(struct replay *replay, enum tape_status status, int exit_class,
           const char *where, struct failure *failure)
{
    if (replay->stopped(replay->owner)) /* END stopped is written for us */
        return 0;
    if (replay->batch && replay_flush(replay, failure) != 0)
        return -1;
    if (replay->over)
        status = TAPE_LIMITED;
    if (status == TAPE_FAILED)
        return fail(failure, (enum failure_class)exit_class,
                    "%s: a program failed when it was made: %s", where,
                    exit_class == FAILURE_DATA
                        ? "its data was bad"
                        : "its environment failed; run it again");
    replay->written += replay->writer->total;
    return tape_writer_end(replay->writer, status, 0);
}

int
replay_nothing(struct replay *replay, const struct tape_header *header,
               const char *where, struct failure *failure)
{
    definitions_clear(&replay->definitions);
    if (replay_begin(replay, header, header->first_seq, failure) != 0)
        return -1;
    replay->over = true;
    return replay_end(replay, TAPE_LIMITED, 0, where, failure);
}
