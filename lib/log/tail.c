#include "log/tail.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "io/directory.h"
#include "io/output.h"

_Static_assert(FRAME_HEAD + BLOCK_BODY_MAX <= FRAME_MAX,
               "a block has room after TAIL_BYTES");

void
log_tail_close(struct log_tail *tail)
{
    if (tail->open)
        append_close(&tail->file);
    log_index_free(&tail->index);
    digest_free(&tail->digest);
    free(tail->bytes);
    free(tail->path);
    free(tail->index_path);
    *tail = (struct log_tail){0};
}

/* Opens the file of a segment that is there. */
static int
open_file(struct log_tail *tail, const struct root *root,
          const struct log_segment *segment, struct failure *failure)
{
    assert(!tail->open && !tail->bytes);
    tail->root = root;
    tail->identity = segment->identity;
    tail->path = strdup(segment->path);
    tail->index_path = strdup(segment->index_path);
    tail->bytes = allocate(failure, 1, TAIL_BYTES + FRAME_MAX);
    if (!tail->path || !tail->index_path || !tail->bytes ||
        digest_reset(&tail->digest) != 0)
        return fail_memory(failure);
    if (append_open(&tail->file, root, tail->path, failure) != 0)
        return -1;
    tail->open = true;
    return 0;
}

/* Makes a file that holds the HEADER. */
static int
write_header(const struct root *root, const struct log_segment *segment,
             const struct tape_header *header, struct failure *failure)
{
    struct frame *frame = allocate(failure, 1, FRAME_MAX);
    struct output output;
    long size = frame ? tape_header_format(header, frame, failure) : -1;
    int result = -1;

    if (size > 0) {
        log_mark_header(frame, &segment->identity);
        frame_seal(frame, frame->body);
        result = output_open_below(&output, root, segment->path, failure);
        if (result == 0)
            result = output_put(&output, frame, (size_t)size);
        if (result == 0)
            result = output_commit(&output);
        else
            output_abandon(&output);
    }
    free(frame);
    return result;
}

int
log_tail_begin(struct log_tail *tail, const struct root *root,
               const struct log_segment *segment, struct tape_header *header,
               struct failure *failure)
{
    assert(segment->identity.begin <= segment->first_seq);
    header->first_seq = segment->first_seq;
    if (write_header(root, segment, header, failure) != 0 ||
        open_file(tail, root, segment, failure) != 0)
        return -1;
    tail->next_seq = segment->first_seq;
    tail->file.durable = tail->file.size;
    log_index_init(&tail->index, segment->first_seq, tail->file.size);
    return 0;
}

int
log_tail_open(struct log_tail *tail, const struct root *root,
              struct log_segment *segment, uint64_t *torn,
              struct failure *failure)
{
    log_segment_unload(segment);
    if (log_segment_extend(root, segment, failure) != 0 ||
        root_remove(root, segment->index_path, failure) != 0 ||
        open_file(tail, root, segment, failure) != 0 ||
        append_cut(&tail->file, segment->index.size, failure) != 0)
        return -1;
    if (digest_copy(&tail->digest, &segment->digest) != 0)
        return fail_memory(failure);
    *torn = segment->torn;
    tail->index = segment->index;
    tail->next_seq = tail->index.next_seq;
    segment->index = (struct log_index){0};
    log_segment_unload(segment);
    return 0;
}

/* ---- blocks -------------------------------------------------------------- */

static int
write_sealed(struct log_tail *tail, struct failure *failure)
{
    size_t size = tail->sealed;

    tail->sealed = 0;
    return size ? append_write(&tail->file, tail->bytes, size, failure) : 0;
}

/* Closes the current block. */
static int
seal_block(struct log_tail *tail, struct failure *failure)
{
    struct frame *frame = (struct frame *)(void *)(tail->bytes + tail->sealed);
    const char *body = (const char *)(frame + 1);
    struct log_entry entry = {tail->file.size + tail->sealed,
                              tail->next_seq - tail->count, tail->time_min,
                              tail->time_max};
    uint64_t hash = frame_hash(body, tail->used);
    size_t size = FRAME_HEAD + tail->used;

    assert(tail->open && tail->count > 0 && tail->used <= BLOCK_BODY_MAX);
    assert(tail->last < tail->used);
    memset(frame, 0, sizeof *frame);
    frame->kind = FRAME_BLOCK;
    frame->size = (uint32_t)size;
    frame->u.block.count = tail->count;
    frame->u.block.first_seq = entry.seq;
    frame->u.block.time_min = entry.time_min;
    frame->u.block.time_max = entry.time_max;
    log_mark_block(frame, &tail->identity, entry.offset, tail->file.durable);
    frame_seal(frame, hash);
    if (log_index_block(&tail->index, &entry, tail->next_seq, size, failure))
        return -1;
    digest_block(&tail->digest, (const struct event *)(const void *)body,
                 (const struct event *)(const void *)(body + tail->last),
                 body + tail->used, hash);
    tail->sealed += size;
    tail->used = 0;
    tail->count = 0;
    return tail->sealed < TAIL_BYTES ? 0 : write_sealed(tail, failure);
}

