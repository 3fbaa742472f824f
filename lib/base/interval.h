/* interval.h - what a bar spans: a time, months, or an amount of trading.
 *
 * An interval is one i64.  Above 0 it is nanoseconds.  Below 0 it holds a unit
 * and how many of it; those of a volume or value in 10^-8.  0 and INT64_MIN
 * are none.
 *
 *      1m 1h30m 1w        a duration, base/clock.h
 *      1mo 3mo 1q 1y      calendar months; 1q is 3mo, 1y is 12mo
 *      tick:100           as many trades
 *      volume:5000        as much volume; value: as much price times volume
 *      tick_imbalance:50  as much more bought than sold, or the other way
 *      tick_run:50        as much bought, or as much sold
 *
 * and so for volume_ and value_.
 */
#ifndef BASE_INTERVAL_H
#define BASE_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values are on tapes: they are only ever appended. */
enum interval_unit {
    INTERVAL_TIME = 0,
    INTERVAL_MONTH,
    INTERVAL_TICK,
    INTERVAL_VOLUME,
    INTERVAL_VALUE,
    INTERVAL_TICK_IMBALANCE,
    INTERVAL_VOLUME_IMBALANCE,
    INTERVAL_VALUE_IMBALANCE,
    INTERVAL_TICK_RUN,
    INTERVAL_VOLUME_RUN,
    INTERVAL_VALUE_RUN,
    INTERVAL_UNITS,
};

#define INTERVAL_TEXT_MAX 48
#define INTERVAL_SIZE_MAX ((INT64_C(1) << 59) - 1)

/* size from 1 to INTERVAL_SIZE_MAX. */
int64_t interval_of(enum interval_unit unit, int64_t size);

/* INTERVAL_UNITS when it is none of these. */
enum interval_unit interval_unit(int64_t interval);

/* How many of its unit; of a time, nanoseconds. */
int64_t interval_size(int64_t interval);

/* False, with *interval untouched, if the text is not one. */
bool interval_parse(const char *text, size_t size, int64_t *interval);

/* Writes an interval that has a unit as interval_parse reads it back; no NUL,
 * returns the length. */
size_t interval_format(int64_t interval, char text[INTERVAL_TEXT_MAX]);

#endif
