#include "log/index.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "io/input.h"
#include "io/output.h"
#include "tape/frame.h"

/* The file: this head, the definitions, the entries. */
struct head {
    char magic[8];
    uint64_t end; /* the check of the segment's END */
    uint64_t first_seq, next_seq;
    uint64_t size;
    int64_t time_min, time_max;
    uint64_t entry_count, entries_hash;
    uint64_t definition_bytes, definitions_hash;
    uint64_t check; /* XXH3-64 of the bytes before */
};
_Static_assert(sizeof(struct head) == 96, "size in the file");
_Static_assert(offsetof(struct head, check) == 96 - sizeof(uint64_t),
               "the check is of all that is before it");

static const char magic[8] = {'X', 'T', 'I', 'N', 'D', 'E', 'X', '1'};

#define DEFINITION_HEAD 8 /* its seq */

void
log_index_init(struct log_index *index, uint64_t first_seq, uint64_t size)
{
    *index = (struct log_index){
        .first_seq = first_seq,
        .next_seq = first_seq,
        .size = size,
        .time_min = INT64_MAX,
        .time_max = INT64_MIN,
    };
}

void
log_index_free(struct log_index *index)
{
    free(index->entries);
    free(index->definitions);
    *index = (struct log_index){0};
}

int
log_index_block(struct log_index *index, const struct log_entry *entry,
                uint64_t next_seq, uint64_t bytes, struct failure *failure)
{
    struct log_entry *entries =
        array_grow(index->entries, &index->entry_capacity,
                   index->entry_count + 1, sizeof *entries, failure);

    assert(entry->offset == index->size && entry->seq == index->next_seq);
    assert(next_seq > entry->seq && bytes > FRAME_HEAD);
    if (!entries)
        return -1;
    index->entries = entries;
    entries[index->entry_count++] = *entry;
    index->size += bytes;
    index->next_seq = next_seq;
    if (entry->time_min < index->time_min)
        index->time_min = entry->time_min;
    if (entry->time_max > index->time_max)
        index->time_max = entry->time_max;
    return 0;
}

int
log_index_event(struct log_index *index, uint64_t seq,
                const struct event *event, struct failure *failure)
{
    size_t size = event->words * 8UL;
    char *definitions, *at;

    if (event->type != EVENT_INSTRUMENT && event->type != EVENT_NAME)
        return 0;
    assert(seq >= index->next_seq && size >= sizeof *event);
    definitions = array_grow(index->definitions, &index->definition_capacity,
                             index->definition_bytes + DEFINITION_HEAD + size,
                             1, failure);
    if (!definitions)
        return -1;
    index->definitions = definitions;
    at = definitions + index->definition_bytes;
    memcpy(at, &seq, DEFINITION_HEAD);
    memcpy(at + DEFINITION_HEAD, event, size);
    index->definition_bytes += DEFINITION_HEAD + size;
    return 0;
}

const struct event *
log_index_definition(const struct log_index *index, const struct event *before)
{
    const char *at =
        before ? (const char *)event_next(before) : index->definitions;

    assert(at <= index->definitions + index->definition_bytes);
    if (index->definition_bytes == 0 ||
        at == index->definitions + index->definition_bytes)
        return NULL;
    return (const struct event *)(const void *)(at + DEFINITION_HEAD);
}

uint64_t
log_index_definition_seq(const struct event *definition)
{
    return ((const uint64_t *)(const void *)definition)[-1];
}

