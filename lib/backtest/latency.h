/* latency.h - how long it takes from what a strategy sees to what it does.
 *
 * The same for all that it asks for in one turn, and drawn from the number of
 * that turn and the seed: so it is the same in every run, and however turns are
 * asked.
 */
#ifndef BACKTEST_LATENCY_H
#define BACKTEST_LATENCY_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* Times in nanoseconds, none below 0. */
struct latency {
    /* What the options ask for. */
    int64_t order, feed;
    int64_t jitter;   /* up to so much more */
    const char *file; /* samples of the whole, one a line; NULL: none */
    uint64_t seed;

    /* private, but for least */
    int64_t *samples; /* owned */
    size_t count, capacity;
    int64_t least; /* of all that are possible */
};

/* Reads the file.  0, or -1 with a failure of class usage that names the file
 * and the line. */
int latency_prepare(struct latency *latency, struct failure *failure);
void latency_free(struct latency *latency);

/* That of what a strategy, by its number, asks for in a turn. */
int64_t latency_of(const struct latency *latency, uint64_t turn,
                   unsigned strategy);

#endif
