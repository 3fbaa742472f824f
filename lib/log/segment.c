#include "log/segment.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/input.h"
#include "tape/reader.h"

void
log_segment_free(struct log_segment *segment)
{
    log_index_free(&segment->index);
    digest_free(&segment->digest);
    free(segment->path);
    free(segment->index_path);
    *segment = (struct log_segment){0};
}

void
log_segment_unload(struct log_segment *segment)
{
    log_index_free(&segment->index);
    segment->loaded = false;
}

/* One that is not there was listed by its index, or is gone since. */
static int
open_file(struct input *input, const struct log_segment *segment,
          struct failure *failure)
{
    if (access(segment->path, F_OK) != 0 && errno == ENOENT)
        return fail(failure, FAILURE_DATA,
                    "%s: the segment is missing: " LOG_ADVICE, segment->path);
    return input_open(input, segment->path, failure);
}

/* ---- HEADER and END ------------------------------------------------------ */

/* Whether a frame's head is what was written as such. */
static bool
is_head(const struct frame *frame, uint32_t kind)
{
    return frame->kind == kind &&
           frame->check == frame_hash(frame, offsetof(struct frame, check));
}

/* The HEADER's body, once its head is read. */
static int
take_header(const struct log_segment *segment, struct input *input,
            struct frame *frame, struct tape_header *header,
            struct failure *failure)
{
    size_t have = FRAME_HEAD;
    ssize_t count = 1;

    if (!is_head(frame, FRAME_HEADER) || frame->size < FRAME_HEAD ||
        frame->size > FRAME_MAX)
        return fail(failure, FAILURE_DATA,
                    "%s: not a segment of an event store, or its beginning is "
                    "damaged: bring it back from a copy, or move it away",
                    segment->path);
    if (frame->u.header.version != TAPE_VERSION) {
        fail(failure, FAILURE_DATA,
             "%s: a tape of format %u; this program reads format %d",
             segment->path, frame->u.header.version, TAPE_VERSION);
        return fail_hint(failure, "use a newer one");
    }
    for (; have < frame->size && count > 0; have += (size_t)count)
        count = input_read(input, (char *)frame + have, frame->size - have,
                           failure);
    if (count < 0)
        return -1;
    if (count == 0 ||
        frame->body != frame_hash(frame + 1, frame->size - FRAME_HEAD))
        return fail(failure, FAILURE_DATA,
                    "%s: byte 0: its HEADER is damaged: bring it back from a "
                    "copy",
                    segment->path);
    if (tape_header_parse(header, frame, failure) != 0)
        return fail_at(failure, "%s: byte 0", segment->path);
    if (header->first_seq == segment->first_seq)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: begins with event %" PRIu64 ", which is not what its name "
                "says: give it its name back",
                segment->path, header->first_seq);
}

int
log_segment_header(const struct log_segment *segment,
                   struct tape_header *header, uint64_t *begin, uint64_t *size,
                   struct failure *failure)
{
    struct frame *frame = allocate(failure, 1, FRAME_MAX);
    struct input input;
    ssize_t count;
    int result = -1;

    memset(header, 0, sizeof *header);
    if (!frame || open_file(&input, segment, failure) != 0) {
        free(frame);
        return -1;
    }
    count = input_read(&input, frame, FRAME_HEAD, failure);
    if (count >= 0)
        result = take_header(segment, &input, frame, header, failure);
    if (result == 0 && begin)
        *begin = LOG_STREAM_BEGIN(frame);
    if (result == 0 && size)
        *size = frame->size;
    input_close(&input);
    free(frame);
    return result;
}

int
log_segment_end(struct log_segment *segment, struct failure *failure)
{
    struct input input;
    ssize_t count = 0;

    if (open_file(&input, segment, failure) != 0)
        return -1;
    segment->file_size = input.size;
    if (input.size >= 2 * FRAME_HEAD) {
        if (input_seek(&input, input.size - FRAME_HEAD, failure) != 0)
            count = -1;
        else
            count = input_read(&input, &segment->end, FRAME_HEAD, failure);
    }
    segment->ended = count == FRAME_HEAD && is_head(&segment->end, FRAME_END);
    input_close(&input);
    return count < 0 ? -1 : 0;
}

/* ---- reading the blocks -------------------------------------------------- */

static int
take_block(struct log_segment *segment, const struct tape_reader *reader,
           struct failure *failure)
{
    struct log_entry entry = {reader->offset - FRAME_HEAD, reader->first_seq,
                              reader->time_min, reader->time_max};
    const struct event *event = reader->first;

    for (uint64_t seq = entry.seq; event < reader->end;
         event = event_next(event), seq++)
        if (log_index_event(&segment->index, seq, event, failure) != 0)
            return -1;
    return log_index_block(&segment->index, &entry, reader->next_seq,
                           reader->position - entry.offset, failure);
}

