#include "store/log_tail.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "io/folder.h"
#include "io/output.h"

void
log_tail_close(struct log_tail *tail)
{
    if (tail->open)
        append_close(&tail->file);
    log_index_free(&tail->index);
    digest_free(&tail->digest);
    free(tail->block);
    free(tail->path);
    free(tail->index_path);
    *tail = (struct log_tail){0};
}

/* Opens the file of a segment that is there. */
static int
open_file(struct log_tail *tail, const struct log_segment *segment,
          struct failure *failure)
{
    assert(!tail->open);
    tail->path = strdup(segment->path);
    tail->index_path = strdup(segment->index_path);
    tail->block = allocate(failure, 1, FRAME_MAX);
    if (!tail->path || !tail->index_path || !tail->block ||
        digest_reset(&tail->digest) != 0)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    if (append_open(&tail->file, tail->path, failure) != 0)
        return -1;
    tail->open = true;
    return 0;
}

/* Makes a file that holds the HEADER. */
static int
write_header(const char *path, const struct tape_header *header,
             uint64_t stream_begin, struct failure *failure)
{
    struct frame *frame = allocate(failure, 1, FRAME_MAX);
    struct output output;
    long size = frame ? tape_header_format(header, frame, failure) : -1;
    int result = -1;

    if (size > 0) {
        LOG_STREAM_BEGIN(frame) = stream_begin;
        frame_seal(frame, frame->body);
        result = output_open(&output, path, failure);
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
log_tail_begin(struct log_tail *tail, const struct log_segment *segment,
               struct tape_header *header, uint64_t stream_begin,
               struct failure *failure)
{
    header->first_seq = segment->first_seq;
    if (write_header(segment->path, header, stream_begin, failure) != 0 ||
        open_file(tail, segment, failure) != 0)
        return -1;
    tail->next_seq = segment->first_seq;
    tail->file.durable = tail->file.size;
    log_index_init(&tail->index, segment->first_seq, tail->file.size);
    return 0;
}

int
log_tail_open(struct log_tail *tail, struct log_segment *segment,
              uint64_t *torn, struct failure *failure)
{
    log_segment_unload(segment);
    if (log_segment_extend(segment, failure) != 0 ||
        folder_remove(segment->index_path, failure) != 0 ||
        open_file(tail, segment, failure) != 0 ||
        append_cut(&tail->file, segment->index.size, failure) != 0)
        return -1;
    if (digest_copy(&tail->digest, &segment->digest) != 0)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    *torn = segment->torn;
    tail->index = segment->index;
    tail->next_seq = tail->index.next_seq;
    segment->index = (struct log_index){0};
    segment->ended = false;
    return 0;
}

int
log_tail_put(struct log_tail *tail, const struct event *event,
             struct failure *failure)
{
    size_t size = event->words * 8UL;

    if ((tail->used >= CHUNK_SIZE || tail->used + size > BLOCK_BODY_MAX) &&
        log_tail_send(tail, failure) != 0)
        return -1;
    if (log_index_event(&tail->index, tail->next_seq, event, failure) != 0)
        return -1;
    if (tail->count == 0)
        tail->time_min = tail->time_max = event->time;
    else if (event->time < tail->time_min)
        tail->time_min = event->time;
    else if (event->time > tail->time_max)
        tail->time_max = event->time;
    memcpy(tail->block + FRAME_HEAD + tail->used, event, size);
    tail->used += size;
    tail->count++;
    tail->next_seq++;
    return 0;
}

int
log_tail_send(struct log_tail *tail, struct failure *failure)
{
    struct frame *frame = (struct frame *)(void *)tail->block;
    const struct event *first = (const struct event *)(void *)(frame + 1);
    struct log_entry entry = {tail->file.size, tail->next_seq - tail->count,
                              tail->time_min, tail->time_max};
    size_t size = FRAME_HEAD + tail->used;

    if (tail->count == 0)
        return 0;
    memset(frame, 0, sizeof *frame);
    frame->kind = FRAME_BLOCK;
    frame->size = (uint32_t)size;
    frame->u.block.count = tail->count;
    frame->u.block.first_seq = entry.seq;
    frame->u.block.time_min = entry.time_min;
    frame->u.block.time_max = entry.time_max;
    LOG_DURABLE(frame) = tail->file.durable;
    frame_seal(frame, frame_hash(first, tail->used));
    if (append_write(&tail->file, frame, size, failure) != 0 ||
        log_index_block(&tail->index, &entry, tail->next_seq, size, failure))
        return -1;
    digest_events(&tail->digest, first, (const char *)frame + size);
    tail->used = 0;
    tail->count = 0;
    return 0;
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

    return between && tail->file.size + tail->used >= size &&
           tail->next_seq > tail->index.first_seq;
}

uint64_t
log_tail_pending(const struct log_tail *tail)
{
    return tail->open ? tail->file.size - tail->file.durable + tail->used : 0;
}

int
log_tail_end(struct log_tail *tail, enum tape_status status, int exit_class,
             uint64_t continues, struct failure *failure)
{
    struct frame frame = {.kind = FRAME_END, .size = sizeof frame};
    int result = log_tail_sync(tail, failure);

    frame.u.end.status = (uint32_t)status;
    frame.u.end.exit_class = (uint32_t)exit_class;
    frame.u.end.count = tail->index.next_seq - tail->index.first_seq;
    frame.u.end.digest = digest_value(&tail->digest);
    LOG_CONTINUES(&frame) = continues;
    frame_seal(&frame, frame_hash(&frame, 0));
    if (result == 0)
        result = append_write(&tail->file, &frame, sizeof frame, failure);
    if (result == 0)
        result = append_sync(&tail->file, failure);
    if (result == 0)
        result = log_index_save(&tail->index, tail->index_path, frame.check,
                                failure);
    log_tail_close(tail);
    return result;
}
