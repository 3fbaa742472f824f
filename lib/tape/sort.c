#include "tape/sort.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"

#define SIGN      (UINT64_C(1) << 63)
#define DIGITS    8 /* bytes of a key */
#define HELD_HEAD sizeof(uint64_t)

void
tape_sort_init(struct tape_sort *sort)
{
    *sort = (struct tape_sort){.memory = SORT_MEMORY};
    sort->runs.spill.fd = -1;
    aside_init(&sort->aside);
}

void
tape_sort_free(struct tape_sort *sort)
{
    free(sort->held);
    free(sort->entries);
    free(sort->spare);
    runs_close(&sort->runs);
    aside_free(&sort->aside);
    *sort = (struct tape_sort){.runs = {.spill = {.fd = -1}}};
}

void
tape_sort_begin(struct tape_sort *sort)
{
    runs_close(&sort->runs);
    aside_begin(&sort->aside);
    sort->newest = sort->previous = TIME_NULL;
    sort->used = sort->count = sort->settled = 0;
}

/* ---- events in memory ---------------------------------------------------- */

static uint64_t
unsigned_key(int64_t key)
{
    return (uint64_t)key ^ SIGN;
}

static int64_t
signed_key(uint64_t key)
{
    return (int64_t)(key ^ SIGN);
}

static uint64_t
seq_at(const struct tape_sort *sort, const struct sort_entry *entry)
{
    uint64_t seq;

    memcpy(&seq, sort->held + entry->offset, sizeof seq);
    return seq;
}

static const struct event *
event_at(const struct tape_sort *sort, const struct sort_entry *entry)
{
    return (const struct event *)(const void *)(sort->held + entry->offset +
                                                HELD_HEAD);
}

/* Bytes that a key has where some differ: a bit a byte.  0: all are equal, or
 * in order already. */
static unsigned
digits_to_sort(const struct tape_sort *sort)
{
    const struct sort_entry *entries = sort->entries;
    uint64_t differ = 0;
    bool ordered = true;
    unsigned digits = 0;

    for (size_t i = 1; i < sort->count; i++) {
        differ |= entries[i].key ^ entries[0].key;
        ordered &= entries[i - 1].key <= entries[i].key;
    }
    for (unsigned i = 0; !ordered && i < DIGITS; i++)
        digits |= (unsigned)((differ >> (8 * i) & 0xff) != 0) << i;
    return digits;
}

/* Moves the entries to the spare ones, in order of one byte of their keys;
 * what is equal there keeps its order. */
static void
sort_digit(struct tape_sort *sort, unsigned digit)
{
    struct sort_entry *from = sort->entries, *to = sort->spare;
    size_t starts[256] = {0}, sum = 0;

    for (size_t i = 0; i < sort->count; i++)
        starts[from[i].key >> (8 * digit) & 0xff]++;
    for (unsigned i = 0; i < 256; i++) {
        size_t count = starts[i];

        starts[i] = sum;
        sum += count;
    }
    assert(sum == sort->count);
    for (size_t i = 0; i < sort->count; i++)
        to[starts[from[i].key >> (8 * digit) & 0xff]++] = from[i];
}

/* A radix sort over the bytes that differ, which are few: linear and stable. */
static int
sort_held(struct tape_sort *sort, struct failure *failure)
{
    unsigned digits = digits_to_sort(sort);
    struct sort_entry *spare;

    if (!digits)
        return 0;
    spare = array_grow(sort->spare, &sort->spare_capacity, sort->entry_capacity,
                       sizeof *spare, failure);
    if (!spare)
        return -1;
    sort->spare = spare;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        struct sort_entry *entries = sort->entries;
        size_t capacity = sort->entry_capacity;

        if (!(digits >> digit & 1))
            continue;
        sort_digit(sort, digit);
        sort->entries = sort->spare;
        sort->spare = entries;
        sort->entry_capacity = sort->spare_capacity;
        sort->spare_capacity = capacity;
    }
    return 0;
}

static int
hold(struct tape_sort *sort, const struct event *event, int64_t key,
     uint64_t seq, struct failure *failure)
{
    size_t size = event->words * 8UL;
    char *held = array_grow(sort->held, &sort->held_capacity,
                            sort->used + HELD_HEAD + size, 1, failure);
    struct sort_entry *entries;

    if (!held)
        return -1;
    sort->held = held;
    entries = array_grow(sort->entries, &sort->entry_capacity, sort->count + 1,
                         sizeof *entries, failure);
    if (!entries)
        return -1;
    sort->entries = entries;
    entries[sort->count++] = (struct sort_entry){unsigned_key(key), sort->used};
    memcpy(held + sort->used, &seq, HELD_HEAD);
    memcpy(held + sort->used + HELD_HEAD, event, size);
    sort->used += HELD_HEAD + size;
    return 0;
}

/* ---- what does not fit --------------------------------------------------- */

static int
spill_held(struct tape_sort *sort, struct failure *failure)
{
    assert(sort->count > 0);
    if (sort->runs.spill.fd < 0 &&
        runs_open(&sort->runs, sort->directory, failure) != 0)
        return -1;
    if (sort_held(sort, failure) != 0 || runs_start(&sort->runs, failure) != 0)
        return -1;
    for (size_t i = 0; i < sort->count; i++) {
        const struct sort_entry *entry = &sort->entries[i];

        if (runs_put(&sort->runs, signed_key(entry->key), seq_at(sort, entry),
                     event_at(sort, entry), failure) != 0)
            return -1;
    }
    sort->used = sort->count = 0;
    return 0;
}

