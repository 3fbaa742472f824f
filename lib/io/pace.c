#include "io/pace.h"

#include <assert.h>
#include <errno.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"
#include "base/decimal.h"

#define SLICE       (NS_PER_SECOND / 10) /* the longest sleep without a look */
#define SPIN        (NS_PER_SECOND / 5000)
#define BUCKET_BITS 4

int64_t
pace_now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

void
pace_sleep(int64_t ns)
{
    struct timespec time = {ns / NS_PER_SECOND, ns % NS_PER_SECOND};

    while (nanosleep(&time, &time) != 0 && errno == EINTR)
        ;
}

int64_t
pace_deadline(struct pace *pace, int64_t time)
{
    i128 wait;

    assert(pace->speed > 0 && pace->max_gap >= 0);
    if (!pace->begun) {
        pace->begun = true;
        pace->anchor = pace_now();
        pace->first = pace->last = time;
        (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* else 50 us */
    }
    if (pace->last == TIME_NULL && time != TIME_NULL)
        pace->first = pace->last = time;
    if (time > pace->last) {
        i128 gap = (i128)time - pace->last;

        if (pace->max_gap && gap > pace->max_gap)
            pace->first += (int64_t)(gap - pace->max_gap);
        pace->last = time;
    }
    wait = ((i128)pace->last - pace->first) * DECIMAL_ONE / pace->speed;
    if (wait > INT64_MAX - pace->anchor)
        return INT64_MAX;
    return pace->anchor + (int64_t)wait;
}

bool
pace_wait(struct pace *pace, int64_t deadline, bool (*stopped)(void *),
          void *owner)
{
    int64_t until = deadline - (pace->precise ? SPIN : 0);
    int64_t now = pace_now();

    /* in slices: a signal just before a sleep must not be slept over */
    while (now < until && !stopped(owner)) {
        int64_t to = until - now < SLICE ? until : now + SLICE;
        struct timespec time = {to / NS_PER_SECOND, to % NS_PER_SECOND};
        int error =
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);

        now = pace_now();
        if (error == 0)
            pace_note(&pace->timer, now - to);
    }
    while (now < deadline && pace->precise && !stopped(owner))
        now = pace_now();
    return !stopped(owner);
}

/* ---- lateness ------------------------------------------------------------ */

static unsigned
bucket_of(uint64_t ns)
{
    unsigned shift;

    if (ns < 1U << BUCKET_BITS)
        return (unsigned)ns;
    shift = 63U - (unsigned)__builtin_clzll(ns) - BUCKET_BITS;
    return ((shift + 1) << BUCKET_BITS) + (unsigned)(ns >> shift) -
           (1U << BUCKET_BITS);
}

/* The largest value that falls into a bucket. */
static uint64_t
bucket_end(unsigned bucket)
{
    unsigned shift = bucket >> BUCKET_BITS;
    uint64_t part = bucket & ((1U << BUCKET_BITS) - 1);

    if (shift == 0)
        return part;
    return (((1U << BUCKET_BITS) + part + 1) << (shift - 1)) - 1;
}

void
pace_note(struct pace_late *late, int64_t ns)
{
    unsigned bucket = bucket_of(ns < 0 ? 0 : (uint64_t)ns);

    assert(bucket < PACE_BUCKETS);
    if (ns < 0)
        ns = 0;
    if (ns > late->max)
        late->max = ns;
    late->last = ns;
    late->buckets[bucket]++;
    late->count++;
}

int64_t
pace_percentile(const struct pace_late *late, unsigned permille)
{
    uint64_t below = 0;
    uint64_t wanted = (late->count * permille + 999) / 1000;

    assert(permille <= 1000);
    for (unsigned i = 0; i < PACE_BUCKETS; i++) {
        below += late->buckets[i];
        if (below >= wanted && below > 0) {
            int64_t end = (int64_t)bucket_end(i);

            return end < late->max ? end : late->max;
        }
    }
    return late->max;
}
