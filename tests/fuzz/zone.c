/* Fuzzes time zone files: any bytes are refused or make a zone whose days
 * begin in order. */
#include "calendar/zone.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

static void
check_day(const struct zone *zone, int64_t ns)
{
    int64_t day = zone_day(zone, ns), start = zone_day_start(zone, day);
    int offset = zone_offset(zone, ns);

    assert(offset > -25 * 3600 && offset < 26 * 3600);
    assert(start <= ns && start != TIME_NULL);
    assert(start <= zone_day_start(zone, day + 1));
    if (start > TIME_NULL + 1) {
        assert(zone_day(zone, start) >= day);
        assert(zone_day(zone, start - 1) < day);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const int64_t times[] = {TIME_NULL + 1, -1, 0,
                                    INT64_C(1541300400000000000), INT64_MAX};
    struct failure failure = {0};
    struct zone *zone = zone_new("fuzz", bytes, size, &failure);

    if (!zone) {
        assert(failure.kind == FAILURE_USAGE);
        return 0;
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        check_day(zone, times[i]);
    for (int month = 0; month < 24; month++)
        check_day(zone, INT64_C(1767864600000000000) + month * 30 * NS_PER_DAY +
                            month * NS_PER_HOUR);
    zone_destroy(zone);
    return 0;
}
