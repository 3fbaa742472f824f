#include "market/book.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
books_free(struct books *books)
{
    free(books->orders);
    free(books->rests);
    free(books->table);
    rungs_free(&books->rungs);
    memset(books, 0, sizeof *books);
}

void
book_init(struct book *book, uint32_t number)
{
    memset(book, 0, sizeof *book);
    ladder_init(&book->sides[0], false);
    ladder_init(&book->sides[1], true);
    book->number = number;
}

/* Slots of the table for each order that there is room for. */
#define TABLE_SLOTS 4

/* ---- the table ----------------------------------------------------------- */

/* Both halves of the product mix all bits of book and id. */
static inline uint32_t
hash(uint32_t book, uint64_t order_id)
{
    u128 product =
        (u128)(order_id ^ UINT64_C(0x9e3779b97f4a7c15)) *
        (((uint64_t)book << 32 | book) ^ UINT64_C(0xd6e8feb86659fd93));
    uint64_t word = (uint64_t)product ^ (uint64_t)(product >> 64);

    return (uint32_t)(word >> 32) ^ (uint32_t)word;
}

static inline uint32_t *
slot_of(const struct books *books, uint32_t book, uint64_t order_id)
{
    return &books->table[hash(book, order_id) & books->mask];
}

void
books_expect_slot(const struct books *books, uint32_t book, uint64_t order_id)
{
    if (books->table)
        __builtin_prefetch(slot_of(books, book, order_id));
}

void
books_expect_order(const struct books *books, uint32_t book, uint64_t order_id)
{
    if (books->table)
        __builtin_prefetch(&books->orders[*slot_of(books, book, order_id)]);
}

uint32_t
books_find(const struct books *books, uint32_t book, uint64_t order_id)
{
    uint32_t number = 0;

    if (books->table)
        number = *slot_of(books, book, order_id);
    for (; number; number = books->orders[number].chain) {
        const struct resting *order = &books->orders[number];

        if (order->order_id == order_id && order->book == book)
            break;
    }
    return number;
}

static void
link_order(struct books *books, uint32_t number)
{
    struct resting *order = &books->orders[number];
    uint32_t *slot = slot_of(books, order->book, order->order_id);

    order->chain = *slot;
    *slot = number;
}

static void
unlink_order(struct books *books, uint32_t number)
{
    const struct resting *order = &books->orders[number];
    uint32_t *link = slot_of(books, order->book, order->order_id);

    while (*link != number)
        link = &books->orders[*link].chain;
    *link = order->chain;
}

/* ---- room ---------------------------------------------------------------- */

static int
grow_table(struct books *books, uint32_t slots, struct failure *failure)
{
    uint32_t *old = books->table;
    uint32_t old_slots = old ? books->mask + 1 : 0;

    books->table = allocate(failure, slots, sizeof *books->table);
    if (!books->table) {
        books->table = old;
        return -1;
    }
    books->mask = slots - 1;
    for (uint32_t at = 0; at < old_slots; at++)
        for (uint32_t number = old[at], next; number; number = next) {
            next = books->orders[number].chain;
            link_order(books, number);
        }
    free(old);
    return 0;
}

int
books_grow(struct books *books, struct failure *failure)
{
    uint32_t wanted = books->capacity ? books->capacity * 2 + 1 : 1023;
    size_t have = books->capacity + 1UL, want = wanted + 1UL;
    void *orders, *rests;

    if (wanted >= BOOK_ORDERS_MAX)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "more than %u orders are open at once", books->capacity);
    orders = pool_enlarge(books->orders, have, want, sizeof *books->orders);
    if (!orders)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    books->orders = orders;
    rests = pool_enlarge(books->rests, have, want, sizeof *books->rests);
    if (!rests)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    books->rests = rests;
    if (grow_table(books, (wanted + 1) * TABLE_SLOTS, failure) != 0)
        return -1;
    books->capacity = wanted;
    return 0;
}

/* ---- orders -------------------------------------------------------------- */

/* Puts an order at the end of the queue of its price. */
static void
enqueue(struct books *books, struct book *book, uint32_t number)
{
    struct resting *order = &books->orders[number];
    struct level *level;

    order->level =
        ladder_take(&books->rungs, book_side(book, order->side), order->price);
    level = books_level(books, order->level);
    order->older = level->tail;
    order->newer = 0;
    books->orders[level->tail].newer = number;
    level->head = level->tail ? level->head : number;
    level->tail = number;
    level->count++;
    level_add(level, order->open);
}

/* A neighbour that is not there is order 0, which nobody reads. */
static void
dequeue(struct books *books, struct book *book, uint32_t number)
{
    const struct resting *order = &books->orders[number];
    struct level *level = books_level(books, order->level);

    books->orders[order->older].newer = order->newer;
    books->orders[order->newer].older = order->older;
    level->head = order->older ? level->head : order->newer;
    level->tail = order->newer ? level->tail : order->older;
    level->count--;
    level_add(level, -order->open);
    if (level->count == 0)
        ladder_drop(&books->rungs, book_side(book, order->side), order->level);
}

void
book_enter(struct books *books, struct book *book, uint32_t number)
{
    assert(books->count <= books->capacity);
    link_order(books, number);
    enqueue(books, book, number);
}

void
book_remove(struct books *books, struct book *book, uint32_t number)
{
    struct resting *order = &books->orders[number];

    dequeue(books, book, number);
    unlink_order(books, number);
    order->newer = books->free;
    books->free = number;
    books->count--;
}

void
book_move(struct books *books, struct book *book, uint32_t number,
          int64_t price, int64_t open)
{
    struct resting *order = &books->orders[number];

    dequeue(books, book, number);
    order->price = price;
    order->open = open;
    enqueue(books, book, number);
}
