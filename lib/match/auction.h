/* auction.h - auctions: the price at which most can trade, and the
 * trades at it; private to match*.c.
 */
#ifndef MATCH_AUCTION_H
#define MATCH_AUCTION_H

#include "match/match.h"

/* An auction's price needs the market's curve: from when it is collected until
 * it is dropped, it follows the book. */
int match_collect_curve(struct match *match, struct market *market,
                        struct failure *failure);
void match_drop_curve(struct match *match, struct market *market);

/* What an auction would do now. */
struct indication match_indication(const struct match *match,
                                   const struct market *market);

/* Trades all that can trade at the auction's price, and again if self-trade
 * prevention leaves the book crossed.  True when anything was traded. */
bool match_uncross(struct match *match, struct market *market,
                   const struct event *cause);

/* Tells the indicative price of a market (NULL: none) in an auction phase, if
 * it is not what was told last; of every market after an event that may have
 * changed many. */
int match_indicate(struct match *match, struct market *market,
                   const struct event *event, struct failure *failure);

/* Whether buyers and sellers would trade, or wait to. */
bool match_is_crossed(const struct market *market);

static inline bool
is_auction(const struct market *market)
{
    return market->state == SESSION_OPENING_AUCTION ||
           market->state == SESSION_CLOSING_AUCTION;
}

#endif
