/* Calendars by hand-written texts: hours, nights, breaks, days that differ,
 * settlement, and what is refused with its line. */
#include "calendar/calendar.h"
#include "calendar/bucket.h"

#include <string.h>

#include "base/clock.h"
#include "tap.h"
#include "zone_made.h"

static struct zone *new_york;

static const struct zone *
find_zone(void *owner, const char *name, struct failure *failure)
{
    (void)owner;
    if (strcmp(name, "NY") != 0)
        fail(failure, FAILURE_USAGE, "there is no such zone");
    return strcmp(name, "NY") == 0 ? new_york : NULL;
}

static struct calendar *
read_text(const char *text, struct failure *failure)
{
    static const struct calendar_zones zones = {find_zone, NULL};

    return calendar_new("f:", text, strlen(text), &zones, failure);
}

#define HEAD "zone NY\ndates 2026-01-01 2026-12-31\n"

static int64_t
date_of(const char *text)
{
    int64_t ns = 0;

    time_parse(text, strlen(text), &ns);
    return ns / NS_PER_DAY;
}

/* Whether the day has those times, "open close open close ...". */
static bool
is_day(const struct calendar *calendar, const char *date, const char *times)
{
    struct calendar_day day;
    char text[CALENDAR_SPANS_MAX * 2 * (TIME_TEXT_MAX + 1)], *at = text;

    if (!calendar_find(calendar, date_of(date), &day))
        return times == NULL;
    for (unsigned i = 0; i < day.count; i++) {
        at += time_format(day.spans[i].open, at);
        *at++ = ' ';
        at += time_format(day.spans[i].close, at);
        *at++ = ' ';
    }
    at[-1] = '\0';
    if (times && strcmp(text, times) == 0)
        return true;
    tap_note("%s: %s", date, text);
    return false;
}

static void
test_days(void)
{
    struct failure failure = {0};
    struct calendar *c = read_text(
        HEAD "week 2026-01-01 mon,tue,wed,thu,fri 09:30-16:00 # plain\n"
             "week 2026-06-01 mon 09:30-12:00 13:00-16:00\n\n"
             "day 2026-01-19 closed # a holiday\n"
             "day 2026-09-11 closed known 2026-09-11\n"
             "day 2026-11-27 09:30-13:00\n"
             "settles 2026-10-12 no\n",
        &failure);

    OK("a weekday has the hours of its week, in local time",
       is_day(c, "2026-03-06", "2026-03-06T14:30:00Z 2026-03-06T21:00:00Z") &&
           is_day(c, "2026-03-09",
                  "2026-03-09T13:30:00Z 2026-03-09T20:00:00Z"));
    OK("a day that no week names, and one outside the dates, is none",
       is_day(c, "2026-03-07", NULL) && is_day(c, "2025-12-31", NULL) &&
           is_day(c, "2027-01-01", NULL));
    OK("a later week line holds from its date on, for its days alone",
       is_day(c, "2026-06-01",
              "2026-06-01T13:30:00Z 2026-06-01T16:00:00Z "
              "2026-06-01T17:00:00Z 2026-06-01T20:00:00Z") &&
           is_day(c, "2026-06-02",
                  "2026-06-02T13:30:00Z 2026-06-02T20:00:00Z"));
    OK("a day line takes the place of the week's hours",
       is_day(c, "2026-01-19", NULL) &&
           is_day(c, "2026-11-27",
                  "2026-11-27T14:30:00Z 2026-11-27T18:00:00Z"));
    OK("trades settle two days on, over a bank holiday and a weekend",
       calendar_settlement(c, date_of("2026-10-08"), 2) ==
               date_of("2026-10-13") &&
           !calendar_settles(c, date_of("2026-10-12")));
    OK("nothing settles past the dates that are known",
       calendar_settlement(c, date_of("2026-12-31"), 1) == INT64_MAX);
    OK("what becomes known later is not known before",
       is_day(c, "2026-09-11", NULL));
    calendar_as_of(c, date_of("2026-09-10"));
    OK("as of the day before, a closed day is a trading day",
       is_day(c, "2026-09-11", "2026-09-11T13:30:00Z 2026-09-11T20:00:00Z"));
    calendar_free(c);
}

/* The day's bucket around a time. */
static bool
is_bucket(const struct calendar *calendar, bool session, const char *time,
          const char *start, const char *end, bool closed)
{
    const struct bucket_style style = {.calendar = calendar,
                                       .session = session};
    struct bucket_days days;
    struct bucket bucket;
    int64_t at = 0, from = 0, to = 0;

    time_parse(time, strlen(time), &at);
    time_parse(start, strlen(start), &from);
    time_parse(end, strlen(end), &to);
    bucket_days_init(&days, &style);
    bucket = bucket_find(&days, NS_PER_DAY, at);
    return bucket.start == from && bucket.end == to && bucket.closed == closed;
}

static void
test_buckets(void)
{
    struct failure failure = {0};
    struct calendar *c = read_text(
        HEAD "week 2026-01-01 mon,tue,wed,thu,fri 09:30-16:00\n", &failure);

    OK("a session's day is from its open to its close",
       is_bucket(c, true, "2026-01-08T14:30:00Z", "2026-01-08T14:30:00Z",
                 "2026-01-08T21:00:00Z", false) &&
           is_bucket(c, true, "2026-01-08T20:59:59Z", "2026-01-08T14:30:00Z",
                     "2026-01-08T21:00:00Z", false));
    OK("after it comes the time until the next, over a weekend too",
       is_bucket(c, true, "2026-01-08T21:00:00Z", "2026-01-08T21:00:00Z",
                 "2026-01-09T14:30:00Z", true) &&
           is_bucket(c, true, "2026-01-10T12:00:00Z", "2026-01-09T21:00:00Z",
                     "2026-01-12T14:30:00Z", true));
    calendar_free(c);
}

