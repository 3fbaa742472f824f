/* Fuzzes the recovery of an event store, as from somebody who knows its formats
 * and its id: a segment whose frames are mended and sealed so that they are
 * believed, and an index file likewise.  Whatever the bytes say, reading ends,
 * stays within them and changes nothing; a cursor hands out the events that the
 * index counts; and another stream can be stored afterwards, unless the data
 * says no. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/read.h"
#include "log/verify.h"
#include "log/write.h"

#define NAME  "000001-000000000001"
#define STORE UINT64_C(0x1122334455667788)
#define INDEX 96 /* bytes of the head of an index */

static char directory[64];

static void
put_file(const char *name, const void *bytes, size_t size)
{
    char path[128];
    int fd;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    close(fd);
}

static void
remove_directory(void)
{
    static const char *const names[] = {NAME ".seg", NAME ".idx",
                                        "000002-000000000001.seg",
                                        "000002-000000000001.idx", "lock"};
    char path[128];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
    rmdir(directory);
}

/* In memory, where there is such a place: a disk is many times slower. */
static void
make_directory(void)
{
    strcpy(directory, "/dev/shm/xtape-fuzz-XXXXXX");
    if (!mkdtemp(directory)) {
        strcpy(directory, "/tmp/xtape-fuzz-XXXXXX");
        if (!mkdtemp(directory))
            abort();
    }
    if (atexit(remove_directory) != 0)
        abort();
}

/* Marks a frame as the store would, some of them wrongly: what is wrong comes
 * from the bytes that stand there. */
static void
mark(struct frame *frame, const struct log_identity *identity, uint64_t at)
{
    uint64_t durable = frame->u.block.unused % (at + 1);

    switch (frame->kind) {
    case FRAME_HEADER: log_mark_header(frame, identity); break;
    case FRAME_BLOCK:
        if (frame->u.block.unused % 4)
            log_mark_block(frame, identity, at, durable);
        break;
    default:
        if (frame->u.end.unused[1] % 4)
            log_mark_end(frame, identity, at, frame->u.end.unused[0] % 3);
    }
}

/* Makes the bytes frames with hashes and seals that fit; their sequence numbers
 * follow on each other. */
static size_t
mend_segment(unsigned char *bytes, size_t size, bool leave, uint64_t store)
{
    const struct log_identity identity = {1, store,
                                          log_chain_first(store, 1, 1)};
    static const uint32_t kinds[] = {FRAME_HEADER, FRAME_BLOCK, FRAME_BLOCK,
                                     FRAME_END};
    uint64_t seq = 1;
    size_t at = 0;

    while (size - at >= FRAME_HEAD) {
        struct frame *frame = (struct frame *)(void *)(bytes + at);
        size_t left = (size - at) / 8 * 8;
        size_t want = FRAME_HEAD + frame->size % 128 * 8;

        frame->kind = at == 0 ? FRAME_HEADER : kinds[frame->kind % 4];
        if (frame->kind == FRAME_END || want > left)
            want = frame->kind == FRAME_END ? FRAME_HEAD : left;
        frame->size = (uint32_t)want;
        if (frame->kind == FRAME_HEADER) {
            frame->u.header.version = TAPE_VERSION;
            frame->u.header.first_seq = 1;
        } else if (frame->kind == FRAME_BLOCK) {
            frame->u.block.first_seq = seq;
            seq += frame->u.block.count;
        }
        mark(frame, &identity, at);
        if (!leave)
            frame_seal(frame, frame_hash(frame + 1, want - FRAME_HEAD));
        at += want;
    }
    return size;
}

/* Mends the hashes of an index, so that its numbers are looked at. */
static void
mend_index(unsigned char *bytes, size_t size, uint64_t end)
{
    uint64_t words[INDEX / 8], definitions;

    if (size < INDEX)
        return;
    memcpy(words, bytes, INDEX);
    memcpy(words, "XTINDEX1", 8);
    words[1] = end;
    words[2] = 1;
    definitions = words[9] % (size - INDEX + 1) / 8 * 8;
    words[9] = definitions;
    words[7] = (size - INDEX - definitions) / 32;
    words[8] = frame_hash(bytes + INDEX + definitions, words[7] * 32);
    words[10] = frame_hash(bytes + INDEX, definitions);
    words[11] = frame_hash(words, INDEX - 8);
    memcpy(bytes, words, INDEX);
}

