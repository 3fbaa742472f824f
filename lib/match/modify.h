/* modify.h - changes and cancels of one order; private to match*.c. */
#ifndef MATCH_MODIFY_H
#define MATCH_MODIFY_H

#include "match/match.h"

int match_modify(struct match *match, struct market *market,
                 const struct modify *modify, struct failure *failure);

/* A cancel of an order, or of many. */
int match_cancel(struct match *match, struct market *market,
                 const struct cancel *cancel, struct failure *failure);

#endif