/* Keeps within memory. */
static int
make_room(struct tape_sort *sort, struct failure *failure)
{
    uint64_t taken = sort->used + 2 * sort->count * sizeof *sort->entries;

    if (taken < sort->memory)
        return 0;
    if (!sort->window)
        return spill_held(sort, failure);
    if (taken < SORT_WINDOW_MAX)
        return 0;
    return fail(failure, FAILURE_DATA,
                "the window holds more than 1 GiB of events");
}

/* ---- taking events ------------------------------------------------------- */

/* What comes before it is late. */
static int64_t
floor_of(const struct tape_sort *sort)
{
    if (!sort->window || sort->newest < TIME_NULL + sort->window)
        return TIME_NULL;
    return sort->newest - sort->window;
}

int
tape_sort_add(struct tape_sort *sort, const struct event *event, uint64_t seq,
              struct failure *failure)
{
    int64_t lowest = floor_of(sort);
    int64_t key = event->time == TIME_NULL ? sort->previous : event->time;
    int first = 0;

    if (event->time == TIME_NULL && key < lowest)
        key = lowest;
    if (event->type == EVENT_INSTRUMENT || event->type == EVENT_NAME) {
        first = aside_define(&sort->aside, event, key < lowest ? lowest : key,
                             seq, failure);
        if (first < 0)
            return -1;
    }
    if (key < lowest && !first) {
        sort->late_by = sort->newest - key;
        return SORT_LATE;
    }
    sort->previous = key;
    if (event->time > sort->newest)
        sort->newest = event->time;
    if (first)
        return SORT_TAKEN;
    aside_use(&sort->aside, event, key);
    if (hold(sort, event, key, seq, failure) != 0)
        return -1;
    return make_room(sort, failure);
}

/* ---- handing them out ---------------------------------------------------- */

/* Where handing out has come. */
struct handing {
    struct tape_writer *writer;
    struct aside *aside;
    size_t at; /* in what waits there */
};

/* The definitions that belong before (key, seq). */
static void
put_definitions(struct handing *handing, int64_t key, uint64_t seq)
{
    struct event *event;

    while ((event = aside_next(handing->aside, &handing->at, key, seq))) {
        tape_writer_copy(handing->writer, event);
        free(event);
    }
}

static struct handing
begin_handing(struct tape_sort *sort, struct tape_writer *writer)
{
    aside_sort(&sort->aside);
    return (struct handing){writer, &sort->aside, 0};
}

/* The first count of those held, which are in order. */
static void
put_held(const struct tape_sort *sort, struct handing *handing, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct sort_entry *entry = &sort->entries[i];

        if (handing->at < handing->aside->waiting_count)
            put_definitions(handing, signed_key(entry->key),
                            seq_at(sort, entry));
        tape_writer_copy(handing->writer, event_at(sort, entry));
    }
}

static int
put_runs(struct tape_sort *sort, struct handing *handing,
         struct failure *failure)
{
    const struct sort_record *record;
    int result;

    if (sort->count && spill_held(sort, failure) != 0)
        return -1;
    result = runs_merge(&sort->runs, failure);
    if (result != 0)
        return -1;
    while ((result = runs_next(&sort->runs, &record, failure)) > 0) {
        put_definitions(handing, record->key, record->seq);
        tape_writer_copy(handing->writer, &record->event);
    }
    return result;
}

/* Moves what is left to the beginning, where it lies in order. */
static int
close_ranks(struct tape_sort *sort, size_t gone, struct failure *failure)
{
    size_t size = 0, left = sort->count - gone;
    char *held = allocate(failure, sort->held_capacity, 1);

    if (!held)
        return -1;
    for (size_t i = 0; i < left; i++) {
        struct sort_entry *entry = &sort->entries[gone + i];
        size_t length = HELD_HEAD + event_at(sort, entry)->words * 8UL;

        memcpy(held + size, sort->held + entry->offset, length);
        sort->entries[i] = (struct sort_entry){entry->key, size};
        size += length;
    }
    assert(size <= sort->used);
    free(sort->held);
    sort->held = held;
    sort->used = size;
    sort->count = sort->settled = left;
    return 0;
}

int
tape_sort_release(struct tape_sort *sort, struct tape_writer *writer, bool now,
                  struct failure *failure)
{
    int64_t lowest = floor_of(sort);
    size_t fresh = sort->count - sort->settled, count = 0;
    struct handing handing;

    assert(sort->count >= sort->settled);
    /* So that sorting what is left again and again costs no more than twice
     * what is sorted once. */
    if (!sort->window || !fresh || (!now && fresh < sort->settled))
        return 0;
    if (sort_held(sort, failure) != 0)
        return -1;
    while (count < sort->count && signed_key(sort->entries[count].key) < lowest)
        count++;
    handing = begin_handing(sort, writer);
    put_held(sort, &handing, count);
    if (lowest > TIME_NULL)
        put_definitions(&handing, lowest - 1, UINT64_MAX);
    aside_done(&sort->aside, handing.at);
    return close_ranks(sort, count, failure);
}

int
tape_sort_end(struct tape_sort *sort, struct tape_writer *writer,
              struct failure *failure)
{
    struct handing handing = begin_handing(sort, writer);
    int result = 0;

    if (sort->runs.count) {
        result = put_runs(sort, &handing, failure);
    } else {
        result = sort_held(sort, failure);
        if (result == 0)
            put_held(sort, &handing, sort->count);
    }
    if (result == 0)
        put_definitions(&handing, INT64_MAX, UINT64_MAX);
    aside_done(&sort->aside, handing.at);
    sort->used = sort->count = sort->settled = 0;
    runs_close(&sort->runs);
    return result;
}
