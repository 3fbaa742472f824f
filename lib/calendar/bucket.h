/* bucket.h - which bucket of an interval a time falls in.
 *
 * Days begin at midnight, UTC or of a zone.  Buckets shorter than a day are
 * counted from the midnight of their day and have the same length in real
 * time, whatever the clock on the wall does; the last one of a day ends with
 * the day.  Buckets of N days are counted from 1970-01-01, those of whole
 * weeks from Monday 1970-01-05.
 */
#ifndef CALENDAR_BUCKET_H
#define CALENDAR_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "calendar/zone.h"

/* Buckets are counted for times from 1680 to 2259, so that no sum of a time
 * and an interval leaves the scale. */
#define BUCKET_TIME_MAX     (106000 * NS_PER_DAY)
#define BUCKET_TIME_MIN     (-BUCKET_TIME_MAX)
#define BUCKET_INTERVAL_MAX (366 * NS_PER_DAY)

/* Half-open. */
struct bucket {
    int64_t start, end;
};

/* The days of a zone, and the one that was asked for last. */
struct bucket_days {
    const struct zone *zone; /* NULL: UTC */
    int64_t day;             /* days since 1970-01-01 */
    struct bucket bucket;
};

void bucket_days_init(struct bucket_days *days, const struct zone *zone);

/* An interval is above 0 and shorter than a day, or a whole number of days up
 * to BUCKET_INTERVAL_MAX. */
bool bucket_interval_valid(int64_t interval);

/* Does every bucket of outer consist of whole buckets of inner? */
bool bucket_nests(int64_t inner, int64_t outer);

/* The bucket of a valid interval that holds a time between BUCKET_TIME_MIN
 * and BUCKET_TIME_MAX. */
struct bucket bucket_find(struct bucket_days *days, int64_t interval,
                          int64_t time);

#endif
