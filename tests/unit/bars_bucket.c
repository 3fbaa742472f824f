/* Buckets of time, in UTC and in zones; days of zones against the C
 * library's localtime. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "calendar/bucket.h"
#include "tap.h"

#define MINUTE NS_PER_MINUTE
#define HOUR   NS_PER_HOUR
#define DAY    NS_PER_DAY

static int64_t
at(const char *text)
{
    int64_t ns;

    if (!time_parse(text, strlen(text), &ns))
        abort();
    return ns;
}

/* The bucket of the interval around a time is [start, end). */
static bool
is_bucket(const struct zone *zone, int64_t interval, const char *time,
          const char *start, const char *end)
{
    struct bucket_days days;
    struct bucket bucket;

    bucket_days_init(&days, &(struct bucket_style){.zone = zone});
    bucket = bucket_find(&days, interval, at(time));
    if (bucket.start == at(start) && bucket.end == at(end))
        return true;
    tap_note("%s: from %lld to %lld", time, (long long)bucket.start,
             (long long)bucket.end);
    return false;
}

static struct zone *
load_zone(const char *name)
{
    static char bytes[65536];
    char path[128];
    struct failure failure = {0};
    FILE *file;
    size_t size;

    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    file = fopen(path, "rb");
    if (!file)
        return NULL;
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return zone_new(name, bytes, size, &failure);
}

/* ---- intervals ----------------------------------------------------------- */

static void
test_intervals(void)
{
    OK("an interval may be anything below a day",
       bucket_interval_valid(1) && bucket_interval_valid(7 * MINUTE) &&
           bucket_interval_valid(DAY - 1));
    OK("from a day up it is whole days, up to 366",
       bucket_interval_valid(DAY) && bucket_interval_valid(7 * DAY) &&
           bucket_interval_valid(366 * DAY) &&
           !bucket_interval_valid(DAY + 1) &&
           !bucket_interval_valid(36 * HOUR) &&
           !bucket_interval_valid(367 * DAY) &&
           !bucket_interval_valid(INT64_MAX));
    OK("and above 0", !bucket_interval_valid(0) && !bucket_interval_valid(-1));
    OK("parts of a day nest where one divides the other",
       bucket_nests(MINUTE, 5 * MINUTE) &&
           bucket_nests(7 * MINUTE, 14 * MINUTE) &&
           !bucket_nests(5 * MINUTE, 7 * MINUTE) &&
           !bucket_nests(5 * MINUTE, MINUTE));
    OK("every part of a day nests in days",
       bucket_nests(7 * MINUTE, DAY) && bucket_nests(11 * HOUR, 3 * DAY));
    OK("days nest in weeks, three days do not",
       bucket_nests(DAY, 7 * DAY) && bucket_nests(7 * DAY, 14 * DAY) &&
           bucket_nests(2 * DAY, 14 * DAY) &&
           !bucket_nests(3 * DAY, 21 * DAY) &&
           !bucket_nests(7 * DAY, 10 * DAY));
}

/* A day that begins at some seconds after midnight, or as many before the next
 * one from noon on, is named after the date that most of it has. */
static bool
is_day_from(int32_t seconds, const char *time, const char *start)
{
    const struct bucket_style style = {.day_start = seconds};
    struct bucket_days days;
    struct bucket bucket;

    bucket_days_init(&days, &style);
    bucket = bucket_find(&days, DAY, at(time));
    return bucket.start == at(start) && bucket.end == bucket.start + DAY &&
           days.day * DAY == at("2026-01-09T00:00:00Z");
}

static void
test_day_start(void)
{
    OK("a day may begin in the evening before",
       is_day_from(17 * 3600, "2026-01-08T17:00:00Z", "2026-01-08T17:00:00Z") &&
           is_day_from(17 * 3600, "2026-01-09T16:59:59Z",
                       "2026-01-08T17:00:00Z"));
    OK("or in the morning",
       is_day_from(6 * 3600, "2026-01-09T06:00:00Z", "2026-01-09T06:00:00Z") &&
           is_day_from(6 * 3600, "2026-01-10T05:59:59Z",
                       "2026-01-09T06:00:00Z"));
}

static void
test_utc(void)
{
    OK("minutes begin at the minute",
       is_bucket(NULL, MINUTE, "2026-01-08T09:30:59.999999999Z",
                 "2026-01-08T09:30:00Z", "2026-01-08T09:31:00Z") &&
           is_bucket(NULL, MINUTE, "2026-01-08T09:31:00Z",
                     "2026-01-08T09:31:00Z", "2026-01-08T09:32:00Z"));
    OK("buckets are counted from midnight, the last ends with the day",
       is_bucket(NULL, 5 * HOUR, "2026-01-08T14:00:00Z", "2026-01-08T10:00:00Z",
                 "2026-01-08T15:00:00Z") &&
           is_bucket(NULL, 5 * HOUR, "2026-01-08T23:00:00Z",
                     "2026-01-08T20:00:00Z", "2026-01-09"));
    OK("a day is a day", is_bucket(NULL, DAY, "2026-01-08T23:59:59Z",
                                   "2026-01-08", "2026-01-09"));
    OK("a week begins on Monday",
       is_bucket(NULL, 7 * DAY, "2026-01-08T12:00:00Z", "2026-01-05",
                 "2026-01-12") &&
           is_bucket(NULL, 7 * DAY, "2026-01-11T23:59:59Z", "2026-01-05",
                     "2026-01-12"));
    OK("three days are counted from 1970-01-01",
       is_bucket(NULL, 3 * DAY, "1970-01-03T01:00:00Z", "1970-01-01",
                 "1970-01-04"));
    OK("before 1970 as well",
       is_bucket(NULL, MINUTE, "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:00Z",
                 "1970-01-01") &&
           is_bucket(NULL, 3 * DAY, "1969-12-31T12:00:00Z", "1969-12-29",
                     "1970-01-01") &&
           is_bucket(NULL, 7 * DAY, "1969-12-31T12:00:00Z", "1969-12-29",
                     "1970-01-05"));
}

