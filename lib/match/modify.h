/* modify.h - modifies and cancels; requests that cannot be met are refused. */
#ifndef MATCH_MODIFY_H
#define MATCH_MODIFY_H

#include "match/match.h"

/* 0, or -1 if out of memory. */
int match_modify(struct match *match, struct market *market,
                 const struct modify *modify, struct failure *failure);

/* A cancel of an order, of part of it, or of many (close.h). */
int match_cancel(struct match *match, struct market *market,
                 const struct cancel *cancel, struct failure *failure);

#endif
