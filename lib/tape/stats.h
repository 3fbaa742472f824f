/* stats.h - what can be counted on a tape without knowing what it means:
 * how many events of each type, when, and whether in order.
 */
#ifndef TAPE_STATS_H
#define TAPE_STATS_H

#include <stdint.h>

#include "base/failure.h"
#include "tape/event.h"
#include "tape/instruments.h"
#include "tape/reader.h"

struct tape_stats {
    uint64_t events, blocks;
    uint64_t begin, end; /* byte positions in the input */

    /* of the events that have a time; time_min > time_max: of none */
    int64_t time_min, time_max;
    uint64_t late;       /* events earlier than one before them */
    uint64_t first_late; /* seq of the first of them */
    uint64_t latest_by;  /* the farthest that time stepped back, ns */

    uint64_t *types; /* by type: how many; UINT16_MAX + 1 of them, owned */
    struct instruments instruments; /* their locals are this tape's */
};

int tape_stats_init(struct tape_stats *stats, struct failure *failure);
void tape_stats_free(struct tape_stats *stats);

/* At each HEADER; position is that of its first byte. */
void tape_stats_begin(struct tape_stats *stats, uint64_t position);

/* At each block; -1 with a failure that names the event when an instrument is
 * not soundly defined. */
int tape_stats_block(struct tape_stats *stats, const struct tape_reader *reader,
                     struct failure *failure);

#endif
