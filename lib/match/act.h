/* act.h - an order that the books know gets its turn: it arrived, was
 * changed or went off; private to match*.c.
 */
#ifndef MATCH_ACT_H
#define MATCH_ACT_H

#include "match/report.h"

/* What made an order act: its own arrival, a modify, or a trade (0). */
struct turn {
    const struct event *cause;
    enum request request;
};

/* Lets an order that stands nowhere trade in continuous trading, and rest
 * with what is left, if that is its kind. */
int match_act(struct match *match, struct market *market, uint32_t order,
              const struct turn *turn, struct failure *failure);

/* Puts an order that stands nowhere to where it waits for an auction; aside
 * if it has to wait for the closing auction to begin. */
void match_collect(struct match *match, struct market *market, uint32_t order,
                   bool aside);

/* The price up to which an order may go that has none of its own: the best one
 * of the other side that is not all or none, or offset worse; null: there is
 * nothing. */
int64_t match_touch(const struct market *market, uint8_t side, int64_t offset);

#endif