static int
count_fault(void *owner, const char *text, struct failure *failure)
{
    (void)failure;
    ++*(int *)owner;
    return text[0] ? 0 : -1;
}

static bool
never(void *owner)
{
    (void)owner;
    return false;
}

static void
read_store(bool lenient)
{
    struct failure failure = {0};
    int64_t times[] = {INT64_MIN, 0, 1};
    struct log log;
    uint64_t first, next, seq;

    if (log_open(&log, directory, &failure) != 1 || log.stream_count != 1)
        abort();
    log.lenient = lenient;
    if (log_range(&log, &log.streams[0], &first, &next, &failure) == 0) {
        struct log_cursor cursor;
        uint64_t from = first + (next - first) / 2;
        int result;

        for (size_t i = 0; i < 3; i++)
            log_find_time(&log, &log.streams[0], times[i], &seq, &failure);
        failure = (struct failure){0};
        result =
            log_cursor_open(&cursor, &log, &log.streams[0], from, &failure);
        while (result >= 0 &&
               (result = log_cursor_next(&cursor, &failure)) == 1)
            assert(cursor.first < cursor.end && cursor.first_seq == from),
                from = cursor.seq;
        assert(result == 0 || failure.kind == FAILURE_DATA);
        log_cursor_close(&cursor);
    }
    log_free(&log);
}

static void
verify_store(void)
{
    struct failure failure = {0};
    struct log log;
    int faults = 0;
    struct log_verify verify = {
        .fault = count_fault, .stopped = never, .owner = &faults};

    if (log_open(&log, directory, &failure) != 1)
        abort();
    assert(log_verify(&verify, &log, &failure) == 0);
    assert(verify.faults == (uint64_t)faults);
    log_free(&log);
}

/* Another stream comes next; the one that is there may be left as it is. */
static void
write_store(void)
{
    struct failure failure = {0};
    struct log_writer writer = {.segment_size = LOG_SEGMENT_SIZE,
                                .fsync = LOG_FSYNC_NONE,
                                .abandon = true};
    struct tape_header header;
    int result = log_write_open(&writer, directory, &failure);

    tape_header_init(&header, "another");
    if (result == 0)
        result = log_write_begin(&writer, &header, &failure);
    if (result == 0)
        result = log_write_end(&writer, TAPE_COMPLETE, 0, &failure);
    assert(result == 0 || failure.kind == FAILURE_DATA);
    tape_header_free(&header);
    log_write_close(&writer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char segment[1 << 16], index[1 << 14];
    size_t segment_size, index_size;
    uint64_t end = 0;

    if (size < 4 || size > sizeof segment)
        return 0;
    if (!directory[0])
        make_directory();
    index_size = (size_t)(data[1] | data[2] << 8) % sizeof index;
    if (index_size > size - 3)
        index_size = size - 3;
    segment_size = size - 3 - index_size;
    memcpy(index, data + 3, index_size);
    memcpy(segment, data + 3 + index_size, segment_size);
    if (!(data[0] & 16))
        segment_size = mend_segment(segment, segment_size, data[0] % 8 == 7,
                                    data[0] & 32 ? STORE : 0);
    if (segment_size >= FRAME_HEAD)
        memcpy(&end, segment + segment_size - 8, 8);
    if (data[0] & 8)
        mend_index(index, index_size, end);
    remove_directory();
    if (mkdir(directory, 0700) != 0)
        abort();
    put_file(NAME ".seg", segment, segment_size);
    put_file(NAME ".idx", index, index_size);
    read_store(false);
    read_store(true);
    verify_store();
    write_store();
    return 0;
}
