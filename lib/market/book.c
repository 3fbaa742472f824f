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

void
books_expect_slot(const struct books *books, uint32_t book, uint64_t order_id)
{
    if (books->table)
        __builtin_prefetch(&books->table[hash(book, order_id) & books->mask]);
}

void
books_expect_order(const struct books *books, uint32_t book, uint64_t order_id)
{
    uint32_t number = books->table ? hash(book, order_id) & books->mask : 0;

    if (books->table)
        __builtin_prefetch(&books->orders[(uint32_t)books->table[number]]);
}

uint32_t
books_find(const struct books *books, uint32_t book, uint64_t order_id)
{
    uint32_t tag = hash(book, order_id);
    uint64_t entry;

    if (books->count == 0)
        return 0;
    for (uint32_t at = tag & books->mask; (entry = books->table[at]);
         at = (at + 1) & books->mask) {
        const struct resting *order = &books->orders[(uint32_t)entry];

        if (entry >> 32 == tag && order->order_id == order_id &&
            order->book == book)
            return (uint32_t)entry;
    }
    return 0;
}

static void
table_put(struct books *books, uint32_t tag, uint32_t order)
{
    uint32_t at = tag & books->mask;

    while (books->table[at])
        at = (at + 1) & books->mask;
    books->table[at] = (uint64_t)tag << 32 | order;
}

/* Entries behind the hole move back to where looking for them begins. */
static void
table_remove(struct books *books, uint32_t tag, uint32_t order)
{
    uint32_t mask = books->mask, hole = tag & mask;
    uint64_t entry;

    while ((uint32_t)books->table[hole] != order)
        hole = (hole + 1) & mask;
    for (uint32_t at = (hole + 1) & mask; (entry = books->table[at]);
         at = (at + 1) & mask) {
        uint32_t home = (uint32_t)(entry >> 32) & mask;

        if (((at - home) & mask) >= ((at - hole) & mask)) {
            books->table[hole] = entry;
            hole = at;
        }
    }
    books->table[hole] = 0;
}

/* ---- room ---------------------------------------------------------------- */

static int
grow_table(struct books *books, uint32_t slots, struct failure *failure)
{
    uint64_t *old = books->table;
    uint32_t old_slots = old ? books->mask + 1 : 0;

    books->table = allocate(failure, slots, sizeof *books->table);
    if (!books->table) {
        books->table = old;
        return -1;
    }
    books->mask = slots - 1;
    for (uint32_t at = 0; at < old_slots; at++)
        if (old[at])
            table_put(books, (uint32_t)(old[at] >> 32), (uint32_t)old[at]);
    free(old);
    return 0;
}

/* Like realloc, on whole cache lines. */
static void *
enlarge_lines(void *old, size_t old_size, size_t size)
{
    void *larger = aligned_alloc(64, size);

    if (larger && old)
        memcpy(larger, old, old_size);
    if (larger)
        free(old);
    return larger;
}

int
books_grow(struct books *books, struct failure *failure)
{
    uint32_t wanted = books->capacity ? books->capacity * 2 : 1024;
    size_t used = books->capacity ? books->capacity + 1UL : 0;
    void *orders, *rests;

    if (wanted > BOOK_ORDERS_MAX)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "more than %u orders are open at once", books->capacity);
    orders = enlarge_lines(books->orders, used * sizeof *books->orders,
                           (wanted + 1UL) * sizeof *books->orders);
    if (!orders)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    books->orders = orders;
    rests = reallocarray(books->rests, wanted + 1UL, sizeof *books->rests);
    if (!rests)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    books->rests = rests;
    if (grow_table(books, wanted * 2, failure) != 0)
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
    if (level->tail)
        books->orders[level->tail].newer = number;
    else
        level->head = number;
    level->tail = number;
    level->count++;
    level->quantity += order->open;
}

static void
dequeue(struct books *books, struct book *book, uint32_t number)
{
    const struct resting *order = &books->orders[number];
    struct level *level = books_level(books, order->level);

    if (order->older)
        books->orders[order->older].newer = order->newer;
    else
        level->head = order->newer;
    if (order->newer)
        books->orders[order->newer].older = order->older;
    else
        level->tail = order->older;
    level->count--;
    level->quantity -= order->open;
    if (level->count == 0 && level->quantity == 0)
        ladder_drop(&books->rungs, book_side(book, order->side), order->level);
}

uint32_t
book_add(struct books *books, struct book *book, const struct resting *order,
         struct resting_rest rest)
{
    uint32_t number = books->free;

    assert(books->count < books->capacity);
    books->count++;
    if (number)
        books->free = books->orders[number].newer;
    else
        number = ++books->used;
    books->orders[number] = *order;
    books->rests[number] = rest;
    table_put(books, hash(book->number, order->order_id), number);
    enqueue(books, book, number);
    return number;
}

void
book_remove(struct books *books, struct book *book, uint32_t number)
{
    struct resting *order = &books->orders[number];

    dequeue(books, book, number);
    table_remove(books, hash(book->number, order->order_id), number);
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
