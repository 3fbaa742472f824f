#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/part.h"

/* Makes another row group's room ready. */
static int
next_slot(struct part_reader *reader, struct failure *failure)
{
    return part_group_init(&reader->groups[reader->ready++], &reader->file,
                           &reader->filter, failure);
}

int
part_reader_open(struct part_reader *reader, const char *path,
                 const struct part_filter *filter, struct pool *ahead,
                 struct failure *failure)
{
    memset(reader, 0, sizeof *reader);
    reader->filter = *filter;
    reader->ahead = ahead;
    reader->path = strdup(path);
    if (!reader->path)
        return fail_memory(failure);
    if (parquet_reader_open(&reader->file, reader->path, failure) != 0)
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
tells(const struct part_reader *reader, const char *key, int base,
      uint64_t value)
{
    const char *told = parquet_footer_get(&reader->file.footer, key);

    return told && strtoull(told, NULL, base) == value;
}

int
part_reader_check(const struct part_reader *reader,
                  const struct part_facts *facts, struct failure *failure)
{
    if (reader->file.input.size == facts->size &&
        tells(reader, "xtape.first_seq", 10, facts->first_seq) &&
        tells(reader, "xtape.last_seq", 10, facts->last_seq) &&
        tells(reader, "xtape.digest", 16, facts->digest))
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: it is not the file that the archive has noted",
                reader->path);
}

/* ---- events -------------------------------------------------------------- */

/* Gives the jobs to load the row groups that come next, as many as there is
 * room for. */
static int
give_jobs(struct part_reader *reader, struct failure *failure)
{
    while (reader->given - reader->taken < reader->slots &&
           reader->next_group < reader->file.footer.group_count) {
        uint32_t slot = (uint32_t)(reader->given % reader->slots);
        struct part_group *group = &reader->groups[slot];

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

/* Takes the next row group that holds something wanted in hand: 1; 0 after the
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

/* Builds the next events: 1; 0 after the last; -1. */
static int
next_batch(struct part_reader *reader, struct failure *failure)
{
    int count = 0;

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
        int result = next_batch(reader, failure);

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

    if (last - reader->seq < count - 1)
        count = (uint32_t)(last - reader->seq) + 1;
    /* seqs ascend: as many as lie between them are there only without holes */
    if (seq_of(reader, reader->batch_first + count - 1) - reader->seq !=
        count - 1)
        count = 1;
    event = event_columns_event(&reader->group->columns, event, count - 1);
    reader->event = event;
    reader->batch_first += count - 1;
    reader->batch_left -= count - 1;
    reader->seq += count - 1;
    *end = event_next(event);
    return count;
}

/* ---- verifying ----------------------------------------------------------- */

/* What a file is, whatever it holds. */
struct bytes_read {
    uint64_t size;
    struct quick_value quick;
    char sha256[SHA256_TEXT];
};

static int
hash_bytes(struct input *input, struct bytes_read *read,
           struct failure *failure)
{
    struct sha256 sha256 = {0};
    struct quick_hash quick = {0};
    char *buffer = allocate(failure, 1, 1 << 18);
    ssize_t count = -1;

    if (buffer && sha256_begin(&sha256, failure) == 0 &&
        quick_hash_begin(&quick, failure) == 0)
        while ((count = input_read(input, buffer, 1 << 18, failure)) > 0) {
            sha256_add(&sha256, buffer, (size_t)count);
            quick_hash_add(&quick, buffer, (size_t)count);
            read->size += (uint64_t)count;
        }
    free(buffer);
    if (count == 0) {
        read->quick = quick_hash_end(&quick);
        sha256_end(&sha256, read->sha256);
    }
    quick_hash_free(&quick);
    sha256_free(&sha256);
    return count == 0 ? 0 : -1;
}

static int
read_bytes(const char *path, const struct part_facts *facts,
           struct bytes_read *read, struct failure *failure)
{
    struct input input;
    int result;

    *read = (struct bytes_read){0};
    if (input_open(&input, path, failure) != 0)
        return -1;
    result = hash_bytes(&input, read, failure);
    input_close(&input);
    if (result == 0 && read->size != facts->size)
        return fail(failure, FAILURE_DATA,
                    "%s: %" PRIu64 " bytes where the archive has noted "
                    "%" PRIu64 ": restore the file from a copy",
                    path, read->size, facts->size);
    return result;
}

static int
check_events(struct part_reader *reader, const struct part_facts *facts,
             struct failure *failure)
{
    struct digest digest = {0};
    uint64_t rows = 0, first = 0, last = 0, value = 0;
    int result = 1;

    if (digest_reset(&digest) != 0)
        return fail_memory(failure);
    while ((result = next_batch(reader, failure)) > 0) {
        if (rows == 0)
            first = seq_of(reader, reader->batch_first);
        rows += reader->batch_left;
        last = seq_of(reader, reader->batch_first + reader->batch_left - 1);
        digest_events(&digest, reader->event,
                      reader->batch.bytes + reader->batch.size);
    }
    value = digest_value(&digest);
    digest_free(&digest);
    if (result < 0)
        return -1;
    if (rows != facts->rows || first != facts->first_seq ||
        last != facts->last_seq || value != facts->digest)
        return fail(failure, FAILURE_DATA,
                    "%s: its events are not those that the archive has noted",
                    reader->path);
    return 0;
}

static int
read_events(const char *path, const struct part_facts *facts,
            struct failure *failure)
{
    struct part_reader reader = {0};
    int result =
        part_reader_open(&reader, path, &PART_FILTER_ALL, NULL, failure);

    if (result == 0)
        result = check_events(&reader, facts, failure);
    part_reader_close(&reader);
    return result;
}

int
part_verify(const char *path, const struct part_facts *facts,
            struct failure *failure)
{
    struct bytes_read read;

    if (read_bytes(path, facts, &read, failure) != 0)
        return -1;
    if (memcmp(read.sha256, facts->sha256, sizeof read.sha256) != 0)
        return fail(failure, FAILURE_DATA,
                    "%s: it does not fit its SHA-256: it is damaged: restore "
                    "the file from a copy",
                    path);
    return read_events(path, facts, failure);
}

int
part_read_back(const char *path, struct part_facts *facts,
               struct quick_value written, struct failure *failure)
{
    struct bytes_read read;

    if (read_bytes(path, facts, &read, failure) != 0)
        return -1;
    if (memcmp(&read.quick, &written, sizeof written) != 0)
        return fail(failure, FAILURE_DATA,
                    "%s: what is read is not what was written", path);
    memcpy(facts->sha256, read.sha256, sizeof facts->sha256);
    return read_events(path, facts, failure);
}
