/* amend.h - bars that change after they were written.
 *
 * A trade that comes late, or is cancelled, changes every bar that it is in.
 * Those that were written are written again, as a whole, with the next
 * revision; their time is then how far the tape had come.  A part of bars.c.
 *
 * What is more than hold before the latest time cannot change any more.
 * Memory: that of history.h for the trades of the longest bars that can
 * change, and 180 bytes for each bar that was written and can.
 */
#ifndef BARS_AMEND_H
#define BARS_AMEND_H

#include "bars/bars.h"
#include "bars/history.h"

struct amend_list;

struct amend {
    int64_t hold;
    struct history history;
    struct amend_list *lists; /* by level and instrument; owned */
    size_t level_count, capacity;
    int64_t trimmed; /* how far the tape had come then */
};

/* NULL with the failure set. */
struct amend *amend_new(int64_t hold, unsigned levels, struct failure *failure);
void amend_free(struct amend *amend);

/* Forgets all. */
void amend_begin(struct amend *amend);

/* Remembers a trade that was added to the open bars. */
int amend_add(struct bars *bars, uint32_t index, const struct sum_trade *trade,
              struct failure *failure);

/* Remembers a bar that was written. */
int amend_keep(struct bars *bars, unsigned level, uint32_t index,
               const struct sum *sum, struct failure *failure);

/* Adds a trade from before the open buckets. */
enum bars_taken amend_late(struct bars *bars, uint32_t index,
                           const struct sum_trade *trade,
                           struct failure *failure);

/* Takes a trade out. */
enum bars_taken amend_cancel(struct bars *bars, uint32_t index, uint64_t id,
                             int64_t time, struct failure *failure);

#endif
