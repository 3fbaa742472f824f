/* book.h - order books: live orders by price and time, found by their id.
 *
 * All books of a program share one struct books: a pool of orders, a pool of
 * price levels and one hash table from (book, order id) to the order.  An
 * order is one cache line.  The orders of a level are a queue, oldest first.
 * Numbers of orders and levels are 32 bits and stay the same while they live;
 * 0 names none.  Pointers into the pools are void after books_reserve.
 *
 * An order stands in one of several places, each with two ladders, one for a
 * side; the first place is the part of the book that all can see.  What only
 * few orders have is in a pool of extras: an order that has one is special, and
 * a plain order never pays for it.
 *
 * Nothing is allocated but by books_reserve and books_reserve_extra, so what
 * follows them cannot fail.
 *
 * Memory: 88 bytes an order and 16 of the table, some 90 a price level (also
 * one that was left a short while ago), 96 an extra; the pools double when they
 * are full and never shrink.
 *
 * The table is only iterated to fill another index, so no result depends on its
 * order.
 */
#ifndef BOOK_BOOK_H
#define BOOK_BOOK_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/seed.h"
#include "book/accounts.h"
#include "book/ladder.h"
#include "tape/enums.h"

#define BOOK_ORDERS_MAX (UINT32_C(1) << 30)

/* Where an order stands, and what its price is. */
enum book_place {
    PLACE_BOOK,        /* visible, at its limit */
    PLACE_HIDDEN,      /* at its limit, not visible */
    PLACE_ALL_OR_NONE, /* the same; it trades whole or not at all */
    PLACE_STOP,        /* waits for its stop price */
    PLACE_UNSET,       /* a trailing stop before the first trade; price 0 */
    PLACE_MARKET,      /* without a limit, waits for an auction; price 0 */
    PLACE_CLOSE,       /* waits for the closing auction to begin; price 0 */
    PLACE_NOWHERE,     /* on its way */
    PLACES,
};
#define PLACE_RESERVES PLACE_NOWHERE /* its ladders: reserves of icebergs */

struct resting {
    uint64_t order_id, account_id, client_order_id;
    int64_t price, open;   /* open: what an iceberg shows */
    uint32_t older, newer; /* neighbours in the queue of the level */
    uint32_t level;
    uint32_t book;
    uint32_t chain; /* the next order of the same slot of the table */
    uint8_t side, time_in_force;
    uint8_t flags : 3, special : 1, place : 4; /* a plain one: its flags */
    uint8_t order_type : 4, self_trade : 4;
};
_Static_assert(sizeof(struct resting) == 64, "an order is one cache line");

/* What is only needed to report the whole order. */
struct resting_rest {
    union {
        uint64_t strategy_id; /* of a plain order */
        uint32_t extra;       /* of a special one: its extra */
    };
    int64_t quantity; /* executed so far and open */
};

/* What makes an order special. */
struct extra {
    uint64_t strategy_id;
    int64_t limit;   /* what it may pay; null: anything */
    int64_t reserve; /* open, but not shown */
    int64_t display_quantity, min_quantity, expire_time;
    int64_t stop_price; /* the one in force; null: none, or none yet */
    int64_t price_offset, offset_step;
    uint64_t since;        /* a count: when it came to its place */
    uint32_t expiry;       /* where it is among those that expire; 0: none */
    uint32_t before, next; /* neighbours among trailing stops; a free extra:
                              the next one */
    uint32_t unused;
};

/* A zeroed struct books is empty. */
struct books {
    struct resting *orders;
    struct resting_rest *rests;
    uint64_t *ages; /* a count: which of two orders was accepted later */
    struct extra *extras;
    uint32_t *table; /* hash -> the first order of a chain, or 0 */
    uint32_t shift;  /* the table has 2^(64 - shift) slots */
    uint32_t count;  /* orders */
    uint32_t capacity, used, free;
    uint32_t extra_capacity, extra_used, extra_free;
    struct level_pool pool;
    struct accounts accounts; /* zeroed until somebody asks by account */
};

struct book {
    uint32_t number; /* among all books */
    union {
        struct ladder sides[2];           /* of PLACE_BOOK: buy, sell */
        struct ladder ladders[PLACES][2]; /* of all; the best is next to act */
    };
};

void books_free(struct books *books);

int books_grow(struct books *books, struct failure *failure);

/* Makes room for one more order, at two more prices.  0, or -1 if out of memory
 * or if there are BOOK_ORDERS_MAX orders. */
static inline int
books_reserve(struct books *books, struct failure *failure)
{
    if (__builtin_expect(books->count >= books->capacity, 0) &&
        books_grow(books, failure) != 0)
        return -1;
    return level_pool_reserve(&books->pool, failure);
}

int books_grow_extras(struct books *books, struct failure *failure);

/* Makes room for one more extra.  0, or -1 if out of memory. */
static inline int
books_reserve_extra(struct books *books, struct failure *failure)
{
    if (books->extra_free || books->extra_used < books->extra_capacity)
        return 0;
    return books_grow_extras(books, failure);
}

void book_init(struct book *book, uint32_t number);

static inline struct ladder *
book_ladder(struct book *book, enum book_place place, unsigned side)
{
    return &book->ladders[place][side - SIDE_BUY];
}

static inline struct ladder *
book_opposite(struct book *book, unsigned side)
{
    return &book->sides[SIDE_SELL - side];
}

static inline struct level *
books_level(const struct books *books, uint32_t level)
{
    return &books->pool.levels[level];
}

static inline uint32_t
books_slot_count(const struct books *books)
{
    return UINT32_C(1) << (64 - books->shift);
}

