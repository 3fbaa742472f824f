#include "archive/merge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define ADVICE "put the tape again, or restore the file from a copy"
#define TRIES  100 /* a compaction after the other, while we read */

static int
by_first_seq(const void *a, const void *b)
{
    const struct merge_part *x = a, *y = b;

    if (x->part.name.first != y->part.name.first)
        return x->part.name.first < y->part.name.first ? -1 : 1;
    return part_name_compare(&x->part.name, &y->part.name);
}

bool
merge_may_want(const struct part_filter *filter, const struct part *part)
{
    const struct selection *selection = filter->selection;

    if (part->name.last < filter->from_seq ||
        part->name.first >= filter->to_seq)
        return false;
    if (!selection)
        return true;
    if (!selection_may_take_type(selection, part->name.type))
        return false;
    if (selection->from != TIME_NULL && part->time_max < selection->from)
        return false;
    return selection->to == TIME_NULL || part->time_min < selection->to;
}

static bool
has_definitions(const struct part *part)
{
    return part->name.type == EVENT_INSTRUMENT || part->name.type == EVENT_NAME;
}

/* By what its manifest says; definitions are always wanted. */
static bool
may_hold(const struct merge *merge, const struct part *part)
{
    struct part_filter filter = merge->filter;

    if (merge->skips && merge->skips(merge->owner, part))
        return false;
    if (has_definitions(part))
        filter.selection = NULL;
    return merge_may_want(&filter, part);
}

/* Lists the parts of the stream that are wanted, of an archive. */
static int
gather(struct merge *merge, const struct archive *archive,
       struct failure *failure)
{
    size_t parts = 0;

    for (uint32_t i = 0; i < archive->count; i++)
        if (strcmp(archive->manifests[i].header.stream, merge->stream) == 0)
            parts += archive->manifests[i].part_count;
    free(merge->waiting);
    free(merge->heap);
    merge->waiting_count = merge->waiting_next = 0;
    merge->waiting = allocate(failure, parts + 1, sizeof *merge->waiting);
    merge->heap = allocate(failure, parts + 1, sizeof *merge->heap);
    if (!merge->waiting || !merge->heap)
        return -1;
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        if (strcmp(manifest->header.stream, merge->stream) != 0)
            continue;
        for (uint32_t k = 0; k < manifest->part_count; k++)
            if (may_hold(merge, &manifest->parts[k]))
                merge->waiting[merge->waiting_count++].part =
                    manifest->parts[k];
            else
                merge->parts_skipped++;
    }
    assert(merge->waiting_count <= parts);
    qsort(merge->waiting, merge->waiting_count, sizeof *merge->waiting,
          by_first_seq);
    return 0;
}

int
merge_open(struct merge *merge, const struct archive *archive,
           const char *stream, const struct part_filter *filter,
           struct failure *failure)
{
    *merge = (struct merge){.archive = archive, .filter = *filter};
    merge->stream = strdup(stream);
    return merge->stream ? 0 : fail_memory(failure);
}

static void
close_part(struct merge *merge, struct merge_part *part)
{
    merge->groups_read += part->reader->groups_read;
    merge->groups_skipped += part->reader->groups_skipped;
    part_reader_close(part->reader);
    free(part->reader);
    part->reader = NULL;
}

/* Ends a part that was read as far as it is wanted: all of it is what the
 * archive says, or this is the last moment to say that it is not. */
static int
end_part(struct merge *merge, struct merge_part *part, struct failure *failure)
{
    int result = part_reader_hashed(part->reader, &part->part, failure);

    close_part(merge, part);
    return result;
}

void
merge_close(struct merge *merge)
{
    for (uint32_t i = 0; i < merge->heap_count; i++)
        close_part(merge, merge->heap[i]);
    merge->heap_count = 0;
    free(merge->waiting);
    free(merge->heap);
    free(merge->stream);
    merge->stream = NULL;
    merge->waiting = NULL;
    merge->heap = NULL;
}

/* ---- the heap: the reader with the least seq is first -------------------- */

static void
sift_up(struct merge *merge, uint32_t at)
{
    struct merge_part **heap = merge->heap, *part = heap[at];
    uint64_t seq = part->reader->seq;

    assert(at < merge->heap_count);
    for (; at > 0 && heap[(at - 1) / 2]->reader->seq > seq; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = part;
}

static void
sift_down(struct merge *merge)
{
    struct merge_part **heap = merge->heap, *part = heap[0];
    uint64_t seq = part->reader->seq;
    uint32_t at = 0;

    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child + 1 < merge->heap_count &&
            heap[child + 1]->reader->seq < heap[child]->reader->seq)
            child++;
        if (child >= merge->heap_count || heap[child]->reader->seq >= seq)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = part;
}

/* The next event of a part: 1; 0 after the last; -1. */
static int
next_event(struct part_reader *reader, struct failure *failure)
{
    int result = part_reader_next(reader, failure);

    return result < 0 ? fail_hint(failure, ADVICE) : result;
}

