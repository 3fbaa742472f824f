/* Fuzzes what is read of an event store: a segment whose frames are mended so
 * that they are believed, and an index file likewise.  Whatever the bytes
 * say, reading ends, stays inside of them and never cuts; a cursor hands out
 * the events that the index counts. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/directory.h"
#include "log/read.h"
#include "log/verify.h"

#define NAME  "000001-000000000001"
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
    char path[128];

    snprintf(path, sizeof path, "%s/%s.seg", directory, NAME);
    unlink(path);
    snprintf(path, sizeof path, "%s/%s.idx", directory, NAME);
    unlink(path);
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

/* Makes the bytes frames with hashes that fit; seqs are made to follow. */
static size_t
mend_segment(unsigned char *bytes, size_t size, bool leave)
{
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
            LOG_STREAM_BEGIN(frame) = 1;
        } else if (frame->kind == FRAME_BLOCK) {
            frame->u.block.first_seq = seq;
            seq += frame->u.block.count;
        }
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

static void
read_store(void)
{
    struct failure failure = {0};
    int64_t times[] = {INT64_MIN, 0, 1};
    struct log log;
    uint64_t first, next, seq;

    if (log_open(&log, directory, &failure) != 1 || log.stream_count != 1)
        abort();
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
    struct log_verify verify = {.fault = count_fault, .owner = &faults};

    if (log_open(&log, directory, &failure) != 1)
        abort();
    assert(log_verify(&verify, &log, &failure) == 0);
    assert(verify.faults == (uint64_t)faults);
    log_free(&log);
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
        segment_size = mend_segment(segment, segment_size, data[0] % 8 == 7);
    if (segment_size >= FRAME_HEAD)
        memcpy(&end, segment + segment_size - 8, 8);
    if (data[0] & 8)
        mend_index(index, index_size, end);
    put_file(NAME ".seg", segment, segment_size);
    put_file(NAME ".idx", index, index_size);
    read_store();
    verify_store();
    return 0;
}
