#include "bars/bars.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 64 /* a word of the bit sets */
_Static_assert(CAPACITY_MIN % 64 == 0, "bit sets are whole words");

/* ---- levels -------------------------------------------------------------- */

/* Sorts, and drops what is given twice. */
static unsigned
sort_intervals(int64_t *intervals, unsigned count)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < count; i++) {
        int64_t interval = intervals[i];
        unsigned at = kept;

        while (at > 0 && intervals[at - 1] > interval)
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
    touched = enlarge(level->touched, old / 8, capacity / 8, failure);
    if (!touched)
        return -1;
    level->touched = touched;
    return 0;
}

/* Makes room for an instrument. */
static int
grow(struct bars *bars, uint32_t index, struct failure *failure)
{
    size_t old = bars->capacity, capacity = old ? old : CAPACITY_MIN;
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
    traded = enlarge(bars->traded, old / 8, capacity / 8, failure);
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
        .fill = options->fill == BARS_FILL_PREV,
        .room = options->room,
        .owner = options->owner,
    };
    bucket_days_init(&bars->days, options->zone);
    add_levels(bars, options);
    if (grow(bars, 0, failure) != 0) {
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
    *bars = (struct bars){0};
}

void
bars_begin(struct bars *bars)
{
    size_t words = bars->capacity / 64;

    for (unsigned i = 0; i < bars->level_count; i++) {
        struct bars_level *level = &bars->levels[i];

        for (uint32_t index = 0; index < bars->capacity; index++)
            level->sums[index].count = 0;
        memset(level->touched, 0, words * sizeof *level->touched);
    }
    memset(bars->traded, 0, words * sizeof *bars->traded);
    bars->mark = TIME_NULL;
    bars->bucket = (struct bucket){INT64_MAX, INT64_MIN}; /* holds no time */
    bars->begun = false;
    bars->trading = false;
}

/* ---- closing ------------------------------------------------------------- */

/* A level's bucket that ends, or is cut off by the end of the tape. */
struct closing {
    struct bars_level *level;
    unsigned number; /* of the level */
    uint8_t flags;   /* of its bars */
    bool fill;       /* bars without trades too */
    int64_t time;    /* of its bars */
};

static int
too_many(struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "more than %" PRIu64 " trades in one bar: choose shorter "
                "intervals",
                SUM_COUNT_MAX);
}

/* Room for a bar, with what all bars of a bucket have in common. */
static struct bar *
start_bar(struct bars *bars, const struct closing *closing, uint32_t index)
{
    struct bar *bar = bars->room(bars->owner, index);

    bar->event.words = sizeof *bar / 8;
    bar->event.type = EVENT_BAR;
    bar->event.time = closing->time;
    bar->flags = closing->flags;
    memset(bar->reserved, 0, sizeof bar->reserved);
    bar->revision = 0;
    bar->interval = closing->level->interval;
    bar->start = closing->level->bucket.start;
    return bar;
}

/* Writes the bar of an instrument that traded and hands its sum on. */
static int
close_sum(struct bars *bars, const struct closing *closing, uint32_t index,
          struct failure *failure)
{
    struct sum *sum = &closing->level->sums[index];

    assert(sum->count > 0); /* as its bit of touched says */
    if (closing->number == 0)
        bars->closes[index] = sum->close;
    if (closing->level->interval != 0)
        sum_to_bar(sum, start_bar(bars, closing, index));
    for (unsigned i = closing->number + 1; i < bars->level_count; i++) {
        struct bars_level *above = &bars->levels[i];

        if (above->source != closing->number)
            continue;
        if (!sum_merge(&above->sums[index], sum))
            return too_many(failure);
        above->touched[index / 64] |= UINT64_C(1) << index % 64;
    }
    sum->count = 0;
    return 0;
}

/* Writes the bar of an instrument that did not trade. */
static void
close_quiet(struct bars *bars, const struct closing *closing, uint32_t index)
{
    const int64_t price = bars->closes[index];
    const struct sum quiet = {
        .open = price, .high = price, .low = price, .close = price};
    struct bar *bar = start_bar(bars, closing, index);

    sum_to_bar(&quiet, bar);
    bar->flags |= BAR_FILLED;
}

static int
close_level(struct bars *bars, const struct closing *closing,
            struct failure *failure)
{
    struct bars_level *level = closing->level;

