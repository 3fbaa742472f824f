/* bars_private.h - what the files of the bars' engine share. */
#ifndef BARS_BARS_PRIVATE_H
#define BARS_BARS_PRIVATE_H

#include "bars/bars.h"

/* Makes room for an instrument. */
int bars_grow(struct bars *bars, uint32_t index, struct failure *failure);

/* Closes the levels whose bucket ends there, the lower before the higher. */
int bars_close_levels(struct bars *bars, int64_t end, bool partial,
                      struct failure *failure);

int bars_too_many(struct failure *failure);

#endif
