#include "base/clock.h"

#include <assert.h>
#include <string.h>

#include "base/digits.h"

#define SECONDS_PER_DAY 86400
#define DAYS_PER_ERA    146097 /* 400 years: 400 * 365 + 97 leap days */
#define EPOCH_DAYS      719468 /* from 0000-03-01 to 1970-01-01 */

/* ---- the calendar -------------------------------------------------------- */

/* Years are counted from the first of March, so that the leap day is the last
 * of its year and a century's or an era's odd day falls at its end.  From
 * March on the months have 31 30 31 30 31 | 31 30 31 30 31 | 31 28/29 days:
 * five months are 153 days, and (153 * m + 2) / 5 is the first day of the
 * month m of such a year. */

int64_t
days_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned of_era = (unsigned)(y - era * 400);
    unsigned m = (unsigned)(month <= 2 ? month + 9 : month - 3);
    unsigned of_year = (153 * m + 2) / 5 + (unsigned)day - 1;

    return era * DAYS_PER_ERA + of_era * 365 + of_era / 4 - of_era / 100 +
           of_year - EPOCH_DAYS;
}

/* The date of a day counted from 0000-03-01, up to the year 2^20 or so.
 * A century c begins on day c * 146097 / 4, a year y of a century on its day
 * y * 1461 / 4; each division below is the inverse of such a floor. */
static inline void
civil_from_march(uint32_t days, uint32_t *year, uint32_t *month, uint32_t *day)
{
    uint32_t century = (4 * days + 3) / DAYS_PER_ERA;
    uint32_t of_century = days - century * DAYS_PER_ERA / 4;
    uint32_t y = (4 * of_century + 3) / 1461;
    uint32_t of_year = of_century - y * 1461 / 4;
    uint32_t m = (5 * of_year + 2) / 153;
    uint32_t next = m >= 10; /* January and February are of the next year */

    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m + 3 - 12 * next;
    *year = century * 100 + y + next;
}

void
civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t march = days + EPOCH_DAYS;
    int64_t era =
        (march >= 0 ? march : march - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    uint32_t y, m, d;

    civil_from_march((uint32_t)(march - era * DAYS_PER_ERA), &y, &m, &d);
    *year = (int)(era * 400 + y);
    *month = (int)m;
    *day = (int)d;
}

/* ---- times --------------------------------------------------------------- */

/* The number of two digits, or at least 100 when they are none. */
static inline unsigned
two_digits(const char *at)
{
    unsigned tens = (unsigned)(unsigned char)at[0] - '0';
    unsigned ones = (unsigned)(unsigned char)at[1] - '0';

    return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/* "2026-01-08": the days since 1970. */
static bool
read_date(const char *at, int64_t *days)
{
    static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30,
                                            31, 31, 30, 31, 30, 31};
    unsigned century = two_digits(at), year = two_digits(at + 2);
    unsigned month = two_digits(at + 5), day = two_digits(at + 8);
    bool leap;

    if (century > 99 || year > 99 || at[4] != '-' || at[7] != '-' ||
        month - 1 > 11)
        return false;
    leap = (year ? year : century) % 4 == 0;
    if (day - 1 >= lengths[month - 1] + (unsigned)(leap && month == 2))
        return false;
    *days = days_from_civil((int)(century * 100 + year), (int)month, (int)day);
    return true;
}

