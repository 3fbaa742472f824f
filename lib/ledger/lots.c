#include "ledger/lots.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

const char *const basis_words[] = {"average", "fifo", "lifo", "hifo", NULL};

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
    memset(lots, 0, sizeof *lots);
}

void
lots_free_log(struct lots_log *log)
{
    free(log->changes);
    memset(log, 0, sizeof *log);
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

/* A split and the fraction after it may change each lot twice. */
int
lots_reserve(struct lots *lots, struct lots_log *log, struct failure *failure)
{
    void *grown;

    log->reserved += 2 * (lots->count - lots->first) + 2;
    if (log->reserved > log->capacity) {
        grown = array_grow(log->changes, &log->capacity, log->reserved,
                           sizeof *log->changes, failure);
        if (!grown)
            return -1;
        log->changes = grown;
    }
    if (lots->first > 0 && lots->first >= lots->capacity / 2)
        move_down(lots);
    if (lots->count < lots->capacity)
        return 0;
    grown = array_grow(lots->lots, &lots->capacity, lots->count + 1,
                       sizeof *lots->lots, failure);
    if (!grown)
        return -1;
    lots->lots = grown;
    return 0;
}

static void
note(struct lots_log *log, struct lots *lots, size_t lot, struct lot before)
{
    assert(log->count < log->reserved && log->reserved <= log->capacity);
    log->changes[log->count++] = (struct lots_change){lots, lot, before};
}

void
lots_undo(struct lots_log *log)
{
    while (log->count > 0) {
        const struct lots_change *change = &log->changes[--log->count];

        change->lots->holes = 0;
        if (change->before.quantity != 0)
            change->lots->lots[change->lot] = change->before;
        else
            change->lots->count--, change->lots->last--;
    }
    log->reserved = 0;
    log->twice = false;
}

/* Lots of nothing go: those of the oldest and the newest at once, others by
 * moving what is after them. */
static void
fill_holes(struct lots *lots)
{
    size_t to;

    for (; lots->holes > 0 && lots->lots[lots->first].quantity == 0;
         lots->holes--)
        lots->first++;
    for (; lots->holes > 0 && lots->lots[lots->count - 1].quantity == 0;
         lots->holes--)
        lots->count--;
    to = lots->first;
    for (size_t i = to; i < lots->count && lots->holes > 0; i++)
        if (lots->lots[i].quantity != 0)
            lots->lots[to++] = lots->lots[i];
    if (lots->holes > 0)
        lots->count = to;
    lots->holes = 0;
    if (lots->first == lots->count)
        lots->first = lots->count = 0;
}

void
lots_keep(struct lots_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        if (log->changes[i].lots->holes > 0)
            fill_holes(log->changes[i].lots);
    log->count = 0;
    log->reserved = 0;
    log->twice = false;
}

/* ---- by number ----------------------------------------------------------- */

/* Where the lot with a number is, or belongs: they are in order. */
static size_t
place_of(const struct lots *lots, uint32_t number)
{
    size_t low = lots->first, high = lots->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (lots->lots[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct lot *
lots_find(const struct lots *lots, uint32_t number)
{
    size_t at = place_of(lots, number);

    return at < lots->count && lots->lots[at].number == number ? &lots->lots[at]
                                                               : NULL;
}

int
lots_restore(struct lots *lots, const struct lot *lot, struct failure *failure)
{
    struct lot *known = lots_find(lots, lot->number), *grown;
    size_t at = place_of(lots, lot->number);

    assert(lot->number > 0 && lots->holes == 0);
    if (lot->number > lots->last)
        lots->last = lot->number;
    if (known && lot->quantity != 0) {
        *known = *lot;
    } else if (known) {
        lots->count--;
        memmove(known, known + 1, (lots->count - at) * sizeof *known);
    } else if (lot->quantity != 0) {
        grown = array_grow(lots->lots, &lots->capacity, lots->count + 1,
                           sizeof *grown, failure);
        if (!grown)
            return -1;
        lots->lots = grown;
        memmove(grown + at + 1, grown + at,
                (lots->count++ - at) * sizeof *grown);
        grown[at] = *lot;
    }
    return 0;
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
choose(const struct lots *lots, uint8_t basis)
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
open_lot(struct lots *lots, struct lots_log *log, struct holding *holding,
         i128 quantity, i128 cash, uint64_t transaction)
{
    if (!amount_add(holding->quantity, quantity, &holding->quantity) ||
        !amount_sub(holding->cost, cash, &holding->cost))
        return false;
    assert(lots->count < lots->capacity);
    if (lots->last == UINT32_MAX)
        return false;
    lots->last++;
    note(log, lots, lots->count, (struct lot){.number = 0});
    lots->lots[lots->count++] = (struct lot){
        quantity, -cash, transaction, .number = lots->last, .first_stream = 0};
    return true;
}

/* Closes up to traded of one lot, whose cash is a share of what is left. */
static bool
close_lot(struct lots *lots, struct lots_log *log, uint8_t basis,
          struct holding *holding, i128 whole, i128 cash, i128 *traded,
          i128 *left)
{
    size_t at = choose(lots, basis);
    struct lot *lot = &lots->lots[at];
    i128 held = magnitude(lot->quantity);
    i128 closed = held < *traded ? held : *traded;
    i128 part = *left, out = lot->cost, gain;

    note(log, lots, at, *lot);
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
    lots->holes += lot->quantity == 0;
    holding->quantity -= closed;
    *traded -= magnitude(closed);
    *left -= part;
    return true;
}

bool
lots_trade(struct lots *lots, struct lots_log *log, uint8_t basis,
           struct holding *holding, i128 quantity, i128 cash,
           uint64_t transaction)
{
    i128 whole = magnitude(quantity), traded = whole, left = cash;
    bool shorts = quantity < 0;

    assert(quantity != 0 && basis != BASIS_AVERAGE);
    if (holding->quantity == 0 || (holding->quantity < 0) == shorts)
        return open_lot(lots, log, holding, quantity, cash, transaction);
    while (traded > 0 && holding->quantity != 0)
        if (!close_lot(lots, log, basis, holding, whole, cash, &traded, &left))
            return false;
    assert(holding->quantity != 0 || holding->cost == 0);
    return traded == 0 ||
           open_lot(lots, log, holding, shorts ? -traded : traded, left,
                    transaction);
}

bool
lots_split(struct lots *lots, struct lots_log *log, struct holding *holding,
           i128 new, i128 old)
{
    i128 sum = 0;

    assert(new > 0 && old > 0);
    log->twice = true;
    for (size_t i = lots->first; i < lots->count; i++) {
        struct lot *lot = &lots->lots[i];

        note(log, lots, i, *lot);
        if (!amount_mul_div(lot->quantity, new, old, &lot->quantity) ||
            lot->quantity == 0 || !amount_add(sum, lot->quantity, &sum))
            return false;
    }
    holding->quantity = sum;
    return true;
}
