/* act.h - an order's turn: it arrived, was modified or triggered, and trades,
 * rests or ends.
 */
#ifndef MATCH_ACT_H
#define MATCH_ACT_H

#include "match/match.h"

/* What made an order act: its own arrival, a modify, or a trade (0). */
struct turn {
    const struct event *cause;
    enum request request;
};

/* Lets an order that stands nowhere trade, and rest with what is left if it is
 * of that kind; trading is continuous.  0, or -1 if out of memory. */
int match_act(struct match *match, struct market *market, uint32_t order,
              const struct turn *turn, struct failure *failure);

/* The stops that were triggered act, one after the other, until none is left.
 * 0, or -1 if out of memory. */
int match_act_triggered(struct match *match, struct market *market,
                        const struct event *cause, struct failure *failure);

/* Puts an order that stands nowhere where it waits for an auction; aside if
 * the closing auction that it is for has not begun. */
void match_collect(struct match *match, struct market *market, uint32_t order,
                   bool aside);

/* How far an order without a limit may go: to the best price of the other side
 * (all-or-none orders aside), or offset worse.  Null: nothing is there. */
int64_t match_touch(const struct market *market, uint8_t side, int64_t offset);

#endif