int
log_tail_put(struct log_tail *tail, const struct event **first,
             const struct event *end, struct failure *failure)
{
    const struct event *event = *first;
    size_t used = tail->used;
    int result = 0;

    assert(tail->open && event < end);
    if (used >= CHUNK_SIZE || used + event->words * 8UL > BLOCK_BODY_MAX) {
        if (seal_block(tail, failure) != 0)
            return -1;
        used = 0;
    }
    if (tail->count == 0)
        tail->time_min = tail->time_max = event->time;
    for (; result == 0 && event < end && used < CHUNK_SIZE &&
           used + event->words * 8UL <= BLOCK_BODY_MAX;
         event = event_next(event)) {
        result = log_index_event(&tail->index, tail->next_seq, event, failure);
        if (event->time < tail->time_min)
            tail->time_min = event->time;
        if (event->time > tail->time_max)
            tail->time_max = event->time;
        tail->last = used;
        used += event->words * 8UL;
        tail->count++;
        tail->next_seq++;
    }
    assert(tail->sealed < TAIL_BYTES && used <= BLOCK_BODY_MAX);
    memcpy(tail->bytes + tail->sealed + FRAME_HEAD + tail->used, *first,
           used - tail->used);
    tail->used = used;
    *first = event;
    return result;
}

int
log_tail_send(struct log_tail *tail, struct failure *failure)
{
    if (tail->count && seal_block(tail, failure) != 0)
        return -1;
    return write_sealed(tail, failure);
}

int
log_tail_sync(struct log_tail *tail, struct failure *failure)
{
    if (log_tail_send(tail, failure) != 0)
        return -1;
    return append_sync(&tail->file, failure);
}

bool
log_tail_is_full(const struct log_tail *tail, uint64_t size)
{
    bool between = tail->used == 0 || tail->used >= CHUNK_SIZE;

    return between && tail->file.size + tail->sealed + tail->used >= size &&
           tail->next_seq > tail->index.first_seq;
}

uint64_t
log_tail_unwritten(const struct log_tail *tail)
{
    return tail->sealed + tail->used;
}

uint64_t
log_tail_pending(const struct log_tail *tail)
{
    if (!tail->open)
        return 0;
    assert(tail->file.durable <= tail->file.size);
    return tail->file.size - tail->file.durable + log_tail_unwritten(tail);
}

uint64_t
log_tail_chain(const struct log_tail *tail)
{
    assert(log_tail_unwritten(tail) == 0);
    return log_chain_next(&tail->identity,
                          tail->index.next_seq - tail->index.first_seq,
                          digest_value(&tail->digest));
}

int
log_tail_end(struct log_tail *tail, enum tape_status status, int exit_class,
             uint64_t continues, struct failure *failure)
{
    struct frame frame = {.kind = FRAME_END, .size = sizeof frame};
    int result = log_tail_sync(tail, failure);

    assert(result != 0 || log_tail_pending(tail) == 0);
    frame.u.end.status = (uint32_t)status;
    frame.u.end.exit_class = (uint32_t)exit_class;
    frame.u.end.count = tail->index.next_seq - tail->index.first_seq;
    frame.u.end.digest = digest_value(&tail->digest);
    log_mark_end(&frame, &tail->identity, tail->file.size, continues);
    frame_seal(&frame, frame_hash(&frame, 0));
    if (result == 0)
        result = append_write(&tail->file, &frame, sizeof frame, failure);
    if (result == 0)
        result = append_sync(&tail->file, failure);
    if (result == 0)
        result = log_index_save(&tail->index, tail->root, tail->index_path,
                                frame.check, failure);
    log_tail_close(tail);
    return result;
}