    for (uint32_t word = 0; word < bars->capacity / 64; word++) {
        uint64_t touched = level->touched[word], bits;

        level->touched[word] = 0;
        if (closing->number == 0) {
            bars->traded[word] |= touched;
            bars->trading = bars->trading || touched;
        }
        bits = touched | (closing->fill ? bars->traded[word] : 0);
        for (; bits; bits &= bits - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(bits);
            uint32_t index = word * 64 + bit;

            if (touched >> bit & 1) {
                if (close_sum(bars, closing, index, failure) != 0)
                    return -1;
            } else {
                close_quiet(bars, closing, index);
            }
        }
    }
    return 0;
}

/* Closes the levels whose bucket ends there, the lower before the higher. */
static int
close_levels(struct bars *bars, int64_t end, bool partial,
             struct failure *failure)
{
    for (unsigned i = 0; i < bars->level_count; i++) {
        struct bars_level *level = &bars->levels[i];
        struct closing closing = {.level = level, .number = i};

        if (level->bucket.end != end)
            continue;
        closing.flags = partial ? BAR_PARTIAL : BAR_FINAL;
        closing.time = partial ? bars->mark : end;
        closing.fill = bars->fill && level->interval != 0 &&
                       (!partial || bars->mark > level->bucket.start);
        if (close_level(bars, &closing, failure) != 0)
            return -1;
    }
    return 0;
}

/* ---- moving on ----------------------------------------------------------- */

/* Moves the buckets that end there to those that hold a later time. */
static void
move_buckets(struct bars *bars, int64_t end, int64_t time)
{
    struct bucket common = {INT64_MIN, INT64_MAX};

    for (unsigned i = 0; i < bars->level_count; i++) {
        struct bars_level *level = &bars->levels[i];
        struct bucket *bucket = &level->bucket;

        if (level->interval == 0)
            continue;
        if (!bars->begun || bucket->end == end)
            *bucket = bucket_find(&bars->days, level->interval, time);
        if (bucket->start > common.start)
            common.start = bucket->start;
        if (bucket->end < common.end)
            common.end = bucket->end;
    }
    if (bars->levels[0].interval == 0)
        bars->levels[0].bucket = common;
    bars->bucket = common;
    bars->begun = true;
}

/* Refuses to fill a gap that only a mistake can have made. */
static int
check_gap(const struct bars *bars, int64_t end, int64_t time,
          struct failure *failure)
{
    const struct bars_level *level = &bars->levels[bars->levels->interval == 0];
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    int from_size, to_size;

    assert(level->interval > 0 && end <= time);
    if ((time - end) / level->interval <= BARS_FILL_MAX)
        return 0;
    from_size = (int)time_format(end, from);
    to_size = (int)time_format(time, to);
    return fail(failure, FAILURE_DATA,
                "from %.*s to %.*s there are more than %d bars to fill (mend "
                "the time, or take longer intervals or no fill)",
                from_size, from, to_size, to, BARS_FILL_MAX);
}

/* How far the tape came. */
static int64_t
find_mark(const struct bars *bars)
{
    const struct bars_level *lowest = &bars->levels[0];
    int64_t mark = bars->mark;

    for (uint32_t word = 0; word < bars->capacity / 64; word++)
        for (uint64_t bits = lowest->touched[word]; bits; bits &= bits - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(bits);
            int64_t time = lowest->sums[word * 64 + bit].last_time;

            mark = time > mark ? time : mark;
        }
    return mark;
}

/* Closes what ends by that time and opens the buckets that hold it. */
static int
advance(struct bars *bars, int64_t time, struct failure *failure)
{
    if (!bars->begun)
        move_buckets(bars, time, time);
    while (bars->bucket.end <= time) {
        int64_t end = bars->bucket.end;
        bool fill;

        if (close_levels(bars, end, false, failure) != 0)
            return -1;
        fill = bars->fill && bars->trading;
        if (fill && check_gap(bars, end, time, failure) != 0)
            return -1;
        move_buckets(bars, end, fill ? end : time);
    }
    assert(bars->bucket.start <= time); /* and its end is later */
    bars->mark = time;
    return 0;
}

int
bars_clock(struct bars *bars, int64_t time, struct failure *failure)
{
    if (time < BUCKET_TIME_MIN || (bars->begun && time <= bars->mark))
        return 0;
    if (time > BUCKET_TIME_MAX)
        time = BUCKET_TIME_MAX;
    return advance(bars, time, failure);
}

