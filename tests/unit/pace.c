/* When events are due: by the first one, their times and the speed; and how
 * late they were. */
#include "io/pace.h"
#include "base/clock.h"
#include "base/decimal.h"
#include "tap.h"

#define SECOND NS_PER_SECOND

/* How long after the first event one is due. */
static int64_t
due(struct pace *pace, int64_t time)
{
    return pace_deadline(pace, time) - pace->anchor;
}

static void
test_deadlines(void)
{
    struct pace pace = {.speed = 2 * DECIMAL_ONE};

    OK("the first event is due at once", due(&pace, 100 * SECOND) == 0);
    OK("at twice the speed in half of the time",
       due(&pace, 106 * SECOND) == 3 * SECOND);
    OK("one whose time steps back, or that has none, with the one before",
       due(&pace, 101 * SECOND) == 3 * SECOND &&
           due(&pace, TIME_NULL) == 3 * SECOND &&
           due(&pace, 108 * SECOND) == 4 * SECOND);
    OK("one that would never come, never",
       (pace.speed = 1, due(&pace, INT64_MAX)) == INT64_MAX - pace.anchor);
}

static void
test_drift(void)
{
    struct pace pace = {.speed = 3 * DECIMAL_ONE};

    for (int64_t i = 0; i < 100000; i++)
        pace_deadline(&pace, i);
    OK("a deadline does not depend on those before: no drift",
       due(&pace, 300000) == 100000);
}

static void
test_gaps(void)
{
    struct pace pace = {.speed = DECIMAL_ONE, .max_gap = SECOND};

    due(&pace, TIME_NULL);
    OK("without a time before, there is no gap", due(&pace, SECOND) == 0);
    OK("a gap that may be is waited for",
       due(&pace, 3 * SECOND / 2) == SECOND / 2 &&
           due(&pace, 5 * SECOND / 2) == 3 * SECOND / 2);
    OK("of a longer one, what may be",
       due(&pace, 9 * SECOND) == 5 * SECOND / 2 &&
           due(&pace, 10 * SECOND) == 7 * SECOND / 2);
}

static bool
always(void *owner)
{
    (void)owner;
    return true;
}

static void
test_waiting(void)
{
    struct pace pace = {.speed = DECIMAL_ONE, .precise = true};

    OK("a wait can be stopped",
       !pace_wait(&pace, pace_now() + 1000 * SECOND, always, NULL));
}

static void
test_lateness(void)
{
    struct pace_late late = {0};
    bool near = true;

    for (int64_t ns = 1; ns <= 10000; ns++)
        pace_note(&late, ns * 1000);
    for (unsigned permille = 1; permille <= 1000; permille += 37) {
        int64_t is = permille * 10000L, told = pace_percentile(&late, permille);

        near &= told >= is && told <= is + is / 16;
    }
    OK("percentiles are right to a sixteenth, and never below", near);
    OK("the greatest is what it was",
       pace_percentile(&late, 1000) == 10000000 && late.max == 10000000);
    pace_note(&late, -5);
    OK("what was early was not late",
       late.last == 0 && late.count == 10001 && pace_percentile(&late, 0) == 0);
}

int
main(void)
{
    test_deadlines();
    test_drift();
    test_gaps();
    test_waiting();
    test_lateness();
    return tap_done();
}
