/* zone_rule.h - the rule of a time zone as a POSIX TZ string.
 *
 * "EST5EDT,M3.2.0,M11.1.0": standard time is 5 h west of UTC; daylight time,
 * an hour ahead, begins on the second Sunday of March and ends on the
 * first of November, at 02:00 of the clock that ends.  With the hours of
 * -167 to 167 of RFC 8536.  A part of zone.c.
 */
#ifndef CALENDAR_ZONE_RULE_H
#define CALENDAR_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum zone_date_kind {
    ZONE_DATE_MONTH,  /* Mm.w.d: the w-th weekday d of a month, 5 = last */
    ZONE_DATE_JULIAN, /* Jn: day 1 to 365, February 29 is never counted */
    ZONE_DATE_DAY,    /* n: day 0 to 365 */
};

struct zone_date {
    enum zone_date_kind kind;
    int month, week, day;
    int32_t seconds; /* after midnight of the clock that ends */
};

struct zone_rule {
    int32_t standard; /* seconds east of UTC */
    int32_t daylight;
    bool has_daylight; /* else the rest is unset */
    struct zone_date start, end;
};

/* False when the bytes are no such string.  Daylight time without dates is
 * refused: what they would be is not written down anywhere. */
bool zone_rule_parse(const char *text, size_t size, struct zone_rule *rule);

/* When daylight time starts and ends in a year: seconds since 1970, UTC. */
int64_t zone_rule_start(const struct zone_rule *rule, int year);
int64_t zone_rule_end(const struct zone_rule *rule, int year);

#endif
