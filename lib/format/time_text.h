/* time_text.h - a time from text, in one of the ways that people write them:
 *
 *      RFC 3339            2026-01-08T09:30:00.5Z, 2026-01-08 09:30:00+01:00
 *      a number of a unit  1767861000123 ms
 *      a format            %Y%m%d %H%M%S%f, as of strptime(3)
 *      a time of day       09:30:00 of a date given once
 *
 * A time without 'Z' or offset is of the zone, or UTC if there is none.
 */
#ifndef FORMAT_TIME_TEXT_H
#define FORMAT_TIME_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "format/cell.h"

struct zone;

/* What a local time is that the clock shows twice, or never. */
enum fold {
    FOLD_REFUSE,
    FOLD_FIRST,  /* by the offset before the change of the clock */
    FOLD_SECOND, /* by the offset after it */
};

/* All zero: RFC 3339 in UTC. */
struct time_rules {
    int64_t unit;   /* ns of one unit of a time that is a number; 0: numbers are
                     * refused */
    bool unit_auto; /* numbers are s, ms, us or ns, by their magnitude */
    const char *format;      /* NULL: RFC 3339 */
    bool has_date;           /* times of day are of that day, and numbers count
                              * from its midnight */
    int64_t day;             /* since 1970 */
    const struct zone *zone; /* NULL: UTC */
    enum fold fold;
    bool round; /* digits beyond the nanosecond are rounded, half to even */
};

/* 0, or -1 with a failure of class data that says why the text is refused. */
int time_text_parse(const struct time_rules *rules, struct cell text,
                    int64_t *ns, struct failure *failure);

/* 0, or -1 with a failure of class usage: no such letter. */
int time_format_check(const char *format, struct failure *failure);

#endif
