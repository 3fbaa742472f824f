/* aside.h - the first definitions of a tape that is being put in order, kept
 * until it is known where they belong.
 *
 * A definition (instrument, name) stands where its key says, but not after
 * its first use: where an earlier event needs it, it comes right before that
 * and takes its time.  If it has a time, that becomes its key.  Only the first
 * definition of an id is kept here; a later one is an event like others, and
 * needs the first.
 *
 * Events are complete (not raw): their fields can be read.  A key is where an
 * event belongs; see sort.h.
 */
#ifndef TAPE_ASIDE_H
#define TAPE_ASIDE_H

#include <stdbool.h>

#include "base/failure.h"
#include "base/map.h"
#include "tape/event.h"

#define ASIDE_KINDS 16 /* of ids; 0: instruments */
#define ASIDE_LINKS 16 /* the most ids that a type has */

/* A field that names what is defined. */
struct aside_link {
    uint16_t offset;
    uint8_t size, kind;
};

struct aside_definition {
    int64_t key;
    uint64_t seq;
    struct event *event; /* a copy; NULL: it was handed out; owned */
    bool moved;          /* the key is that of a use, not its own */
};

struct aside {
    struct aside_definition *definitions; /* in order of seq; owned */
    size_t count, capacity;
    struct map ids[ASIDE_KINDS]; /* id -> number in definitions */
    uint32_t *waiting;           /* those not handed out; owned */
    size_t waiting_count, waiting_capacity;
    bool named; /* a name is among them */
    struct {
        uint8_t count;
        struct aside_link links[ASIDE_LINKS];
    } types[EVENT_TYPES];
};

void aside_init(struct aside *aside);
void aside_free(struct aside *aside);

/* At each HEADER: nothing is defined. */
void aside_begin(struct aside *aside);

/* Takes an event that is no first definition: what it needs comes before
 * it. */
void aside_use(struct aside *aside, const struct event *event, int64_t key);

/* Takes a definition: 1; 0 when it is not the first of its id, and was taken
 * as a use; -1 without memory. */
int aside_define(struct aside *aside, const struct event *event, int64_t key,
                 uint64_t seq, struct failure *failure);

/* Puts those that wait in order, after which aside_next hands them out. */
void aside_sort(struct aside *aside);

/* The first of those in order, if it belongs before (key, seq), else NULL.  It
 * is the caller's to free. */
struct event *aside_next(struct aside *aside, size_t *at, int64_t key,
                         uint64_t seq);

/* After the last aside_next: those that were handed out, at of them, wait no
 * more. */
void aside_done(struct aside *aside, size_t at);

#endif
