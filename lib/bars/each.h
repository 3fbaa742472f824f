/* each.h - bars of instruments whose times are in order only one by one.
 *
 * As bars.h, but each instrument is on its own: its bars are closed by its
 * own trades and by clocks, never by the trades of others, so that a tape may
 * step back in time from one instrument to the next.  Bars that a clock closes
 * are in the order of the instruments.
 *
 * Memory: 5 KiB for each instrument, and that of bars.h.
 */
#ifndef BARS_EACH_H
#define BARS_EACH_H

#include "bars/bars.h"

struct each_bars;

struct bars_each {
    struct bars_options options; /* room and owner are those of all */
    struct each_bars **engines;  /* by instrument; owned */
    size_t count, capacity;
};

void each_free(struct bars_each *each);
void each_begin(struct bars_each *each);
enum bars_taken each_trade(struct bars_each *each, uint32_t index,
                           const struct sum_trade *trade,
                           struct failure *failure);

/* The engine of an instrument, which is alone in it; NULL: none yet. */
struct bars *each_engine(struct bars_each *each, uint32_t index);

int each_clock(struct bars_each *each, int64_t time, struct failure *failure);
int each_end(struct bars_each *each, struct failure *failure);

#endif
