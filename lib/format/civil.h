/* civil.h - a date and time of day as they are written, from text.
 */
#ifndef FORMAT_CIVIL_H
#define FORMAT_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#include "format/cell.h"

struct civil {
    int year, month, day;     /* month 0: there is no date */
    int hour, minute, second; /* 60: a leap second */
    int64_t ns;               /* of the second, rounded down */
    bool has_time, has_offset;
    bool pm, has_half;  /* %p */
    bool more, half_up; /* places beyond the ninth: some are not 0; they are
                         * more than half, or half after an odd digit */
    int64_t offset;     /* seconds east of UTC */
    bool has_epoch;     /* %s: seconds since 1970 */
    int64_t epoch;
};

/* Both return NULL if all of the text was read, or else what is wrong with
 * it.  Whether the numbers are a date is for civil_check. */

/* RFC 3339 and what is near it: 'T', 't' or ' '; seconds may be missing; 'Z',
 * 'z', an offset or nothing. */
const char *civil_rfc3339(struct cell text, struct civil *civil);

/* A format as of strptime(3): %Y %y %m %d %b %B %e %H %I %p %M %S %f %z %s
 * %T %R %F %D %% and white space.  %f: the digits of a fraction, with or
 * without a point or comma before them, or none. */
const char *civil_format(struct cell text, const char *format,
                         struct civil *civil);

/* The letter of a format that is not known, or 0. */
char civil_unknown_letter(const char *format);

/* NULL, or why there is no such date or time of day. */
const char *civil_check(const struct civil *civil);

#endif
