/* pace.h - lets events happen when it is their time.
 *
 * Every deadline is counted from one anchor, the wall time at which the first
 * event was let go, so what one wait is late by does not add to the next: no
 * drift.  The machine's clock decides when something happens, never what.
 */
#ifndef IO_PACE_H
#define IO_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_BUCKETS 1024

/* How late, in a fixed number of buckets, each a sixteenth of its power of
 * two wide: the percentiles are right to 6 %. */
struct pace_late {
    uint64_t count;
    int64_t max, last; /* nanoseconds */
    uint64_t buckets[PACE_BUCKETS];
};

struct pace {
    int64_t speed;   /* 10^-8: 1 is as recorded */
    int64_t max_gap; /* nanoseconds of event time; 0: no limit */
    bool precise;    /* spin the last of the way */

    struct pace_late timer; /* the machine's timer: each wake-up */

    /* private */
    bool begun;
    int64_t anchor; /* wall */
    int64_t first;  /* event time at the anchor, the gaps left out added */
    int64_t last;   /* latest event time */
};

/* Nanoseconds on a clock that never jumps. */
int64_t pace_now(void);

/* Waits so long, without a look at anything. */
void pace_sleep(int64_t ns);

/* When the event with that time is due, on that clock.  An event whose time
 * steps back, or that has none, is due with the one before. */
int64_t pace_deadline(struct pace *pace, int64_t time);

/* Waits until deadline; false when stopped said so before. */
bool pace_wait(struct pace *pace, int64_t deadline, bool (*stopped)(void *),
               void *owner);

/* Notes that something happened ns after its deadline. */
void pace_note(struct pace_late *late, int64_t ns);

/* The lateness that permille of a thousand did not exceed, nanoseconds. */
int64_t pace_percentile(const struct pace_late *late, unsigned permille);

#endif
