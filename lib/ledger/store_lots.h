/* store_lots.h - the part of store.h that is about lots. */
#ifndef LEDGER_STORE_LOTS_H
#define LEDGER_STORE_LOTS_H

#include "ledger/store.h"

/* Hands over all lots that changed. */
int store_save_lots(struct ledger *ledger, const struct ledger_store *store,
                    struct failure *failure);

/* Compares the lots of a position with those that are stored, and takes over
 * where they come from.  False when they differ. */
bool store_adopt_lots(struct ledger *ledger, uint32_t position,
                      const struct ledger *stored, uint32_t theirs);

#endif
