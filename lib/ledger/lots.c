#include "ledger/lots.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

const char *const basis_words[] = {
    [BASIS_AVERAGE] = "average",
    [BASIS_FIFO] = "fifo",
    [BASIS_LIFO] = "lifo",
    [BASIS_HIFO] = "hifo",
    NULL,
};

static i128
magnitude(i128 value)
{
    return value < 0 ? -value : value;
}

/* ---- memory -------------------------------------------------------------- */

void
lots_free(struct lots *lots)
{
    free(lots->lots);
    free(lots->changes);
    memset(lots, 0, sizeof *lots);
}

/* Lots that are gone leave room before the first. */
static void
move_down(struct lots *lots)
{
    memmove(lots->lots, lots->lots + lots->first,
            (lots->count - lots->first) * sizeof *lots->lots);
    lots->count -= lots->first;
    lots->first = 0;
}

int
lots_reserve(struct lots *lots, struct failure *failure)
{
    void *grown;

    assert(lots->change_count == 0);
    if (lots->first > 0 && lots->first >= lots->capacity / 2)
        move_down(lots);
    grown = array_grow(lots->lots, &lots->capacity, lots->count + 1,
                       sizeof *lots->lots, failure);
    if (!grown)
        return -1;
    lots->lots = grown;
    grown = array_grow(lots->changes, &lots->change_capacity,
                       2 * (lots->count - lots->first) + 2,
                       sizeof *lots->changes, failure);
    if (!grown)
        return -1;
    lots->changes = grown;
    return 0;
}

static void
note(struct lots *lots, size_t lot)
{
    assert(lots->change_count < lots->change_capacity);
    lots->changes[lots->change_count++] =
        (struct lots_change){lot, lots->lots[lot]};
}

void
lots_undo(struct lots *lots)
{
    while (lots->change_count > 0) {
        const struct lots_change *change = &lots->changes[--lots->change_count];

        lots->lots[change->lot] = change->before;
    }
    if (lots->opened)
        lots->count--;
    lots->opened = false;
}

/* Lots of nothing go: those of the oldest and the newest at once, others by
 * moving what is after them. */
void
lots_keep(struct lots *lots)
{
    size_t holes = 0;

    for (size_t i = 0; i < lots->change_count; i++)
        holes += lots->lots[lots->changes[i].lot].quantity == 0;
    for (; holes > 0 && lots->lots[lots->first].quantity == 0; holes--)
        lots->first++;
    for (; holes > 0 && lots->lots[lots->count - 1].quantity == 0; holes--)
        lots->count--;
    if (holes > 0 && lots->first < lots->count) {
        size_t to = lots->first;

        for (size_t i = lots->first; i < lots->count; i++)
            if (lots->lots[i].quantity != 0)
                lots->lots[to++] = lots->lots[i];
        lots->count = to;
    }
    if (lots->first == lots->count)
        lots->first = lots->count = 0;
    lots->change_count = 0;
    lots->opened = false;
}

/* ---- which lot ----------------------------------------------------------- */

/* -1, 0 or 1: the cost of a unit of a is below, at or above that of b, to
 * eight places. */
static int
compare_unit_costs(const struct lot *a, const struct lot *b)
{
    i128 x, y;

    assert((a->quantity < 0) == (b->quantity < 0));
    if (!amount_mul_div(a->cost, DECIMAL_ONE, a->quantity, &x) ||
        !amount_mul_div(b->cost, DECIMAL_ONE, b->quantity, &y))
        return 0;
    return (x > y) - (x < y);
}

/* The next lot to close, of those that hold something. */
static size_t
choose(const struct lots *lots, enum basis basis)
{
    size_t chosen = lots->count;

    for (size_t i = lots->first; i < lots->count; i++) {
        size_t at =
            basis == BASIS_LIFO ? lots->count - 1 - (i - lots->first) : i;

        if (lots->lots[at].quantity == 0)
            continue;
        if (basis != BASIS_HIFO)
            return at;
        if (chosen == lots->count ||
            compare_unit_costs(&lots->lots[at], &lots->lots[chosen]) > 0)
            chosen = at;
    }
    assert(chosen < lots->count);
    return chosen;
}

/* ---- trades -------------------------------------------------------------- */

static bool
open_lot(struct lots *lots, struct holding *holding, i128 quantity, i128 cash,
         uint64_t transaction)
{
    if (!amount_add(holding->quantity, quantity, &holding->quantity) ||
        !amount_sub(holding->cost, cash, &holding->cost))
        return false;
    assert(lots->count < lots->capacity && !lots->opened);
    lots->lots[lots->count++] = (struct lot){quantity, -cash, transaction};
    lots->opened = true;
    return true;
}

/* Closes up to traded of one lot, whose cash is a share of what is left. */
static bool
close_lot(struct lots *lots, enum basis basis, struct holding *holding,
          i128 whole, i128 cash, i128 *traded, i128 *left)
{
    size_t at = choose(lots, basis);
    struct lot *lot = &lots->lots[at];
    i128 held = magnitude(lot->quantity);
    i128 closed = held < *traded ? held : *traded;
    i128 part = *left, out = lot->cost, gain;

    note(lots, at);
    if ((closed < *traded && !amount_mul_div(cash, closed, whole, &part)) ||
        (closed < held && !amount_mul_div(lot->cost, closed, held, &out)) ||
        !amount_sub(part, out, &gain) ||
        !amount_add(holding->realized, gain, &holding->realized) ||
        !amount_sub(holding->cost, out, &holding->cost))
        return false;
    if (lot->quantity < 0)
        closed = -closed;
    lot->quantity -= closed;
    lot->cost -= out;
    holding->quantity -= closed;
    *traded -= magnitude(closed);
    *left -= part;
    return true;
}

bool
lots_trade(struct lots *lots, enum basis basis, struct holding *holding,
           i128 quantity, i128 cash, uint64_t transaction)
{
    i128 whole = magnitude(quantity), traded = whole, left = cash;
    bool shorts = quantity < 0;

    assert(quantity != 0 && basis != BASIS_AVERAGE);
    if (holding->quantity == 0 || (holding->quantity < 0) == shorts)
        return open_lot(lots, holding, quantity, cash, transaction);
    while (traded > 0 && holding->quantity != 0)
        if (!close_lot(lots, basis, holding, whole, cash, &traded, &left))
            return false;
    assert(holding->quantity != 0 || holding->cost == 0);
    return traded == 0 || open_lot(lots, holding, shorts ? -traded : traded,
                                   left, transaction);
}

bool
lots_split(struct lots *lots, struct holding *holding, i128 new, i128 old)
{
    i128 sum = 0;

    assert(new > 0 && old > 0);
    for (size_t i = lots->first; i < lots->count; i++) {
        struct lot *lot = &lots->lots[i];

        note(lots, i);
        if (!amount_mul_div(lot->quantity, new, old, &lot->quantity) ||
            lot->quantity == 0 || !amount_add(sum, lot->quantity, &sum))
            return false;
    }
    holding->quantity = sum;
    return true;
}
