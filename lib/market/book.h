/* book.h - order books: resting orders by price and time, found by their id.
 *
 * All books of a program share one struct books: a pool of orders, a pool of
 * price levels and one hash table from (book, order id) to the order.  An
 * order is one cache line.  The orders of a level are a queue, oldest first.
 * Numbers of orders and levels are 32 bits and stay the same while they live;
 * 0 names none.  Pointers into the pools are void after books_reserve.
 *
 * Nothing is allocated but by books_reserve, so what follows it can not fail.
 *
 * Memory: 80 bytes an order and 16 of the table, some 90 a price level; the
 * pools double when they are full and never shrink.
 *
 * The table is never iterated, so no result depends on its order.
 */
#ifndef MARKET_BOOK_H
#define MARKET_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "market/ladder.h"
#include "tape/enums.h"

#define BOOK_ORDERS_MAX (UINT32_C(1) << 30)

struct resting {
    uint64_t order_id, account_id, client_order_id;
    int64_t price, open;
    uint32_t older, newer; /* neighbours in the queue of the level */
    uint32_t level;
    uint32_t book;
    uint32_t chain; /* the next order of the same slot of the table */
    uint8_t side, time_in_force, flags;
    uint8_t order_type : 4, self_trade : 4;
};
_Static_assert(sizeof(struct resting) == 64, "an order is one cache line");

/* What is only needed to tell the whole order. */
struct resting_rest {
    uint64_t strategy_id;
    int64_t quantity; /* executed so far and open */
};

/* A zeroed struct books is empty. */
struct books {
    struct resting *orders;
    struct resting_rest *rests;
    uint32_t *table; /* hash -> the first order of a chain, or 0 */
    uint32_t mask;   /* slots of the table - 1 */
    uint32_t count;  /* orders */
    uint32_t capacity, used, free;
    struct rungs rungs;
};

struct book {
    struct ladder sides[2]; /* buy, sell */
    uint32_t number;        /* among all books */
};

void books_free(struct books *books);

int books_grow(struct books *books, struct failure *failure);

/* Makes room for one more order at one more price.  0, or -1 out of memory or
 * with BOOK_ORDERS_MAX orders. */
static inline int
books_reserve(struct books *books, struct failure *failure)
{
    if (__builtin_expect(books->count >= books->capacity, 0) &&
        books_grow(books, failure) != 0)
        return -1;
    return rungs_reserve(&books->rungs, failure);
}

void book_init(struct book *book, uint32_t number);

static inline struct ladder *
book_side(struct book *book, unsigned side)
{
    return &book->sides[side - SIDE_BUY];
}

static inline struct ladder *
book_opposite(struct book *book, unsigned side)
{
    return &book->sides[SIDE_SELL - side];
}

static inline struct level *
books_level(const struct books *books, uint32_t level)
{
    return &books->rungs.levels[level];
}

/* The slot of the table where the chain of a book and an id begins; there are
 * slots only after books_reserve.  Both halves of the product mix all bits. */
static inline uint32_t *
books_slot(const struct books *books, uint32_t book, uint64_t order_id)
{
    u128 product =
        (u128)(order_id ^ UINT64_C(0x9e3779b97f4a7c15)) *
        (((uint64_t)book << 32 | book) ^ UINT64_C(0xd6e8feb86659fd93));
    uint64_t word = (uint64_t)product ^ (uint64_t)(product >> 64);

    return &books->table[(uint32_t)(word >> 32 ^ word) & books->mask];
}

/* The order of a book with that id, or 0. */
static inline uint32_t
books_find(const struct books *books, uint32_t book, uint64_t order_id)
{
    uint32_t number = 0;

    if (books->table)
        number = *books_slot(books, book, order_id);
    for (; number; number = books->orders[number].chain) {
        const struct resting *order = &books->orders[number];

        if (order->order_id == order_id && order->book == book)
            break;
    }
    return number;
}

/* Tells the processor that an order will soon be looked up: first its slot,
 * later the order itself. */
static inline void
books_expect_slot(const struct books *books, uint32_t book, uint64_t order_id)
{
    if (books->table)
        __builtin_prefetch(books_slot(books, book, order_id));
}

static inline void
books_expect_order(const struct books *books, uint32_t book, uint64_t order_id)
{
    if (books->table)
        __builtin_prefetch(&books->orders[*books_slot(books, book, order_id)]);
}

/* The number of a new order: the caller fills in the order and its rest, but
 * for links and level, and then calls book_enter.  books_reserve has made
 * room. */
static inline uint32_t
books_new(struct books *books)
{
    uint32_t number = books->free;

    books->count++;
    if (number)
        books->free = books->orders[number].newer;
    else
        number = ++books->used;
    return number;
}

/* Puts a new order, whose id is not in the book, at the end of the queue of
 * its price. */
void book_enter(struct books *books, struct book *book, uint32_t order);

/* Takes so much away from what is open of an order and its level; the order
 * stays, with nothing open if it was all. */
static inline void
book_reduce(struct books *books, uint32_t order, int64_t quantity)
{
    struct resting *resting = &books->orders[order];

    resting->open -= quantity;
    level_add(&books->rungs.levels[resting->level], -quantity);
}

/* Removes an order, whatever is open of it; a level without orders goes too. */
void book_remove(struct books *books, struct book *book, uint32_t order);

/* Moves an order to the end of the queue of a price, with so much open.
 * books_reserve has made room. */
void book_move(struct books *books, struct book *book, uint32_t order,
               int64_t price, int64_t open);

#endif
