/* history.h - trades that may still be taken out again.
 *
 * Of each instrument, in chunks of a minute, each in the order of arrival: to
 * add or find one costs the same however many there are, and to go over those
 * of a bar costs as many as it has.  Memory: 80 to 160 bytes a trade.
 */
#ifndef BARS_HISTORY_H
#define BARS_HISTORY_H

#include <stddef.h>

#include "bars/sum.h"
#include "base/failure.h"

struct history_list;

/* Zeroed it is ready. */
struct history {
    struct history_list *lists; /* by instrument; owned */
    size_t count, capacity;
};

void history_free(struct history *history);

/* Adds a trade, whose time is one of bucket.h. */
int history_add(struct history *history, uint32_t index,
                const struct sum_trade *trade, struct failure *failure);

/* The trade of an id that is not 0, at a time, TIME_NULL if that is not known;
 * else the last to arrive. NULL when there is none.  Valid until the history
 * changes. */
const struct sum_trade *history_find(const struct history *history,
                                     uint32_t index, uint64_t id, int64_t time);

/* Takes a trade out that history_find found. */
void history_remove(struct history *history, uint32_t index,
                    const struct sum_trade *trade);

/* The sum of the trades from a time to before another. */
void history_sum(const struct history *history, uint32_t index, int64_t from,
                 int64_t to, struct sum *sum);

/* Forgets chunks that end by then. */
void history_trim(struct history *history, int64_t before);

#endif
