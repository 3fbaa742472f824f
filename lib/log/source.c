#include "log/source.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "tape/slice.h"

static struct log_stream *
stream_of(const struct log_source *from)
{
    assert(from->at < from->log.stream_count);
    return &from->log.streams[from->at];
}

/* ---- between streams ----------------------------------------------------- */

static int
begin_stream(struct log_source *from, struct failure *failure)
{
    struct log *log = &from->log;
    uint64_t next;

    if (from->at >= log->stream_count || from->at >= from->until)
        return TAPE_NOTHING;
    tape_header_free(&from->header);
    if (log_segment_header(&log->root, log_segment_of(log, stream_of(from), 0),
                           &from->header, NULL, failure) != 0 ||
        log_range(log, stream_of(from), &from->seq, &next, failure) != 0)
        return -1;
    from->in_tape = true;
    from->source.header = &from->header;
    from->source.enough = false;
    return TAPE_HEADER;
}

static int
end_stream(struct log_source *from, struct failure *failure)
{
    struct tape_source *source = &from->source;

    assert(from->in_tape);
    log_cursor_close(&from->cursor);
    from->open = false;
    source->status = TAPE_LIMITED;
    source->exit_class = 0;
    if (!source->enough &&
        log_segment_status(log_last_segment(&from->log, stream_of(from)),
                           &source->status, &source->exit_class, failure) < 0)
        return -1;
    from->in_tape = false;
    from->at++;
    return TAPE_END;
}

/* ---- places -------------------------------------------------------------- */

static int
take_definition(void *owner, const struct event *event, struct failure *failure)
{
    return definitions_take(owner, event, failure);
}

static int
find(struct tape_source *source, const struct tape_limits *limits,
     struct definitions *definitions, uint64_t *seq, struct failure *failure)
{
    struct log_source *from = (struct log_source *)source;
    struct log *log = &from->log;
    struct log_stream *stream = stream_of(from);
    enum tape_found found = TAPE_FOUND;
    uint64_t first, next;

    if (log_range(log, stream, &first, &next, failure) != 0)
        return -1;
    *seq = first;
    if (limits->from != TIME_NULL &&
        log_find_time(log, stream, limits->from, seq, failure) < 0)
        return -1;
    if (*seq < limits->from_seq)
        *seq = limits->from_seq;
    if (*seq >= next && (*seq > first || limits->from != TIME_NULL)) {
        if (!from->wait)
            return TAPE_FOUND_NOTHING;
        found = *seq > next || limits->from != TIME_NULL ? TAPE_FOUND_LATER
                                                         : TAPE_FOUND;
        *seq = next;
    }
    from->seq = *seq;
    if (!limits->bare && log_definitions(log, stream, *seq, take_definition,
                                         definitions, failure) != 0)
        return -1;
    return (int)found;
}

/* ---- events -------------------------------------------------------------- */

/* At the end of what is stored: an enum log_more to go on with, or -1. */
static int
look_for_more(struct log_source *from, struct failure *failure)
{
    struct log_cursor *cursor = &from->cursor;
    int more = log_cursor_more(cursor, failure);

    if (more != LOG_MORE_NOTHING || from->wait)
        return more;
    if (log_name(cursor->log, cursor->stream, failure) != 0)
        return -1;
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: the stream %s has no END: it is being written (use "
                "--follow), or was cut off (run what stored it again)",
                cursor->log->root.path, cursor->stream->name);
}

static int
give_block(struct log_source *from)
{
    struct tape_source *source = &from->source;
    const struct log_cursor *cursor = &from->cursor;

    assert(cursor->first_seq < cursor->seq);
    source->first = cursor->first;
    source->end = cursor->end;
    source->first_seq = cursor->first_seq;
    source->count = cursor->seq - cursor->first_seq;
    return TAPE_BLOCK;
}

static int
read_on(struct log_source *from, struct failure *failure)
{
    int more = LOG_MORE_EVENTS;

    while (!from->source.enough) {
        int result = log_cursor_next(&from->cursor, failure);

        if (result != 0)
            return result < 0 ? -1 : give_block(from);
        more = look_for_more(from, failure);
        if (more == LOG_MORE_NOTHING) {
            assert(from->wait); /* else that was a failure */
            result = from->wait(from->owner, failure);
            if (result <= 0)
                return result;
        } else if (more < 0) {
            return -1;
        } else if (more == LOG_MORE_ENDED) {
            break;
        }
    }
    return end_stream(from, failure);
}

static int
next(struct tape_source *source, struct failure *failure)
{
    struct log_source *from = (struct log_source *)source;

    if (!from->in_tape)
        return begin_stream(from, failure);
    if (!from->open && !source->enough) {
        if (log_cursor_open(&from->cursor, &from->log, stream_of(from),
                            from->seq, failure) != 0)
            return -1;
        from->cursor.complete = !from->raw;
        from->open = true;
    }
    return read_on(from, failure);
}

/* ---- the store ----------------------------------------------------------- */

/* Goes to the stream of that name: only that one is given. */
static int
find_stream(struct log_source *from, const char *name, struct failure *failure)
{
    struct log *log = &from->log;
    struct log_stream *stream;
    int found = log_find(log, name, &stream, failure);

    if (found > 0) {
        from->at = (size_t)(stream - log->streams);
        from->until = from->at + 1;
        return 0;
    }
    /* it may be the one that is missing */
    if (found < 0 || log_check_numbers(log, failure) != 0)
        return -1;
    return fail(failure, FAILURE_DATA,
                "%s: there is no stream %s in it: xstore -d %s ls lists them",
                log->root.path, name, log->root.path);
}

static int
find_streams(struct log_source *from, const char *only, struct failure *failure)
{
    from->until = SIZE_MAX;
    if (from->log.stream_count == 0)
        return fail(failure, FAILURE_DATA,
                    "%s: there is no stream in it: fill it with xstore",
                    from->log.root.path);
    return only ? find_stream(from, only, failure)
                : log_check_numbers(&from->log, failure);
}

int
log_source_open(struct log_source *from, const char *path, const char *only,
                bool raw, struct failure *failure)
{
    int result;

    *from = (struct log_source){.raw = raw};
    from->source = (struct tape_source){
        .next = next,
        .find = find,
        .name = path,
        .reader = &from->cursor.reader,
    };
    result = log_open(&from->log, path, failure);
    from->log.lenient = true;
    if (result == 0)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s: there is no such directory", path);
    return result < 0 ? -1 : find_streams(from, only, failure);
}

void
log_source_close(struct log_source *from)
{
    log_cursor_close(&from->cursor);
    tape_header_free(&from->header);
    log_free(&from->log);
}
