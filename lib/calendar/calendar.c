#include "calendar/calendar.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "calendar/calendar_text.h"

struct calendar *
calendar_new(const char *place, const char *text, size_t size,
             const struct calendar_zones *zones, struct failure *failure)
{
    struct calendar *calendar = allocate(failure, 1, sizeof *calendar);

    if (calendar &&
        calendar_parse(calendar, place, text, size, zones, failure) != 0) {
        calendar_free(calendar);
        return NULL;
    }
    return calendar;
}

void
calendar_free(struct calendar *calendar)
{
    if (!calendar)
        return;
    free(calendar->weeks);
    free(calendar->days);
    free(calendar->banks);
    free(calendar);
}

void
calendar_as_of(struct calendar *calendar, int64_t date)
{
    size_t kept = 0;

    for (size_t i = 0; i < calendar->day_count; i++)
        if (calendar->days[i].known <= date)
            calendar->days[kept++] = calendar->days[i];
    calendar->day_count = kept;
}

const struct zone *
calendar_zone(const struct calendar *calendar)
{
    return calendar->zone;
}

int64_t
calendar_first(const struct calendar *calendar)
{
    return calendar->first;
}

int64_t
calendar_last(const struct calendar *calendar)
{
    return calendar->last;
}

/* ---- days ---------------------------------------------------------------- */

/* The hours that the week has for a date; NULL: none. */
static const struct calendar_hours *
week_hours(const struct calendar *calendar, int64_t date)
{
    unsigned weekday = (unsigned)((date % 7 + 10) % 7); /* 0: Monday */

    for (size_t i = calendar->week_count; i-- > 0;) {
        const struct calendar_week *week = &calendar->weeks[i];

        if (week->from <= date && week->weekdays >> weekday & 1)
            return &week->hours;
    }
    return NULL;
}

/* The line of a date, of those sorted by date; NULL: none. */
static const struct calendar_line *
find_line(const struct calendar_line *lines, size_t count, int64_t date)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (lines[middle].date < date)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && lines[low].date == date ? &lines[low] : NULL;
}

static const struct calendar_hours *
find_hours(const struct calendar *calendar, int64_t date)
{
    const struct calendar_line *line;

    if (date < calendar->first || date > calendar->last)
        return NULL;
    line = find_line(calendar->days, calendar->day_count, date);
    return line ? &line->hours : week_hours(calendar, date);
}

static bool
is_session(enum calendar_phase phase)
{
    return phase != CALENDAR_PRE_OPEN && phase != CALENDAR_EXTENDED;
}

/* Where the session proper begins and ends. */
static void
set_bounds(struct calendar_day *day)
{
    unsigned first = 0, last = day->count - 1;

    while (first < last && !is_session(day->spans[first].phase))
        first++;
    while (last > first && !is_session(day->spans[last].phase))
        last--;
    if (first == last && !is_session(day->spans[first].phase)) {
        first = 0;
        last = day->count - 1;
    }
    day->open = day->spans[first].open;
    day->close = day->spans[last].close;
}

bool
calendar_find(const struct calendar *calendar, int64_t date,
              struct calendar_day *day)
{
    const struct calendar_hours *hours = find_hours(calendar, date);
    int64_t midnight = date;

    if (!hours || hours->count == 0)
        return false;
    day->date = date;
    day->count = hours->count;
    for (unsigned i = 0; i < hours->count; i++) {
        const struct calendar_clock *clock = &hours->clocks[i];
        struct calendar_span *span = &day->spans[i];

        span->phase = clock->phase;
        span->open = zone_time(calendar->zone, midnight, clock->open);
        span->close = zone_time(calendar->zone, midnight, clock->close);
        assert(i == 0 || span->open >= day->spans[i - 1].close);
    }
    set_bounds(day);
    return true;
}

/* ---- settlement ---------------------------------------------------------- */

bool
calendar_settles(const struct calendar *calendar, int64_t date)
{
    const struct calendar_line *line =
        find_line(calendar->banks, calendar->bank_count, date);
    const struct calendar_hours *hours;

    if (line)
        return line->settles;
    hours = find_hours(calendar, date);
    return hours && hours->count > 0;
}

int64_t
calendar_settlement(const struct calendar *calendar, int64_t date,
                    unsigned count)
{
    while (count > 0 && date < calendar->last)
        count -= calendar_settles(calendar, ++date);
    return count == 0 ? date : INT64_MAX;
}
