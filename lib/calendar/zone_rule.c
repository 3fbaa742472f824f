#include "calendar/zone_rule.h"

#include <assert.h>

#include "base/clock.h"

#define SECONDS_PER_DAY 86400

/* ---- reading ------------------------------------------------------------- */

struct cursor {
    const char *at, *end;
};

static bool
take(struct cursor *cursor, char wanted)
{
    if (cursor->at == cursor->end || *cursor->at != wanted)
        return false;
    cursor->at++;
    return true;
}

/* A whole number from least to most, of at most three digits. */
static bool
take_number(struct cursor *cursor, int least, int most, int *number)
{
    int digits = 0;

    *number = 0;
    for (; cursor->at < cursor->end && digits < 3; cursor->at++, digits++) {
        if (*cursor->at < '0' || *cursor->at > '9')
            break;
        *number = *number * 10 + (*cursor->at - '0');
    }
    return digits > 0 && *number >= least && *number <= most;
}

static bool
is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static bool
is_quotable(char byte)
{
    return is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '+' ||
           byte == '-';
}

/* "EST" or "<+03>"; which name it is does not matter. */
static bool
skip_name(struct cursor *cursor)
{
    bool quoted = take(cursor, '<');
    const char *start = cursor->at;

    while (cursor->at < cursor->end &&
           (quoted ? is_quotable(*cursor->at) : is_letter(*cursor->at)))
        cursor->at++;
    return cursor->at - start >= 3 && (!quoted || take(cursor, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool
take_time(struct cursor *cursor, int hours_most, int32_t *seconds)
{
    bool negative = take(cursor, '-');
    int hours, minutes = 0, rest = 0;

    if (!negative)
        take(cursor, '+');
    if (!take_number(cursor, 0, hours_most, &hours))
        return false;
    if (take(cursor, ':')) {
        if (!take_number(cursor, 0, 59, &minutes))
            return false;
        if (take(cursor, ':') && !take_number(cursor, 0, 59, &rest))
            return false;
    }
    *seconds = (hours * 60 + minutes) * 60 + rest;
    if (negative)
        *seconds = -*seconds;
    return true;
}

/* ",M3.2.0" or ",J60" or ",59", and perhaps "/2". */
static bool
take_date(struct cursor *cursor, struct zone_date *date)
{
    bool well;

    *date = (struct zone_date){.seconds = 2 * 3600};
    if (!take(cursor, ','))
        return false;
    if (take(cursor, 'M')) {
        date->kind = ZONE_DATE_MONTH;
        well = take_number(cursor, 1, 12, &date->month) && take(cursor, '.') &&
               take_number(cursor, 1, 5, &date->week) && take(cursor, '.') &&
               take_number(cursor, 0, 6, &date->day);
    } else if (take(cursor, 'J')) {
        date->kind = ZONE_DATE_JULIAN;
        well = take_number(cursor, 1, 365, &date->day);
    } else {
        date->kind = ZONE_DATE_DAY;
        well = take_number(cursor, 0, 365, &date->day);
    }
    return well &&
           (!take(cursor, '/') || take_time(cursor, 167, &date->seconds));
}

bool
zone_rule_parse(const char *text, size_t size, struct zone_rule *rule)
{
    struct cursor cursor = {text, text + size};
    int32_t west;

    *rule = (struct zone_rule){0};
    if (!skip_name(&cursor) || !take_time(&cursor, 24, &west))
        return false;
    rule->standard = -west;
    if (cursor.at == cursor.end)
        return true;
    rule->has_daylight = true;
    rule->daylight = rule->standard + 3600;
    if (!skip_name(&cursor) || cursor.at == cursor.end)
        return false;
    if (*cursor.at != ',') {
        if (!take_time(&cursor, 24, &west))
            return false;
        rule->daylight = -west;
    }
    return take_date(&cursor, &rule->start) && take_date(&cursor, &rule->end) &&
           cursor.at == cursor.end;
}

/* ---- dates of a year ----------------------------------------------------- */

static int64_t
month_weekday(const struct zone_date *date, int year)
{
    int64_t first = days_from_civil(year, date->month, 1);
    int64_t next =
        days_from_civil(year + date->month / 12, date->month % 12 + 1, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01: Thursday */
    int64_t day = first + (date->day - weekday + 7) % 7 + 7 * (date->week - 1);

    day = day < next ? day : day - 7;
    assert(day >= first && day < next);
    return day;
}

static int64_t
instant_of(const struct zone_date *date, int year, int32_t offset)
{
    int64_t day = days_from_civil(year, 1, 1);

    assert(date->kind != ZONE_DATE_MONTH ||
           (date->week >= 1 && date->week <= 5));
    switch (date->kind) {
    case ZONE_DATE_MONTH: day = month_weekday(date, year); break;
    case ZONE_DATE_JULIAN:
        /* Counted from March 1, day 60, or back from there. */
        day = date->day < 60 ? day + date->day - 1
                             : days_from_civil(year, 3, 1) + date->day - 60;
        break;
    case ZONE_DATE_DAY: day += date->day; break;
    }
    return day * SECONDS_PER_DAY + date->seconds - offset;
}

int64_t
zone_rule_start(const struct zone_rule *rule, int year)
{
    assert(rule->has_daylight);
    return instant_of(&rule->start, year, rule->standard);
}

int64_t
zone_rule_end(const struct zone_rule *rule, int year)
{
    assert(rule->has_daylight);
    return instant_of(&rule->end, year, rule->daylight);
}