/* Whether a frame's head at the end of the file proves that the bytes before
 * at were durable once. */
static bool
proves(const struct frame *frame, uint64_t at)
{
    return is_head(frame, FRAME_END) ||
           (is_head(frame, FRAME_BLOCK) && LOG_DURABLE(frame) > at);
}

/* Looks behind what cannot be read, at byte at, for such a proof: 1 when
 * there is none, so a crash explains it; 0 when it is damage; -1. */
static int
is_torn(struct input *input, uint64_t at, struct failure *failure)
{
    enum { WINDOW = 1 << 20 };
    char *bytes = allocate(failure, WINDOW, 1);
    size_t have = 0;
    ssize_t count = 1;
    bool proof = false;

    if (!bytes || input_seek(input, at, failure) != 0) {
        free(bytes);
        return -1;
    }
    while (!proof && count > 0) {
        size_t looked = 0;

        count = input_read(input, bytes + have, WINDOW - have, failure);
        if (count > 0)
            have += (size_t)count;
        for (; !proof && have - looked >= FRAME_HEAD; looked += 8)
            proof = proves((const struct frame *)(void *)(bytes + looked), at);
        have -= looked;
        memmove(bytes, bytes + looked, have);
    }
    free(bytes);
    return count < 0 ? -1 : !proof;
}

/* The reader came to something that is not a block. */
static int
take_rest(struct log_segment *segment, struct tape_reader *reader,
          struct failure *failure)
{
    uint64_t at = reader->position;
    struct failure search = {0};
    int torn;

    if (failure->kind != FAILURE_DATA || segment->ended)
        return fail_hint(failure, LOG_ADVICE);
    torn = is_torn(reader->input, at, &search);
    if (torn < 0) {
        *failure = search;
        return -1;
    }
    if (!torn)
        return fail_hint(failure, "nothing was cut: " LOG_ADVICE);
    failure->kind = FAILURE_NONE;
    segment->torn = segment->file_size > at ? segment->file_size - at : 0;
    return 0;
}

/* Reads the blocks from where the index ends. */
static int
read_blocks(struct log_segment *segment, struct tape_reader *reader,
            struct failure *failure)
{
    struct log_index *index = &segment->index;
    int item = tape_reader_next(reader, failure);

    if (item != TAPE_HEADER)
        return fail_hint(failure, LOG_ADVICE);
    if (reader->header.first_seq != segment->first_seq)
        return fail(failure, FAILURE_DATA,
                    "%s: not what its name says: give it its name back",
                    segment->path);
    if (index->size == 0)
        log_index_init(index, segment->first_seq, reader->position);
    else if (tape_reader_seek(reader, index->size, index->next_seq, failure))
        return -1;
    while ((item = tape_reader_next(reader, failure)) == TAPE_BLOCK)
        if (take_block(segment, reader, failure) != 0)
            return -1;
    if (!reader->skipped && digest_copy(&segment->digest, &reader->digest) != 0)
        return fail_memory(failure);
    if (item == TAPE_END && reader->position == segment->file_size)
        return 0;
    if (item == TAPE_END)
        fail(failure, FAILURE_DATA,
             "%s: byte %" PRIu64 ": something lies behind its END",
             segment->path, reader->position);
    return take_rest(segment, reader, failure);
}

int
log_segment_extend(struct log_segment *segment, struct failure *failure)
{
    struct input input;
    struct tape_reader reader;
    int result = -1;

    if (log_segment_end(segment, failure) != 0 ||
        open_file(&input, segment, failure) != 0)
        return -1;
    segment->torn = 0;
    if (tape_reader_init(&reader, &input, failure) == 0) {
        reader.raw = true;
        result = read_blocks(segment, &reader, failure);
    }
    tape_reader_free(&reader);
    input_close(&input);
    return result;
}

int
log_segment_load(struct log_segment *segment, enum log_index_part part,
                 struct failure *failure)
{
    int result = 0;

    if (segment->loaded && segment->part >= part)
        return 0;
    log_segment_unload(segment);
    if (log_segment_end(segment, failure) != 0)
        return -1;
    if (segment->ended)
        result = log_index_load(&segment->index, part, segment->index_path,
                                segment->end.check, failure);
    if (result < 0)
        return -1;
    segment->indexed = result == 1 &&
                       segment->index.first_seq == segment->first_seq &&
                       segment->index.size + FRAME_HEAD == segment->file_size;
    if (!segment->indexed) {
        log_index_free(&segment->index);
        part = LOG_INDEX_ALL;
        if (log_segment_extend(segment, failure) != 0)
            return -1;
    }
    segment->loaded = true;
    segment->part = part;
    return 0;
}
