#include "log/segment.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "io/input.h"
#include "io/pace.h"
#include "tape/reader.h"

#define CHANGED_PAUSE (NS_PER_SECOND / 100)

void
log_segment_free(struct log_segment *segment)
{
    log_index_free(&segment->index);
    digest_free(&segment->digest);
    free(segment->fault);
    free(segment->path);
    free(segment->index_path);
    *segment = (struct log_segment){0};
}

void
log_segment_unload(struct log_segment *segment)
{
    log_index_free(&segment->index);
    free(segment->fault);
    segment->fault = NULL;
    segment->loaded = false;
    segment->looked = false;
}

/* One that is not there was listed by its index, or is gone since. */
static int
open_file(const struct root *root, const struct log_segment *segment,
          struct input *input, struct failure *failure)
{
    int result = input_open_below(input, root, segment->path, failure);

    if (result == 0)
        return fail(failure, FAILURE_DATA,
                    "%s: the segment is missing: " LOG_ADVICE, segment->path);
    return result < 0 ? -1 : 0;
}

bool
log_segment_changed(const struct root *root, const struct log_segment *segment)
{
    struct failure ignored = {0};
    struct input input;
    bool changed = true;

    if (input_open_below(&input, root, segment->path, &ignored) == 1) {
        changed = input.size != segment->file_size ||
                  input.changed != segment->changed;
        input_close(&input);
    }
    return changed;
}

/* ---- HEADER and END ------------------------------------------------------ */

/* The HEADER's body, once its head is read. */
static int
take_header(const struct log_segment *segment, struct input *input,
            struct frame *frame, struct tape_header *header,
            struct failure *failure)
{
    size_t have = FRAME_HEAD;
    ssize_t count = 1;

    if (!log_is_head(frame, FRAME_HEADER) || frame->size < FRAME_HEAD ||
        frame->size > FRAME_MAX)
        return fail(failure, FAILURE_DATA,
                    "%s: not a segment of an event store, or its start is "
                    "damaged: restore it from a copy, or move it away",
                    segment->path);
    if (frame->u.header.version != TAPE_VERSION) {
        fail(failure, FAILURE_DATA,
             "%s: a tape of format %u; this program reads format %d",
             segment->path, frame->u.header.version, TAPE_VERSION);
        return fail_hint(failure, "use a newer program");
    }
    for (; have < frame->size && count > 0; have += (size_t)count)
        count = input_read(input, (char *)frame + have, frame->size - have,
                           failure);
    if (count < 0)
        return -1;
    if (count == 0 ||
        frame->body != frame_hash(frame + 1, frame->size - FRAME_HEAD))
        return fail(failure, FAILURE_DATA,
                    "%s: byte 0: its HEADER is damaged: restore it from a copy",
                    segment->path);
    if (tape_header_parse(header, frame, failure) != 0)
        return fail_at(failure, "%s: byte 0", segment->path);
    if (header->first_seq == segment->first_seq)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: begins with event %" PRIu64
                ", which contradicts its name: restore its name",
                segment->path, header->first_seq);
}

int
log_segment_header(const struct root *root, const struct log_segment *segment,
                   struct tape_header *header, uint64_t *size,
                   struct failure *failure)
{
    struct frame *frame = allocate(failure, 1, FRAME_MAX);
    struct input input;
    ssize_t count;
    int result = -1;

    memset(header, 0, sizeof *header);
    if (!frame || open_file(root, segment, &input, failure) != 0) {
        free(frame);
        return -1;
    }
    count = input_read(&input, frame, FRAME_HEAD, failure);
    if (count >= 0)
        result = take_header(segment, &input, frame, header, failure);
    if (result == 0 && size)
        *size = frame->size;
    input_close(&input);
    free(frame);
    return result;
}

/* Reads the head of the frame at that byte: 1; 0 when the file ends before it
 * does; -1. */
static int
read_head(struct input *input, uint64_t at, struct frame *frame,
          struct failure *failure)
{
    ssize_t count;

    if (at > input->size || input->size - at < FRAME_HEAD)
        return 0;
    if (input_seek(input, at, failure) != 0)
        return -1;
    count = input_read(input, frame, FRAME_HEAD, failure);
    return count < 0 ? -1 : count == FRAME_HEAD;
}

/* Whether what looks like the END of a segment without id lies within one of
 * its blocks, as bytes of an event may: 1, 0 or -1.  Goes from frame to frame,
 * as far as their heads are well. */
static int
is_within_block(struct input *input, uint64_t end, struct failure *failure)
{
    struct frame frame;
    uint64_t at = 0;
    int result;

    while ((result = read_head(input, at, &frame, failure)) == 1 && at < end) {
        if (!log_is_head(&frame, at ? FRAME_BLOCK : FRAME_HEADER) ||
            frame.size < FRAME_HEAD)
            return 0;
        at += frame.size;
    }
    return result < 0 ? -1 : at > end;
}

/* Takes what a look at the open file shows. */
static int
take_look(struct log_segment *segment, struct input *input,
          struct failure *failure)
{
    uint64_t at = input->size - FRAME_HEAD;
    struct frame head;
    int within = 0, result = read_head(input, 0, &head, failure);