/* ---- zones --------------------------------------------------------------- */

static void
test_new_york(void)
{
    struct zone *zone = load_zone("America/New_York");

    if (!zone) {
        tap_skip("days of New York", "no zoneinfo");
        return;
    }
    OK("a day of New York begins at its midnight",
       is_bucket(zone, DAY, "2026-01-08T04:59:59Z", "2026-01-07T05:00:00Z",
                 "2026-01-08T05:00:00Z"));
    OK("it has 23 hours when the clock goes forward",
       is_bucket(zone, DAY, "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z",
                 "2026-03-09T04:00:00Z"));
    OK("and 25 when it goes back",
       is_bucket(zone, DAY, "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z",
                 "2026-11-02T05:00:00Z"));
    OK("an hour is an hour in both",
       is_bucket(zone, HOUR, "2026-03-08T07:30:00Z", "2026-03-08T07:00:00Z",
                 "2026-03-08T08:00:00Z") &&
           is_bucket(zone, HOUR, "2026-11-01T05:30:00Z", "2026-11-01T05:00:00Z",
                     "2026-11-01T06:00:00Z") &&
           is_bucket(zone, HOUR, "2026-11-01T06:30:00Z", "2026-11-01T06:00:00Z",
                     "2026-11-01T07:00:00Z"));
    OK("four hours are four hours, but the last ones of a day of 23 or 25",
       is_bucket(zone, 4 * HOUR, "2026-03-08T10:00:00Z", "2026-03-08T09:00:00Z",
                 "2026-03-08T13:00:00Z") &&
           is_bucket(zone, 4 * HOUR, "2026-03-09T03:00:00Z",
                     "2026-03-09T01:00:00Z", "2026-03-09T04:00:00Z") &&
           is_bucket(zone, 4 * HOUR, "2026-11-02T04:30:00Z",
                     "2026-11-02T04:00:00Z", "2026-11-02T05:00:00Z"));
    OK("a week begins on Monday there",
       is_bucket(zone, 7 * DAY, "2026-03-09T03:59:59Z", "2026-03-02T05:00:00Z",
                 "2026-03-09T04:00:00Z"));
    zone_destroy(zone);
}

/* Walks a year minute by minute.  A day begins at the first minute of a date
 * that is later than all before, as localtime tells dates. */
static bool
days_agree(const struct zone *zone, const char *name, int year)
{
    time_t second = (time_t)(days_from_civil(year, 1, 3) * 86400);
    time_t last = second + 363 * 86400;
    int newest = 0;
    int64_t start = 0;
    struct bucket_days days;

    setenv("TZ", name, 1);
    tzset();
    bucket_days_init(&days, &(struct bucket_style){.zone = zone});
    for (; second < last; second += 60) {
        struct bucket day, part;
        struct tm tm;
        int64_t ns = second * NS_PER_SECOND;

        localtime_r(&second, &tm);
        if (tm.tm_year * 1000 + tm.tm_yday > newest) {
            start = newest ? ns : 0;
            newest = tm.tm_year * 1000 + tm.tm_yday;
        }
        if (!start)
            continue;
        day = bucket_find(&days, DAY, ns);
        part = bucket_find(&days, 7 * HOUR, ns);
        if (day.start != start || ns >= day.end || ns >= part.end ||
            part.start != start + (ns - start) / (7 * HOUR) * (7 * HOUR)) {
            tap_note("%s: at second %lld", name, (long long)second);
            return false;
        }
    }
    return true;
}

static void
test_zones(void)
{
    static const struct {
        const char *sentence, *name;
        int year;
    } cases[] = {
        {"days of New York are those of localtime", "America/New_York", 2026},
        {"of St John's, where the clock went back across midnight",
         "America/St_Johns", 2010},
        {"of Sao Paulo, where midnight was skipped", "America/Sao_Paulo", 2018},
        {"of Apia, where a day was skipped", "Pacific/Apia", 2011},
        {"of Lord Howe, where the clock moves by half an hour",
         "Australia/Lord_Howe", 2026},
        {"of Kathmandu, at a quarter to", "Asia/Kathmandu", 2026},
        {"of Dublin, with winter time the odd one", "Europe/Dublin", 2030},
    };

    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zone *zone = load_zone(cases[i].name);

        if (zone)
            OK(cases[i].sentence,
               days_agree(zone, cases[i].name, cases[i].year));
        else
            tap_skip(cases[i].sentence, "no zoneinfo");
        zone_destroy(zone);
    }
}

int
main(void)
{
    test_intervals();
    test_utc();
    test_day_start();
    test_new_york();
    test_zones();
    return tap_done();
}
