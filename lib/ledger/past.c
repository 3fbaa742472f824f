#include "ledger/past.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "ledger/ledger.h"

#define RING (2 * PAST_TRADES)

_Static_assert((RING & (RING - 1)) == 0, "places are found by a mask");

static void
free_bases(struct past *past, int half)
{
    for (size_t i = 0; i < past->base_count[half]; i++)
        free(past->bases[half][i].lots);
    past->base_count[half] = 0;
}

void
past_free(struct past *past)
{
    for (int i = 0; i < 2; i++) {
        free_bases(past, i);
        free(past->bases[i]);
        free(past->pending[i].lots);
    }
    free(past->ring);
    free(past->prints);
    memset(past, 0, sizeof *past);
}

void
past_begin(struct past *past, bool partial)
{
    past->first = past->count;
    past->partial = partial;
}

/* ---- bases --------------------------------------------------------------- */

/* The half of the ring that the trade with a number is in. */
static int
half_of(uint64_t number)
{
    return (int)((number - 1) / PAST_TRADES % 2);
}

/* Of the period of the trade with a number, the first trade. */
static uint64_t
start_of(uint64_t number)
{
    return (number - 1) / PAST_TRADES * PAST_TRADES + 1;
}

static bool
needs_base(const struct ledger *ledger, uint32_t position)
{
    const struct past *past = &ledger->past;
    uint64_t last = ledger->positions[position].last_trade;

    return last <= past->first || last < start_of(past->count + 1);
}

static int
copy_base(const struct ledger *ledger, uint32_t position,
          struct past_base *base, struct failure *failure)
{
    const struct lots *lots = ledger_lots(ledger, position);
    size_t count = lots ? lots->count - lots->first : 0;

    free(base->lots);
    *base = (struct past_base){.holding = ledger->positions[position].holding,
                               .lot_count = count};
    if (count == 0)
        return 0;
    base->lots = allocate(failure, count, sizeof *base->lots);
    if (!base->lots)
        return -1;
    memcpy(base->lots, lots->lots + lots->first, count * sizeof *base->lots);
    return 0;
}

/* Room for one more trade: it grows by use, up to all of the ring. */
static int
make_ring(struct past *past, struct failure *failure)
{
    size_t need = past->count + 2 < RING ? (size_t)past->count + 2 : RING;
    struct past_trade *ring =
        array_grow(past->ring, &past->ring_room, need, sizeof *ring, failure);
    uint64_t *prints;

    if (!ring)
        return -1;
    past->ring = ring;
    prints = array_grow(past->prints, &past->prints_room, need, sizeof *prints,
                        failure);
    if (!prints)
        return -1;
    past->prints = prints;
    assert(past->ring_room >= need && past->prints_room >= need);
    return 0;
}

int
past_prepare(struct ledger *ledger, const uint32_t positions[2],
             struct failure *failure)
{
    struct past *past = &ledger->past;
    int half = half_of(past->count + 1);
    struct past_base *grown;

    if (past->count + 2 > past->prints_room && past->prints_room < RING &&
        make_ring(past, failure) != 0)
        return -1;
    if (past->count % PAST_TRADES == 0)
        free_bases(past, half);
    grown = array_grow(past->bases[half], &past->base_room[half],
                       past->base_count[half] + 2, sizeof *grown, failure);
    if (!grown)
        return -1;
    past->bases[half] = grown;
    for (int i = 0; i < 2; i++)
        if (needs_base(ledger, positions[i]) &&
            copy_base(ledger, positions[i], &past->pending[i], failure) != 0)
            return -1;
    return 0;
}

struct past_trade *
past_next(const struct past *past)
{
    assert(past->ring);
    return &past->ring[(past->count + 1) & (RING - 1)];
}

/* The base that was prepared for a side. */
static uint32_t
add_base(struct past *past, int half, int side)
{
    uint32_t base = (uint32_t)past->base_count[half]++;

    assert(past->base_count[half] <= past->base_room[half]);
    past->bases[half][base] = past->pending[side];
    past->pending[side] = (struct past_base){.lots = NULL};
    return base;
}

void
past_add(struct ledger *ledger, uint64_t print)
{
    struct past *past = &ledger->past;
    struct past_trade *added = past_next(past);
    uint64_t number = past->count + 1;
    int half = half_of(number);

    assert(added->quantity > 0);
    past->prints[number & (RING - 1)] = print;
    added->busted = false;
    for (int i = 0; i < 2; i++) {
        struct past_side *side = &added->sides[i];
        uint64_t last = ledger->positions[side->position].last_trade;

        added->bases[i] = needs_base(ledger, side->position)
                              ? add_base(past, half, i)
                              : PAST_NONE;
        side->previous = last > past->first ? last : 0;
    }
    for (int i = 0; i < 2; i++)
        ledger->positions[added->sides[i].position].last_trade = number;
    past->count = number;
}

void
past_cut(struct ledger *ledger, uint32_t position)
{
    ledger->positions[position].last_trade = 0;
}

/* ---- looked up ----------------------------------------------------------- */

struct past_trade *
past_get(const struct past *past, uint64_t number)
{
    if (number <= past->first || number > past->count ||
        number + PAST_TRADES < start_of(past->count))
        return NULL;
    return &past->ring[number & (RING - 1)];
}

uint64_t
past_find(const struct past *past, uint64_t print)
{
    uint64_t found = 0;

    for (uint64_t n = past->count; past_get(past, n); n--) {
        if (past->prints[n & (RING - 1)] != print)
            continue;
        if (!past_get(past, n)->busted)
            return n;
        found = found ? found : n;
    }
    return found;
}

struct past_base *
past_base(const struct past *past, uint64_t number, int side)
{
    uint32_t base = past_get(past, number)->bases[side];

    return base == PAST_NONE ? NULL : &past->bases[half_of(number)][base];
}
