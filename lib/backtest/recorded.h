/* recorded.h - how many of the executions that a market's history reports a
 * model reproduces: by instrument and hour of event time.
 */
#ifndef BACKTEST_RECORDED_H
#define BACKTEST_RECORDED_H

#include "base/bytes.h"
#include "base/map.h"
#include "sim/sim.h"
#include "tape/instruments.h"

struct recorded_row {
    uint32_t index;
    int64_t hour; /* its beginning */
    uint64_t counts[SIM_VERDICTS];
};

/* Zeroed: empty. */
struct recorded {
    struct recorded_row *rows; /* in order of their first event; owned */
    uint32_t count;
    size_t capacity;
    struct map places; /* instrument and hour -> row */
};

void recorded_free(struct recorded *recorded);

/* An event of that time had this verdict. 0, or -1 without memory. */
int recorded_note(struct recorded *recorded, uint32_t index, int64_t time,
                  enum sim_verdict verdict, struct failure *failure);

/* A table of them, and their sum. */
void recorded_write(const struct recorded *recorded,
                    const struct instruments *instruments, struct bytes *out);

#endif
