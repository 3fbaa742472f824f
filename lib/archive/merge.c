#include "archive/merge.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define ADVICE "restore the file from a copy"

static int
by_first_seq(const void *a, const void *b)
{
    const struct merge_part *x = a, *y = b;

    if (x->facts->first_seq != y->facts->first_seq)
        return x->facts->first_seq < y->facts->first_seq ? -1 : 1;
    return strcmp(x->facts->path, y->facts->path);
}

/* The type that a part's path tells. */
static unsigned
type_of(const struct part_facts *part)
{
    const char *name = part->path + strlen("type=");
    const struct schema_type *schema =
        schema_find_name(name, strcspn(name, "/"));

    return schema ? schema->type : (unsigned)strtoul(name, NULL, 10);
}

/* By its facts; definitions are always wanted. */
static bool
may_hold(const struct part_filter *filter, const struct part_facts *part)
{
    const struct selection *selection = filter->selection;
    unsigned type = type_of(part);

    if (part->last_seq < filter->from_seq || part->first_seq >= filter->to_seq)
        return false;
    if (!selection || type == EVENT_INSTRUMENT || type == EVENT_NAME)
        return true;
    if (!selection_may_take_type(selection, type))
        return false;
    if (selection->from != TIME_NULL && part->time_max < selection->from)
        return false;
    return selection->to == TIME_NULL || part->time_min < selection->to;
}

static void
gather(struct merge *merge, const struct manifest *manifest)
{
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct part_facts *part = &manifest->parts[i];

        if (may_hold(&merge->filter, part))
            merge->waiting[merge->waiting_count++].facts = part;
        else
            merge->parts_skipped++;
    }
}

int
merge_open(struct merge *merge, const struct archive *archive,
           const char *stream, const struct part_filter *filter,
           struct failure *failure)
{
    size_t parts = 0;

    *merge = (struct merge){.archive = archive, .filter = *filter};
    for (uint32_t i = 0; i < archive->count; i++)
        parts += archive->manifests[i].part_count;
    merge->waiting = allocate(failure, parts, sizeof *merge->waiting);
    merge->heap = allocate(failure, parts, sizeof(void *));
    if (!merge->waiting || !merge->heap)
        return -1;
    for (uint32_t i = 0; i < archive->count; i++)
        if (strcmp(archive->manifests[i].header.stream, stream) == 0)
            gather(merge, &archive->manifests[i]);
    qsort(merge->waiting, merge->waiting_count, sizeof *merge->waiting,
          by_first_seq);
    return 0;
}

static void
end_part(struct merge *merge, struct part_reader *reader)
{
    merge->groups_read += reader->groups_read;
    merge->groups_skipped += reader->groups_skipped;
    part_reader_close(reader);
    free(reader);
}

void
merge_close(struct merge *merge)
{
    for (uint32_t i = 0; i < merge->heap_count; i++)
        end_part(merge, merge->heap[i]);
    merge->heap_count = 0;
    free(merge->waiting);
    free(merge->heap);
    merge->waiting = NULL;
    merge->heap = NULL;
}

/* ---- the heap: the reader with the least seq is first -------------------- */

static void
sift_up(struct merge *merge, uint32_t at)
{
    struct part_reader **heap = merge->heap, *reader = heap[at];

    for (; at > 0 && heap[(at - 1) / 2]->seq > reader->seq; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = reader;
}

static void
sift_down(struct merge *merge)
{
    struct part_reader **heap = merge->heap, *reader = heap[0];
    uint32_t at = 0;

    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child + 1 < merge->heap_count &&
            heap[child + 1]->seq < heap[child]->seq)
            child++;
        if (child >= merge->heap_count || heap[child]->seq >= reader->seq)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = reader;
}

/* The next event of a part: 1; 0 after the last; -1. */
static int
next_event(struct part_reader *reader, struct failure *failure)
{
    int result = part_reader_next(reader, failure);

    return result < 0 ? fail_hint(failure, ADVICE) : result;
}

/* Opens a part and takes its first event: 1; 0 when it has none; -1. */
static int
open_part(const struct merge *merge, struct part_reader *reader,
          const char *path, const struct part_facts *facts,
          struct failure *failure)
{
    if (access(path, F_OK) != 0)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s: the part is missing (run it again if xarchive compact "
                    "was at work, else " ADVICE ")",
                    path);
    if (part_reader_open(reader, path, &merge->filter, merge->ahead, failure) !=
            0 ||
        part_reader_check(reader, facts, failure) != 0)
        return fail_hint(failure, ADVICE);
    return next_event(reader, failure);
}

/* Opens the parts whose first seq is not above what is first now. */
static int
open_parts(struct merge *merge, struct failure *failure)
{
    while (merge->waiting_next < merge->waiting_count &&
           (merge->heap_count == 0 ||
            merge->waiting[merge->waiting_next].facts->first_seq <=
                merge->heap[0]->seq)) {
        const struct part_facts *facts =
            merge->waiting[merge->waiting_next++].facts;
        struct part_reader *reader = allocate(failure, 1, sizeof *reader);
        char *path = archive_part_path(merge->archive, facts, failure);
        int result = -1;

        if (reader && path)
            result = open_part(merge, reader, path, facts, failure);
        free(path);
        merge->parts_read++;
        if (result > 0) {
            merge->heap[merge->heap_count++] = reader;
            sift_up(merge, merge->heap_count - 1);
        } else if (reader) {
            end_part(merge, reader);
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
        struct part_reader *reader = merge->heap[0];
        int result = next_event(reader, failure);

        merge->event = NULL;
        if (result < 0)
            return -1;
        if (result == 0) {
            end_part(merge, reader);
            merge->heap[0] = merge->heap[--merge->heap_count];
        }
        if (merge->heap_count > 0)
            sift_down(merge);
    }
    if (open_parts(merge, failure) != 0)
        return -1;
    if (merge->heap_count == 0)
        return 0;
    merge->event = merge->heap[0]->event;
    merge->seq = merge->heap[0]->seq;
    return 1;
}

uint32_t
merge_run(struct merge *merge, uint32_t max, uint64_t last,
          const struct event **end)
{
    uint64_t next = merge->filter.to_seq;

    for (uint32_t child = 1; child < 3 && child < merge->heap_count; child++)
        if (merge->heap[child]->seq < next)
            next = merge->heap[child]->seq;
    if (merge->waiting_next < merge->waiting_count &&
        merge->waiting[merge->waiting_next].facts->first_seq < next)
        next = merge->waiting[merge->waiting_next].facts->first_seq;
    return part_reader_run(merge->heap[0], max,
                           next - 1 < last ? next - 1 : last, end);
}
