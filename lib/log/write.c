#include "log/write.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/append.h"
#include "io/directory.h"

static struct log_stream *
stream_of(struct log_writer *writer)
{
    for (size_t i = writer->log.stream_count; i-- > 0;)
        if (writer->log.streams[i].ordinal == writer->ordinal)
            return &writer->log.streams[i];
    return NULL;
}

/* Remembers that something failed.  Where the data says no, all that was
 * stored before is as good as ever; else nobody knows what the disk has. */
static int
remember(struct log_writer *writer, int result, const struct failure *failure)
{
    if (result != 0 && failure->kind == FAILURE_DATA)
        writer->refused = true;
    else if (result != 0)
        writer->broken = true;
    return result;
}

/* ---- opening ------------------------------------------------------------- */

static int
take_lock(struct log_writer *writer, struct failure *failure)
{
    struct root *root = &writer->log.root;
    bool taken;

    if (root_lock(root, writer->patience.wait ? &writer->patience : NULL,
                  &taken, failure) == 0)
        return 0;
    if (taken) {
        failure->kind = FAILURE_NONE;
        fail(failure, FAILURE_ENVIRONMENT,
             "%s: another xstore is writing here: wait until it has finished, "
             "or use --wait",
             root->path);
    }
    return -1;
}

/* Looks at a segment: it is of this store, and if it is closed and its index is
 * missing or of another day, it gets one. */
static int
take_segment(struct log_writer *writer, struct log_segment *segment,
             struct failure *failure)
{
    const struct root *root = &writer->log.root;
    int result = log_segment_look(root, segment, failure);

    if (result != 0)
        return -1;
    if (writer->log.id == 0)
        writer->log.id = segment->identity.store;
    if (segment->ended)
        result = log_segment_load(root, segment, LOG_INDEX_SUMMARY, failure);
    if (result == 0 && segment->ended && !segment->indexed)
        result = log_index_save(&segment->index, root, segment->index_path,
                                segment->end.check, failure);
    log_segment_unload(segment);
    return result;
}

/* Lists the store, now that nobody else writes to it. */
static int
take_store(struct log_writer *writer, struct failure *failure)
{
    struct log *log = &writer->log;
    int result = log_refresh(log, failure);

    for (size_t i = 0; result == 0 && i < log->leftover_count; i++)
        result = root_remove(&log->root, log->leftover[i], failure);
    if (result == 0)
        result = log_check_numbers(log, failure);
    for (size_t i = 0; result == 0 && i < log->segment_count; i++)
        result = take_segment(writer, &log->segments[i], failure);
    if (result == 0 && log->id == 0)
        result = log_make_id(&log->id, failure);
    return result;
}

int
log_write_open(struct log_writer *writer, const char *path,
               struct failure *failure)
{
    struct log *log = &writer->log;

    if (directory_make(path, failure) != 0 || log_open(log, path, failure) != 1)
        return -1;
    if (log->segment_count == 0 && log->foreign)
        return fail(failure, FAILURE_USAGE,
                    "%s: not an event store, it holds %s: name a new or empty "
                    "directory",
                    path, log->foreign);
    if (take_lock(writer, failure) != 0)
        return -1;
    return take_store(writer, failure);
}

void
log_write_close(struct log_writer *writer)
{
    log_cursor_close(&writer->cursor);
    log_tail_close(&writer->tail);
    tape_header_free(&writer->header);
    log_free(&writer->log);
}

/* ---- segments ------------------------------------------------------------ */

/* Begins the segment with next_seq; it is then the stream's last. */
static int
begin_segment(struct log_writer *writer, struct log_tail *tail,
              struct failure *failure)
{
    struct log_segment *segment = log_add_segment(&writer->log, writer->ordinal,
                                                  writer->next_seq, failure);

    if (!segment)
        return -1;
    segment->identity =
        (struct log_identity){writer->begin, writer->log.id, writer->chain};
    return log_tail_begin(tail, &writer->log.root, segment, &writer->header,
                          failure);
}

/* The segment is full: begins the next, then ends it. */
static int
roll(struct log_writer *writer, struct failure *failure)
{
    struct log_tail next = {0};

    if (log_tail_sync(&writer->tail, failure) != 0)
        return -1;
    writer->chain = log_tail_chain(&writer->tail);
    if (begin_segment(writer, &next, failure) != 0 ||
        log_tail_end(&writer->tail, TAPE_LIMITED, 0, writer->next_seq,
                     failure) != 0) {
        log_tail_close(&next);
        return -1;
    }
    writer->tail = next;
    return 0;
}

