/* Times against the C library's calendar, and durations against a table. */
#include "base/clock.h"

#include <string.h>
#include <time.h>

#include "any.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- the calendar -------------------------------------------------------- */

/* Day by day from 1582 to 2600, and far away on both sides. */
static bool
calendar_agrees(int64_t first, int64_t last, int64_t step)
{
    for (int64_t days = first; days <= last; days += step) {
        time_t seconds = days * 86400;
        struct tm tm;
        int year, month, day;

        if (!gmtime_r(&seconds, &tm))
            return false;
        civil_from_days(days, &year, &month, &day);
        if (year != tm.tm_year + 1900 || month != tm.tm_mon + 1 ||
            day != tm.tm_mday || days_from_civil(year, month, day) != days)
            return false;
    }
    return true;
}

/* ---- times --------------------------------------------------------------- */

/* The model: strftime, and all nine digits with the zeros cut off. */
static size_t
model_format(int64_t ns, char *text)
{
    time_t seconds = ns / NS_PER_SECOND - (ns % NS_PER_SECOND < 0);
    int64_t rest = (ns % NS_PER_SECOND + NS_PER_SECOND) % NS_PER_SECOND;
    struct tm tm;
    size_t size;

    gmtime_r(&seconds, &tm);
    size = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &tm);
    size += (size_t)snprintf(text + size, 16, ".%09d", (int)rest);
    while (text[size - 1] == '0')
        size--;
    if (text[size - 1] == '.')
        size--;
    text[size++] = 'Z';
    return size;
}

static bool
writes_and_reads(int64_t ns)
{
    char mine[TIME_TEXT_MAX], wanted[64];
    size_t size = model_format(ns, wanted);
    int64_t again;

    return time_format(ns, mine) == size && memcmp(mine, wanted, size) == 0 &&
           time_parse(mine, size, &again) && again == ns;
}

static bool
writes_any_time(void)
{
    static const int64_t units[] = {1, 1000, 1000000, NS_PER_SECOND,
                                    NS_PER_DAY};

    for (int i = 0; i < 200000; i++) {
        int64_t ns = (int64_t)any(), unit = units[any() % LENGTH(units)];

        ns -= ns % unit;
        if (ns != TIME_NULL && !writes_and_reads(ns))
            return false;
    }
    return true;
}

static const struct {
    const char *text;
    const char *utc; /* as it is written again; NULL: refused */
} times[] = {
    {"1970-01-01", "1970-01-01T00:00:00Z"},
    {"2026-01-08", "2026-01-08T00:00:00Z"},
    {"2026-01-08T09:30:00Z", "2026-01-08T09:30:00Z"},
    {"2026-01-08 09:30:00", "2026-01-08T09:30:00Z"},
    {"2026-01-08T09:30:00.500Z", "2026-01-08T09:30:00.5Z"},
    {"2026-01-08T09:30:00.123456789", "2026-01-08T09:30:00.123456789Z"},
    {"2026-01-08T09:30:00.000000001Z", "2026-01-08T09:30:00.000000001Z"},
    {"2026-01-08T09:30:00.12345678", "2026-01-08T09:30:00.12345678Z"},
    {"2026-01-08T09:30:00.1234567+00:01", "2026-01-08T09:29:00.1234567Z"},
    {"2026-01-08T09:30:00+01:00", "2026-01-08T08:30:00Z"},
    {"2026-01-08T09:30:00.25-05:30", "2026-01-08T15:00:00.25Z"},
    {"2025-12-31T23:59:59-00:01", "2026-01-01T00:00:59Z"},
    {"2026-01-08T09:30:00-00:00", "2026-01-08T09:30:00Z"},
    {"2024-02-29", "2024-02-29T00:00:00Z"},
    {"2000-02-29", "2000-02-29T00:00:00Z"},
    {"1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z"},
    {"2262-04-11T23:47:16.854775807Z", "2262-04-11T23:47:16.854775807Z"},
    {"1677-09-21T00:12:43.145224193Z", "1677-09-21T00:12:43.145224193Z"},
    {"2262-04-12T00:47:16.854775807+01:00", "2262-04-11T23:47:16.854775807Z"},
    {"2262-04-11T23:47:16.854775808Z", NULL},
    {"1677-09-21T00:12:43.145224192Z", NULL}, /* the null time */
    {"1677-09-21T00:12:43Z", NULL},
    {"0000-01-01", NULL},
    {"9999-12-31T23:59:59Z", NULL},
    {"2023-02-29", NULL},
    {"1900-02-29", NULL},
    {"2100-02-29T00:00:00Z", NULL},
    {"2026-00-01", NULL},
    {"2026-13-01", NULL},
    {"2026-04-31", NULL},
    {"2026-01-00", NULL},
    {"2026-01-32", NULL},
    {"2026-01-08T24:00:00Z", NULL},
    {"2026-01-08T09:60:00Z", NULL},
    {"2026-12-31T23:59:60Z", NULL}, /* no leap seconds on this scale */
    {"2026-01-08T09:30:00.Z", NULL},
    {"2026-01-08T09:30:00.1234567890Z", NULL},
    {"2026-01-08T09:30:00.1234567x9Z", NULL},
    {"2026-01-08T09:30:00.12345678x", NULL},
    {"2026-01-08T09:30:00.:2345678Z", NULL},
    {"2026-01-08T09:30:00+24:00", NULL},
    {"2026-01-08T09:30:00+01:60", NULL},
    {"2026-01-08T09:30:00+0100", NULL},
    {"2026-01-08T09:30:00+01", NULL},
    {"2026-01-08T09:30:00ZZ", NULL},
    {"2026-01-08T09:30:00Z ", NULL},
    {" 2026-01-08T09:30:00Z", NULL},
    {"2026-01-08T09:30:00 Z", NULL},
    {"2026-01-08T09:30Z", NULL},
    {"2026-01-08Z", NULL},
    {"2026-01-08T", NULL},
    {"2026-1-8", NULL},
    {"20260108", NULL},
    {"2026/01/08", NULL},
    {"2026-01-08_09:30:00", NULL},
    {"2026-01-08T09-30-00Z", NULL},
    {"+026-01-08", NULL},
    {"202:-01-08", NULL},
    {"2026-01-08T0/:30:00Z", NULL},
    {"1767864600", NULL},
    {"now", NULL},
    {"", NULL},
};

