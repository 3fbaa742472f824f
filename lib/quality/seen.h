/* seen.h - which events were there before, by a key that the user chose.
 *
 * A key is a list of fields, or the whole event.  Two events of one type and
 * instrument with the same key are the same if all their bytes are, and else in
 * conflict.  A type without one of the fields, and an event where one is
 * null, has no key.
 *
 * The last SEEN_KEYS keys are remembered, and up to twice as many.  Memory: 64
 * bytes for each.
 */
#ifndef QUALITY_SEEN_H
#define QUALITY_SEEN_H

#include "base/failure.h"
#include "base/map.h"
#include "tape/event.h"
#include "tape/schema.h"

#define SEEN_KEYS   (1 << 19)
#define SEEN_FIELDS 8 /* the most that a key has */

enum seen_result { SEEN_NEW, SEEN_SAME, SEEN_OTHER };

struct seen {
    bool whole; /* the key is the event */
    bool timed; /* its time is part of it */
    unsigned field_count;
    const struct schema_field *fields[EVENT_TYPES][SEEN_FIELDS];
    bool keyed[EVENT_TYPES];   /* the type has all of the fields */
    struct map recent, before; /* hash of the key -> of the event */
};

/* key: "event", or names of fields, or "time", with commas.  0, or -1 with a
 * failure of class usage when no type has all of them. */
int seen_init(struct seen *seen, const char *key, struct failure *failure);
void seen_free(struct seen *seen);

/* At each HEADER: nothing was seen. */
void seen_begin(struct seen *seen);

/* Remembers an event, complete; an enum seen_result, or -1 without memory. */
int seen_add(struct seen *seen, const struct event *event,
             struct failure *failure);

#endif
