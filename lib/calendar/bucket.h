/* bucket.h - which bucket of an interval a time falls in.
 *
 * Buckets divide all of time.  Which days there are is a matter of taste:
 *
 *      plain     days of UTC or of a zone, from midnight or another time
 *      trading   days of a calendar: one begins at its midnight, or at its
 *                open if that is earlier, and ends where the next begins, so
 *                that a weekend belongs to Friday
 *      session   the same days from open to close; the time between is in
 *                buckets of its own, which are flagged
 *
 * Buckets shorter than a day are counted from the start of their day and have
 * the same length in real time, whatever the clock on the wall does; the last
 * one of a day ends with the day.  Buckets of N days are counted from
 * 1970-01-01, those of whole weeks from Monday 1970-01-05, those of N months
 * from January 1970: by the dates of the days.  A day that begins at noon or
 * later has the date on which it ends.
 */
#ifndef CALENDAR_BUCKET_H
#define CALENDAR_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "calendar/calendar.h"
#include "calendar/zone.h"

/* Buckets are counted for times from 1680 to 2259, so that no sum of a time
 * and an interval leaves the scale. */
#define BUCKET_TIME_MAX     (106000 * NS_PER_DAY)
#define BUCKET_TIME_MIN     (-BUCKET_TIME_MAX)
#define BUCKET_INTERVAL_MAX (366 * NS_PER_DAY)
#define BUCKET_MONTHS_MAX   1200

/* Half-open. */
struct bucket {
    int64_t start, end;
    bool closed; /* no session: the time between two days */
};

/* Which days there are; all lent. */
struct bucket_style {
    const struct zone *zone;         /* NULL: UTC */
    int32_t day_start;               /* seconds after midnight, below a day */
    const struct calendar *calendar; /* NULL: plain days; else its zone rules,
                                      * and day_start is 0 */
    bool session;                    /* from open to close */
};

/* The days of a style, and the one that was asked for last. */
struct bucket_days {
    struct bucket_style style;
    int64_t day; /* its date, days since 1970-01-01 */
    struct bucket bucket;
    struct calendar_day trading; /* of a calendar, unless closed */
};

void bucket_days_init(struct bucket_days *days,
                      const struct bucket_style *style);

/* An interval is above 0 and shorter than a day, or a whole number of days up
 * to BUCKET_INTERVAL_MAX, or up to BUCKET_MONTHS_MAX months. */
bool bucket_interval_valid(int64_t interval);

/* About how long it is; orders valid intervals. */
int64_t bucket_length(int64_t interval);

/* Does every bucket of outer consist of whole buckets of inner? */
bool bucket_nests(int64_t inner, int64_t outer);

/* Whether the calendar, if there is one, knows a time. */
bool bucket_known(const struct bucket_days *days, int64_t time);

/* The bucket of a valid interval that holds a time that is known, between
 * BUCKET_TIME_MIN and BUCKET_TIME_MAX. */
struct bucket bucket_find(struct bucket_days *days, int64_t interval,
                          int64_t time);

/* The stretch around a time in which all times are in a session, or are in
 * none (closed), within the day's bucket. */
struct bucket bucket_session(struct bucket_days *days, int64_t time);

#endif
