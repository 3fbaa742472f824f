#include "bars/counts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What the tick rule knows of an instrument; zeroed: nothing. */
struct counts_last {
    int64_t price;
    bool known, sold;
};

bool
counts_interval(int64_t interval)
{
    enum interval_unit unit = interval_unit(interval);

    return unit >= INTERVAL_TICK && unit < INTERVAL_UNITS;
}

void
counts_free(struct counts *counts)
{
    for (unsigned i = 0; i < counts->count; i++)
        free(counts->bars[i]);
    free(counts->last);
    *counts = (struct counts){0};
}

void
counts_begin(struct counts *counts)
{
    for (unsigned i = 0; i < counts->count; i++)
        if (counts->capacity)
            memset(counts->bars[i], 0,
                   counts->capacity * sizeof *counts->bars[i]);
    if (counts->capacity)
        memset(counts->last, 0, counts->capacity * sizeof *counts->last);
}

/* A larger copy of an array, what is new zero. */
static void *
enlarge(void *array, size_t old, size_t capacity, size_t each,
        struct failure *failure)
{
    void *larger = allocate(failure, capacity, each);

    if (larger && old > 0)
        memcpy(larger, array, old * each);
    if (larger)
        free(array);
    return larger;
}

static int
grow(struct counts *counts, uint32_t index, struct failure *failure)
{
    size_t old = counts->capacity, capacity = old ? old : 16;
    struct counts_last *last;

    while (capacity <= index)
        capacity *= 2;
    if (capacity > UINT32_MAX)
        return fail(failure, FAILURE_ENVIRONMENT, "too many instruments");
    for (unsigned i = 0; i < counts->count; i++) {
        struct counts_bar *bars =
            enlarge(counts->bars[i], old, capacity, sizeof *bars, failure);

        if (!bars)
            return -1;
        counts->bars[i] = bars;
    }
    last = enlarge(counts->last, old, capacity, sizeof *last, failure);
    if (!last)
        return -1;
    counts->last = last;
    counts->capacity = (uint32_t)capacity;
    return 0;
}

/* ---- bars ---------------------------------------------------------------- */

static bool
is_bought(struct counts_last *last, const struct sum_trade *trade,
          enum side side)
{
    if (side == SIDE_BUY || side == SIDE_SELL)
        last->sold = side == SIDE_SELL;
    else if (last->known && trade->price != DECIMAL_NULL &&
             trade->price != last->price)
        last->sold = trade->price < last->price;
    if (trade->price != DECIMAL_NULL) {
        last->price = trade->price;
        last->known = true;
    }
    return !last->sold;
}

static i128
x_of(enum interval_unit unit, const struct sum_trade *trade)
{
    i128 x;

    if ((unit - INTERVAL_TICK) % 3 != 0 && trade->without & SUM_VOLUME)
        return 0;
    switch ((unit - INTERVAL_TICK) % 3) {
    case 0: return 1;
    case 1: return trade->quantity;
    default:
        x = trade->price == DECIMAL_NULL
                ? 0
                : decimal_notional(trade->price, trade->quantity);
        return x < 0 ? -x : x;
    }
}

static bool
is_full(int64_t interval, const struct counts_bar *bar)
{
    enum interval_unit unit = interval_unit(interval);
    i128 sold = amount_get(bar->sides[0]), bought = amount_get(bar->sides[1]);
    i128 reached = bought > sold ? bought : sold;

    if (unit <= INTERVAL_VALUE)
        reached = bought + sold;
    else if (unit <= INTERVAL_VALUE_IMBALANCE)
        reached = bought > sold ? bought - sold : sold - bought;
    return reached >= interval_size(interval);
}

static void
write_bar(struct counts *counts, unsigned number, uint32_t index,
          enum bar_flag flag)
{
    struct counts_bar *full = &counts->bars[number][index];
    struct bar *bar = counts->room(counts->owner, index);

    assert(full->sum.count > 0);
    bar->event.words = sizeof *bar / 8;
    bar->event.type = EVENT_BAR;
    bar->event.time = full->last;
    bar->flags = (uint8_t)flag;
    memset(bar->reserved, 0, sizeof bar->reserved);
    bar->revision = 0;
    bar->interval = counts->intervals[number];
    bar->start = full->start;
    sum_to_bar(&full->sum, bar);
    *full = (struct counts_bar){.sum = {.count = 0}};
}

int
counts_trade(struct counts *counts, uint32_t index,
             const struct sum_trade *trade, enum side side,
             struct failure *failure)
{
    bool bought;

    if (index >= counts->capacity && grow(counts, index, failure) != 0)
        return -1;
    bought = is_bought(&counts->last[index], trade, side);
    for (unsigned i = 0; i < counts->count; i++) {
        struct counts_bar *bar = &counts->bars[i][index];
        int64_t interval = counts->intervals[i];

        if (sum_count(&bar->sum) == SUM_COUNT_MAX)
            return fail(failure, FAILURE_DATA, "too many trades in one bar");
        if (bar->sum.count == 0)
            bar->start = trade->time;
        bar->last = trade->time;
        sum_add_parts(&bar->sum, trade);
        sum_amount(&bar->sides[bought], x_of(interval_unit(interval), trade));
        if (is_full(interval, bar))
            write_bar(counts, i, index, BAR_FINAL);
    }
    return 0;
}

void
counts_end(struct counts *counts)
{
    for (unsigned i = 0; i < counts->count; i++)
        for (uint32_t index = 0; index < counts->capacity; index++)
            if (counts->bars[i][index].sum.count > 0)
                write_bar(counts, i, index, BAR_PARTIAL);
    counts_begin(counts);
}
