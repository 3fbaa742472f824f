/* definitions.h - the definitions in force at a place on a tape, as they are on
 * it: what a slice that begins there needs before it.
 *
 * For an instrument id the newest definition counts that is not bare (see
 * instrument_is_bare).  A name never changes, and waits until it is used.
 * Memory grows with the definitions.
 */
#ifndef TAPE_DEFINITIONS_H
#define TAPE_DEFINITIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/map.h"
#include "tape/event.h"
#include "tape/waiting.h"

struct definitions {
    char *bytes; /* the events one after the other; owned */
    size_t used, capacity;
    size_t *places; /* of each event in bytes, or SIZE_MAX: superseded; owned */
    uint32_t count;
    size_t place_capacity;
    struct map instruments; /* id -> number */
    struct waiting names;   /* by name; the rest is of instruments */
};

/* A zeroed struct definitions is empty. */
void definitions_free(struct definitions *definitions);

/* Forgets all, at a HEADER, which this is. */
void definitions_begin(struct definitions *definitions,
                       const struct tape_header *header);

/* Takes an event if it is a definition; does nothing with others. */
int definitions_take(struct definitions *definitions, const struct event *event,
                     struct failure *failure);

/* The definition of an instrument, of a number below count, or NULL when it is
 * superseded. */
const struct event *definitions_get(const struct definitions *definitions,
                                    uint32_t number);

#endif