int
bars_end(struct bars *bars, struct failure *failure)
{
    bars->mark = find_mark(bars);
    while (bars->begun) {
        int64_t end = INT64_MAX;

        for (unsigned i = 0; i < bars->level_count; i++)
            if (bars->levels[i].bucket.end < end)
                end = bars->levels[i].bucket.end;
        if (end == INT64_MAX)
            break;
        if (close_levels(bars, end, true, failure) != 0)
            return -1;
        for (unsigned i = 0; i < bars->level_count; i++)
            if (bars->levels[i].bucket.end == end)
                bars->levels[i].bucket.end = INT64_MAX; /* done */
    }
    bars_begin(bars);
    return 0;
}

/* ---- odd trades ---------------------------------------------------------- */

static bool
fail_late(struct bars *bars, int64_t time, struct failure *failure)
{
    char text[TIME_TEXT_MAX], interval[DURATION_TEXT_MAX];
    char end[TIME_TEXT_MAX], mark[TIME_TEXT_MAX];
    const struct bars_level *level = bars->levels;
    struct bucket bucket;
    int sizes[4];

    while (level->interval == 0 || level->bucket.start <= time) {
        level++;
        assert(level < bars->levels + bars->level_count);
    }
    bucket = bucket_find(&bars->days, level->interval, time);
    sizes[0] = (int)time_format(time, text);
    sizes[1] = (int)duration_format(level->interval, interval);
    sizes[2] = (int)time_format(bucket.end, end);
    sizes[3] = (int)time_format(find_mark(bars), mark);
    fail(failure, FAILURE_DATA,
         "a trade of %.*s comes too late: its %.*s bar ended at %.*s and the "
         "tape has been at %.*s (xsort sorts a tape by "
         "time, and xmerge merges sorted tapes)",
         sizes[0], text, sizes[1], interval, sizes[2], end, sizes[3], mark);
    return false;
}

static bool
fail_value(int64_t price, int64_t quantity, struct failure *failure)
{
    char text[DECIMAL_TEXT_MAX];

    if (price == DECIMAL_NULL)
        fail(failure, FAILURE_DATA, "a trade without a price");
    else if (quantity == DECIMAL_NULL)
        fail(failure, FAILURE_DATA, "a trade without a quantity");
    else if (quantity >= -DECIMAL_MAX && quantity <= 0)
        fail(failure, FAILURE_DATA,
             "a trade of %.*s: the quantity must be "
             "above 0, the side says who bought",
             (int)decimal_format(quantity, text), text);
    else
        fail(failure, FAILURE_DATA, "a price or quantity of 10^10 or more");
    return false;
}

/* Makes the open buckets hold a trade, if it is one to count with. */
static bool
admit(struct bars *bars, uint32_t index, const struct sum_trade *trade,
      struct failure *failure)
{
    int64_t time = trade->time, price = trade->price;

    if (price < -DECIMAL_MAX || price > DECIMAL_MAX || trade->quantity < 1 ||
        trade->quantity > DECIMAL_MAX)
        return fail_value(price, trade->quantity, failure);
    if (time < BUCKET_TIME_MIN || time > BUCKET_TIME_MAX) {
        fail(failure, FAILURE_DATA,
             time == TIME_NULL ? "a trade without a time"
                               : "a trade outside the years 1680 to 2259");
        return false;
    }
    if (bars->begun && time < bars->bucket.start)
        return fail_late(bars, time, failure);
    if (index >= bars->capacity && grow(bars, index, failure) != 0)
        return false;
    return time < bars->bucket.end || advance(bars, time, failure) == 0;
}

int
bars_trade(struct bars *bars, uint32_t index, const struct sum_trade *trade,
           struct failure *failure)
{
    struct sum *sum;

    if (!admit(bars, index, trade, failure))
        return -1;
    assert(trade->time >= bars->bucket.start && trade->time < bars->bucket.end);
    sum = &bars->sums[index];
    if (sum->count == SUM_COUNT_MAX)
        return too_many(failure);
    if (sum->count == 0) {
        sum_start(sum, trade->time, trade->price, trade->id);
        bars->levels[0].touched[index / 64] |= UINT64_C(1) << index % 64;
    }
    sum_add(sum, trade);
    return 0;
}
