/* The event store from inside: cursors at every place, the index, segments
 * that roll, streams that follow each other. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/directory.h"
#include "log/read.h"
#include "log/replay.h"
#include "log/source.h"
#include "log/summary.h"
#include "log/verify.h"
#include "log/write.h"
#include "tap.h"
#include "tape/definitions.h"
#include "tape/schema.h"

#define EVENTS 5000

static char directory[] = "/tmp/xtape-log-XXXXXX";

/* ---- a store with one stream --------------------------------------------- */

/* Events of different lengths; the time of every hundredth steps back. */
static size_t
make_events(char *bytes)
{
    char *at = bytes;

    for (int i = 0; i < EVENTS; i++) {
        struct event *event = (struct event *)(void *)at;
        size_t words = 2 + (size_t)i % 7;

        memset(at, i % 251, words * 8);
        event->words = (uint16_t)words;
        event->type = EVENT_USER;
        event->instrument = 0;
        event->time = i * 10 - (i % 100 == 99 ? 500 : 0);
        at += words * 8;
    }
    return (size_t)(at - bytes);
}

static void
fill_store(const char *bytes, size_t size)
{
    struct failure failure = {0};
    struct log_writer writer = {.fsync = LOG_FSYNC_NONE, .segment_size = 40000};
    struct tape_header header;
    const struct event *first = (const struct event *)(const void *)bytes;
    int result = log_write_open(&writer, directory, &failure);

    tape_header_init(&header, "unit");
    header.first_seq = 100;
    if (result == 0)
        result = log_write_begin(&writer, &header, &failure);
    if (result == 0)
        result = log_write_events(
            &writer, first, (const struct event *)(const void *)(bytes + size),
            EVENTS, &failure);
    if (result == 0)
        result = log_write_end(&writer, TAPE_STOPPED, 0, &failure);
    OK("a stream is stored", result == 0);
    tape_header_free(&header);
    log_write_close(&writer);
}

/* All events from seq on are those that were stored. */
static bool
reads_from(struct log *log, uint64_t seq, const char *bytes, size_t size)
{
    struct failure failure = {0};
    struct log_cursor cursor;
    const struct event *event = (const struct event *)(const void *)bytes;
    const char *at;
    int result = log_cursor_open(&cursor, log, &log->streams[0], seq, &failure);

    for (uint64_t i = 100; i < seq; i++)
        event = event_next(event);
    at = (const char *)event;
    while (result >= 0 && (result = log_cursor_next(&cursor, &failure)) == 1) {
        size_t part =
            (size_t)((const char *)cursor.end - (const char *)cursor.first);

        if (memcmp(at, cursor.first, part) != 0)
            break;
        at += part;
    }
    log_cursor_close(&cursor);
    return result == 0 && at == bytes + size;
}

static void
test_cursor(const char *bytes, size_t size)
{
    struct failure failure = {0};
    struct log_cursor cursor;
    struct log log;
    bool all = true;

    OK("the store is listed", log_open(&log, directory, &failure) == 1);
    OK("a full segment is followed by the next", log.segment_count > 3);
    for (uint64_t seq = 100; seq <= 100 + EVENTS; seq += 37)
        all &= reads_from(&log, seq, bytes, size);
    OK("from any seq on the events are those that were stored", all);
    OK("there is nothing after the last",
       reads_from(&log, 100 + EVENTS, bytes + size, 0));
    OK("a seq before the stream's first is refused",
       log_cursor_open(&cursor, &log, &log.streams[0], 99, &failure) == -1);
    log_free(&log);
}

static void
test_times(const char *bytes)
{
    struct failure failure = {0};
    struct log log;
    bool all = log_open(&log, directory, &failure) == 1;
    uint64_t seq;

    for (int64_t time = -600; time < EVENTS * 10; time += 333) {
        const struct event *event = (const struct event *)(const void *)bytes;
        uint64_t wanted = 100;

        for (; event->time < time; event = event_next(event))
            wanted++;
        all &= log_find_time(&log, &log.streams[0], time, &seq, &failure) == 1;
        all &= seq == wanted;
    }
    OK("the first event not before a time is found, steps back or not", all);
    OK("no event is that late",
       log_find_time(&log, &log.streams[0], EVENTS * 10, &seq, &failure) == 0 &&
           seq == 100 + EVENTS);
    log_free(&log);
}

static int
count_fault(void *owner, const char *text, struct failure *failure)
{
    (void)failure;
    tap_note("%s", text);
    ++*(int *)owner;
    return 0;
}

static bool
never(void *owner)
{
    (void)owner;
    return false;
}

static void
test_verify(void)
{
    struct failure failure = {0};
    int faults = 0, exit_class;
    struct log_verify verify = {
        .fault = count_fault, .stopped = never, .owner = &faults};
    enum tape_status status;
    struct log log;

    log_open(&log, directory, &failure);
    OK("every byte is as it was written",
       log_verify(&verify, &log, &failure) == 0 && faults == 0 &&
           verify.events == EVENTS);
    OK("the END of the stream is that of its last segment",
       log_status(&log, &log.streams[0], &status, &exit_class, &failure) == 1 &&
           status == TAPE_STOPPED);
    for (size_t i = 0; i < log.segment_count; i++) {
        directory_remove(log.segments[i].path, &failure);
        directory_remove(log.segments[i].index_path, &failure);
    }
    log_free(&log);
}

