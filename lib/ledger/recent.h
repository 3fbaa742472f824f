/* recent.h - the latest trades, by fingerprints of their ids: has one come
 * before?
 *
 * Exactly the last RECENT_TRADES are known, whenever and by whichever run they
 * were booked, so that what is found does not depend on how often a ledger was
 * taken up again.  Two trades of 2^64 have one fingerprint.
 *
 * Memory: 20 bytes for each of them.
 */
#ifndef LEDGER_RECENT_H
#define LEDGER_RECENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

#define RECENT_TRADES 65536

/* A zeroed one is empty.  Fingerprints with the same hash are a chain, from the
 * latest to the oldest. */
struct recent {
    uint64_t *ring;  /* in order of arrival; owned */
    uint32_t *older; /* of each in the ring, the next of its chain; owned */
    uint32_t *heads; /* of each chain, the latest; owned */
    uint32_t count, next;
};

void recent_free(struct recent *recent);

/* Adds a fingerprint; *known says that it is one of the latest.  0, or -1 when
 * out of memory. */
int recent_add(struct recent *recent, uint64_t print, bool *known,
               struct failure *failure);

/* Fetches what recent_add will look at next, some time before. */
void recent_prefetch(const struct recent *recent, uint64_t print);

#endif
