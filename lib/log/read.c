#include "log/read.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- the cursor ---------------------------------------------------------- */

static void
close_segment(struct log_cursor *cursor)
{
    if (!cursor->opened)
        return;
    tape_reader_free(&cursor->reader);
    input_close(&cursor->input);
    cursor->opened = false;
}

void
log_cursor_close(struct log_cursor *cursor)
{
    close_segment(cursor);
    cursor->first = cursor->end = NULL;
}

int
log_cursor_open(struct log_cursor *cursor, struct log *log,
                struct log_stream *stream, uint64_t seq,
                struct failure *failure)
{
    *cursor = (struct log_cursor){.log = log, .stream = stream, .seq = seq};
    while (cursor->segment + 1 < stream->count &&
           log_segment_of(log, stream, cursor->segment + 1)->first_seq <= seq)
        cursor->segment++;
    if (log_check_follows(log, stream, 0, failure) != 0)
        return -1;
    if (log_segment_of(log, stream, 0)->first_seq <= seq)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: the stream begins with event %" PRIu64 ", not %" PRIu64,
                log->root.path, log_segment_of(log, stream, 0)->first_seq, seq);
}

/* Opens the current segment at the block with the next event. */
static int
open_segment(struct log_cursor *cursor, const struct log_segment *segment,
             struct failure *failure)
{
    const struct log_index *index = &segment->index;
    const struct log_entry *entry =
        &index->entries[log_index_find(index, cursor->seq)];
    struct tape_reader *reader = &cursor->reader;
    int result;

    result = input_open_below(&cursor->input, &cursor->log->root, segment->path,
                              failure);
    if (result == 0)
        return fail(failure, FAILURE_DATA,
                    "%s: the segment is missing: " LOG_ADVICE, segment->path);
    if (result < 0)
        return -1;
    cursor->opened = true;
    cursor->input.read_max = FRAME_MAX; /* the first event soon */
    if (tape_reader_init(reader, &cursor->input, failure) != 0)
        return -1;
    reader->raw = !cursor->complete;
    if (tape_reader_next(reader, failure) != TAPE_HEADER)
        return fail_hint(failure, LOG_ADVICE);
    return tape_reader_seek(reader, entry->offset, entry->seq, failure);
}

/* Goes to the segment that has the next event: 1; 0 when there is none. */
static int
find_segment(struct log_cursor *cursor, struct failure *failure)
{
    struct log_stream *stream = cursor->stream;

    for (;;) {
        struct log_segment *segment =
            log_segment_of(cursor->log, stream, cursor->segment);

        if (log_load(cursor->log, segment, LOG_INDEX_ALL, failure) != 0)
            return -1;
        if (cursor->seq < segment->index.next_seq)
            return 1;
        close_segment(cursor);
        if (segment->fault) {
            *failure = *segment->fault;
            return -1;
        }
        if (cursor->segment + 1 == stream->count)
            return 0;
        if (log_check_follows(cursor->log, stream, ++cursor->segment,
                              failure) != 0)
            return -1;
        log_segment_unload(segment);
    }
}

/* The events of the block that was just read, from the next one on. */
static void
take_block(struct log_cursor *cursor)
{
    const struct tape_reader *reader = &cursor->reader;

    assert(reader->first_seq <= cursor->seq && cursor->seq < reader->next_seq);
    cursor->input.read_max = 0;
    cursor->first = reader->first;
    cursor->end = reader->end;
    cursor->first_seq = reader->first_seq;
    while (cursor->first_seq < cursor->seq) {
        cursor->first = event_next(cursor->first);
        cursor->first_seq++;
    }
    cursor->seq = reader->next_seq;
    cursor->bytes +=
        (uint64_t)((const char *)cursor->end - (const char *)cursor->first);
}

static int
read_block(struct log_cursor *cursor, const struct log_segment *segment,
           struct failure *failure)
{
    struct tape_reader *reader = &cursor->reader;
    int result;

    if (!cursor->opened && open_segment(cursor, segment, failure) != 0)
        return -1;
    result = tape_reader_next(reader, failure);
    if (result == TAPE_BLOCK && reader->next_seq > cursor->seq) {
        take_block(cursor);
        return 1;
    }
    if (result >= 0)
        fail(failure, FAILURE_DATA,
             "%s: contradicts its index: remove the index %s", segment->path,
             segment->index_path);
    return result < 0 ? fail_hint(failure, LOG_ADVICE) : -1;
}

