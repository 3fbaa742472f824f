/* session.h - phases of the day. */
#ifndef MATCH_SESSION_H
#define MATCH_SESSION_H

#include "match/match.h"

/* A phase begins in one market or, for instrument 0, in all; a market that is
 * not defined (NULL) has none.  0, or -1 if out of memory or if an instrument
 * can have no id on this tape. */
int match_session(struct match *match, struct market *market,
                  const struct session *session, struct failure *failure);

#endif
