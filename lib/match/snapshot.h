/* snapshot.h - the engine's state as events, and back.
 *
 * One session event of instrument 0: the state of instruments to come; then
 * for each instrument, in order of index, its definition, its market and its
 * orders.  Instrument ids are index + 1.  An engine restored from them goes on
 * exactly as the one that saved them would have, once it has also been given
 * the account events of the tapes so far: groups are not saved.
 */
#ifndef MATCH_SNAPSHOT_H
#define MATCH_SNAPSHOT_H

#include "match/match.h"
#include "tape/instruments.h"

/* Writes the state, between two events, through sink.put; instruments are those
 * of the engine's indexes. */
void match_save(const struct match *match,
                const struct instruments *instruments,
                const struct event_sink *sink);

/* Takes one event of a state into an engine that has seen nothing else.  -1
 * with a failure of class data if there can be no such state; the engine is
 * then good for match_free only. */
int match_restore(struct match *match, const struct event *event,
                  struct failure *failure);

#endif
