/* Intervals as text: what they are, and what is none. */
#include "base/interval.h"

#include <string.h>

#include "base/clock.h"
#include "tap.h"

static bool
is(const char *text, enum interval_unit unit, int64_t size)
{
    int64_t interval = 0;
    char back[INTERVAL_TEXT_MAX];
    int64_t again = 0;
    bool same = interval_parse(text, strlen(text), &interval) &&
                interval_unit(interval) == unit &&
                interval_size(interval) == size;

    if (same && unit != INTERVAL_TIME)
        same = interval_parse(back, interval_format(interval, back), &again) &&
               again == interval;
    if (!same)
        tap_note("%s", text);
    return same;
}

static bool
is_none(const char *text)
{
    int64_t interval = 42;

    return !interval_parse(text, strlen(text), &interval) && interval == 42;
}

int
main(void)
{
    char text[64];

    OK("durations are nanoseconds",
       is("1h30m", INTERVAL_TIME, 90 * 60 * NS_PER_SECOND) &&
           is("1w", INTERVAL_TIME, 7 * NS_PER_DAY));
    OK("quarters and years are months", is("1mo", INTERVAL_MONTH, 1) &&
                                            is("2q", INTERVAL_MONTH, 6) &&
                                            is("3y", INTERVAL_MONTH, 36));
    OK("amounts of trading are counted, or in 10^-8",
       is("tick:100", INTERVAL_TICK, 100) &&
           is("volume:5000", INTERVAL_VOLUME, 5000 * INT64_C(100000000)) &&
           is("tick_run:50", INTERVAL_TICK_RUN, 50));
    OK("a number that is none, or of nothing, is none",
       is_none("") && is_none("0mo") && is_none("mo") && is_none("tick:") &&
           is_none("tick:0") && is_none("tick:-1") && is_none("1 mo") &&
           is_none("99999999999999999999mo"));
    snprintf(text, sizeof text, "%lldy", (long long)(INTERVAL_SIZE_MAX / 12));
    OK("the longest is one",
       is(text, INTERVAL_MONTH, INTERVAL_SIZE_MAX / 12 * 12));
    snprintf(text, sizeof text, "%lldy",
             (long long)(INTERVAL_SIZE_MAX / 12 + 1));
    OK("a longer one is none", is_none(text));
    return tap_done();
}
