#include "tape/writer.h"

#include <assert.h>
#include <stdlib.h>

#include "tape/reader.h"

int
tape_writer_init(struct tape_writer *writer, struct output *output,
                 struct failure *failure)
{
    memset(writer, 0, sizeof *writer);
    writer->output = output;
    writer->scratch = aligned_alloc(64, FRAME_MAX);
    writer->block = writer->scratch;
    if (!writer->scratch || digest_reset(&writer->digest) != 0)
        return fail_memory(failure);
    return 0;
}

void
tape_writer_free(struct tape_writer *writer)
{
    free(writer->scratch);
    digest_free(&writer->digest);
    writer->scratch = NULL;
}

/* Finds room for the next block.  What was handed out before is void after
 * anything else went to the output. */
static void
new_block(struct tape_writer *writer)
{
    writer->block = output_reserve(writer->output, FRAME_MAX);
    if (!writer->block)
        writer->block = writer->scratch;
    writer->used = 0;
    writer->count = 0;
}

int
tape_writer_begin(struct tape_writer *writer, const struct tape_header *header)
{
    struct failure *failure = writer->output->failure;
    long size = tape_header_format(header, writer->scratch, failure);

    assert(!writer->begun);
    assert(header->first_seq >= 1 && header->first_seq <= TAPE_SEQ_MAX);
    if (size < 0)
        return -1;
    if (digest_reset(&writer->digest) != 0)
        return fail_memory(failure);
    if (output_put(writer->output, writer->scratch, (size_t)size) != 0)
        return -1;
    writer->begun = true;
    writer->total = 0;
    writer->block_seq = header->first_seq;
    new_block(writer);
    return 0;
}

/* Closes the current block: fills in the head of its frame.  body is the hash
 * of its events, last the last of them. */
static int
seal_block(struct tape_writer *writer, const struct event *last,
           int64_t time_min, int64_t time_max, uint64_t body)
{
    struct frame *frame = (struct frame *)(void *)writer->block;
    const struct event *first = (const struct event *)(void *)(frame + 1);

    assert(writer->count > 0);
    memset(frame, 0, sizeof *frame);
    frame->kind = FRAME_BLOCK;
    frame->size = (uint32_t)(FRAME_HEAD + writer->used);
    frame->u.block.count = writer->count;
    frame->u.block.first_seq = writer->block_seq;
    frame->u.block.time_min = time_min;
    frame->u.block.time_max = time_max;
    frame_seal(frame, body);
    digest_block(&writer->digest, first, last,
                 (const char *)first + writer->used, body);
    writer->block_seq += writer->count;
    if (writer->block != writer->scratch)
        output_advance(writer->output, FRAME_HEAD + writer->used);
    new_block(writer);
    return writer->output->failure->kind == FAILURE_NONE ? 0 : -1;
}

/* Hashes each byte once. */
int
tape_writer_send(struct tape_writer *writer)
{
    const char *body = writer->block + FRAME_HEAD;
    const struct event *event = (const struct event *)(const void *)body;
    const void *end = body + writer->used;
    const struct event *last = event;
    int64_t time_min = event->time, time_max = event->time;

    assert(!writer->lent);
    if (writer->count == 0)
        return 0;
    while ((const void *)event < end) {
        size_t size = event->words * 8UL;

        /* events of one size: the next is found without a look at this one */
        do {
            time_min = event->time < time_min ? event->time : time_min;
            time_max = event->time > time_max ? event->time : time_max;
            last = event;
            event = (const void *)((const char *)event + size);
        } while ((const void *)event < end && event->words * 8UL == size);
    }
    return seal_block(writer, last, time_min, time_max,
                      frame_hash(body, writer->used));
}

/* How many of the events [*first, end) the current block has room for; *size
 * is what they take. */
static uint32_t
count_fitting(const struct tape_writer *writer, const struct event *first,
              const struct event *end, size_t *size)
{
    uint32_t count = 0;

    for (*size = 0; first < end && writer->used + *size < CHUNK_SIZE;
         first = event_next(first), count++) {
        if (writer->used + *size + first->words * 8UL > BLOCK_BODY_MAX)
            break;
        *size += first->words * 8UL;
    }
    return count;
}

void
tape_writer_copy_run(struct tape_writer *writer, const struct event *first,
                     const struct event *end, uint32_t count)
{
    while (first < end) {
        size_t size = (size_t)((const char *)end - (const char *)first);
        void *room = tape_writer_reserve(writer, first->words * 8UL);
        uint32_t fitting = count;

        if (writer->used + size >= CHUNK_SIZE) /* the block ends amid them */
            fitting = count_fitting(writer, first, end, &size);
        assert(fitting > 0 && writer->used + size <= BLOCK_BODY_MAX);
        memcpy(room, first, size);
        writer->used += size;
        writer->count += fitting;
        writer->total += fitting;
        count -= fitting;
        first =
            (const struct event *)(const void *)((const char *)first + size);
    }
}

/* Whether events that are one chunk of the digest are a whole block. */
static bool
is_chunk(const struct event *first, const struct event *last,
         const struct event *end)
{
    return (const char *)last - (const char *)first < CHUNK_SIZE &&
           (const char *)end - (const char *)first >= CHUNK_SIZE;
}

void
tape_writer_copy_block(struct tape_writer *writer,
                       const struct tape_reader *reader,
                       const struct event *first, const struct event *end,
                       uint32_t count)
{
    char *room;

    if (writer->used >= CHUNK_SIZE)
        tape_writer_send(writer);
    if (writer->used || !reader->last || first != reader->first ||
        end != reader->end || !is_chunk(first, reader->last, end)) {
        tape_writer_copy_run(writer, first, end, count);
        return;
    }
    room = writer->block + FRAME_HEAD;
    writer->used = (size_t)((const char *)end - (const char *)first);
    assert(writer->used <= BLOCK_BODY_MAX);
    writer->count = count;
    writer->total += count;
    memcpy(room, first, writer->used);
    seal_block(writer,
               (const struct event *)(const void *)(room + writer->used -
                                                    reader->last->words * 8UL),
               reader->time_min, reader->time_max, reader->body);
}

int
tape_writer_flush(struct tape_writer *writer)
{
    int result;

    if (writer->output->regular)
        return 0;
    if (tape_writer_send(writer) != 0)
        return -1;
    result = output_flush(writer->output);
    new_block(writer);
    return result;
}

uint64_t
tape_writer_digest(const struct tape_writer *writer)
{
    struct digest digest = {0};
    const char *first = writer->block + FRAME_HEAD;
    uint64_t value;

    if (writer->used == 0)
        return digest_value(&writer->digest);
    if (digest_copy(&digest, &writer->digest) != 0)
        return 0;
    digest_events(&digest, (const struct event *)(const void *)first,
                  first + writer->used);
    value = digest_value(&digest);
    digest_free(&digest);
    return value;
}

int
tape_writer_end(struct tape_writer *writer, enum tape_status status,
                int exit_class)
{
    struct frame frame = {.kind = FRAME_END, .size = sizeof frame};

    assert(writer->begun);
    tape_writer_send(writer);
    writer->begun = false;
    frame.u.end.status = (uint32_t)status;
    frame.u.end.exit_class = (uint32_t)exit_class;
    frame.u.end.count = writer->total;
    frame.u.end.digest = digest_value(&writer->digest);
    frame_seal(&frame, frame_hash(&frame, 0));
    if (output_put(writer->output, &frame, sizeof frame) != 0)
        return -1;
    return output_flush(writer->output);
}
