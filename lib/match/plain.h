/* plain.h - what nearly every event is, done by the shortest way: plain orders
 * that arrive, and cancels of plain orders while trading is continuous.
 *
 * What act.c and modify.c do for orders of any kind is done here once more for
 * these, in a straight line, without an extra or a turn.  The rules are the
 * same; what is not plain is left to the others.
 */
#ifndef MATCH_PLAIN_H
#define MATCH_PLAIN_H

#include "match/check.h"

/* Whether a new order, plain or not, is post-only and would trade. */
bool match_would_take(const struct match *match, struct market *market,
                      struct arrival arrival);

/* Takes a plain order while trading is continuous, and what it led to.  0, or
 * -1 if out of memory. */
int match_plain_order(struct match *match, struct market *market,
                      const struct order *order, struct failure *failure);

/* Takes a plain limit order at any other time: it is collected for an auction,
 * or refused.  0, or -1 if out of memory. */
int match_plain_collected(struct match *match, struct market *market,
                          const struct order *order, struct failure *failure);

/* The plain order that a cancel ends, and in *slot the slot of its id; or 0 if
 * the cancel is of any other kind: of a special order, of a part, of many, of
 * none, or by another account. */
static inline uint32_t
match_find_plain(const struct match *match, const struct market *market,
                 const struct cancel *cancel, uint32_t **slot)
{
    const struct books *books = &match->books;
    uint32_t book = market->book.number, number;
    const struct resting *order;

    if (!books->table || cancel->quantity != DECIMAL_NULL)
        return 0;
    *slot = books_slot(books, book, cancel->order_id);
    number = books_find_at(books, *slot, book, cancel->order_id);
    order = &books->orders[number];
    return number && !order->special &&
                   (cancel->account_id == 0 ||
                    cancel->account_id == order->account_id)
               ? number
               : 0;
}

/* Cancels it, while trading is continuous.  0. */
int match_plain_cancel(struct match *match, struct market *market,
                       const struct cancel *cancel, uint32_t number,
                       uint32_t *slot);

#endif
