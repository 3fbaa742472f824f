#include "ledger/recent.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS (2 * RECENT_TRADES)

_Static_assert((SLOTS & (SLOTS - 1)) == 0, "slots are found by a mask");

void
recent_free(struct recent *recent)
{
    free(recent->ring);
    free(recent->slots);
    memset(recent, 0, sizeof *recent);
}

static uint32_t
home(uint64_t print)
{
    return (uint32_t)print & (SLOTS - 1);
}

/* The slot of a fingerprint, or the free one where it belongs. */
static uint32_t
find(const struct recent *recent, uint64_t print)
{
    uint32_t slot = home(print);

    while (recent->slots[slot] != 0 && recent->slots[slot] != print)
        slot = (slot + 1) & (SLOTS - 1);
    return slot;
}

/* Removes what is in a slot; what follows moves up, so that no search ends
 * too early. */
static void
vacate(struct recent *recent, uint32_t slot)
{
    uint32_t next = slot;

    assert(recent->slots[slot] != 0);

    for (;;) {
        next = (next + 1) & (SLOTS - 1);
        if (recent->slots[next] == 0)
            break;
        /* may it move?  Not when its home lies after the gap */
        if (((next - home(recent->slots[next])) & (SLOTS - 1)) >=
            ((next - slot) & (SLOTS - 1))) {
            recent->slots[slot] = recent->slots[next];
            slot = next;
        }
    }
    recent->slots[slot] = 0;
}

static int
make_room(struct recent *recent, struct failure *failure)
{
    recent->ring = allocate(failure, RECENT_TRADES, sizeof *recent->ring);
    recent->slots = allocate(failure, SLOTS, sizeof *recent->slots);
    return recent->ring && recent->slots ? 0 : -1;
}

/* A fingerprint that comes again stands in the ring once more, as 0: the one
 * before it is still the one that its slot is freed with. */
int
recent_add(struct recent *recent, uint64_t print, bool *known,
           struct failure *failure)
{
    uint32_t slot;

    if (!recent->ring && make_room(recent, failure) != 0)
        return -1;
    print = print ? print : 1;
    if (recent->count == RECENT_TRADES) {
        uint64_t oldest = recent->ring[recent->next];

        if (oldest != 0)
            vacate(recent, find(recent, oldest));
    } else {
        recent->count++;
    }
    slot = find(recent, print);
    *known = recent->slots[slot] != 0;
    recent->slots[slot] = print;
    recent->ring[recent->next] = *known ? 0 : print;
    recent->next = (recent->next + 1) % RECENT_TRADES;
    assert(recent->next < RECENT_TRADES && recent->count <= RECENT_TRADES);
    return 0;
}

void
recent_prefetch(const struct recent *recent, uint64_t print)
{
    if (!recent->slots)
        return;
    __builtin_prefetch(&recent->slots[home(print)], 1);
    if (recent->count == RECENT_TRADES) {
        uint64_t oldest = recent->ring[recent->next];

        __builtin_prefetch(&recent->slots[home(oldest)], 1);
    }
}