/* Opens a part and takes its first event: 1; 0 when it has none; -1, with no
 * failure set when the part is missing. */
static int
open_part(struct merge *merge, struct merge_part *part, struct failure *failure)
{
    struct input input;
    char *path;
    int there =
        archive_open_part(merge->archive, &part->part, &input, &path, failure);

    part->reader =
        there > 0 ? allocate(failure, 1, sizeof *part->reader) : NULL;
    if (part->reader) {
        there = part_reader_open(part->reader, &input, path, &merge->filter,
                                 merge->ahead, failure);
        if (there == 0)
            there = part_reader_check(part->reader, &part->part, failure);
        if (there == 0 && !merge->unverified)
            part_reader_hash(part->reader, merge->archive);
        there = there == 0 ? next_event(part->reader, failure)
                           : fail_hint(failure, ADVICE);
    } else {
        if (there > 0)
            input_close(&input);
        there = -1;
    }
    free(path);
    return there;
}

/* A part is missing: a compaction or a sweep may have put another in its place,
 * which is read from the same event on.  0 when it may, and all that was open
 * is closed; -1 when the part is simply missing. */
static int
start_over(struct merge *merge, const struct part *part,
           struct failure *failure)
{
    struct archive again;
    char path[PART_PATH_MAX];
    int result;

    while (merge->heap_count > 0)
        close_part(merge, merge->heap[--merge->heap_count]);
    if (merge->seq >= merge->filter.from_seq && merge->handed_out)
        merge->filter.from_seq = merge->seq + 1;
    result = archive_again(&again, merge->archive, failure);
    for (uint32_t i = 0; result == 0 && i < again.count; i++)
        for (uint32_t k = 0; k < again.manifests[i].part_count; k++)
            if (part_compare(&again.manifests[i].parts[k], part) == 0)
                merge->tries = TRIES;
    if (result == 0 && merge->tries++ >= TRIES) {
        part_name_path(&part->name, path);
        result = fail(failure, FAILURE_DATA,
                      "%s/%s: the part is missing (" ADVICE ")",
                      merge->archive->directory, path);
    }
    if (result == 0)
        result = gather(merge, &again, failure);
    archive_close(&again);
    return result;
}

/* Opens the parts whose first seq is not above what is first now. */
static int
open_parts(struct merge *merge, struct failure *failure)
{
    while (merge->waiting_next < merge->waiting_count &&
           (merge->heap_count == 0 ||
            merge->waiting[merge->waiting_next].part.name.first <=
                merge->heap[0]->reader->seq)) {
        struct merge_part *part = &merge->waiting[merge->waiting_next++];
        int result = open_part(merge, part, failure);

        if (result < 0 && failure->kind == FAILURE_NONE) {
            struct part missing = part->part;

            if (start_over(merge, &missing, failure) != 0)
                return -1;
            continue;
        }
        merge->parts_read++;
        if (result > 0) {
            assert(merge->heap_count < merge->waiting_next);
            merge->heap[merge->heap_count++] = part;
            sift_up(merge, merge->heap_count - 1);
        } else if (result == 0) {
            result = end_part(merge, part, failure);
        } else if (part->reader) {
            close_part(merge, part);
        }
        if (result < 0)
            return -1;
    }
    return 0;
}

int
merge_next(struct merge *merge, struct failure *failure)
{
    if (merge->event) { /* the first of the heap has been handed out */
        struct merge_part *part = merge->heap[0];
        int result = next_event(part->reader, failure);

        assert(merge->heap_count > 0);
        merge->event = NULL;
        if (result == 0) {
            merge->heap[0] = merge->heap[--merge->heap_count];
            if (end_part(merge, part, failure) != 0)
                return -1;
        }
        if (result < 0)
            return -1;
        if (merge->heap_count > 0)
            sift_down(merge);
    }
    if (!merge->waiting && gather(merge, merge->archive, failure) != 0)
        return -1;
    if (open_parts(merge, failure) != 0)
        return -1;
    if (merge->heap_count == 0)
        return 0;
    merge->event = merge->heap[0]->reader->event;
    merge->seq = merge->heap[0]->reader->seq;
    merge->handed_out = true;
    return 1;
}

uint32_t
merge_run(struct merge *merge, uint32_t max, uint64_t last,
          const struct event **end)
{
    uint64_t next = merge->filter.to_seq;
    uint32_t count;

    assert(merge->event && merge->heap_count > 0);
    for (uint32_t child = 1; child < 3 && child < merge->heap_count; child++)
        if (merge->heap[child]->reader->seq < next)
            next = merge->heap[child]->reader->seq;
    if (merge->waiting_next < merge->waiting_count &&
        merge->waiting[merge->waiting_next].part.name.first < next)
        next = merge->waiting[merge->waiting_next].part.name.first;
    count = part_reader_run(merge->heap[0]->reader, max,
                            next - 1 < last ? next - 1 : last, end);
    merge->seq = merge->heap[0]->reader->seq; /* all of these are handed out */
    return count;
}
