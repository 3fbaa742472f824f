/* snapshot.h - the engine's state as events, and back.
 *
 * One session event of instrument 0: the state of instruments to come; then
 * for each instrument, in order of index, its definition, its market and its
 * orders.  Instrument ids are index + 1.  An engine that is made of them goes
 * on exactly as the one that told them would have, once the accounts of the
 * tapes so far are told to it as well: what groups there are is not kept.
 */
#ifndef MATCH_SNAPSHOT_H
#define MATCH_SNAPSHOT_H

#include "match/match.h"
#include "tape/instruments.h"

/* Tells the state, between two events, through sink.put; instruments are those
 * that the engine's indexes mean. */
void match_save(const struct match *match,
                const struct instruments *instruments,
                const struct event_sink *sink);

/* Takes one event of a state into an engine that saw nothing else so far.  -1
 * with a failure of class data when there can be no such state; the engine is
 * then good for nothing but match_free. */
int match_restore(struct match *match, const struct event *event,
                  struct failure *failure);

#endif