int
log_cursor_next(struct log_cursor *cursor, struct failure *failure)
{
    struct log_segment *segment;
    int result;

    cursor->first = cursor->end = NULL;
    while ((result = find_segment(cursor, failure)) > 0) {
        segment = log_segment_of(cursor->log, cursor->stream, cursor->segment);
        result = read_block(cursor, segment, failure);
        if (result > 0 || failure->kind != FAILURE_DATA ||
            !log_segment_changed(&cursor->log->root, segment))
            break;
        /* a writer went on with the stream: a new look */
        *failure = (struct failure){0};
        close_segment(cursor);
        log_segment_unload(segment);
    }
    assert(result <= 0 || cursor->first < cursor->end);
    return result;
}

/* Lists the store again, for the segment that begins with the next event. */
static int
list_again(struct log_cursor *cursor, struct failure *failure)
{
    struct log *log = cursor->log;
    size_t at = (size_t)(cursor->stream - log->streams);
    unsigned ordinal = cursor->stream->ordinal;
    size_t count = cursor->stream->count;

    if (log_refresh(log, failure) != 0)
        return -1;
    for (; log->streams[at].ordinal != ordinal; at++)
        assert(at + 1 < log->stream_count); /* a listed stream stays listed */
    cursor->stream = &log->streams[at];
    if (cursor->stream->count > count)
        return LOG_MORE_EVENTS;
    return log_fail_missing(log, cursor->stream, cursor->seq, 0, failure);
}

int
log_cursor_more(struct log_cursor *cursor, struct failure *failure)
{
    struct log_segment *last = log_last_segment(cursor->log, cursor->stream);
    uint64_t next = last->index.next_seq;

    assert(last->loaded && cursor->seq >= next);
    close_segment(cursor);
    if (!last->ended) {
        if (log_segment_extend(&cursor->log->root, last, failure) != 0)
            return -1;
        if (last->index.next_seq > next)
            return LOG_MORE_EVENTS;
    }
    if (!last->ended)
        return LOG_MORE_NOTHING;
    if (log_continues(&last->end) != 0)
        return list_again(cursor, failure);
    return LOG_MORE_ENDED;
}

/* ---- places -------------------------------------------------------------- */

/* The first event of a block that is not before time. */
static int
find_in_block(struct log *log, struct log_stream *stream,
              const struct log_entry *entry, int64_t time, uint64_t *seq,
              struct failure *failure)
{
    struct log_cursor cursor;
    int result = log_cursor_open(&cursor, log, stream, entry->seq, failure);

    if (result == 0)
        result = log_cursor_next(&cursor, failure);
    *seq = entry->seq;
    for (const struct event *event = cursor.first;
         result == 1 && event < cursor.end && event->time < time;
         event = event_next(event))
        ++*seq;
    log_cursor_close(&cursor);
    return result;
}

int
log_find_time(struct log *log, struct log_stream *stream, int64_t time,
              uint64_t *seq, struct failure *failure)
{
    for (size_t i = 0; i < stream->count; i++) {
        struct log_segment *segment = log_segment_of(log, stream, i);
        const struct log_index *index = &segment->index;

        if (log_load(log, segment, LOG_INDEX_SUMMARY, failure) != 0 ||
            log_check_follows(log, stream, i, failure) != 0)
            return -1;
        *seq = index->next_seq;
        if (index->next_seq == index->first_seq || index->time_max < time)
            continue;
        if (log_load(log, segment, LOG_INDEX_ALL, failure) != 0)
            return -1;
        for (size_t k = 0; k < index->entry_count; k++)
            if (index->entries[k].time_max >= time)
                return find_in_block(log, stream, &index->entries[k], time, seq,
                                     failure);
    }
    return 0;
}

int
log_range(struct log *log, const struct log_stream *stream, uint64_t *first,
          uint64_t *next, struct failure *failure)
{
    struct log_segment *last = log_last_segment(log, stream);

    if (log_load(log, last, LOG_INDEX_SUMMARY, failure) != 0)
        return -1;
    *first = log_segment_of(log, stream, 0)->first_seq;
    *next = last->index.next_seq;
    return 0;
}

int
log_definitions(struct log *log, struct log_stream *stream, uint64_t seq,
                int (*take)(void *owner, const struct event *definition,
                            struct failure *failure),
                void *owner, struct failure *failure)
{
    for (size_t i = 0; i < stream->count; i++) {
        struct log_segment *segment = log_segment_of(log, stream, i);
        const struct event *event = NULL;

        if (segment->first_seq >= seq)
            return 0;
        if (log_load(log, segment, LOG_INDEX_DEFINITIONS, failure) != 0 ||
            log_check_follows(log, stream, i, failure) != 0)
            return -1;
        while ((event = log_index_definition(&segment->index, event)) &&
               log_index_definition_seq(event) < seq)
            if (take(owner, event, failure) != 0)
                return -1;
    }
    return 0;
}
