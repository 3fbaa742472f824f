/* merge.c - bars of bars. */
#include <assert.h>

#include "bars/bars_private.h"
#include "base/interval.h"

static i128
known(struct amount amount)
{
    i128 value = amount_get(amount);

    return value == AMOUNT_NULL ? 0 : value;
}

static unsigned
lacks_of(const struct bar *bar)
{
    unsigned lacks = 0;

    if (bar->trade_count == 0)
        lacks |= BARS_NO_COUNT;
    if (amount_get(bar->notional) == AMOUNT_NULL)
        lacks |= BARS_NO_NOTIONAL;
    if (amount_get(bar->buy_volume) == AMOUNT_NULL ||
        amount_get(bar->buy_notional) == AMOUNT_NULL)
        lacks |= BARS_NO_SIDES;
    return lacks;
}

/* A null price is none in a sum, too. */
static struct sum
sum_of(const struct bar *bar)
{
    struct sum sum = {
        .count = bar->trade_count ? bar->trade_count : 1,
        .first_time = bar->start,
        .last_time = bar->start,
        .first_id = bar->first_trade_id,
        .last_id = bar->last_trade_id,
        .open = bar->open,
        .high = bar->high,
        .low = bar->low == DECIMAL_NULL ? INT64_MAX : bar->low,
        .close = bar->close,
    };
    i128 bought = known(bar->buy_volume), value = known(bar->buy_notional);

    if (bar->open == DECIMAL_NULL || bar->close == DECIMAL_NULL) {
        sum.count |= SUM_UNPRICED;
        sum.open = sum.close = DECIMAL_NULL;
    }
    sum.sides[1].volume = amount_of(bought);
    sum.sides[1].notional = amount_of(value);
    sum.sides[0].volume = amount_of(known(bar->volume) - bought);
    sum.sides[0].notional = amount_of(known(bar->notional) - value);
    return sum;
}

static enum bars_taken
refuse(struct failure *failure, const char *what)
{
    fail(failure, FAILURE_DATA, "%s", what);
    return BARS_FAILED;
}

/* Sums of as many bars as there can be trades stay within AMOUNT_MAX. */
static bool
fits(struct amount amount)
{
    const i128 most = AMOUNT_MAX / (i128)SUM_COUNT_MAX;
    i128 value = known(amount);

    return value >= -most && value <= most;
}

static enum bars_taken
check_bar(const struct bars *bars, const struct bar *bar,
          struct failure *failure)
{
    if (bar->flags & (BAR_FILLED | BAR_PARTIAL) ||
        (bar->trade_count == 0 && known(bar->volume) == 0))
        return BARS_EMPTY;
    if (bar->start < BUCKET_TIME_MIN || bar->event.time > BUCKET_TIME_MAX ||
        bar->start >= bar->event.time)
        return refuse(failure,
                      "a bar whose time, its end, is not after its start");
    if (!bucket_known(&bars->days, bar->start))
        return refuse(failure, "the calendar does not know the day of the bar");
    if (bar->revision > 0)
        return refuse(failure, "a bar that was amended: longer bars are made "
                               "of bars that are final");
    if (bar->trade_count > SUM_COUNT_MAX || !fits(bar->volume) ||
        !fits(bar->notional) || !fits(bar->buy_volume) ||
        !fits(bar->buy_notional))
        return refuse(failure, "the sums of the bar are too large");
    return BARS_TAKEN;
}

/* Whether it lies in one bar of each interval. */
static enum bars_taken
check_fits(struct bars *bars, const struct bar *bar, struct failure *failure)
{
    char interval[INTERVAL_TEXT_MAX], start[TIME_TEXT_MAX];

    for (unsigned i = 0; i < bars->level_count; i++) {
        const struct bars_level *level = &bars->levels[i];

        if (level->interval == 0 ||
            bar->event.time <=
                bucket_find(&bars->probe, level->interval, bar->start).end)
            continue;
        fail(failure, FAILURE_DATA,
             "the bar that begins at %.*s does not lie in one bar of %.*s",
             (int)time_format(bar->start, start), start,
             (int)interval_format(level->interval, interval), interval);
        return BARS_FAILED;
    }
    return BARS_TAKEN;
}

/* Closes what ended before the bar did. */
static enum bars_taken
reach(struct bars *bars, const struct bar *bar, struct failure *failure)
{
    if (check_fits(bars, bar, failure) != BARS_TAKEN ||
        bars_clock(bars, bar->event.time - 1, failure) != 0)
        return BARS_FAILED;
    if (bar->start >= bars->common.start)
        return BARS_TAKEN;
    if (bars->late == BARS_LATE_DROP)
        return BARS_LATE;
    return bars_fail_late(bars, bar->start, failure);
}

enum bars_taken
bars_bar(struct bars *bars, uint32_t index, const struct bar *bar,
         struct failure *failure)
{
    enum bars_taken taken = check_bar(bars, bar, failure);
    struct sum sum;

    assert(!bars->amend);
    if (taken != BARS_TAKEN)
        return taken;
    if (bars->days.style.session &&
        bucket_session(&bars->probe, bar->start).closed)
        return BARS_OUTSIDE;
    if (index >= bars->capacity && bars_grow(bars, index, failure) != 0)
        return BARS_FAILED;
    taken = reach(bars, bar, failure);
    if (taken != BARS_TAKEN)
        return taken;
    sum = sum_of(bar);
    if (sum_count(&bars->sums[index]) > SUM_COUNT_MAX - sum_count(&sum)) {
        bars_too_many(failure);
        return BARS_FAILED;
    }
    bars->lacks |= lacks_of(bar);
    bars->levels[0].touched[index / 64] |= UINT64_C(1) << index % 64;
    sum_join(&bars->sums[index], &sum);
    if (bar->event.time > bars->mark)
        bars->mark = bar->event.time;
    return BARS_TAKEN;
}