/* "09:30:00": seconds. */
static bool
read_seconds(const char *at, int64_t *seconds)
{
    unsigned hour = two_digits(at), minute = two_digits(at + 3);
    unsigned second = two_digits(at + 6);

    if (at[2] != ':' || at[5] != ':' || hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds = hour * 3600 + minute * 60 + second;
    return true;
}

/* What may follow the seconds: ".5" and the like. */
static bool
read_fraction(const char **at, const char *end, int64_t *nanoseconds)
{
    /* nanoseconds in the last place of a fraction, by its number of digits */
    static const uint32_t units[] = {1000000000, 100000000, 10000000, 1000000,
                                     100000,     10000,     1000,     100,
                                     10,         1};
    const char *start;
    uint64_t number = 0;
    uint32_t eight;

    *nanoseconds = 0;
    if (*at == end || **at != '.')
        return true;
    start = ++*at;
    if (end - start >= 8 && digits_read8(start, &eight)) {
        number = eight;
        *at += 8;
    }
    for (; *at < end; ++*at) {
        unsigned digit = (unsigned)(unsigned char)**at - '0';

        if (digit > 9)
            break;
        if (*at - start == 9)
            return false;
        number = number * 10 + digit;
    }
    *nanoseconds = (int64_t)(number * units[*at - start]);
    return *at > start;
}

/* Nothing, "Z" or "+01:00", up to the end: seconds east of UTC. */
static bool
read_offset(const char *at, const char *end, int64_t *offset)
{
    unsigned hour, minute;

    *offset = 0;
    if (at == end || (end - at == 1 && *at == 'Z'))
        return true;
    if (end - at != 6 || (*at != '+' && *at != '-') || at[3] != ':')
        return false;
    hour = two_digits(at + 1);
    minute = two_digits(at + 4);
    if (hour > 23 || minute > 59)
        return false;
    *offset = hour * 3600 + minute * 60;
    if (*at == '-')
        *offset = -*offset;
    return true;
}

/* Both parts get one sign first, or the first second of the range would be
 * refused for its whole part. */
static bool
join(int64_t seconds, int64_t nanoseconds, int64_t *ns)
{
    int64_t total;

    if (seconds < 0 && nanoseconds > 0) {
        seconds++;
        nanoseconds -= NS_PER_SECOND;
    }
    if (__builtin_mul_overflow(seconds, NS_PER_SECOND, &total) ||
        __builtin_add_overflow(total, nanoseconds, &total) ||
        total == TIME_NULL)
        return false;
    *ns = total;
    return true;
}

bool
time_parse(const char *text, size_t size, int64_t *ns)
{
    const char *at = text + 19, *end = text + size;
    int64_t days, seconds, nanoseconds, offset;

    if (size < 10 || !read_date(text, &days))
        return false;
    if (size == 10)
        return join(days * SECONDS_PER_DAY, 0, ns);
    if (size < 19 || (text[10] != 'T' && text[10] != ' ') ||
        !read_seconds(text + 11, &seconds) ||
        !read_fraction(&at, end, &nanoseconds) ||
        !read_offset(at, end, &offset))
        return false;
    return join(days * SECONDS_PER_DAY + seconds - offset, nanoseconds, ns);
}

/* The point and as many of the nine digits as are needed. */
static inline char *
put_fraction(char *at, uint32_t nanoseconds)
{
    uint32_t last = nanoseconds % 10;
    size_t count;

    at[0] = '.';
    count = digits_put_places(at + 1, nanoseconds / 10);
    at[9] = (char)('0' + last);
    return at + 1 + (last ? 9 : count);
}

size_t
time_format(int64_t ns, char text[TIME_TEXT_MAX])
{
    int64_t rest = ns % NS_PER_SECOND;
    uint32_t nanoseconds = (uint32_t)(rest < 0 ? rest + NS_PER_SECOND : rest);
    uint64_t seconds = (uint64_t)(ns / NS_PER_SECOND - (rest < 0) +
                                  (int64_t)EPOCH_DAYS * SECONDS_PER_DAY);
    uint32_t of_day = (uint32_t)(seconds % SECONDS_PER_DAY);
    uint32_t year, month, day;
    char *at = text + 19;

    assert(ns != TIME_NULL);
    civil_from_march((uint32_t)(seconds / SECONDS_PER_DAY), &year, &month,
                     &day);
    memcpy(text, "YYYY-MM-DDThh:mm:ss", 19);
    digits_put2(text, year / 100);
    digits_put2(text + 2, year % 100);
    digits_put2(text + 5, month);
    digits_put2(text + 8, day);
    digits_put2(text + 11, of_day / 3600);
    digits_put2(text + 14, of_day / 60 % 60);
    digits_put2(text + 17, of_day % 60);
    if (nanoseconds)
        at = put_fraction(at, nanoseconds);
    *at++ = 'Z';
    return (size_t)(at - text);
}

/* ---- durations ----------------------------------------------------------- */

static const struct {
    char name[4];
    int64_t ns;
} units[] = {
    {"w", 7 * NS_PER_DAY}, {"d", NS_PER_DAY},
    {"h", NS_PER_HOUR},    {"m", NS_PER_MINUTE},
    {"s", NS_PER_SECOND},  {"ms", 1000000},
    {"us", 1000},          {"ns", 1},
};
#define UNITS (sizeof units / sizeof *units)

/* The unit that is named by exactly these bytes, or 0. */
static int64_t
unit_named(const char *name, size_t size)
{
    for (size_t i = 0; i < UNITS; i++)
        if (strlen(units[i].name) == size &&
            memcmp(units[i].name, name, size) == 0)
            return units[i].ns;
    return 0;
}

bool
duration_parse(const char *text, size_t size, int64_t *ns)
{
    const char *at = text, *end = text + size;
    int64_t total = 0;

    while (at < end) {
        const char *number = at, *name;
        int64_t part = 0, unit;

        for (; at < end && *at >= '0' && *at <= '9'; at++)
            if (__builtin_mul_overflow(part, 10, &part) ||
                __builtin_add_overflow(part, *at - '0', &part))
                return false;
        name = at;
        while (at < end && *at >= 'a' && *at <= 'z')
            at++;
        unit = unit_named(name, (size_t)(at - name));
        if (name == number || unit == 0 ||
            __builtin_mul_overflow(part, unit, &part) ||
            __builtin_add_overflow(total, part, &total))
            return false;
    }
    if (total <= 0)
        return false;
    *ns = total;
    return true;
}

size_t
duration_format(int64_t ns, char text[DURATION_TEXT_MAX])
{
    char *at = text;

    assert(ns > 0);
    for (size_t i = 0; i < UNITS; i++) {
        size_t size = strlen(units[i].name);

        if (ns < units[i].ns)
            continue;
        at += digits_format((uint64_t)(ns / units[i].ns), at);
        memcpy(at, units[i].name, size);
        at += size;
        ns %= units[i].ns;
    }
    return (size_t)(at - text);
}
