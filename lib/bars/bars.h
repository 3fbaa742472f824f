/* bars.h - bars of any number of intervals from one pass over the trades.
 *
 *      bars_init        intervals, zone, fill, and who takes the bars
 *      bars_begin       a tape begins: nothing before it counts
 *      bars_trade ...   trades in the order of the tape
 *      bars_clock ...   nothing earlier follows
 *      bars_end         writes what is still open, marked partial
 *      bars_free
 *
 * The latest time of any trade or clock is the mark.  A bar is written when
 * the mark reaches its end, before the bars_trade or bars_clock that brought
 * it there takes effect: in order of (end, interval, instrument).  So what is
 * written depends on the sequence of trades and clocks alone.
 *
 * All instruments share the buckets of an interval, and only one bucket of an
 * interval is open at a time: the one that holds the mark.  Trades are added
 * to one sum per instrument, that of the lowest level, whose bucket is what
 * all open buckets have in common; when it ends its sums are merged into the
 * levels above, and so on up where buckets nest:
 *
 *      1s -> 1m -> 5m -> 1h -> 1d          5m <- (both) -> 7m
 *
 * Where the smallest interval does not nest in all others, as on the right,
 * the lowest level is a hidden one.
 *
 * Memory: 144 bytes for each instrument and interval.
 */
#ifndef BARS_BARS_H
#define BARS_BARS_H

#include "bars/sum.h"
#include "base/failure.h"
#include "calendar/bucket.h"

#define BARS_INTERVALS_MAX 64
#define BARS_FILL_MAX      10000000 /* buckets of one interval in one gap */

enum bars_fill {
    BARS_FILL_NONE = 0, /* no bar without trades */
    BARS_FILL_PREV,     /* such a bar has the previous close, volume 0 */
    BARS_FILL_NULL,     /* it has no prices */
};

/* What became of a trade. */
enum bars_taken {
    BARS_FAILED = -1,
    BARS_TAKEN = 0,
    BARS_OUTSIDE, /* left out: in no session */
    BARS_LATE,    /* left out: its bars can change no more */
    BARS_UNKNOWN, /* of a cancel: there is no such trade */
    BARS_EMPTY,   /* left out: it has neither price nor quantity */
};

/* What is done to a trade of a bar that was written. */
enum bars_late {
    BARS_LATE_ERROR = 0,
    BARS_LATE_DROP,
    BARS_LATE_AMEND, /* see amend.h; not with fill */
};

struct bars_options {
    unsigned count;                        /* of intervals, at least 1 */
    int64_t intervals[BARS_INTERVALS_MAX]; /* valid; in any order; one given
                                            * twice counts once */
    struct bucket_style style;             /* what it lends must outlive bars */
    enum bars_fill fill;
    bool alone; /* there is one instrument only, 0 */
    enum bars_late late;
    int64_t hold;    /* of amendments, nanoseconds */
    int64_t partial; /* open bars are written so often, flagged partial; 0 */

    /* Where the next bar is to be written, of the instrument with that index.
     * The callee has set event.instrument; all else is filled in before it is
     * called again, and before the function that called it returns. */
    struct bar *(*room)(void *owner, uint32_t index);
    void *owner;
};

/* The sums of one interval. */
struct bars_level {
    int64_t interval; /* 0: hidden */
    struct bucket bucket;
    struct sum *sums;  /* by instrument index */
    uint64_t *touched; /* a bit for each sum that is not empty */
    unsigned source;   /* the level whose sums are merged into this one */
};

struct bars {
    /* What the buckets of all levels have in common.  A trade before its
     * start belongs to a bar that is written; one at its end or later closes
     * bars.  And the part of it in which a trade surely counts. */
    struct bucket common, bucket;
    struct bucket shut; /* around a trade that was left out: in no session */
    int64_t mark;       /* without the trades in the lowest level's sums */
    struct sum *sums;   /* of the lowest level */
    uint32_t capacity, least; /* instruments; least: at first */

