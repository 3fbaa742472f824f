/* accounts.h - an index of live orders by account and book, so that cancelling
 * all of an account's costs what it has and not what rests.
 *
 * Few programs ever ask by account, so there is no index until the first one
 * does; from then on book.h keeps it up to date.  The orders of an account in
 * one book are a group, a list; the groups of an account are a list, too.  The
 * order of the lists is arbitrary.
 *
 * Memory: 12 bytes for each order that there is room for, 32 for each group.
 */
#ifndef BOOK_ACCOUNTS_H
#define BOOK_ACCOUNTS_H

#include <stdint.h>

#include "base/failure.h"

#define ACCOUNTS_ALL UINT32_MAX /* in place of a book: the groups' own list */

struct account_group {
    uint64_t account;
    uint32_t book;  /* ACCOUNTS_ALL: head is the account's first group */
    uint32_t head;  /* its first order */
    uint32_t chain; /* the next group of the same slot; a free one: the next */
    uint32_t older, newer; /* neighbours among the groups of the account */
    uint32_t unused;
};

struct account_link {
    uint32_t older, newer; /* neighbours in the group */
    uint32_t group;        /* 0: the order has no account */
};

/* All of it is owned. */
struct accounts {
    struct account_link *links; /* by order */
    struct account_group *groups;
    uint32_t *table; /* hash -> the first group of a chain, or 0 */
    uint32_t shift;  /* the table has 2^(64 - shift) slots */
    uint32_t capacity, used, free;
};

struct books;

/* Makes the index, or makes it again when there is room for more orders.  0,
 * or -1 if out of memory. */
int accounts_build(struct books *books, struct failure *failure);

void accounts_free(struct accounts *accounts);

/* An order is live; an order is about to be forgotten. */
void accounts_add(struct books *books, uint32_t order);
void accounts_remove(struct books *books, uint32_t order);

/* The group of an account in a book, or 0. */
uint32_t accounts_find(const struct accounts *accounts, uint64_t account,
                       uint32_t book);

#endif