/* The slot of the table where the chain of a book and an id begins; there are
 * slots only after books_reserve.  The highest bits of a product depend on all
 * bits of a factor, and of ids that follow one another, at any step, hardly
 * two fall on the same slot. */
static inline uint32_t *
books_slot(const struct books *books, uint32_t book, uint64_t order_id)
{
    uint64_t word =
        (order_id ^ hash_seed) + book * UINT64_C(0xd6e8feb86659fd93);

    return &books->table[word * UINT64_C(0x9e3779b97f4a7c15) >> books->shift];
}

/* The order of a book with that id in the chain of a slot, or 0. */
static inline uint32_t
books_find_at(const struct books *books, const uint32_t *slot, uint32_t book,
              uint64_t order_id)
{
    uint32_t number = *slot;

    for (; number; number = books->orders[number].chain) {
        const struct resting *order = &books->orders[number];

        if (order->order_id == order_id && order->book == book)
            break;
    }
    return number;
}

/* The order of a book with that id, or 0. */
static inline uint32_t
books_find(const struct books *books, uint32_t book, uint64_t order_id)
{
    return books->table
               ? books_find_at(books, books_slot(books, book, order_id), book,
                               order_id)
               : 0;
}

static inline struct extra *
books_extra(const struct books *books, uint32_t order)
{
    return &books->extras[books->rests[order].extra];
}

/* All that is open of an order, shown or not. */
static inline int64_t
books_open(const struct books *books, uint32_t order)
{
    int64_t open = books->orders[order].open;

    return books->orders[order].special
               ? open + books_extra(books, order)->reserve
               : open;
}

/* The limit of an order, or null. */
static inline int64_t
books_limit(const struct books *books, uint32_t order)
{
    return books->orders[order].special ? books_extra(books, order)->limit
                                        : books->orders[order].price;
}

/* The number of a new order: the caller fills in the order and its rest, but
 * for links and level, and then calls book_enter or books_hold.  books_reserve
 * has made room. */
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

/* An extra for a new order, all zero; books_reserve_extra has made room. */
uint32_t books_new_extra(struct books *books);

/* Makes a new order known, whose id is not in the book; forgets one that stands
 * nowhere. */
void books_hold(struct books *books, uint32_t order);
void books_forget(struct books *books, uint32_t order);

/* Puts an order that stands nowhere at the end of the queue of its price, in
 * its place; takes it from there, and with the last order its level. */
void book_queue(struct books *books, struct book *book, uint32_t order);
void book_unqueue(struct books *books, struct book *book, uint32_t order);

/* Takes a quantity from what is open of an order and its level; the order stays
 * even if nothing is left. */
static inline void
book_reduce(struct books *books, uint32_t order, int64_t quantity)
{
    struct resting *resting = &books->orders[order];

    assert(quantity <= resting->open);
    resting->open -= quantity;
    level_add(&books->pool.levels[resting->level], -quantity);
}

/* ---- plain orders --------------------------------------------------------
 *
 * They stand in the book for all to see.  What nearly every event needs is
 * here, to be done where it happens. */

/* condition ? yes : no, without a branch: it would often be guessed wrong. */
static inline uint32_t
book_pick(uint32_t condition, uint32_t yes, uint32_t no)
{
    return __builtin_expect_with_probability(condition != 0, 1, 0.5) ? yes : no;
}

/* Puts an order with that price and that much open at the end of the queue of
 * its price, in a ladder. */
static inline __attribute__((always_inline)) void
books_append(struct books *books, struct ladder *ladder, uint32_t number,
             int64_t price, int64_t open)
{
    struct resting *orders = books->orders;
    uint32_t at = ladder_take(&books->pool, ladder, price);
    struct level *level = books_level(books, at);
    uint32_t tail = level->tail;

    orders[number].level = at;
    orders[number].older = tail;
    orders[number].newer = 0;
    orders[tail].newer = number;
    level->head = book_pick(tail, level->head, number);
    level->tail = number;
    level->count++;
    level_add(level, open);
}

/* Takes it out of its queue.  A neighbour that is missing is order 0, which
 * nobody reads. */
static inline void
books_detach(struct books *books, struct ladder *ladder, uint32_t number)
{
    struct resting *orders = books->orders;
    uint32_t at = orders[number].level;
    uint32_t older = orders[number].older, newer = orders[number].newer;
    struct level *level = books_level(books, at);
    uint32_t head = book_pick(older, level->head, newer);
    uint32_t tail = book_pick(newer, level->tail, older);

    level_add(level, -orders[number].open);
    level->head = head;
    level->tail = tail;
    orders[older].newer = newer;
    orders[newer].older = older;
    if (--level->count == 0)
        ladder_remove(&books->pool, ladder, at);
}

/* Makes an order known; slot is that of its id. */
static inline void
books_link(struct books *books, uint32_t *slot, uint32_t number)
{
    books->orders[number].chain = *slot;
    *slot = number;
    if (__builtin_expect(books->accounts.links != NULL, 0))
        accounts_add(books, number);
}

/* Removes a plain order from the book and forgets it; slot is that of its id.
 */
static inline void
book_remove(struct books *books, struct book *book, uint32_t *slot,
            uint32_t number)
{
    struct resting *orders = books->orders;
    struct resting *order = &orders[number];

    assert(!order->special);
    if (__builtin_expect(books->accounts.links != NULL, 0))
        accounts_remove(books, number);
    while (__builtin_expect(*slot != number, 0))
        slot = &orders[*slot].chain;
    *slot = order->chain;
    books_detach(books, &book->sides[order->side - SIDE_BUY], number);
    order->newer = books->free;
    books->free = number;
    books->count--;
}

#endif
