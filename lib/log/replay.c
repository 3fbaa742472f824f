#include "log/replay.h"

#include <assert.h>
#include <inttypes.h>

#include "base/clock.h"

/* The most clock events between two events: with 24 bytes each, a tape of two
 * events could otherwise make 200 GB of them. */
#define CLOCKS_MAX   10000000
#define FLUSH_PAUSE  (NS_PER_SECOND / 1000)
#define FOLLOW_PAUSE (NS_PER_SECOND / 50)

/* ---- pace ---------------------------------------------------------------- */

/* Sends on what there is. */
static int
flush(struct replay *replay, struct failure *failure)
{
    if (tape_writer_flush(replay->writer) != 0)
        return -1;
    if (replay->batch)
        pace_note(&replay->late, pace_now() - replay->batch);
    replay->batch = 0;
    return failure->kind == FAILURE_NONE ? 0 : -1;
}

int
replay_wait(void *owner, struct failure *failure)
{
    struct replay *replay = owner;
    struct pace pause = {0};

    if (flush(replay, failure) != 0)
        return -1;
    return pace_wait(&pause, pace_now() + FOLLOW_PAUSE, replay->stopped,
                     replay->owner);
}

/* Waits until an event of that time is due: 1; 0 when stopped before; -1. */
static int
wait_for(struct replay *replay, int64_t time, struct failure *failure)
{
    int64_t deadline = pace_deadline(&replay->pace, time);
    int64_t now = pace_now();

    if (replay->batch &&
        (deadline > now || now - replay->taken_up > FLUSH_PAUSE) &&
        flush(replay, failure) != 0)
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

/* The time of the first multiple of the interval after the last clock event;
 * TIME_NULL when there is none. */
static int64_t
next_clock(const struct replay *replay)
{
    int64_t rest = replay->clock_time % replay->clock;
    int64_t step = rest < 0 ? -rest : replay->clock - rest;
    int64_t next;

    if (__builtin_add_overflow(replay->clock_time, step, &next))
        return TIME_NULL;
    assert(next > replay->clock_time && next % replay->clock == 0);
    return next;
}

static int
put_clock(struct replay *replay, int64_t time, struct failure *failure)
{
    int result = replay->pace.speed ? wait_for(replay, time, failure) : 1;
    struct event *event;

    if (result <= 0)
        return result;
    event = tape_writer_put(replay->writer, sizeof(struct clock));
    *event = (struct event){sizeof(struct clock) / 8, EVENT_CLOCK, 0, time};
    replay->clock_time = time;
    return failure->kind == FAILURE_NONE ? 1 : -1;
}

/* Clock events for each multiple of the interval up to time: as wait_for. */
static int
put_clocks_until(struct replay *replay, int64_t time, struct failure *failure)
{
    int result = 1;

    while (result > 0) {
        int64_t next = next_clock(replay);

        if (next == TIME_NULL || next > time)
            break;
        result = put_clock(replay, next, failure);
    }
    return result;
}

/* The same before an event at time, however far away it is. */
static int
put_clocks(struct replay *replay, int64_t time, struct failure *failure)
{
    int64_t max_gap = replay->pace.max_gap;
    uint64_t gap;

    assert(replay->clock > 0);
    if (time == TIME_NULL)
        return 1;
    if (replay->clock_time == TIME_NULL)
        replay->clock_time = time;
    if (time <= replay->clock_time)
        return 1;
    gap = (uint64_t)time - (uint64_t)replay->clock_time;
    if (max_gap && gap > (uint64_t)max_gap) {
        int result =
            put_clocks_until(replay, replay->clock_time + max_gap, failure);

        if (result <= 0)
            return result;
        replay->clock_time = time - 1;
    } else if (gap / (uint64_t)replay->clock > CLOCKS_MAX) {
        return fail(failure, FAILURE_DATA,
                    "%" PRIu64 " clock events would come before an event that "
                    "is %" PRIu64 " days after the one before: use --max-gap, "
                    "for example --max-gap 1h",
                    gap / (uint64_t)replay->clock, gap / (uint64_t)NS_PER_DAY);
    }
    return put_clocks_until(replay, time, failure);
}

/* ---- items --------------------------------------------------------------- */

static int
begin(struct replay *replay, const struct tape_source *source,
      struct failure *failure)
{
    struct tape_header header;
    int result = tape_header_copy(&header, source->header, failure);

    if (replay->clock)
        tape_header_rename(&header, "xreplay");
    if (result == 0 && (source->derived || replay->clock))
        result = tape_header_add_program(&header, "xreplay", XTAPE_VERSION,
                                         replay->options, failure);
    if (result == 0)
        result = tape_writer_begin(replay->writer, &header);
    tape_header_free(&header);
    replay->clock_time = TIME_NULL;
    return result;
}

static void
copy_events(struct tape_writer *writer, const struct tape_source *source)
{
    uint32_t count = (uint32_t)source->count;

    assert(source->count <= UINT32_MAX);
    if (source->reader)
        tape_writer_copy_block(writer, source->reader, source->first,
                               source->end, count);
    else
        tape_writer_copy_run(writer, source->first, source->end, count);
}

/* Writes a block; stops within it when the program is stopped. */
static int
put_events(struct replay *replay, const struct tape_source *source,
           struct failure *failure)
{
    const struct event *event = source->first;
    uint64_t seq = source->first_seq;
    int result = 1;

    replay->progress(replay->owner);
    if (source->preamble || (!replay->clock && !replay->pace.speed)) {
        copy_events(replay->writer, source);
        replay->taken += source->count;
        replay->selected += source->preamble ? 0 : source->count;
        event = source->end;
        if (replay->pace.speed && flush(replay, failure) != 0)
            return -1;
    }
    for (; result > 0 && event < source->end; event = event_next(event)) {
        if (replay->clock)
            result = put_clocks(replay, event->time, failure);
        if (result < 0 && failure->kind == FAILURE_DATA)
            return tape_source_blame(source, event, seq, failure);
        if (result > 0 && replay->pace.speed)
            result = wait_for(replay, event->time, failure);
        if (result <= 0)
            break;
        seq++;
        replay->taken++;
        replay->selected++;
        tape_writer_copy(replay->writer, event);
    }
    return result < 0 || failure->kind != FAILURE_NONE ? -1 : 0;
}

static int
end(struct replay *replay, const struct tape_source *source,
    struct failure *failure)
{
    if (replay->stopped(replay->owner)) /* END stopped is written for us */
        return 0;
    if (replay->batch && flush(replay, failure) != 0)
        return -1;
    if (source->status == TAPE_FAILED) {
        fail(failure, (enum failure_class)source->exit_class,
             "a program failed when it was written: %s",
             source->exit_class == FAILURE_DATA
                 ? "its data was bad"
                 : "its environment failed; run it again");
        return source->name ? fail_at(failure, "%s", source->name) : -1;
    }
    replay->written += replay->writer->total;
    return tape_writer_end(replay->writer, source->status, 0);
}

int
replay_source(struct replay *replay, struct tape_source *source,
              struct failure *failure)
{
    int item = 1, result = 0;

    assert(replay->writer && replay->stopped && replay->progress);
    assert(replay->clock >= 0 && replay->pace.speed >= 0);
    replay->pace.begun = false;
    while (result == 0 && item > 0 && !replay->stopped(replay->owner)) {
        item = source->next(source, failure);
        switch (item) {
        case TAPE_HEADER: result = begin(replay, source, failure); break;
        case TAPE_BLOCK: result = put_events(replay, source, failure); break;
        case TAPE_END: result = end(replay, source, failure); break;
        default: result = item; break;
        }
    }
    return result;
}