/* ---- what an earlier run left -------------------------------------------- */

static int
open_segment(struct log_writer *writer, struct log_segment *segment,
             struct failure *failure)
{
    uint64_t torn = 0;
    int result = log_tail_open(&writer->tail, &writer->log.root, segment, &torn,
                               failure);

    if (torn)
        snprintf(writer->cut_where, sizeof writer->cut_where, "%s",
                 segment->path);
    writer->cut += torn;
    return result;
}

/* A segment that another one follows, but has no END: the run that wrote it
 * died between the two. */
static int
finish_segment(struct log_writer *writer, struct log_segment *segment,
               struct failure *failure)
{
    uint64_t next = segment[1].first_seq;

    if (log_segment_look(&writer->log.root, segment, failure) != 0)
        return -1;
    if (segment->ended)
        return 0;
    if (open_segment(writer, segment, failure) != 0)
        return -1;
    if (writer->tail.next_seq != next)
        return fail(failure, FAILURE_DATA,
                    "%s: ends before event %" PRIu64 ", with which the next "
                    "segment begins: " LOG_ADVICE,
                    segment->path, next);
    return log_tail_end(&writer->tail, TAPE_LIMITED, 0, next, failure);
}

/* Opens the last segment to go on after its last whole block: cuts a torn
 * tail, and the END that an earlier run gave the stream. */
static int
open_tail(struct log_writer *writer, struct failure *failure)
{
    struct log_stream *stream = stream_of(writer);
    struct log_segment *last;

    if (writer->tail.open)
        return 0;
    assert(stream && stream->count > 0);
    last = log_last_segment(&writer->log, stream);
    if (stream->count > 1 && finish_segment(writer, last - 1, failure) != 0)
        return -1;
    return open_segment(writer, last, failure);
}

/* What an earlier run wrote may lie in the page cache only: events of the last
 * segment, the END of the one before it. */
static int
sync_tail(struct log_writer *writer, struct failure *failure)
{
    struct log_stream *stream = stream_of(writer);
    size_t first = stream->count < 2 ? 0 : stream->count - 2;
    int result = 0;

    for (size_t i = first; result == 0 && i < stream->count; i++) {
        struct append file;

        result =
            append_open(&file, &writer->log.root,
                        log_segment_of(&writer->log, stream, i)->path, failure);
        if (result == 0)
            result = append_sync(&file, failure);
        append_close(&file);
    }
    return result == 0
               ? root_sync(&writer->log.root, writer->log.root.path, failure)
               : -1;
}

/* ---- a stream begins ----------------------------------------------------- */

/* Leaves the last stream as it is: with an END that says so, or, if it is
 * damaged, without one: what precedes the damage stays readable. */
static int
abandon(struct log_writer *writer, const struct log_stream *last,
        struct failure *failure)
{
    assert(!writer->tail.open);
    writer->ordinal = last->ordinal;
    if (open_tail(writer, failure) == 0)
        return log_tail_end(&writer->tail, TAPE_FAILED, FAILURE_ENVIRONMENT, 0,
                            failure);
    log_tail_close(&writer->tail);
    if (failure->kind != FAILURE_DATA)
        return -1;
    snprintf(writer->left_damaged, sizeof writer->left_damaged, "%s",
             log_last_segment(&writer->log, last)->path);
    *failure = (struct failure){0};
    return 0;
}

/* The last stream has to be over before another one comes. */
static int
check_last_ended(struct log_writer *writer, struct failure *failure)
{
    struct log_stream *last =
        &writer->log.streams[writer->log.stream_count - 1];
    enum tape_status status;
    int exit_class, result;

    result = log_status(&writer->log, last, &status, &exit_class, failure);
    if (result != 0)
        return result > 0 ? 0 : -1;
    if (writer->abandon)
        return abandon(writer, last, failure);
    if (log_name(&writer->log, last, failure) != 0)
        return -1;
    return fail(failure, FAILURE_DATA,
                "%s: the stream %s was cut off: store it again from its "
                "beginning, or use --abandon to leave it",
                writer->log.root.path, last->name);
}

static int
begin_stream(struct log_writer *writer, struct failure *failure)
{
    struct log *log = &writer->log;

    if (log->stream_count && check_last_ended(writer, failure) != 0)
        return -1;
    writer->ordinal =
        log->stream_count ? log->streams[log->stream_count - 1].ordinal + 1 : 1;
    writer->begin = writer->header.first_seq;
    writer->next_seq = writer->begin;
    writer->chain = log_chain_first(log->id, writer->ordinal, writer->begin);
    if (begin_segment(writer, &writer->tail, failure) != 0)
        return -1;
    memcpy(stream_of(writer)->name, writer->header.stream,
           sizeof writer->header.stream);
    return 0;
}