/* ---- marks --------------------------------------------------------------- */

static struct frame
block_at(const struct log_identity *identity, uint64_t offset, uint64_t durable)
{
    struct frame frame = {.kind = FRAME_BLOCK, .size = FRAME_HEAD + 16};

    log_mark_block(&frame, identity, offset, durable);
    frame_seal(&frame, 0);
    return frame;
}

static void
test_marks(void)
{
    const struct log_identity ours = {1, 77, log_chain_first(77, 1, 1)};
    const struct log_identity other = {1, 78, log_chain_first(78, 1, 1)};
    const struct log_identity old = {1, 0, 0};
    struct frame frame = block_at(&ours, 4096, 2048);

    OK("a block proves that what precedes it was durable",
       log_proves(&frame, &ours, 4096, 2047));
    OK("no more than it says", !log_proves(&frame, &ours, 4096, 2048));
    frame = block_at(&ours, 4096, 4096);
    OK("all that precedes it may have been",
       log_proves(&frame, &ours, 4096, 4095));
    frame = block_at(&ours, 4096, 2048);
    OK("a copy of it in another place proves nothing",
       !log_proves(&frame, &ours, 8192, 64));
    OK("one of another store proves nothing",
       !log_proves(&frame, &other, 4096, 64));
    frame = block_at(&old, 4096, 2048);
    OK("one without a seal proves nothing in a store that has an id",
       !log_proves(&frame, &ours, 4096, 64));
    OK("but in one from before there were ids",
       log_proves(&frame, &old, 4096, 2047));
    frame = (struct frame){.kind = FRAME_END, .size = FRAME_HEAD};
    frame_seal(&frame, 0);
    OK("an END without a seal is none", !log_is_end(&frame, &ours, 4096));
    OK("but in a segment without id", log_is_end(&frame, &old, 4096));
    log_mark_end(&frame, &ours, 4096, 9);
    frame_seal(&frame, 0);
    OK("a sealed one is",
       log_is_end(&frame, &ours, 4096) && log_continues(&frame) == 9);
    OK("where it was written", !log_is_end(&frame, &ours, 4104));
    OK("the chain depends on what precedes",
       log_chain_next(&ours, 5, 1) != log_chain_next(&ours, 5, 2) &&
           log_chain_next(&ours, 5, 1) != log_chain_next(&other, 5, 1));
}

/* ---- definitions --------------------------------------------------------- */

static void
test_definitions(void)
{
    struct definitions definitions = {0};
    struct failure failure = {0};
    struct instrument instrument;
    struct name name;
    const struct event *event;

    event_init(&instrument, EVENT_INSTRUMENT);
    event_init(&name, EVENT_NAME);
    instrument.event.instrument = 7;
    definitions_take(&definitions, &instrument.event, &failure);
    definitions_take(&definitions, &name.event, &failure);
    instrument.tick_size = 5;
    definitions_take(&definitions, &instrument.event, &failure);
    OK("a definition that was replaced is not in force",
       definitions.count == 3 && !definitions_get(&definitions, 0));
    event = definitions_get(&definitions, 2);
    OK("the newest one is",
       event && memcmp(event, &instrument, sizeof instrument) == 0);
    OK("a name is", definitions_get(&definitions, 1) != NULL);
    definitions_free(&definitions);
}

/* ---- several streams ----------------------------------------------------- */

#define STREAM_EVENTS 1500

/* Definitions, and others: 1500 prints, each a nanosecond after the last, and
 * an instrument before every hundredth of them. */
static bool
store_stream(struct log_writer *writer, const char *name, int64_t time)
{
    struct failure failure = {0};
    struct tape_header header;
    int result;

    tape_header_init(&header, name);
    result = log_write_begin(writer, &header, &failure);
    for (unsigned i = 0; result == 0 && i < STREAM_EVENTS; i++) {
        struct instrument instrument;
        struct print print;
        const struct event *event = &print.event;

        event_init(&instrument, EVENT_INSTRUMENT);
        event_init(&print, EVENT_PRINT);
        instrument.event.time = print.event.time = time + i;
        if (i % 100 == 0)
            event = &instrument.event;
        result =
            log_write_events(writer, event, event_next(event), 1, &failure);
    }
    return result == 0 && log_write_commit(writer, &failure) == 0;
}

/* Three streams of several segments each: complete, stopped, not ended. */
static bool
store_streams(void)
{
    struct failure failure = {0};
    struct log_writer writer = {.fsync = LOG_FSYNC_NONE, .segment_size = 30000};
    bool good = log_write_open(&writer, directory, &failure) == 0 &&
                store_stream(&writer, "first", 1000) &&
                log_write_end(&writer, TAPE_COMPLETE, 0, &failure) == 0 &&
                store_stream(&writer, "second", 100) &&
                log_write_end(&writer, TAPE_STOPPED, 0, &failure) == 0 &&
                store_stream(&writer, "third", 500);

    log_write_close(&writer);
    return good;
}

