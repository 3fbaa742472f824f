#include "bars/amend.h"
#include "bars/bars_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 64 /* a word of the bit sets */

/* ---- levels -------------------------------------------------------------- */

/* Sorts, and drops what is given twice. */
static unsigned
sort_intervals(int64_t *intervals, unsigned count)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < count; i++) {
        int64_t interval = intervals[i];
        unsigned at = kept;

        while (at > 0 &&
               bucket_length(intervals[at - 1]) > bucket_length(interval))
            at--;
        if (at > 0 && intervals[at - 1] == interval)
            continue;
        memmove(intervals + at + 1, intervals + at,
                (kept - at) * sizeof *intervals);
        intervals[at] = interval;
        kept++;
    }
    return kept;
}

static void
add_level(struct bars *bars, int64_t interval)
{
    struct bars_level *level = &bars->levels[bars->level_count];

    assert(bars->level_count < sizeof bars->levels / sizeof *bars->levels);
    level->interval = interval;
    for (unsigned i = 0; i < bars->level_count; i++) {
        int64_t inner = bars->levels[i].interval;

        if (inner == 0 || bucket_nests(inner, interval))
            level->source = i;
    }
    bars->level_count++;
}

static void
add_levels(struct bars *bars, const struct bars_options *options)
{
    int64_t intervals[BARS_INTERVALS_MAX];
    bool nested = true;
    unsigned count = options->count;

    assert(count >= 1 && count <= BARS_INTERVALS_MAX);
    memcpy(intervals, options->intervals, count * sizeof *intervals);
    count = sort_intervals(intervals, count);
    for (unsigned i = 1; i < count; i++)
        nested = nested && bucket_nests(intervals[0], intervals[i]);
    if (!nested)
        add_level(bars, 0);
    for (unsigned i = 0; i < count; i++) {
        assert(bucket_interval_valid(intervals[i]));
        add_level(bars, intervals[i]);
    }
}

/* ---- memory -------------------------------------------------------------- */

/* A larger copy of an array, what is new zero; the old one is freed, unless
 * NULL is returned if out of memory. */
static void *
enlarge(void *array, size_t old_size, size_t size, struct failure *failure)
{
    void *larger = allocate(failure, 1, size);

    if (larger && old_size > 0)
        memcpy(larger, array, old_size);
    if (larger)
        free(array);
    return larger;
}

/* Of a bit for each instrument, in whole words. */
static size_t
set_bytes(size_t capacity)
{
    return (capacity + 63) / 64 * sizeof(uint64_t);
}

static int
grow_level(struct bars_level *level, size_t old, size_t capacity,
           struct failure *failure)
{
    struct sum *sums = enlarge(level->sums, old * sizeof *sums,
                               capacity * sizeof *sums, failure);
    uint64_t *touched;

    if (!sums)
        return -1;
    level->sums = sums;
    touched =
        enlarge(level->touched, set_bytes(old), set_bytes(capacity), failure);
    if (!touched)
        return -1;
    level->touched = touched;
    return 0;
}

/* Makes room for an instrument. */
int
bars_grow(struct bars *bars, uint32_t index, struct failure *failure)
{
    size_t old = bars->capacity, capacity = old ? old : bars->least;
    uint64_t *traded;
    int64_t *closes;

    assert(index >= old); /* so that enlarge copies into something larger */
    while (capacity <= index)
        capacity *= 2;
    if (capacity > UINT32_MAX)
        return fail(failure, FAILURE_ENVIRONMENT, "too many instruments");
    for (unsigned i = 0; i < bars->level_count; i++)
        if (grow_level(&bars->levels[i], old, capacity, failure) != 0)
            return -1;
    bars->sums = bars->levels[0].sums;
    traded =
        enlarge(bars->traded, set_bytes(old), set_bytes(capacity), failure);
    if (!traded)
        return -1;
    bars->traded = traded;
    closes = enlarge(bars->closes, old * sizeof *closes,
                     capacity * sizeof *closes, failure);
    if (!closes)
        return -1;
    bars->closes = closes;
    bars->capacity = (uint32_t)capacity;
    return 0;
}

int
bars_init(struct bars *bars, const struct bars_options *options,
          struct failure *failure)
{
    *bars = (struct bars){
        .fill = options->fill,
        .late = options->late,
        .partial = options->partial,
        .least = options->alone ? 1 : CAPACITY_MIN,
        .room = options->room,
        .owner = options->owner,
    };
    bucket_days_init(&bars->days, &options->style);
    bucket_days_init(&bars->probe, &options->style);
    add_levels(bars, options);
    if (options->late == BARS_LATE_AMEND) {
        assert(options->fill == BARS_FILL_NONE);
        bars->amend = amend_new(options->hold, bars->level_count, failure);
        if (!bars->amend)
            return -1;
    }
    if (bars_grow(bars, 0, failure) != 0) {
        bars_free(bars);
        return -1;
    }
    bars_begin(bars);
    return 0;
}

void
bars_free(struct bars *bars)
{
    for (unsigned i = 0; i < bars->level_count; i++) {
        free(bars->levels[i].sums);
        free(bars->levels[i].touched);
    }
    free(bars->traded);
    free(bars->closes);
    amend_free(bars->amend);
    *bars = (struct bars){0};
}

void
bars_begin(struct bars *bars)
{
    size_t bytes = set_bytes(bars->capacity);

    for (unsigned i = 0; i < bars->level_count; i++) {
        struct bars_level *level = &bars->levels[i];

        for (uint32_t index = 0; index < bars->capacity; index++)
            level->sums[index].count = 0;
        memset(level->touched, 0, bytes);
    }
    memset(bars->traded, 0, bytes);
    if (bars->amend)
        amend_begin(bars->amend);
    bars->lacks = 0;
    bars->shut = (struct bucket){INT64_MAX, INT64_MIN, false};
    bars->mark = TIME_NULL;
    bars->bucket = bars->common = (struct bucket){INT64_MAX, INT64_MIN, false};
    bars->begun = false;
    bars->trading = false;
}
