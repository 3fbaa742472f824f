/* counts.h - bars of an amount of trading in place of a time.
 *
 * A bar closes with the trade by which it reaches its size; that trade is
 * whole in it, and the next bar begins with nothing.  With x being 1, the
 * quantity or the notional of a trade, a bar is full when
 *
 *      tick, volume, value    the sum of x
 *      ..._imbalance          |bought x - sold x|
 *      ..._run                the greater of bought x and sold x
 *
 * is its size or more.  A trade without a side is bought when its price is
 * above the last other price of its instrument, sold when below, and as the
 * trade before it when equal (the tick rule); the first is bought.
 *
 * Source: M. Lopez de Prado, Advances in Financial Machine Learning, 2018,
 * 2.3.1 and 2.3.2.  The sizes of imbalances and runs are fixed here, not the
 * moving averages of the book, which hang on how they are started.
 *
 * Trades count in the order in which they come, whatever their times.
 * Memory: 200 bytes for each instrument and size.
 */
#ifndef BARS_COUNTS_H
#define BARS_COUNTS_H

#include "bars/sum.h"
#include "base/failure.h"
#include "base/interval.h"
#include "tape/enums.h"

#define COUNTS_MAX 64

/* An instrument's bar of one size. */
struct counts_bar {
    struct sum sum;
    struct amount sides[2]; /* x: sold, bought */
    int64_t start, last;    /* times of its first and last trade */
};

struct counts {
    unsigned count;
    int64_t intervals[COUNTS_MAX];
    struct counts_bar *bars[COUNTS_MAX]; /* by instrument; owned */
    struct counts_last *last;            /* of the tick rule; owned */
    uint32_t capacity;

    /* As of bars.h. */
    struct bar *(*room)(void *owner, uint32_t index);
    void *owner;
};

/* Whether counts makes the bars of an interval. */
bool counts_interval(int64_t interval);

/* Zeroed but for the intervals, room and owner, counts is ready. */
void counts_free(struct counts *counts);

/* Forgets all trades. */
void counts_begin(struct counts *counts);

/* Takes a trade that bars_trade would take; its side may be null.  Writes the
 * bars that it fills. */
int counts_trade(struct counts *counts, uint32_t index,
                 const struct sum_trade *trade, enum side side,
                 struct failure *failure);

/* Writes the bars that are not full, flagged partial.  Then as after
 * counts_begin. */
void counts_end(struct counts *counts);

#endif