/* The HEADER of the stored stream is the one that its segments have; events
 * laid out otherwise do not belong under it. */
static int
take_stored_header(struct log_writer *writer, struct failure *failure)
{
    struct log_stream *stream = stream_of(writer);
    struct tape_header stored;
    int result = log_segment_header(&writer->log.root,
                                    log_segment_of(&writer->log, stream, 0),
                                    &stored, NULL, failure);

    for (unsigned type = 0; result == 0 && type < EVENT_TYPES; type++)
        if (stored.sizes[type] && writer->header.sizes[type] &&
            stored.sizes[type] != writer->header.sizes[type])
            result = fail(failure, FAILURE_DATA,
                          "the stored stream %s has events of type %u with %u "
                          "bytes, and now they have %u: it was made by another "
                          "version; store it in another directory",
                          stored.stream, type, stored.sizes[type],
                          writer->header.sizes[type]);
    tape_header_free(&writer->header);
    writer->header = stored;
    return result;
}

static int
resume_stream(struct log_writer *writer, uint64_t seq, struct failure *failure)
{
    struct log_stream *stream = stream_of(writer);
    uint64_t first;

    assert(stream && !writer->tail.open);
    if (take_stored_header(writer, failure) != 0 ||
        log_check_follows(&writer->log, stream, 0, failure) != 0)
        return -1;
    writer->begin = log_segment_of(&writer->log, stream, 0)->identity.begin;
    if (sync_tail(writer, failure) != 0 ||
        log_range(&writer->log, stream, &first, &writer->next_seq, failure))
        return -1;
    if (seq > writer->next_seq)
        return fail(failure, FAILURE_DATA,
                    "a gap: the stream %s comes from event %" PRIu64
                    " on, and %s has it up to event %" PRIu64
                    ": send it from there or from its beginning",
                    stream->name, seq, writer->log.root.path,
                    writer->next_seq - 1);
    writer->comparing = true;
    return log_cursor_open(&writer->cursor, &writer->log, stream, seq, failure);
}

static int
begin(struct log_writer *writer, const struct tape_header *header,
      struct failure *failure)
{
    struct log_stream *stream;
    enum tape_status status;
    int exit_class, result;

    assert(writer->ordinal == 0 && !writer->tail.open);
    tape_header_free(&writer->header);
    if (tape_header_copy(&writer->header, header, failure) != 0)
        return -1;
    writer->seq = header->first_seq;
    writer->comparing = false;
    result = log_find(&writer->log, header->stream, &stream, failure);
    if (result == 0)
        return begin_stream(writer, failure);
    if (result > 0) {
        writer->ordinal = stream->ordinal;
        result =
            log_status(&writer->log, stream, &status, &exit_class, failure);
    }
    return result < 0 ? -1 : resume_stream(writer, writer->seq, failure);
}

int
log_write_begin(struct log_writer *writer, const struct tape_header *header,
                struct failure *failure)
{
    if (writer->broken || writer->refused)
        return -1;
    return remember(writer, begin(writer, header, failure), failure);
}

/* ---- events -------------------------------------------------------------- */

/* Says which event differs: one of [first, ...) from its counterpart. */
static int
fail_different(struct log_writer *writer, const struct event *first,
               const struct event *known, struct failure *failure)
{
    while (first->words == known->words &&
           memcmp(first, known, first->words * 8UL) == 0) {
        first = event_next(first);
        known = event_next(known);
        writer->seq++;
    }
    return fail(failure, FAILURE_DATA,
                "event %" PRIu64 " of the stream %s is not the one that %s "
                "has: another stream needs another name, or another directory",
                writer->seq, stream_of(writer)->name, writer->log.root.path);
}

/* Compares what is known of [*first, end) with the store; *first is then what
 * is not known. */
static int
compare(struct log_writer *writer, const struct event **first,
        const struct event *end, struct failure *failure)
{
    struct log_cursor *cursor = &writer->cursor;

    while (*first < end) {
        size_t left = (size_t)((const char *)end - (const char *)*first);
        size_t known =
            (size_t)((const char *)cursor->end - (const char *)cursor->first);
        size_t size = left < known ? left : known;
        const struct event *to;

        if (known == 0) {
            int result = log_cursor_next(cursor, failure);

            if (result > 0)
                continue;
            writer->comparing = false;
            log_cursor_close(cursor);
            return result;
        }
        assert(size > 0 && size % 8 == 0);
        if (memcmp(*first, cursor->first, size) != 0)
            return fail_different(writer, *first, cursor->first, failure);
        to = (const struct event *)(const void *)((const char *)*first + size);
        for (; *first < to; *first = event_next(*first)) {
            writer->seq++;
            writer->compared++;
        }
        cursor->first =
            (const struct event *)(const void *)((const char *)cursor->first +
                                                 size);
    }
    return 0;
}

