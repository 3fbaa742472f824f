/* trades.c - trades and clocks move the buckets on. */
#include <assert.h>
#include <inttypes.h>

#include "bars/amend.h"
#include "bars/bars_private.h"
#include "base/interval.h"

/* ---- moving on ----------------------------------------------------------- */

/* Trades are added fast in the open buckets: before the next partial bars are
 * due, and in a session not before narrow looked. */
static void
limit_fast(struct bars *bars)
{
    bars->bucket = bars->common;
    if (bars->partial && bars->next_partial < bars->bucket.end)
        bars->bucket.end = bars->next_partial;
    if (bars->days.style.session)
        bars->bucket.end = INT64_MIN;
}

/* Moves the buckets that end there to those that hold a later time. */
static void
move_buckets(struct bars *bars, int64_t end, int64_t time)
{
    struct bucket common = {INT64_MIN, INT64_MAX, false};

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
    bars->common = common;
    limit_fast(bars);
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

    assert(level->interval != 0 && end <= time);
    if ((time - end) / bucket_length(level->interval) <= BARS_FILL_MAX)
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

    for (uint32_t word = 0; word < (bars->capacity + 63) / 64; word++)
        for (uint64_t bits = lowest->touched[word]; bits; bits &= bits - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(bits);
            int64_t time = lowest->sums[word * 64 + bit].last_time;

            mark = time > mark ? time : mark;
        }
    return mark;
}

int
bars_advance(struct bars *bars, int64_t time, struct failure *failure)
{
    if (!bars->begun)
        move_buckets(bars, time, time);
    while (bars->common.end <= time) {
        int64_t end = bars->common.end;
        bool fill;

        if (bars_close_levels(bars, end, false, failure) != 0)
            return -1;
        fill = bars->fill != BARS_FILL_NONE && bars->trading;
        if (fill && check_gap(bars, end, time, failure) != 0)
            return -1;
        move_buckets(bars, end, fill ? end : time);
    }
    assert(bars->common.start <= time); /* and its end is later */
    bars->mark = time;
    return 0;
}

/* Writes the partial bars that are due by a time, once, as of the last time
 * that they were due. */
static int
reach_partial(struct bars *bars, int64_t time, struct failure *failure)
{
    int64_t within = time % bars->partial, due;

    due = time - within - (within < 0 ? bars->partial : 0);
    assert(due <= time && time - due < bars->partial);
    if (bars->begun && due >= bars->next_partial &&
        (bars_advance(bars, due, failure) != 0 ||
         bars_write_partial(bars, due, failure) != 0))
        return -1;
    if (!bars->begun || due >= bars->next_partial)
        bars->next_partial = due + bars->partial;
    return 0;
}

int
bars_clock(struct bars *bars, int64_t time, struct failure *failure)
{
    if (time < BUCKET_TIME_MIN || (bars->begun && time <= bars->mark))
        return 0;
    if (time > BUCKET_TIME_MAX)
        time = BUCKET_TIME_MAX;
    if (bars->partial && reach_partial(bars, time, failure) != 0)
        return -1;
    return bars_advance(bars, time, failure);
}

int
bars_end(struct bars *bars, struct failure *failure)
{
    bars->mark = find_mark(bars);
    if (bars->begun && bars->mark >= bars->common.end &&
        bars_advance(bars, bars->mark, failure) != 0)
        return -1; /* bars that came as bars may end with the tape */
    while (bars->begun) {
        int64_t end = INT64_MAX;

        for (unsigned i = 0; i < bars->level_count; i++)
            if (bars->levels[i].bucket.end < end)
                end = bars->levels[i].bucket.end;
        if (end == INT64_MAX)
            break;
        if (bars_close_levels(bars, end, true, failure) != 0)
            return -1;
        for (unsigned i = 0; i < bars->level_count; i++)
            if (bars->levels[i].bucket.end == end)
                bars->levels[i].bucket.end = INT64_MAX; /* done */
    }
    bars_begin(bars);
    return 0;
}

/* ---- odd trades ---------------------------------------------------------- */

enum bars_taken
bars_fail_late(struct bars *bars, int64_t time, struct failure *failure)
{
    char text[TIME_TEXT_MAX], interval[INTERVAL_TEXT_MAX];
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
    sizes[1] = (int)interval_format(level->interval, interval);
    sizes[2] = (int)time_format(bucket.end, end);
    sizes[3] = (int)time_format(find_mark(bars), mark);
    fail(failure, FAILURE_DATA,
         "a trade of %.*s comes too late: its %.*s bar ended at %.*s and the "
         "tape has been at %.*s (xsort sorts a tape by "
         "time, and xmerge merges sorted tapes)",
         sizes[0], text, sizes[1], interval, sizes[2], end, sizes[3], mark);
    return BARS_FAILED;
}

