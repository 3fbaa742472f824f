/* finish.h - what an event led to: stops act, and auctions have another price.
 */
#ifndef MATCH_FINISH_H
#define MATCH_FINISH_H

#include "match/match.h"

/* After an event that left the engine busy, or of a market (NULL: of none)
 * where trading is not continuous.  0, or -1 if out of memory. */
int match_finish(struct match *match, struct market *market,
                 const struct event *event, struct failure *failure);

#endif
