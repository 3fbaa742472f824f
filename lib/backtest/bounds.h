/* bounds.h - what the same requests would have got if the queue were better or
 * worse: markets beside the one that is written, with the same events and the
 * same requests, whose fills are only counted.
 */
#ifndef BACKTEST_BOUNDS_H
#define BACKTEST_BOUNDS_H

#include "base/bytes.h"
#include "sim/sim.h"

#define BOUNDS 2 /* the back of the queue and its front */

struct bound {
    struct sim sim;
    struct bytes reports; /* of one event */
    char *scratch;        /* where they go without memory; owned */
    uint64_t fills;       /* of own orders that rested, */
    i128 quantity;        /* and how much in all */
};

/* Zeroed: off, and the functions do nothing. */
struct bounds {
    bool on;
    struct bound of[BOUNDS]; /* SIM_QUEUE_BACK, SIM_QUEUE_FRONT */
};

/* Stays where it is from now on.  The functions return 0 or -1. */
int bounds_init(struct bounds *bounds, const struct sim *like,
                struct failure *failure);
void bounds_free(struct bounds *bounds);

void bounds_begin(struct bounds *bounds);
int bounds_define(struct bounds *bounds, uint32_t index,
                  const struct instrument *definition, struct failure *failure);

/* What happens in the market; own: a request. */
int bounds_act(struct bounds *bounds, uint32_t index, const struct event *event,
               bool own, struct failure *failure);

#endif
