/* Fuzzes the tape reader: any bytes are either refused or read, and what is
 * read can be written again with the same digest.
 *
 * Hashes would stop a fuzzer at the first byte, so the input is not a tape
 * but the frames of one: kind, size and hashes are made right here, and in
 * one input of eight left wrong. */
#include <assert.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tape/instruments.h"
#include "tape/names.h"
#include "tape/reader.h"
#include "tape/writer.h"

static int file = -1;

/* Mends kind, size, seq and hashes of the frames that size bytes describe. */
static size_t
mend(unsigned char *bytes, size_t size, size_t room, bool leave)
{
    static const uint32_t kinds[] = {FRAME_HEADER, FRAME_BLOCK, FRAME_END};
    size_t at = 0;

    while (size - at > FRAME_HEAD && size <= room) {
        struct frame *frame = (struct frame *)(void *)(bytes + at);
        size_t left = (size - at) / 8 * 8;
        size_t want = FRAME_HEAD + frame->size % 512 * 8;

        frame->kind = at == 0 ? FRAME_HEADER : kinds[frame->kind % 3];
        if (want > left)
            want = left;
        if (frame->kind == FRAME_END)
            want = FRAME_HEAD;
        if (want < FRAME_HEAD)
            break;
        frame->size = (uint32_t)want;
        if (frame->kind == FRAME_HEADER)
            frame->u.header.version = TAPE_VERSION;
        if (!leave)
            frame_seal(frame, frame_hash(frame + 1, want - FRAME_HEAD));
        at += want;
    }
    return at;
}

static void
use_events(const struct tape_reader *reader, struct instruments *instruments,
           struct names *names, struct tape_writer *writer)
{
    const struct event *event = reader->first;
    struct failure failure = {0};

    for (; event < reader->end; event = event_next(event)) {
        tape_writer_copy(writer, event);
        if (event->type == EVENT_INSTRUMENT)
            instruments_define(instruments,
                               (const struct instrument *)(const void *)event,
                               &failure);
        if (event->type == EVENT_NAME) {
            const struct name *name = (const struct name *)(const void *)event;

            names_add(names, name->kind, name->id, event_text(name, name->text),
                      name->text.length, NULL, &failure);
        }
        (void)instruments_find(instruments, event->instrument);
    }
}

static void
read_tape(bool raw)
{
    static struct failure write_failure;
    static struct output output;
    static struct tape_writer writer;
    struct failure failure = {0};
    struct input input = {
        .name = "fuzz", .fd = file, .wake = -1, .regular = true};
    static struct instruments instruments;
    struct names names = {0};
    struct tape_reader reader;
    int item;

    lseek(file, 0, SEEK_SET);
    if (!output.buffer) {
        output_open(&output, "/dev/null", &write_failure);
        tape_writer_init(&writer, &output, &write_failure);
    }
    tape_reader_init(&reader, &input, &failure);
    reader.raw = raw;
    while ((item = tape_reader_next(&reader, &failure)) > 0) {
        if (item == TAPE_HEADER) {
            instruments_begin(&instruments);
            assert(tape_writer_begin(&writer, &reader.header) == 0);
        } else if (item == TAPE_BLOCK) {
            use_events(&reader, &instruments, &names, &writer);
        } else {
            assert(reader.short_types ||
                   tape_writer_digest(&writer) == reader.digest_at_end);
            tape_writer_end(&writer, TAPE_COMPLETE, 0);
        }
    }
    assert(item == 0 || failure.kind == FAILURE_DATA);
    if (writer.begun)
        tape_writer_end(&writer, TAPE_STOPPED, 0);
    tape_reader_free(&reader);
    names_free(&names);
    instruments_free(&instruments);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char bytes[1 << 18];

    if (size < 1 || size > sizeof bytes)
        return 0;
    if (file < 0)
        file = memfd_create("fuzz", 0);
    memcpy(bytes, data + 1, size - 1);
    size = mend(bytes, size - 1, sizeof bytes, data[0] % 8 == 7);
    if (ftruncate(file, 0) || pwrite(file, bytes, size, 0) != (ssize_t)size)
        abort();
    read_tape(data[0] & 8);
    return 0;
}