size_t
log_index_find(const struct log_index *index, uint64_t seq)
{
    size_t low = 0, high = index->entry_count;

    assert(high > 0);
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (index->entries[middle].seq <= seq)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* ---- the file ------------------------------------------------------------ */

int
log_index_save(const struct log_index *index, const struct root *root,
               const char *path, uint64_t end, struct failure *failure)
{
    size_t entry_bytes = index->entry_count * sizeof *index->entries;
    struct head head = {
        .end = end,
        .first_seq = index->first_seq,
        .next_seq = index->next_seq,
        .size = index->size,
        .time_min = index->time_min,
        .time_max = index->time_max,
        .entry_count = index->entry_count,
        .entries_hash = frame_hash(index->entries, entry_bytes),
        .definition_bytes = index->definition_bytes,
        .definitions_hash =
            frame_hash(index->definitions, index->definition_bytes),
    };
    struct output output;

    memcpy(head.magic, magic, sizeof magic);
    head.check = frame_hash(&head, offsetof(struct head, check));
    if (output_open_below(&output, root, path, failure) == 0 &&
        output_put(&output, &head, sizeof head) == 0 &&
        output_put(&output, index->definitions, index->definition_bytes) == 0 &&
        output_put(&output, index->entries, entry_bytes) == 0)
        return output_commit(&output);
    output_abandon(&output);
    return -1;
}

/* Reads exactly size bytes: 1; 0 when the file is too short; -1. */
static int
read_exactly(struct input *input, void *bytes, size_t size,
             struct failure *failure)
{
    size_t have = 0;

    while (have < size) {
        ssize_t count =
            input_read(input, (char *)bytes + have, size - have, failure);

        if (count <= 0)
            return (int)count;
        have += (size_t)count;
    }
    return 1;
}

/* Takes the numbers of a head that fits: 1, or 0. */
static int
take_head(struct log_index *index, const struct head *head, uint64_t end,
          uint64_t file_size)
{
    /* the head was read, though the size may be of before it grew */
    uint64_t rest = file_size > sizeof *head ? file_size - sizeof *head : 0;

    if (memcmp(head->magic, magic, sizeof magic) != 0 || head->end != end ||
        head->check != frame_hash(head, offsetof(struct head, check)) ||
        head->next_seq < head->first_seq || head->definition_bytes > rest ||
        (rest - head->definition_bytes) % sizeof(struct log_entry) != 0 ||
        head->entry_count !=
            (rest - head->definition_bytes) / sizeof(struct log_entry))
        return 0;
    log_index_init(index, head->first_seq, head->size);
    index->next_seq = head->next_seq;
    index->time_min = head->time_min;
    index->time_max = head->time_max;
    return 1;
}

/* A hash that fits says that it was written so, not that a walk is safe. */
static bool
definitions_are_whole(const struct log_index *index)
{
    const char *at = index->definitions;
    size_t size = index->definition_bytes;

    while (size > 0) {
        const struct event *event;

        if (size < DEFINITION_HEAD + sizeof *event)
            return false;
        event = (const struct event *)(const void *)(at + DEFINITION_HEAD);
        if (event->words < 2 || event->words * 8UL > size - DEFINITION_HEAD ||
            (event->type != EVENT_INSTRUMENT && event->type != EVENT_NAME))
            return false;
        size -= DEFINITION_HEAD + event->words * 8UL;
        at += DEFINITION_HEAD + event->words * 8UL;
    }
    return true;
}

static bool
entries_are_in_order(const struct log_index *index)
{
    uint64_t offset = 0, seq = index->first_seq;

    for (size_t i = 0; i < index->entry_count; i++) {
        const struct log_entry *entry = &index->entries[i];

        if (entry->offset < offset || entry->offset % 8 || entry->seq < seq)
            return false;
        if (i == 0 && entry->seq != seq)
            return false;
        offset = entry->offset + 1;
        seq = entry->seq + 1;
    }
    return offset <= index->size && seq <= index->next_seq &&
           (index->entry_count == 0) == (index->next_seq == index->first_seq);
}

/* One part of the file into fresh memory: 1, 0 when it does not fit, -1. */
static int
load_part(struct input *input, void *memory, size_t size, uint64_t hash,
          struct failure *failure)
{
    void **at = memory;
    int result;

    *at = allocate(failure, size, 1);
    if (!*at)
        return -1;
    result = read_exactly(input, *at, size, failure);
    return result == 1 && frame_hash(*at, size) != hash ? 0 : result;
}

static int
load(struct log_index *index, enum log_index_part part, struct input *input,
     uint64_t end, struct failure *failure)
{
    struct head head;
    int result = read_exactly(input, &head, sizeof head, failure);

    if (result == 1)
        result = take_head(index, &head, end, input->size);
    if (result <= 0 || part == LOG_INDEX_SUMMARY)
        return result;
    index->definition_bytes = head.definition_bytes;
    index->definition_capacity = head.definition_bytes;
    result = load_part(input, &index->definitions, head.definition_bytes,
                       head.definitions_hash, failure);
    if (result == 1 && !definitions_are_whole(index))
        return 0;
    if (result <= 0 || part == LOG_INDEX_DEFINITIONS)
        return result;
    index->entry_count = head.entry_count;
    index->entry_capacity = head.entry_count;
    result = load_part(input, &index->entries,
                       head.entry_count * sizeof *index->entries,
                       head.entries_hash, failure);
    return result == 1 && !entries_are_in_order(index) ? 0 : result;
}

int
log_index_load(struct log_index *index, enum log_index_part part,
               const struct root *root, const char *path, uint64_t end,
               struct failure *failure)
{
    struct input input;
    int result = input_open_below(&input, root, path, failure);

    *index = (struct log_index){0};
    if (result <= 0)
        return result;
    result = load(index, part, &input, end, failure);
    input_close(&input);
    if (result != 1)
        log_index_free(index);
    return result;
}
