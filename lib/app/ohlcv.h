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

#include "bars/bars.h"
#include "cli/run.h"

/* Events that are no trades, for what is said when there were none. */
struct ohlcv_others {
    uint64_t orders, bars, quotes;
};

struct ohlcv {
    /* What the options say. */
    struct option_list intervals;
    int fill; /* enum bars_fill */
    const char *zone_name;
    bool keep; /* trades are passed on too */

    /* private */
    struct zone *zone;
    struct bars bars;
    struct run *run;
    uint64_t trade_count, bar_count;
    struct ohlcv_others others;
};

int ohlcv_prepare(void *state, struct run *run);
int ohlcv_begin(void *state, struct run *run, struct tape_header *header);
int ohlcv_define(void *state, struct run *run, const struct event *event);
int ohlcv_batch(void *state, struct run *run, const struct event **event);
int ohlcv_end(void *state, struct run *run, enum tape_status status);
int ohlcv_finish(void *state, struct run *run);
void ohlcv_summary(void *state, struct run *run, FILE *stream);
void ohlcv_destroy(void *state);

#endif
