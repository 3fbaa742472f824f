#include "book/book.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
books_free(struct books *books)
{
    free(books->orders);
    free(books->rests);
    free(books->ages);
    free(books->extras);
    free(books->table);
    level_pool_free(&books->pool);
    accounts_free(&books->accounts);
    memset(books, 0, sizeof *books);
}

void
book_init(struct book *book, uint32_t number)
{
    memset(book, 0, sizeof *book);
    for (int place = 0; place < PLACES; place++) {
        bool stops = place == PLACE_STOP; /* buys go off from below */

        ladder_init(&book->ladders[place][0], stops);
        ladder_init(&book->ladders[place][1], !stops);
    }
    book->number = number;
}

/* Slots of the table for each order that there is room for. */
#define TABLE_SLOTS 4

/* ---- the table ----------------------------------------------------------- */

static uint32_t *
slot_of(const struct books *books, uint32_t number)
{
    const struct resting *order = &books->orders[number];

    return books_slot(books, order->book, order->order_id);
}

static void
unlink_order(struct books *books, uint32_t number)
{
    uint32_t *link = slot_of(books, number);

    while (*link != number)
        link = &books->orders[*link].chain;
    *link = books->orders[number].chain;
}

/* ---- room ---------------------------------------------------------------- */

static int
grow_table(struct books *books, uint32_t slots, struct failure *failure)
{
    uint32_t *old = books->table;
    uint32_t old_slots = old ? books_slot_count(books) : 0;

    books->table = allocate(failure, slots, sizeof *books->table);
    if (!books->table) {
        books->table = old;
        return -1;
    }
    books->shift = 1 + (uint32_t)__builtin_clzll(slots);
    for (uint32_t at = 0; at < old_slots; at++)
        for (uint32_t number = old[at], next; number; number = next) {
            uint32_t *slot = slot_of(books, number);

            next = books->orders[number].chain;
            books->orders[number].chain = *slot;
            *slot = number;
        }
    free(old);
    return 0;
}

int
books_grow(struct books *books, struct failure *failure)
{
    uint32_t wanted = books->capacity ? books->capacity * 2 + 1 : 1023;
    size_t have = books->capacity + 1UL, want = wanted + 1UL;
    void *orders, *rests, *ages;

    if (wanted >= BOOK_ORDERS_MAX)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "more than %u orders are open at once", books->capacity);
    orders = grow_aligned(books->orders, have, want, sizeof *books->orders);
    if (!orders)
        return fail_memory(failure);
    books->orders = orders;
    rests = grow_aligned(books->rests, have, want, sizeof *books->rests);
    if (!rests)
        return fail_memory(failure);
    books->rests = rests;
    ages = grow_aligned(books->ages, have, want, sizeof *books->ages);
    if (!ages)
        return fail_memory(failure);
    books->ages = ages;
    if (grow_table(books, (wanted + 1) * TABLE_SLOTS, failure) != 0)
        return -1;
    books->capacity = wanted;
    return books->accounts.links ? accounts_build(books, failure) : 0;
}

int
books_grow_extras(struct books *books, struct failure *failure)
{
    uint32_t wanted = books->extra_capacity ? books->extra_capacity * 2 : 255;
    void *extras =
        reallocarray(books->extras, wanted + 1UL, sizeof *books->extras);

    if (!extras)
        return fail_memory(failure);
    books->extras = extras;
    books->extra_capacity = wanted;
    return 0;
}

uint32_t
books_new_extra(struct books *books)
{
    uint32_t number = books->extra_free;

    if (number)
        books->extra_free = books->extras[number].next;
    else
        number = ++books->extra_used;
    memset(&books->extras[number], 0, sizeof books->extras[number]);
    return number;
}

/* ---- orders -------------------------------------------------------------- */

static struct ladder *
ladder_of(const struct books *books, struct book *book, uint32_t number)
{
    const struct resting *order = &books->orders[number];

    return book_ladder(book, (enum book_place)order->place, order->side);
}

void
books_hold(struct books *books, uint32_t number)
{
    assert(books->count <= books->capacity);
    books_link(books, slot_of(books, number), number);
}

void
books_forget(struct books *books, uint32_t number)
{
    struct resting *order = &books->orders[number];

    assert(books->count > 0);
    if (books->accounts.links)
        accounts_remove(books, number);
    unlink_order(books, number);
    if (order->special) {
        uint32_t extra = books->rests[number].extra;

        books->extras[extra].next = books->extra_free;
        books->extra_free = extra;
    }
    order->newer = books->free;
    books->free = number;
    books->count--;
}

void
book_queue(struct books *books, struct book *book, uint32_t number)
{
    const struct resting *order = &books->orders[number];

    books_append(books, ladder_of(books, book, number), number, order->price,
                 order->open);
}

void
book_unqueue(struct books *books, struct book *book, uint32_t number)
{
    books_detach(books, ladder_of(books, book, number), number);
}