    segment->looked = true;
    segment->file_size = input->size;
    segment->changed = input->changed;
    segment->identity = (struct log_identity){0};
    segment->ended = false;
    if (result == 1 && log_is_head(&head, FRAME_HEADER))
        segment->identity = log_identity_of(&head);
    if (result == 1 && input->size >= 2 * FRAME_HEAD)
        result = read_head(input, at, &segment->end, failure);
    if (result < 0 || !log_is_end(&segment->end, &segment->identity, at))
        return result < 0 ? -1 : 0;
    if (input->size >= 2 * FRAME_HEAD && segment->identity.store == 0)
        within = is_within_block(input, at, failure);
    segment->ended = input->size >= 2 * FRAME_HEAD && within == 0;
    return within < 0 ? -1 : 0;
}

/* Opens the file, takes its size and END from it, and leaves it open at its
 * beginning: nothing that is written from then on is read. */
static int
open_look(const struct root *root, struct log_segment *segment,
          struct input *input, struct failure *failure)
{
    if (open_file(root, segment, input, failure) != 0)
        return -1;
    input->fixed = true;
    if (take_look(segment, input, failure) == 0 &&
        input_seek(input, 0, failure) == 0)
        return 0;
    input_close(input);
    return -1;
}

int
log_segment_look(const struct root *root, struct log_segment *segment,
                 struct failure *failure)
{
    struct input input;

    if (open_look(root, segment, &input, failure) != 0)
        return -1;
    input_close(&input);
    return 0;
}

int
log_segment_status(const struct log_segment *segment, enum tape_status *status,
                   int *exit_class, struct failure *failure)
{
    assert(segment->looked);
    if (!segment->ended)
        return 0;
    if (segment->end.u.end.status > TAPE_FAILED)
        return fail(failure, FAILURE_DATA,
                    "%s: END has an unknown status: the segment is "
                    "damaged",
                    segment->path);
    *status = (enum tape_status)segment->end.u.end.status;
    *exit_class = (int)segment->end.u.end.exit_class;
    return 1;
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

/* A search of what follows the last whole block. */
struct search {
    const struct log_segment *segment;
    uint64_t from; /* where it begins */
    uint64_t next; /* up to here nothing is looked at: it is within a block */
    bool chained;  /* each head so far led to the next */
};

/* Looks at a frame's head: whether it proves that what cannot be read had been
 * durable.  A block that the chain of heads leads to is stepped over: what its
 * events hold proves nothing. */
static bool
look_at(struct search *search, const struct frame *frame, uint64_t at)
{
    if (at < search->next)
        return false;
    if (log_proves(frame, &search->segment->identity, at, search->from))
        return true;
    search->chained &= log_is_head(frame, FRAME_BLOCK) && frame->size % 8 == 0;
    search->next = at + (search->chained ? frame->size : 8);
    return false;
}

/* Looks after what cannot be read, at byte at, for such a proof: 1 when there
 * is none, so a crash explains it; 0 when it is damage; -1. */
static int
is_torn(const struct log_segment *segment, struct input *input, uint64_t at,
        struct failure *failure)
{
    enum { WINDOW = 1 << 20 };
    struct search search = {segment, at, at, true};
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
        for (; !proof && have - looked >= FRAME_HEAD; looked += 8, at += 8)
            proof = look_at(&search,
                            (const struct frame *)(void *)(bytes + looked), at);
        have -= looked;
        memmove(bytes, bytes + looked, have);
        assert(proof || have < FRAME_HEAD);
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
    torn = is_torn(segment, reader->input, at, &search);
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
                    "%s: contradicts its name: restore its name",
                    segment->path);
    if (index->size > segment->file_size)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s: shorter than it was: its end could not be made "
                    "durable; run it again",
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
             "%s: byte %" PRIu64 ": there is data after its END", segment->path,
             reader->position);
    return take_rest(segment, reader, failure);
}

/* One look, and what it shows. */
static int
extend(const struct root *root, struct log_segment *segment,
       struct failure *failure)
{
    struct input input;
    struct tape_reader reader;
    int result = -1;

    if (open_look(root, segment, &input, failure) != 0)
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
log_segment_extend(const struct root *root, struct log_segment *segment,
                   struct failure *failure)
{
    int result = extend(root, segment, failure);

    /* a writer that goes on with the stream cuts the END or a torn tail */
    while (result != 0 && failure->kind == FAILURE_DATA && segment->looked &&
           log_segment_changed(root, segment)) {
        *failure = (struct failure){0};
        log_index_free(&segment->index);
        pace_sleep(CHANGED_PAUSE);
        result = extend(root, segment, failure);
    }
    return result;
}

/* Loads that part from the file of the index: 1; 0 when it does not fit. */
static int
load_index(const struct root *root, struct log_segment *segment,
           enum log_index_part part, struct failure *failure)
{
    int result =
        log_index_load(&segment->index, part, root, segment->index_path,
                       segment->end.check, failure);

    if (result == 1 &&
        (segment->index.first_seq != segment->first_seq ||
         segment->index.size + FRAME_HEAD != segment->file_size)) {
        log_index_free(&segment->index);
        return 0;
    }
    return result;
}

int
log_segment_load(const struct root *root, struct log_segment *segment,
                 enum log_index_part part, struct failure *failure)
{
    int result = 0;

    if (segment->loaded && segment->part >= part)
        return 0;
    log_segment_unload(segment);
    if (log_segment_look(root, segment, failure) != 0)
        return -1;
    if (segment->ended)
        result = load_index(root, segment, part, failure);
    if (result < 0)
        return -1;
    segment->indexed = result == 1;
    assert(segment->looked && !segment->fault);
    segment->loaded = true;
    segment->part = segment->indexed ? part : LOG_INDEX_ALL;
    if (segment->indexed || log_segment_extend(root, segment, failure) == 0)
        return 0;
    segment->loaded = false;
    return -1;
}
