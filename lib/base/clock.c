#include "base/clock.h"

#include <stdio.h>
#include <string.h>

int64_t
days_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           719468;
}

void
civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t y =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2));
}

/* Exactly count digits at *text. */
static bool
take_digits(const char **text, const char *end, int count, int *value)
{
    *value = 0;
    if (end - *text < count)
        return false;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *value = *value * 10 + (**text - '0');
    }
    return true;
}

static bool
take_char(const char **text, const char *end, char wanted)
{
    if (*text == end || **text != wanted)
        return false;
    (*text)++;
    return true;
}

static bool
take_zone(const char **text, const char *end, int64_t *seconds)
{
    int hour, minute;
    bool west;

    *seconds = 0;
    if (*text == end || take_char(text, end, 'Z'))
        return true;
    west = **text == '-';
    if (**text != '+' && !west)
        return false;
    (*text)++;
    if (!take_digits(text, end, 2, &hour) || !take_char(text, end, ':') ||
        !take_digits(text, end, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *seconds = (hour * 60 + minute) * (west ? -60 : 60);
    return true;
}

bool
time_parse(const char *text, size_t size, int64_t *ns)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    const char *end = text + size;
    int year, month, day, hour = 0, minute = 0, second = 0, y, m, d;
    int64_t nanos = 0, zone = 0, unit = NS_PER_SECOND, total;

    if (!take_digits(&text, end, 4, &year) || !take_char(&text, end, '-') ||
        !take_digits(&text, end, 2, &month) || !take_char(&text, end, '-') ||
        !take_digits(&text, end, 2, &day) || month < 1 || month > 12 ||
        day < 1 || day > lengths[month - 1])
        return false;
    civil_from_days(days_from_civil(year, month, day), &y, &m, &d);
    if (m != month)
        return false;
    if (text < end) {
        if ((*text != 'T' && *text != ' ') || (text++, false) ||
            !take_digits(&text, end, 2, &hour) || !take_char(&text, end, ':') ||
            !take_digits(&text, end, 2, &minute) ||
            !take_char(&text, end, ':') ||
            !take_digits(&text, end, 2, &second) || hour > 23 || minute > 59 ||
            second > 59)
            return false;
        if (take_char(&text, end, '.')) {
            const char *start = text;

            for (; text < end && *text >= '0' && *text <= '9'; text++)
                nanos += (unit /= 10) * (*text - '0');
            if (text == start || text - start > 9)
                return false;
        }
        if (!take_zone(&text, end, &zone) || text != end)
            return false;
    }
    total = days_from_civil(year, month, day) * 86400 + hour * 3600 +
            minute * 60 + second - zone;
    if (__builtin_mul_overflow(total, NS_PER_SECOND, &total) ||
        __builtin_add_overflow(total, nanos, &total) || total == TIME_NULL)
        return false;
    *ns = total;
    return true;
}

size_t
time_format(int64_t ns, char text[TIME_TEXT_MAX])
{
    int64_t days = ns / NS_PER_DAY, rest = ns % NS_PER_DAY;
    int year, month, day, size;
    int64_t nanos, seconds;

    if (rest < 0) {
        rest += NS_PER_DAY;
        days--;
    }
    civil_from_days(days, &year, &month, &day);
    nanos = rest % NS_PER_SECOND;
    seconds = rest / NS_PER_SECOND;
    size = snprintf(text, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", year,
                    month, day, (int)(seconds / 3600), (int)(seconds / 60 % 60),
                    (int)(seconds % 60));
    if (nanos) {
        size += snprintf(text + size, TIME_TEXT_MAX - (size_t)size, ".%09d",
                         (int)nanos);
        while (text[size - 1] == '0')
            size--;
    }
    text[size] = 'Z';
    return (size_t)size + 1;
}

static const struct {
    const char *name;
    int64_t ns;
} units[] = {
    {"w", 7 * NS_PER_DAY}, {"d", NS_PER_DAY},    {"h", NS_PER_HOUR},
    {"ms", 1000000},       {"us", 1000},         {"ns", 1},
    {"m", NS_PER_MINUTE},  {"s", NS_PER_SECOND},
};
#define UNITS (sizeof units / sizeof *units)

bool
duration_parse(const char *text, size_t size, int64_t *ns)
{
    const char *end = text + size;
    int64_t total = 0;

    while (text < end) {
        int64_t number = 0;
        const char *start = text;
        size_t unit;

        for (; text < end && *text >= '0' && *text <= '9'; text++)
            if (__builtin_mul_overflow(number, 10, &number) ||
                __builtin_add_overflow(number, *text - '0', &number))
                return false;
        for (unit = 0; unit < UNITS; unit++) {
            size_t length = strlen(units[unit].name);

            if ((size_t)(end - text) >= length &&
                memcmp(text, units[unit].name, length) == 0)
                break;
        }
        if (text == start || unit == UNITS ||
            __builtin_mul_overflow(number, units[unit].ns, &number) ||
            __builtin_add_overflow(total, number, &total))
            return false;
        text += strlen(units[unit].name);
    }
    if (total <= 0)
        return false;
    *ns = total;
    return true;
}

size_t
duration_format(int64_t ns, char text[DURATION_TEXT_MAX])
{
    static const unsigned order[] = {0, 1, 2, 6, 7, 3, 4, 5};
    size_t size = 0;

    for (size_t i = 0; i < UNITS; i++) {
        int64_t unit = units[order[i]].ns;

        if (ns / unit)
            size += (size_t)snprintf(text + size, DURATION_TEXT_MAX - size,
                                     "%lld%s", (long long)(ns / unit),
                                     units[order[i]].name);
        ns %= unit;
    }
    return size;
}
