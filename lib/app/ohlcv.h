/* ohlcv.h - what xohlcv does: trades in, bars out, the rest passed on.
 *
 * A bar is written just before the trade or clock that shows its end to have
 * passed; those still open at the end of a tape are written there and marked
 * partial.  The arithmetic is lib/bars; here is the way from events to trades
 * and from bars to events.
 *
 * The functions are those of a struct filter, whose state a struct ohlcv is.
 */
#ifndef APP_OHLCV_H
#define APP_OHLCV_H

#include "app/venue.h"
#include "bars/bars.h"
#include "bars/conditions.h"
#include "bars/counts.h"
#include "bars/each.h"
#include "cli/run.h"

/* Events that are no trades, for what is said when there were none. */
struct ohlcv_others {
    uint64_t orders, bars, quotes;
};

/* What bars are made of. */
enum ohlcv_from {
    OHLCV_TRADE,
    OHLCV_PRINT,
    OHLCV_BID,
    OHLCV_ASK,
    OHLCV_MID,
    OHLCV_BAR,
};

/* What makes the bars of times. */
enum ohlcv_engine {
    OHLCV_NONE,     /* there are none */
    OHLCV_TOGETHER, /* bars */
    OHLCV_EACH,     /* each */
};

struct ohlcv {
    /* What the options say; those that are choices are below 0 when not
     * given. */
    struct option_list intervals;
    int fill;  /* enum bars_fill */
    int order; /* of times: 0 of the tape, 1 of each instrument */
    int hours; /* 0 of the session, 1 all */
    int late;  /* enum bars_late */
    int64_t hold, partial;
    const char *from_text, *conditions_name;
    const char *zone_name, *day_start, *session, *calendar_name;
    bool keep; /* trades are passed on too */

    /* private */
    struct zone *zone;
    struct venue venue;
    struct bars_options bars_options;
    enum ohlcv_engine engine;
    bool fast; /* most trades need bars_add only */
    struct bars bars;
    struct bars_each each;
    struct counts counts;
    struct bucket_days days;
    struct conditions conditions;
    struct run *run;
    int from;               /* enum ohlcv_from; below 0: trades and prints */
    int64_t bar_interval;   /* of the bars that are taken; 0: the first's */
    int64_t first_interval; /* of bars on this tape */
    uint64_t trade_count, bar_count, cancel_count, partial_count;
    uint64_t taken[BARS_EMPTY + 1]; /* what became of trades */
    struct ohlcv_others others;
};

/* Whether bars are made of an event. */
bool ohlcv_takes(const struct ohlcv *x, const struct event *event);

/* One event that is more than a sum. */
int ohlcv_take(struct ohlcv *x, struct run *run, const struct event *event);
int ohlcv_take_cancel(struct ohlcv *x, struct run *run,
                      const struct event *event);
int ohlcv_take_clock(struct ohlcv *x, struct run *run,
                     const struct event *event);

/* No option is given. */
void ohlcv_init(struct ohlcv *x);

int ohlcv_prepare(void *state, struct run *run);
int ohlcv_begin(void *state, struct run *run, struct tape_header *header);
int ohlcv_define(void *state, struct run *run, const struct event *event);
int ohlcv_batch(void *state, struct run *run, const struct event **event);
int ohlcv_end(void *state, struct run *run, enum tape_status status);
int ohlcv_finish(void *state, struct run *run);
void ohlcv_summary(void *state, struct run *run, FILE *stream);
void ohlcv_destroy(void *state);

#endif
