#include "ledger/recent.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CHAINS (2 * RECENT_TRADES)
#define NONE   UINT32_MAX

_Static_assert((RECENT_TRADES & (RECENT_TRADES - 1)) == 0,
               "ages and chains are found by masks");

void
recent_free(struct recent *recent)
{
    free(recent->ring);
    free(recent->older);
    free(recent->heads);
    memset(recent, 0, sizeof *recent);
}

static uint32_t *
chain_of(const struct recent *recent, uint64_t print)
{
    return &recent->heads[print & (CHAINS - 1)];
}

/* How many came after the one in this place of the ring. */
static uint32_t
age(const struct recent *recent, uint32_t place)
{
    return (recent->next - 1 - place) & (RECENT_TRADES - 1);
}

static int
make_room(struct recent *recent, struct failure *failure)
{
    recent->ring = allocate(failure, RECENT_TRADES, sizeof *recent->ring);
    recent->older = allocate(failure, RECENT_TRADES, sizeof *recent->older);
    recent->heads = allocate(failure, CHAINS, sizeof *recent->heads);
    if (!recent->ring || !recent->older || !recent->heads)
        return -1;
    memset(recent->heads, 0xff, CHAINS * sizeof *recent->heads);
    return 0;
}

/* A chain ends where its next place was taken by a later one. */
static bool
find(const struct recent *recent, uint32_t place, uint64_t print)
{
    while (place != NONE) {
        uint32_t next = recent->older[place];

        assert(place < RECENT_TRADES);
        if (recent->ring[place] == print)
            return true;
        if (next != NONE && age(recent, next) <= age(recent, place))
            return false;
        place = next;
    }
    return false;
}

int
recent_add(struct recent *recent, uint64_t print, bool *known,
           struct failure *failure)
{
    uint32_t *chain, place = recent->next;

    if (!recent->heads && make_room(recent, failure) != 0)
        return -1;
    chain = chain_of(recent, print);
    *known = find(recent, *chain, print);
    if (recent->count == RECENT_TRADES) {
        uint32_t *oldest = chain_of(recent, recent->ring[place]);

        if (*oldest == place)
            *oldest = NONE;
    } else {
        recent->count++;
    }
    recent->ring[place] = print;
    recent->older[place] = *chain;
    *chain = place;
    recent->next = (place + 1) & (RECENT_TRADES - 1);
    assert(recent->next < RECENT_TRADES && recent->count <= RECENT_TRADES);
    return 0;
}

void
recent_prefetch(const struct recent *recent, uint64_t print)
{
    if (!recent->heads)
        return;
    __builtin_prefetch(chain_of(recent, print), 1);
    if (recent->count == RECENT_TRADES)
        __builtin_prefetch(chain_of(recent, recent->ring[recent->next]), 1);
}
