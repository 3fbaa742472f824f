/* remap.h - one space of instrument ids and names out of several tapes.
 *
 * An instrument id is local to its tape.  Tapes that become one get new ids,
 * dense from 1 in the order in which identities (exchange, symbol) are first
 * defined.  Names must agree: ids of orders and accounts are not local.
 *
 * Events are complete (not raw): their fields can be read.
 */
#ifndef TAPE_REMAP_H
#define TAPE_REMAP_H

#include <stdbool.h>

#include "base/failure.h"
#include "tape/event.h"
#include "tape/instruments.h"
#include "tape/names.h"

#define REMAP_FIELDS 2 /* the most instrument fields that a type has */

/* What all tapes share. */
struct remap {
    struct instruments instruments; /* new id - 1 is the index */
    struct names names;
    struct {
        uint16_t count;
        uint16_t offsets[REMAP_FIELDS];
    } fields[EVENT_TYPES]; /* instrument fields beside the header's */
};

#define REMAP_NEAR 16

/* What one of them knows. */
struct remap_tape {
    uint32_t near[REMAP_NEAR]; /* local ids below it: the new id; 0: none */
    struct instruments *instruments; /* owned; NULL: nothing is defined yet */
    uint32_t *ids; /* by index in instruments: the new id; owned */
    size_t capacity;
};

void remap_init(struct remap *remap);
void remap_free(struct remap *remap);
void remap_tape_free(struct remap_tape *tape);

/* At each HEADER of that input. */
void remap_tape_begin(struct remap_tape *tape);

/* Takes a definition (instrument or name).  *news is false when all of
 * it is known already, and need not be written.  -1 with the failure set when
 * it contradicts. */
int remap_define(struct remap *remap, struct remap_tape *tape,
                 const struct event *event, bool *news,
                 struct failure *failure);

/* The new ids of an event's instruments: the header's, then those of its
 * fields.  -1 with the failure set when the tape has not defined one. */
int remap_find(const struct remap *remap, const struct remap_tape *tape,
               const struct event *event, uint32_t ids[1 + REMAP_FIELDS],
               struct failure *failure);

/* Sets them, in a copy of the event. */
void remap_set(const struct remap *remap, struct event *event,
               const uint32_t ids[1 + REMAP_FIELDS]);

#endif