    unsigned level_count;
    struct bars_level levels[BARS_INTERVALS_MAX + 1]; /* by interval */
    struct bucket_days days, probe; /* probe: for questions aside */
    enum bars_late late;
    int64_t partial, next_partial; /* when the next ones are due */
    struct amend *amend;           /* owned; NULL: nothing is amended */
    unsigned lacks; /* a bit for what some bar that was taken has not */
    bool begun;     /* buckets are set: a trade or clock was seen */

    enum bars_fill fill;
    bool trading;     /* some bit of traded is set */
    uint64_t *traded; /* a bit for each instrument that ever traded */
    int64_t *closes;  /* their last price */

    struct bar *(*room)(void *owner, uint32_t index);
    void *owner;
};

int bars_init(struct bars *bars, const struct bars_options *options,
              struct failure *failure);
void bars_free(struct bars *bars);

/* Forgets all trades. */
void bars_begin(struct bars *bars);

/* Takes a trade of an instrument, those of its parts that it has: without a
 * quantity, or with one of 0, it gives prices and no volume, without a price
 * volume and no prices.  Fails with class data when it has no time, or numbers
 * out of range, when it belongs to a bar that is written, unless late says
 * what to do, or makes a bar too large. */
enum bars_taken bars_trade(struct bars *bars, uint32_t index,
                           const struct sum_trade *trade,
                           struct failure *failure);

/* Takes a bar in place of its trades; it must lie in one bar of each interval,
 * and come in order of ends.  Bars of an instrument without one of their
 * fields give bars without it.  As bars_trade; BARS_EMPTY: it has no trades.
 * Not with BARS_LATE_AMEND. */
enum bars_taken bars_bar(struct bars *bars, uint32_t index,
                         const struct bar *bar, struct failure *failure);

/* Takes out a trade that is cancelled; time: its own, TIME_NULL if it is not
 * known. Only with BARS_LATE_AMEND. */
enum bars_taken bars_cancel(struct bars *bars, uint32_t index, uint64_t id,
                            int64_t time, struct failure *failure);

/* Whether bars_trade would take a trade, but for bars that are written. */
enum bars_taken bars_check(struct bucket_days *days, struct sum_trade *trade,
                           struct failure *failure);

/* Takes it if only the sum of its instrument changes, as nearly all trades do.
 * False, with nothing done, when bars_trade has to look.  That calls nothing,
 * so that a loop over trades keeps what it needs in registers. */
static inline bool
bars_add(struct bars *bars, uint32_t index, const struct sum_trade *trade)
{
    const uint64_t width = 2 * (uint64_t)DECIMAL_MAX;
    struct sum *sum;

    if (index >= bars->capacity || trade->time < bars->bucket.start ||
        trade->time >= bars->bucket.end ||
        (uint64_t)trade->price + DECIMAL_MAX > width ||
        (uint64_t)trade->quantity - 1 >= DECIMAL_MAX)
        return false;
    sum = &bars->sums[index];
    if (sum->count - 1 >= SUM_COUNT_MAX - 1)
        return false;
    sum_add(sum, trade);
    return true;
}

/* Whether bars_trade would leave it out as the last one that was in no
 * session. */
static inline bool
bars_outside(const struct bars *bars, const struct sum_trade *trade)
{
    return trade->time >= bars->shut.start && trade->time < bars->shut.end &&
           (uint64_t)trade->price + DECIMAL_MAX <= 2 * (uint64_t)DECIMAL_MAX &&
           (uint64_t)trade->quantity - 1 < DECIMAL_MAX;
}

/* Nothing before that time follows: closes the bars that ended by then. */
int bars_clock(struct bars *bars, int64_t time, struct failure *failure);

/* The tape is over: writes the bars whose end the mark did not reach, flagged
 * partial; the time of such a bar is the mark. Then as after bars_begin. */
int bars_end(struct bars *bars, struct failure *failure);

#endif