static void
test_nights(void)
{
    struct failure failure = {0};
    struct calendar *c =
        read_text(HEAD "week 2026-01-01 mon,tue,wed,thu,fri 17:00-17:00\n"
                       "day 2026-03-10 18:00-24:00 00:00-12:00\n"
                       "day 2026-03-11 21:00-09:00 10:00-16:00\n"
                       "day 2026-03-12 pre_open 08:00-09:30 09:30-16:00 "
                       "extended 16:00-17:00\n",
                  &failure);
    struct calendar_day day;

    OK("hours that end where they begin are those since the evening before",
       is_day(c, "2026-01-12", "2026-01-11T22:00:00Z 2026-01-12T22:00:00Z"));
    OK("such a day has 23 hours when the clock is put forward on Sunday",
       is_day(c, "2026-03-09", "2026-03-08T21:00:00Z 2026-03-09T21:00:00Z"));
    OK("a midnight between two spans divides two dates",
       is_day(c, "2026-03-10",
              "2026-03-09T22:00:00Z 2026-03-10T04:00:00Z "
              "2026-03-10T04:00:00Z 2026-03-10T16:00:00Z"));
    OK("a night and a break go together",
       is_day(c, "2026-03-11",
              "2026-03-11T01:00:00Z 2026-03-11T13:00:00Z "
              "2026-03-11T14:00:00Z 2026-03-11T20:00:00Z"));
    OK("the session proper is without the pre-open and the extended hours",
       calendar_find(c, date_of("2026-03-12"), &day) && day.count == 3 &&
           day.open == day.spans[1].open && day.close == day.spans[1].close &&
           day.spans[0].phase == CALENDAR_PRE_OPEN &&
           day.spans[2].phase == CALENDAR_EXTENDED);
    calendar_free(c);
}

static void
test_refusals(void)
{
    static const char *const cases[][2] = {
        {"", "f:0: it ends without a zone line"},
        {"zone NY\n", "f:1: it ends without a dates line"},
        {"zone Mars\n", "f:1: there is no such zone"},
        {HEAD "sunday\n", "f:3: \"sunday\" begins no line of a calendar: "
                          "zone, dates, week, day or settles does"},
        {HEAD "week 2026-01-01 mon 9:30-16:00\n",
         "f:3: \"9:30-16:00\" is not a span such as 09:30-16:00"},
        {HEAD "week 2026-01-01 mon 09:30-24:01\n",
         "f:3: \"09:30-24:01\" is not a span such as 09:30-16:00"},
        {HEAD "week 2026-01-01 monday 09:30-16:00\n",
         "f:3: \"monday\" is not a list of days: mon,tue,sun"},
        {HEAD "\nday 2026-02-30 closed\n",
         "f:4: \"2026-02-30\" is not a date such as 2026-01-08"},
        {HEAD "day 2026-02-03 closed\nday 2026-02-02 closed\n",
         "f:4: dates must be in order"},
        {HEAD "day 2026-02-03 closed\nday 2026-02-03 closed\n",
         "f:4: the date is given twice"},
        {HEAD "day 2026-02-03 17:00-09:00 10:00-08:00\n",
         "f:3: \"10:00-08:00\" makes more than one night of a session"},
        {HEAD "day 2026-02-03 17:00-16:00 16:30-18:00\n",
         "f:3: \"16:30-18:00\" makes the session longer than a day"},
        {HEAD "day 2026-02-03 closed early\n", "f:3: \"early\" is too much"},
        {HEAD "settles 2026-02-03 perhaps\n",
         "f:3: \"perhaps\" is neither yes nor no"},
        {HEAD "zone NY\n", "f:3: the zone is given twice"},
        {HEAD "dates 2026-01-01 2026-12-31\n",
         "f:3: the dates are given twice"},
        {HEAD "week 2026-01-01 mon,tue,mon 09:30-16:00\n",
         "f:3: \"mon,tue,mon\" names a day twice"},
        {HEAD "week 2026-01-01 mon,tue 09:30-16:00\n"
              "week 2026-01-01 tue 09:30-12:00\n",
         "f:4: a day has two hours from the same date"},
        {HEAD "day 2026-02-03 24:00-24:00\n",
         "f:3: \"24:00-24:00\" begins at 24:00, where a day ends"},
        {HEAD "day 2025-12-31 closed\n",
         "f:3: the day is outside the dates of the calendar"},
        {"day 2027-01-01 closed\n" HEAD,
         "f:1: the day is outside the dates of the calendar"},
        {HEAD "week 2026-01-01 mon 09:30-16:00\n"
              "week 2026-01-01 tue 15:59-15:00\n",
         "f:4: a session begins before the one of the day before ends"},
        {HEAD "week 2026-01-01 mon,tue 17:00-16:00\n"
              "day 2026-02-02 09:00-18:00\n",
         "f:4: a session begins before the one of the day before ends"},
        {"zone NY\ndates 2026-01-02 2026-01-01\n",
         "f:2: the last date is before the first"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct failure failure = {0};
        struct calendar *c = read_text(cases[i][0], &failure);

        if (!OK(cases[i][1], !c && failure.kind == FAILURE_USAGE &&
                                 strcmp(failure.text, cases[i][1]) == 0))
            tap_note("%s", failure.text);
        calendar_free(c);
    }
}

int
main(void)
{
    new_york = zone_ruled("EST5EDT,M3.2.0,M11.1.0");
    test_days();
    test_buckets();
    test_nights();
    test_refusals();
    zone_destroy(new_york);
    return tap_done();
}
