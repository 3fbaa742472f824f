/* bars_private.h - what the files of the bars' engine share. */
#ifndef BARS_BARS_PRIVATE_H
#define BARS_BARS_PRIVATE_H

#include "bars/bars.h"

/* Makes room for an instrument. */
int bars_grow(struct bars *bars, uint32_t index, struct failure *failure);

/* Closes the levels whose bucket ends there, the lower before the higher. */
int bars_close_levels(struct bars *bars, int64_t end, bool partial,
                      struct failure *failure);

/* Closes what ends by that time and opens the buckets that hold it. */
int bars_advance(struct bars *bars, int64_t time, struct failure *failure);

/* Says that a trade or bar of that time comes too late.  Returns
 * BARS_FAILED. */
enum bars_taken bars_fail_late(struct bars *bars, int64_t time,
                               struct failure *failure);

/* What bars that are made of bars may lack. */
enum bars_lack { BARS_NO_COUNT = 1, BARS_NO_NOTIONAL = 2, BARS_NO_SIDES = 4 };

/* Writes all open bars as they are, with that time, flagged partial. */
int bars_write_partial(struct bars *bars, int64_t time,
                       struct failure *failure);

int bars_too_many(struct failure *failure);

#endif
