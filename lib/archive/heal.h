/* heal.h - parts of the stream being put that are missing or damaged: the tape
 * that has their events writes them anew.
 */
#ifndef ARCHIVE_HEAL_H
#define ARCHIVE_HEAL_H

#include "archive/put.h"

/* Finds them among those with sequence numbers from first on: reads all of
 * these. */
int heal_find(struct put *put, uint64_t first, struct failure *failure);

/* Whether a part is one of them: merge's skips. */
bool heal_skips(void *owner, const struct part *part);

/* Takes an event if it is of one of them: 1, 0, -1. */
int heal_take(struct put *put, const struct event *event, uint64_t seq,
              struct failure *failure);

/* Whether the archive had the event, until a policy removed its part: it is not
 * stored again. */
bool heal_is_gone(const struct put *put, const struct event *event,
                  uint64_t seq);

/* Puts those that came whole in their place.  0 or -1; put->healed counts. */
int heal_end(struct put *put, struct failure *failure);

/* Forgets them. */
void heal_drop(struct put *put);

#endif