static enum bars_taken
fail_value(const struct sum_trade *trade, struct failure *failure)
{
    char text[DECIMAL_TEXT_MAX];
    int64_t quantity = trade->quantity;

    if (quantity < 0 && quantity >= -DECIMAL_MAX)
        fail(failure, FAILURE_DATA,
             "a trade of %.*s: the quantity must not be below 0, the side says "
             "who bought",
             (int)decimal_format(quantity, text), text);
    else
        fail(failure, FAILURE_DATA, "a price or quantity of 10^10 or more");
    return BARS_FAILED;
}

/* In a session, trades are added fast up to its end or a break. */
static void
narrow(struct bars *bars, int64_t time)
{
    struct bucket stretch;

    limit_fast(bars);
    if (!bars->days.style.session)
        return;
    stretch = bucket_session(&bars->days, time);
    assert(!stretch.closed);
    bars->bucket.end = bars->common.end;
    if (stretch.start > bars->bucket.start)
        bars->bucket.start = stretch.start;
    if (stretch.end < bars->bucket.end)
        bars->bucket.end = stretch.end;
    if (bars->partial && bars->next_partial < bars->bucket.end)
        bars->bucket.end = bars->next_partial;
}

static int
check_time(const struct bucket_days *days, int64_t time,
           struct failure *failure)
{
    char text[TIME_TEXT_MAX];

    if (time < BUCKET_TIME_MIN || time > BUCKET_TIME_MAX)
        return fail(failure, FAILURE_DATA,
                    time == TIME_NULL
                        ? "a trade without a time"
                        : "a trade outside the years 1680 to 2259");
    if (!bucket_known(days, time))
        return fail(failure, FAILURE_DATA,
                    "the calendar does not know the day of a trade of %.*s",
                    (int)time_format(time, text), text);
    return 0;
}

enum bars_taken
bars_check(struct bucket_days *days, struct sum_trade *trade,
           struct failure *failure)
{
    int64_t price = trade->price, quantity = trade->quantity;

    if (price == DECIMAL_NULL)
        trade->without |= SUM_RANGE | SUM_LAST;
    else if (price < -DECIMAL_MAX || price > DECIMAL_MAX)
        return fail_value(trade, failure);
    if (quantity == DECIMAL_NULL || quantity == 0)
        trade->without |= SUM_VOLUME;
    else if (quantity < 0 || quantity > DECIMAL_MAX)
        return fail_value(trade, failure);
    if (trade->without == SUM_ALL)
        return BARS_EMPTY;
    if (check_time(days, trade->time, failure) != 0)
        return BARS_FAILED;
    if (days->style.session && bucket_session(days, trade->time).closed)
        return BARS_OUTSIDE;
    return BARS_TAKEN;
}

/* Of a trade from before the open buckets. */
static enum bars_taken
take_late(struct bars *bars, uint32_t index, const struct sum_trade *trade,
          struct failure *failure)
{
    if (bars->late == BARS_LATE_AMEND)
        return amend_late(bars, index, trade, failure);
    if (bars->late == BARS_LATE_DROP)
        return BARS_LATE;
    return bars_fail_late(bars, trade->time, failure);
}

enum bars_taken
bars_trade(struct bars *bars, uint32_t index, const struct sum_trade *given,
           struct failure *failure)
{
    struct sum_trade trade = *given;
    enum bars_taken taken = bars_check(&bars->probe, &trade, failure);

    if (taken == BARS_OUTSIDE)
        bars->shut = bucket_session(&bars->probe, trade.time);
    if (taken != BARS_TAKEN)
        return taken;
    if (index >= bars->capacity && bars_grow(bars, index, failure) != 0)
        return BARS_FAILED;
    if (bars->begun && trade.time < bars->common.start)
        return take_late(bars, index, &trade, failure);
    if (bars->partial && reach_partial(bars, trade.time, failure) != 0)
        return BARS_FAILED;
    if (trade.time >= bars->common.end &&
        bars_advance(bars, trade.time, failure) != 0)
        return BARS_FAILED;
    narrow(bars, trade.time);
    assert(trade.time >= bars->common.start && trade.time < bars->common.end);
    if (sum_count(&bars->sums[index]) == SUM_COUNT_MAX) {
        bars_too_many(failure);
        return BARS_FAILED;
    }
    bars->levels[0].touched[index / 64] |= UINT64_C(1) << index % 64;
    sum_add_parts(&bars->sums[index], &trade);
    if (bars->amend && amend_add(bars, index, &trade, failure) != 0)
        return BARS_FAILED;
    return BARS_TAKEN;
}

enum bars_taken
bars_cancel(struct bars *bars, uint32_t index, uint64_t id, int64_t time,
            struct failure *failure)
{
    assert(bars->amend);
    return amend_cancel(bars, index, id, time, failure);
}