/* Stores [first, end), which nobody has seen. */
static int
store(struct log_writer *writer, const struct event *first,
      const struct event *end, struct failure *failure)
{
    struct log_tail *tail = &writer->tail;

    if (first < end && open_tail(writer, failure) != 0)
        return -1;
    while (first < end) {
        uint64_t before = tail->next_seq;

        if (log_tail_is_full(tail, writer->segment_size) &&
            roll(writer, failure) != 0)
            return -1;
        if (log_tail_put(tail, &first, end, failure) != 0)
            return -1;
        writer->next_seq += tail->next_seq - before;
        writer->seq += tail->next_seq - before;
        writer->stored += tail->next_seq - before;
    }
    return 0;
}

int
log_write_events(struct log_writer *writer, const struct event *first,
                 const struct event *end, uint64_t count,
                 struct failure *failure)
{
    uint64_t after = writer->seq + count;
    int result = 0;

    if (writer->broken || writer->refused)
        return -1;
    assert(writer->ordinal != 0); /* between begin and end */
    if (writer->comparing)
        result = compare(writer, &first, end, failure);
    if (result == 0)
        result = store(writer, first, end, failure);
    if (result == 0 && writer->fsync == LOG_FSYNC_EACH)
        result = log_write_commit(writer, failure);
    assert(result != 0 || writer->seq == after);
    return remember(writer, result, failure);
}

uint64_t
log_write_pending(const struct log_writer *writer)
{
    return writer->fsync == LOG_FSYNC_NONE ? log_tail_unwritten(&writer->tail)
                                           : log_tail_pending(&writer->tail);
}

int
log_write_commit(struct log_writer *writer, struct failure *failure)
{
    struct log_tail *tail = &writer->tail;
    int result;

    if (writer->broken)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s: an earlier write failed: run it again",
                    writer->log.root.path);
    if (!tail->open || log_tail_pending(tail) == 0)
        return 0;
    if (root_check(&writer->log.root, failure) != 0)
        return remember(writer, -1, failure);
    if (writer->fsync == LOG_FSYNC_NONE)
        result = log_tail_send(tail, failure);
    else
        result = log_tail_sync(tail, failure);
    if (result == 0)
        append_rely(&tail->file);
    return remember(writer, result, failure);
}

/* ---- END ----------------------------------------------------------------- */

/* Whether the END that came is to be the stored one. */
static int
is_news(struct log_writer *writer, enum tape_status status, int exit_class,
        bool *news, struct failure *failure)
{
    struct log_stream *stream = stream_of(writer);
    enum tape_status stored;
    int stored_class;
    int result =
        log_status(&writer->log, stream, &stored, &stored_class, failure);

    *news = result == 0;
    if (result < 0)
        return -1;
    if (writer->seq < writer->next_seq && status == TAPE_COMPLETE)
        return fail(failure, FAILURE_DATA,
                    "the stream %s claims to be complete with event %" PRIu64
                    ", but %s has it up to event %" PRIu64
                    ": another stream needs another name",
                    stream->name, writer->seq - 1, writer->log.root.path,
                    writer->next_seq - 1);
    if (result == 1 && writer->seq == writer->next_seq &&
        stored != TAPE_COMPLETE)
        *news = stored != status || stored_class != exit_class;
    return 0;
}

static int
end_stream(struct log_writer *writer, enum tape_status status, int exit_class,
           struct failure *failure)
{
    bool news = true;

    if (writer->seq < writer->next_seq || !writer->tail.open)
        if (is_news(writer, status, exit_class, &news, failure) != 0)
            return -1;
    if (!news)
        return 0;
    if (root_check(&writer->log.root, failure) != 0 ||
        open_tail(writer, failure) != 0)
        return -1;
    return log_tail_end(&writer->tail, status, exit_class, 0, failure);
}

int
log_write_end(struct log_writer *writer, enum tape_status status,
              int exit_class, struct failure *failure)
{
    int result;

    if (writer->broken || writer->refused)
        return -1;
    if (writer->ordinal == 0)
        return 0;
    result = remember(writer, end_stream(writer, status, exit_class, failure),
                      failure);
    log_cursor_close(&writer->cursor);
    writer->ordinal = 0;
    return result;
}
