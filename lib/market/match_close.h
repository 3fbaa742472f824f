/* match_close.h - what ends many orders at once: mass cancels and the closed
 * session; private to match*.c.
 */
#ifndef MARKET_MATCH_CLOSE_H
#define MARKET_MATCH_CLOSE_H

#include "market/match.h"

/* A cancel without order id, of one market or (NULL) all. */
int match_cancel_many(struct match *match, struct market *market,
                      const struct cancel *cancel, struct failure *failure);

/* A phase begins in one market or, for instrument 0, in all; a market that is
 * not defined (NULL) has none. */
int match_session(struct match *match, struct market *market,
                  const struct session *session, struct failure *failure);

#endif