static bool
reads_times(void)
{
    bool well = true;

    for (size_t i = 0; i < LENGTH(times); i++) {
        char text[TIME_TEXT_MAX];
        int64_t ns = 42;
        bool read = time_parse(times[i].text, strlen(times[i].text), &ns);
        size_t size = read ? time_format(ns, text) : 0;

        if (times[i].utc ? read && size == strlen(times[i].utc) &&
                               memcmp(text, times[i].utc, size) == 0
                         : !read && ns == 42)
            continue;
        tap_note("\"%s\": %.*s", times[i].text, (int)size, text);
        well = false;
    }
    return well;
}

/* Every beginning of a time: only the date and the times from the second on
 * are times. */
static bool
refuses_beginnings(void)
{
    static const char text[] = "2026-01-08T09:30:00.123456789+01:00";
    int64_t ns;

    for (size_t size = 0; size < sizeof text - 1; size++) {
        bool whole = size == 10 || size == 19 || (size > 20 && size < 30);

        if (time_parse(text, size, &ns) != whole)
            return false;
    }
    return time_parse(text, sizeof text - 1, &ns);
}

/* ---- durations ----------------------------------------------------------- */

static const struct {
    const char *text;
    int64_t ns; /* 0: refused */
    const char *written;
} durations[] = {
    {"1m", NS_PER_MINUTE, "1m"},
    {"1h30m", 90 * NS_PER_MINUTE, "1h30m"},
    {"90m", 90 * NS_PER_MINUTE, "1h30m"},
    {"30m1h", 90 * NS_PER_MINUTE, "1h30m"},
    {"500ms", 500000000, "500ms"},
    {"1500ms", 1500000000, "1s500ms"},
    {"7d", 7 * NS_PER_DAY, "1w"},
    {"1d", NS_PER_DAY, "1d"},
    {"24h", NS_PER_DAY, "1d"},
    {"1us1ns", 1001, "1us1ns"},
    {"1m1ms", NS_PER_MINUTE + 1000000, "1m1ms"},
    {"0h05m", 5 * NS_PER_MINUTE, "5m"},
    {"9223372036854775807ns", INT64_MAX, "15250w1d23h47m16s854ms775us807ns"},
    {"9223372036854775808ns", 0, NULL},
    {"15251w", 0, NULL},
    {"106751d24h", 0, NULL},
    {"99999999999999999999999999s", 0, NULL},
    {"0m", 0, NULL},
    {"", 0, NULL},
    {"m", 0, NULL},
    {"1", 0, NULL},
    {"1h30", 0, NULL},
    {"-1m", 0, NULL},
    {"1m-1s", 0, NULL},
    {"1.5h", 0, NULL},
    {"1 m", 0, NULL},
    {"1m ", 0, NULL},
    {"1M", 0, NULL},
    {"1y", 0, NULL},
    {"1min", 0, NULL},
    {"1msm", 0, NULL},
};

static bool
reads_durations(void)
{
    bool well = true;

    for (size_t i = 0; i < LENGTH(durations); i++) {
        const char *text = durations[i].text, *written = durations[i].written;
        char again[DURATION_TEXT_MAX];
        int64_t ns = 0;

        if (duration_parse(text, strlen(text), &ns) == (written != NULL) &&
            ns == durations[i].ns &&
            (!written || (duration_format(ns, again) == strlen(written) &&
                          memcmp(again, written, strlen(written)) == 0)))
            continue;
        tap_note("\"%s\": %lld", text, (long long)ns);
        well = false;
    }
    return well;
}

static bool
durations_return(void)
{
    for (int i = 0; i < 100000; i++) {
        char text[DURATION_TEXT_MAX];
        int64_t ns = (int64_t)(any_size() >> 1), again;

        if (ns > 0 &&
            (!duration_parse(text, duration_format(ns, text), &again) ||
             again != ns))
            return false;
    }
    return true;
}

int
main(void)
{
    OK("dates and days agree with the C library's calendar, each day of a "
       "thousand years",
       calendar_agrees(-141427, 230000, 1));
    OK("and far from our time", calendar_agrees(-20000000, 20000000, 4999));
    OK("a time is read as RFC 3339 and written in UTC, anything else is "
       "refused, the value untouched",
       reads_times());
    OK("a time is as long as it is said to be", refuses_beginnings());
    OK("any time is written as strftime does and read back", writes_any_time());
    OK("the first and the last time are written and read back",
       writes_and_reads(TIME_NULL + 1) && writes_and_reads(INT64_MAX) &&
           writes_and_reads(-1) && writes_and_reads(0));
    OK("a duration is read and written in its largest units, anything else "
       "is refused",
       reads_durations());
    OK("any duration is read back as it was written", durations_return());
    return tap_done();
}
