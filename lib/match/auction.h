/* auction.h - auctions: the price at which most can trade, and the trades.
 */
#ifndef MATCH_AUCTION_H
#define MATCH_AUCTION_H

#include "match/match.h"

/* An auction's price is read off the market's curve: once built, it follows
 * the book until it is discarded.  0, or -1 if out of memory. */
int match_build_curve(struct match *match, struct market *market,
                      struct failure *failure);
void match_discard_curve(struct match *match, struct market *market);

/* Trades all that can trade at the auction's price, and again if self-trade
 * prevention leaves the book crossed.  True if anything traded. */
bool match_uncross(struct match *match, struct market *market,
                   const struct event *cause);

/* Reports the indicative price of a market in an auction phase, if it is not
 * the one reported last.  0, or -1 if out of memory. */
int match_indicate(struct match *match, struct market *market,
                   const struct event *event, struct failure *failure);

/* Whether buyers and sellers would trade, or wait to. */
bool match_is_crossed(const struct market *market);

#endif
