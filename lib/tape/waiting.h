/* waiting.h - names that wait until an event uses them, so that a part of a
 * tape has the names that it needs and no others.
 *
 *      waiting_begin              at each HEADER
 *      waiting_take               for a name event, instead of writing it
 *      while ((name = waiting_next(...)))   before an event is written
 *          ... write the name
 *
 * Events are as they lie on the tape (raw).  One of a type that is not known,
 * or that a newer writer made longer, may use any name.
 *
 * Memory: 8 bytes, the name event and 5 to 11 bytes for each; those that were
 * given are forgotten from time to time when none waits.
 */
#ifndef TAPE_WAITING_H
#define TAPE_WAITING_H

#include "base/arena.h"
#include "base/failure.h"
#include "base/numbers.h"
#include "tape/event.h"
#include "tape/header.h"

#define WAITING_IDS 12 /* the most fields with an id that a type has */

struct waiting {
    uint64_t count; /* names that were taken and not given yet */

    /* private */
    struct arena records;
    struct numbers numbers;
    uint32_t first, last; /* in order of arrival; 0: none */
    bool readable;        /* the tape's name events have all fields */
    struct {
        bool known; /* the fields below are all there are */
        uint8_t count;
        uint8_t kinds[WAITING_IDS];
        uint16_t offsets[WAITING_IDS];
    } fields[EVENT_TYPES];
};

/* A zeroed struct waiting has none. */
void waiting_free(struct waiting *waiting);

/* Forgets all. */
void waiting_clear(struct waiting *waiting);

/* What events of the tape with that header have; names that wait stay. */
void waiting_begin(struct waiting *waiting, const struct tape_header *header);

/* Takes a name event: 1; 0 when it cannot be read and is to be written; -1. */
int waiting_take(struct waiting *waiting, const struct event *name,
                 struct failure *failure);

/* The next name that the event uses and that was not given, timed no later
 * than the event and no earlier than it was; NULL: no more.  Valid until
 * the next call. */
const struct event *waiting_next(struct waiting *waiting,
                                 const struct event *event);

#endif