static bool
sums_up(struct log *log, size_t i, int64_t time, bool ended,
        enum tape_status status)
{
    struct log_summary is;
    struct failure failure = {0};

    return log_summarize(&is, log, &log->streams[i], &failure) == 0 &&
           !is.damaged && is.first == 1 && is.next == STREAM_EVENTS + 1 &&
           is.time_min == time && is.time_max == time + STREAM_EVENTS - 1 &&
           is.ended == ended && (!ended || is.status == status);
}

static int
count_one(void *owner, const struct event *definition, struct failure *failure)
{
    (void)failure;
    *(unsigned *)owner += definition->type == EVENT_INSTRUMENT;
    return 0;
}

static void
test_summaries(void)
{
    struct failure failure = {0};
    struct log log = {0};
    unsigned all = 0, some = 0;

    OK("streams follow each other in a store",
       store_streams() && log_open(&log, directory, &failure) == 1 &&
           log.stream_count == 3 && log.streams[2].count > 1);
    log.lenient = true;
    OK("each is summed up, with its end or without",
       sums_up(&log, 0, 1000, true, TAPE_COMPLETE) &&
           sums_up(&log, 1, 100, true, TAPE_STOPPED) &&
           sums_up(&log, 2, 500, false, TAPE_COMPLETE));
    OK("definitions before an event are found in all of its segments",
       log_definitions(&log, &log.streams[1], UINT64_MAX, count_one, &all,
                       &failure) == 0 &&
           log_definitions(&log, &log.streams[1], 1001, count_one, &some,
                           &failure) == 0 &&
           all == STREAM_EVENTS / 100 && some == 10);
    log_free(&log);
}

static int
no_more(void *owner, struct failure *failure)
{
    (void)owner;
    (void)failure;
    return 0;
}

static void
no_progress(void *owner)
{
    (void)owner;
}

static void
test_replay(void)
{
    struct failure failure = {0};
    struct log_source from;
    struct output output = {.fd = memfd_create("tape", 0),
                            .failure = &failure,
                            .buffer = aligned_alloc(64, OUTPUT_BUFFER),
                            .capacity = OUTPUT_BUFFER};
    struct tape_writer writer;
    struct replay replay = {
        .writer = &writer, .stopped = never, .progress = no_progress};
    int opened = log_source_open(&from, directory, NULL, false, &failure);

    tape_writer_init(&writer, &output, &failure);
    OK("a stream without END is a failure for who does not wait",
       opened == 0 && replay_source(&replay, &from.source, &failure) == -1 &&
           failure.kind == FAILURE_ENVIRONMENT &&
           strstr(failure.text, "has no END"));
    OK("until there all events are taken, and those of ended tapes written",
       replay.taken == 3 * STREAM_EVENTS && replay.selected == replay.taken &&
           replay.written == 2 * STREAM_EVENTS);
    log_source_close(&from);
    failure = (struct failure){0};
    if (log_source_open(&from, directory, "third", false, &failure) != 0)
        abort();
    from.wait = no_more;
    tape_writer_free(&writer);
    tape_writer_init(&writer, &output, &failure);
    replay.taken = 0;
    OK("who waits is asked, and may be stopped",
       replay_source(&replay, &from.source, &failure) == 0 &&
           replay.taken == STREAM_EVENTS && failure.kind == FAILURE_NONE);
    log_source_close(&from);
    tape_writer_free(&writer);
    close(output.fd);
    free(output.buffer);
}

/* An index whose sums are right may still lie. */
static void
test_hostile_index(void)
{
    struct failure failure = {0};
    struct log_index index, loaded;
    struct root root;
    char path[64];
    bool kept;

    snprintf(path, sizeof path, "%s/index", directory);
    root_open(&root, directory, &failure);
    log_index_init(&index, 10, 4096);
    kept = log_index_save(&index, &root, path, 7, &failure) == 0 &&
           log_index_load(&loaded, LOG_INDEX_SUMMARY, &root, path, 7,
                          &failure) == 1;
    index.next_seq = 4;
    OK("an index that ends before it begins is refused",
       kept && log_index_save(&index, &root, path, 7, &failure) == 0 &&
           log_index_load(&loaded, LOG_INDEX_SUMMARY, &root, path, 7,
                          &failure) == 0);
    directory_remove(path, &failure);
    root_close(&root);
}

int
main(void)
{
    char *bytes = malloc(EVENTS * 8 * 8);
    size_t size;
    char lock[64];

    if (!bytes || !mkdtemp(directory))
        return 1;
    size = make_events(bytes);
    fill_store(bytes, size);
    test_cursor(bytes, size);
    test_times(bytes);
    test_verify();
    test_marks();
    test_definitions();
    test_hostile_index();
    test_summaries();
    test_replay();
    directory_sweep(directory, "0*", &(struct failure){0});
    snprintf(lock, sizeof lock, "%s/lock", directory);
    unlink(lock);
    rmdir(directory);
    free(bytes);
    return tap_done();
}
