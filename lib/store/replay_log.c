/* The part of replay.h that reads an event store. */
#include "base/clock.h"
#include "store/log_read.h"
#include "store/replay.h"

#define FOLLOW_PAUSE (NS_PER_SECOND / 50)

static int
take_definition(void *owner, const struct event *event, struct failure *failure)
{
    return definitions_take(owner, event, failure);
}

/* Waits a moment for more of a stream that is being written. */
static int
wait_for_more(struct replay *replay, struct failure *failure)
{
    struct pace pause = {0};

    if (replay_flush(replay, failure) != 0)
        return -1;
    pace_wait(&pause, pace_now() + FOLLOW_PAUSE, replay->stopped,
              replay->owner);
    return 0;
}

/* At the end of what is stored: LOG_MORE_EVENTS to go on. */
static int
look_for_more(struct replay *replay, struct log_cursor *cursor,
              struct failure *failure)
{
    int more = log_cursor_more(cursor, failure);

    if (more != LOG_MORE_NOTHING)
        return more;
    if (replay->follow)
        return wait_for_more(replay, failure) == 0 ? LOG_MORE_EVENTS : -1;
    if (log_name(cursor->log, cursor->stream, failure) != 0)
        return -1;
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: the stream %s has no END: it is being written (use "
                "--follow), or was cut off (run what stored it again)",
                cursor->log->path, cursor->stream->name);
}

/* Writes what is behind the cursor, to the end of the part. */
static int
put_events(struct replay *replay, struct log_cursor *cursor,
           struct failure *failure)
{
    int result = LOG_MORE_EVENTS;

    while (result > LOG_MORE_ENDED && !replay->over &&
           !replay->stopped(replay->owner)) {
        result = log_cursor_next(cursor, failure);
        if (result == 0)
            result = look_for_more(replay, cursor, failure);
        else if (result > 0 && replay_events(replay, cursor->first, cursor->end,
                                             cursor->first_seq, failure) != 0)
            result = -1;
    }
    return result < 0 ? -1 : 0;
}

/* Writes a stream's events from seq on, and what became of it. */
static int
put_stream(struct replay *replay, struct log *log, struct log_stream *stream,
           uint64_t seq, struct failure *failure)
{
    enum tape_status status = TAPE_LIMITED;
    struct log_cursor cursor;
    int exit_class = 0, result;

    result = log_cursor_open(&cursor, log, stream, seq, failure);
    if (result == 0)
        result = put_events(replay, &cursor, failure);
    if (result == 0 && !replay->over && !replay->stopped(replay->owner))
        result =
            log_status(log, cursor.stream, &status, &exit_class, failure) < 0
                ? -1
                : 0;
    log_cursor_close(&cursor);
    if (result != 0)
        return -1;
    return replay_end(replay, status, exit_class, log->path, failure);
}

/* Finds where the part begins: 1; 0 when the stream has none of it; -1. */
static int
find_part(const struct replay *replay, struct log *log,
          struct log_stream *stream, uint64_t *seq, struct failure *failure)
{
    uint64_t first, next;

    if (log_range(log, stream, &first, &next, failure) != 0)
        return -1;
    *seq = first;
    if (replay->from != TIME_NULL &&
        log_find_time(log, stream, replay->from, seq, failure) < 0)
        return -1;
    if (*seq < replay->from_seq)
        *seq = replay->from_seq;
    if (*seq == next && replay->follow)
        return 1;
    return *seq < next || (*seq == first && replay->from == TIME_NULL);
}

static int
replay_stream(struct replay *replay, struct log *log, struct log_stream *stream,
              bool last, struct failure *failure)
{
    struct tape_header header;
    uint64_t seq;
    int found = find_part(replay, log, stream, &seq, failure);
    int result;

    if (found < 0 || (found == 0 && (!last || replay->began)))
        return found;
    if (log_name(log, stream, failure) != 0)
        return -1;
    result = log_segment_header(log_segment_of(log, stream, 0), &header, NULL,
                                NULL, failure);
    definitions_clear(&replay->definitions);
    if (result == 0 && found && !replay->bare)
        result = log_definitions(log, stream, seq, take_definition,
                                 &replay->definitions, failure);
    if (result == 0 && found)
        result = replay_begin(replay, &header, seq, failure);
    else if (result == 0)
        result = replay_nothing(replay, &header, log->path, failure);
    tape_header_free(&header);
    if (result == 0 && found)
        result = put_stream(replay, log, stream, seq, failure);
    return result;
}

static int
replay_streams(struct replay *replay, struct log *log, const char *name,
               struct failure *failure)
{
    struct log_stream *stream;
    int result = 0;

    if (log->stream_count == 0)
        return fail(failure, FAILURE_DATA,
                    "%s: there is no stream in it: fill it with xstore",
                    log->path);
    if (!name) {
        for (size_t i = 0; result == 0 && i < log->stream_count &&
                           !replay->stopped(replay->owner);
             i++)
            result = replay_stream(replay, log, &log->streams[i],
                                   i + 1 == log->stream_count, failure);
        return result;
    }
    result = log_find(log, name, &stream, failure);
    if (result == 0)
        return fail(failure, FAILURE_DATA,
                    "%s: there is no stream %s in it: xstore -d %s ls tells "
                    "which there are",
                    log->path, name, log->path);
    return result < 0 ? -1 : replay_stream(replay, log, stream, true, failure);
}

int
replay_log(struct replay *replay, const char *path, const char *stream,
           struct failure *failure)
{
    struct log log;
    int result = log_open(&log, path, failure);

    if (result == 0)
        return fail(failure, FAILURE_ENVIRONMENT, "%s: there is no such folder",
                    path);
    if (result == 1)
        result = replay_streams(replay, &log, stream, failure);
    log_free(&log);
    return result;
}
