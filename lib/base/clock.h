/* clock.h - points in time and durations, as nanoseconds, and their text.
 *
 * A time is an i64 of nanoseconds since 1970-01-01T00:00:00Z; it reaches from
 * 1677-09-21 to 2262-04-11.  Leap seconds do not exist on this scale.
 *
 * Text is RFC 3339 in UTC with as many digits of the second as needed:
 * "2026-01-08T09:30:00Z", "2026-01-08T09:30:00.5Z".  Nothing here reads the
 * machine's clock, its zone or its locale.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_NULL         INT64_MIN
#define NS_PER_SECOND     INT64_C(1000000000)
#define NS_PER_MINUTE     (60 * NS_PER_SECOND)
#define NS_PER_HOUR       (60 * NS_PER_MINUTE)
#define NS_PER_DAY        (24 * NS_PER_HOUR)
#define TIME_TEXT_MAX     40 /* bytes that time_format may write */
#define DURATION_TEXT_MAX 48 /* bytes that duration_format may write */

/* Reads RFC 3339: a date ("2026-01-08", midnight UTC), or date, 'T' or ' ',
 * time with at most nine digits after the second, and 'Z' or an offset
 * ("+01:00").  Without 'Z' or offset it is UTC.  False, with *ns untouched,
 * when it is anything else, no such day, or outside the range. */
bool time_parse(const char *text, size_t size, int64_t *ns);

/* Writes RFC 3339 without a terminating NUL, returns its length. ns is not
 * null. */
size_t time_format(int64_t ns, char text[TIME_TEXT_MAX]);

/* Days since 1970-01-01 of a civil date of the proleptic Gregorian calendar,
 * and back.  month 1-12, day 1-31. */
int64_t days_from_civil(int year, int month, int day);
void civil_from_days(int64_t days, int *year, int *month, int *day);

/* Reads one or more whole numbers with units w d h m s ms us ns, as in "1m",
 * "1h30m", "500ms".  False, with *ns untouched, unless the sum is > 0 and
 * fits. */
bool duration_parse(const char *text, size_t size, int64_t *ns);

/* Writes ns > 0 in the largest units that divide it up, "1h30m", as
 * duration_parse reads it back; no NUL, returns the length. */
size_t duration_format(int64_t ns, char text[DURATION_TEXT_MAX]);

#endif
