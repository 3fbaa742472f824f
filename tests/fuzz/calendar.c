/* Fuzzes calendars: any bytes are refused with a line, or make days whose
 * spans are in order. */
#include "calendar/calendar.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/zone_made.h"

static const struct zone *
find_zone(void *owner, const char *name, struct failure *failure)
{
    if (strcmp(name, "Z") != 0)
        fail(failure, FAILURE_USAGE, "no such zone");
    return strcmp(name, "Z") == 0 ? owner : NULL;
}

static void
check_day(const struct calendar *calendar, int64_t date)
{
    struct calendar_day day;

    if (!calendar_find(calendar, date, &day))
        return;
    assert(day.date == date && day.count >= 1);
    assert(date >= calendar_first(calendar) && date <= calendar_last(calendar));
    assert(day.spans[0].open <= day.open && day.open <= day.close);
    for (unsigned i = 0; i < day.count; i++) {
        assert(day.spans[i].open <= day.spans[i].close);
        assert(i == 0 || day.spans[i - 1].close <= day.spans[i].open);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *text, size_t size)
{
    static struct zone *zone;
    struct failure failure = {0};
    struct calendar_zones zones = {find_zone, NULL};
    struct calendar *calendar;
    int64_t first;

    if (!zone)
        zone = zone_ruled("EST5EDT,M3.2.0,M11.1.0");
    zones.owner = zone;
    calendar = calendar_new("c", (const char *)text, size, &zones, &failure);
    if (!calendar) {
        assert(failure.kind == FAILURE_USAGE && failure.text[0] == 'c');
        assert(!strchr(failure.text, '\n'));
        return 0;
    }
    first = calendar_first(calendar);
    for (int64_t date = first - 2; date < first + 400; date++)
        check_day(calendar, date);
    check_day(calendar, calendar_last(calendar));
    assert(calendar_settlement(calendar, first, 2) >= first);
    calendar_as_of(calendar, first);
    check_day(calendar, first);
    calendar_free(calendar);
    return 0;
}
