#include "archive/part_reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"

/* Makes another row group's room ready. */
static int
next_slot(struct part_reader *reader, struct failure *failure)
{
    assert(reader->ready < reader->slots);
    return part_group_init(&reader->groups[reader->ready++], &reader->file,
                           &reader->filter, failure);
}

int
part_reader_open(struct part_reader *reader, struct input *input,
                 const char *path, const struct part_filter *filter,
                 struct pool *ahead, struct failure *failure)
{
    memset(reader, 0, sizeof *reader);
    reader->filter = *filter;
    reader->ahead = ahead;
    reader->path = strdup(path);
    if (!reader->path) {
        input_close(input);
        return fail_memory(failure);
    }
    input->name = reader->path;
    if (parquet_reader_take(&reader->file, input, failure) != 0)
        return -1;
    reader->slots = 1 + pool_room(ahead);
    reader->groups = allocate(failure, reader->slots, sizeof *reader->groups);
    if (!reader->groups)
        return -1;
    return next_slot(reader, failure);
}

void
part_reader_close(struct part_reader *reader)
{
    if (reader->hashes)
        pool_drop(reader->ahead, &reader->job);
    for (uint32_t i = 0; i < reader->ready; i++) {
        pool_drop(reader->ahead, &reader->groups[i].job);
        part_group_free(&reader->groups[i]);
    }
    free(reader->groups);
    parquet_reader_close(&reader->file);
    bytes_free(&reader->batch);
    free(reader->path);
    memset(reader, 0, sizeof *reader);
}

/* Whether the footer has that number, to a base, under a key. */
static bool
says(const struct part_reader *reader, const char *key, int base,
     uint64_t value)
{
    const char *text = parquet_footer_get(&reader->file.footer, key);

    return text && strtoull(text, NULL, base) == value;
}

int
part_reader_check(const struct part_reader *reader, const struct part *part,
                  struct failure *failure)
{
    if (reader->file.input.size == part->size &&
        says(reader, "xtape.type", 10, part->name.type) &&
        says(reader, "xtape.first_seq", 10, part->name.first) &&
        says(reader, "xtape.last_seq", 10, part->name.last) &&
        says(reader, "xtape.digest", 16, part->digest))
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: it is not the file that the archive has recorded",
                reader->path);
}

/* ---- the hash ------------------------------------------------------------ */

static void
hash(void *owner)
{
    struct part_reader *reader = owner;

    reader->hashed = part_hash(reader->archive, &reader->file.input,
                               &reader->bytes, &reader->hash_failure);
}

void
part_reader_hash(struct part_reader *reader, const struct archive *archive)
{
    assert(!reader->hashes);
    reader->archive = archive;
    reader->job = (struct pool_job){.work = hash, .owner = reader};
    reader->hashes = true;
    pool_give(reader->ahead, &reader->job);
}

int
part_reader_hashed(struct part_reader *reader, const struct part *part,
                   struct failure *failure)
{
    if (!reader->hashes)
        return 0;
    pool_take(reader->ahead, &reader->job);
    reader->hashes = false;
    if (reader->hashed < 0)
        return fail(failure, reader->hash_failure.kind, "%s",
                    reader->hash_failure.text);
    return reader->hashed == 0
               ? 0
               : part_fits(&reader->bytes, part, reader->path, failure);
}

/* ---- events -------------------------------------------------------------- */

/* Queues the jobs that load the next row groups, while there is room. */
static int
give_jobs(struct part_reader *reader, struct failure *failure)
{
    while (reader->given - reader->taken < reader->slots &&
           reader->next_group < reader->file.footer.group_count) {
        uint32_t slot = (uint32_t)(reader->given % reader->slots);
        struct part_group *group = &reader->groups[slot];

        assert(slot <= reader->ready); /* they are made in order */
        if (!part_group_possible(reader->groups, reader->next_group)) {
            reader->next_group++;
            reader->groups_skipped++;
            continue;
        }
        if (slot == reader->ready && next_slot(reader, failure) != 0)
            return -1;
        group->number = reader->next_group++;
        pool_give(reader->ahead, &group->job);
        reader->given++;
    }
    return 0;
}

/* Goes on to the next row group that holds something wanted: 1; 0 after the
 * last; -1. */
static int
next_group(struct part_reader *reader, struct failure *failure)
{
    struct part_group *group;

    reader->group = NULL;
    for (;;) {
        if (give_jobs(reader, failure) != 0)
            return -1;
        if (reader->taken == reader->given)
            return 0;
        assert(reader->taken < reader->given &&
               reader->given - reader->taken <= reader->slots);
        group = &reader->groups[reader->taken++ % reader->slots];
        pool_take(reader->ahead, &group->job);
        if (group->result < 0)
            return fail(failure, group->failure.kind, "%s",
                        group->failure.text);
        reader->groups_read += group->result > 0;
        reader->groups_skipped += group->result == 0;
        if (group->result == 0)
            continue;
        reader->group = group;
        return 1;
    }
}

int
part_reader_batch(struct part_reader *reader, struct failure *failure)
{
    int count = 0;

    assert(reader->group || reader->next_group == 0); /* not after the last */
    for (;;) {
        if (reader->next_group > 0)
            count = event_columns_build(&reader->group->columns, &reader->batch,
                                        failure);
        if (count != 0)
            break;
        count = next_group(reader, failure);
        if (count <= 0)
            return count;
    }
    if (count < 0)
        return -1;
    reader->batch_first = 0;
    reader->batch_left = (uint32_t)count;
    reader->event = (const void *)reader->batch.bytes;
    return 1;
}

static uint64_t
seq_of(const struct part_reader *reader, uint32_t row)
{
    return event_columns_seq(&reader->group->columns, row);
}

int
part_reader_next(struct part_reader *reader, struct failure *failure)
{
    if (reader->batch_left > 1) {
        reader->event = event_next(reader->event);
        reader->batch_first++;
        reader->batch_left--;
    } else {
        int result = part_reader_batch(reader, failure);

        if (result <= 0)
            return result;
    }
    reader->seq = seq_of(reader, reader->batch_first);
    return 1;
}

uint32_t
part_reader_run(struct part_reader *reader, uint32_t max, uint64_t last,
                const struct event **end)
{
    uint32_t count = reader->batch_left < max ? reader->batch_left : max;
    const struct event *event = reader->event;

    assert(count > 0 && last >= reader->seq);
    if (last - reader->seq < count - 1)
        count = (uint32_t)(last - reader->seq) + 1;
    /* sequence numbers ascend: they differ by the rows between them only when
     * there is no gap */
    if (seq_of(reader, reader->batch_first + count - 1) - reader->seq !=
        count - 1)
        count = 1;
    event = event_columns_event(&reader->group->columns, event, count - 1);
    reader->event = event;
    reader->batch_first += count - 1;
    reader->batch_left -= count - 1;
    reader->seq += count - 1;
    *end = event_next(event);
    assert(reader->batch_left > 0 && reader->seq <= last);
    return count;
}
