#include "calendar/bucket.h"

#include <assert.h>

#define EPOCH_MONDAY 4 /* 1970-01-05 in days since 1970-01-01 */

_Static_assert(BUCKET_TIME_MAX <= INT64_MAX - BUCKET_INTERVAL_MAX,
               "a bucket ends within the scale of times");

static int64_t
floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

void
bucket_days_init(struct bucket_days *days, const struct zone *zone)
{
    *days = (struct bucket_days){.zone = zone};
}

bool
bucket_interval_valid(int64_t interval)
{
    if (interval < NS_PER_DAY)
        return interval > 0;
    return interval % NS_PER_DAY == 0 && interval <= BUCKET_INTERVAL_MAX;
}

/* The day that buckets of so many days are counted from. */
static int64_t
anchor_day(int64_t days)
{
    return days % 7 == 0 ? EPOCH_MONDAY : 0;
}

bool
bucket_nests(int64_t inner, int64_t outer)
{
    int64_t inner_days = inner / NS_PER_DAY, outer_days = outer / NS_PER_DAY;

    assert(inner > 0 && outer > 0);
    if (outer_days == 0)
        return outer % inner == 0;
    if (inner_days == 0)
        return true;
    return outer_days % inner_days == 0 &&
           (anchor_day(outer_days) - anchor_day(inner_days)) % inner_days == 0;
}

static int64_t
day_start(const struct zone *zone, int64_t day)
{
    return zone ? zone_day_start(zone, day) : day * NS_PER_DAY;
}

/* Moves days to the day that holds time: the last one that began by then.
 * zone_day alone would not do: where the clock goes back across midnight, a
 * date comes, goes and comes again. */
static void
find_day(struct bucket_days *days, int64_t time)
{
    const struct zone *zone = days->zone;
    int64_t day;

    if (time >= days->bucket.start && time < days->bucket.end)
        return;
    day = zone ? zone_day(zone, time) : floor_divide(time, NS_PER_DAY);
    while (day_start(zone, day) > time)
        day--;
    while (day_start(zone, day + 1) <= time)
        day++;
    days->day = day;
    days->bucket.start = day_start(zone, day);
    days->bucket.end = day_start(zone, day + 1);
}

struct bucket
bucket_find(struct bucket_days *days, int64_t interval, int64_t time)
{
    struct bucket bucket;
    int64_t count = interval / NS_PER_DAY, first;

    assert(bucket_interval_valid(interval));
    assert(time >= BUCKET_TIME_MIN && time <= BUCKET_TIME_MAX);
    find_day(days, time);
    if (count == 0) {
        bucket.start = days->bucket.start +
                       (time - days->bucket.start) / interval * interval;
        bucket.end = bucket.start + interval;
        if (bucket.end > days->bucket.end)
            bucket.end = days->bucket.end;
        return bucket;
    }
    first = anchor_day(count);
    first += floor_divide(days->day - first, count) * count;
    bucket.start = day_start(days->zone, first);
    bucket.end = day_start(days->zone, first + count);
    assert(bucket.start <= time && time < bucket.end);
    return bucket;
}
