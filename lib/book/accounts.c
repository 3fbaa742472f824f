#include "book/accounts.h"

#include <assert.h>
#include <stdlib.h>

#include "book/book.h"

/* ---- groups -------------------------------------------------------------- */

static uint32_t *
slot_of(const struct accounts *accounts, uint64_t account, uint32_t book)
{
    uint64_t word = (account ^ hash_seed) * UINT64_C(0xd6e8feb86659fd93) + book;

    word ^= word >> 32;
    return &accounts
                ->table[word * UINT64_C(0x9e3779b97f4a7c15) >> accounts->shift];
}

uint32_t
accounts_find(const struct accounts *accounts, uint64_t account, uint32_t book)
{
    uint32_t at = *slot_of(accounts, account, book);

    while (at && (accounts->groups[at].account != account ||
                  accounts->groups[at].book != book))
        at = accounts->groups[at].chain;
    return at;
}

static uint32_t
new_group(struct accounts *accounts, uint64_t account, uint32_t book)
{
    uint32_t *slot = slot_of(accounts, account, book);
    uint32_t number = accounts->free;

    if (number)
        accounts->free = accounts->groups[number].chain;
    else
        number = ++accounts->used;
    assert(number <= accounts->capacity);
    accounts->groups[number] = (struct account_group){
        .account = account, .book = book, .chain = *slot};
    *slot = number;
    return number;
}

static void
free_group(struct accounts *accounts, uint32_t number)
{
    struct account_group *group = &accounts->groups[number];
    uint32_t *link = slot_of(accounts, group->account, group->book);

    while (*link != number)
        link = &accounts->groups[*link].chain;
    *link = group->chain;
    group->chain = accounts->free;
    accounts->free = number;
}

/* Finds or makes the group of an account in a book. */
static uint32_t
take_group(struct accounts *accounts, uint64_t account, uint32_t book)
{
    uint32_t number = accounts_find(accounts, account, book), all;
    struct account_group *groups = accounts->groups;

    if (number)
        return number;
    all = accounts_find(accounts, account, ACCOUNTS_ALL);
    if (!all)
        all = new_group(accounts, account, ACCOUNTS_ALL);
    number = new_group(accounts, account, book);
    groups[number].newer = groups[all].head;
    if (groups[all].head)
        groups[groups[all].head].older = number;
    groups[all].head = number;
    return number;
}

/* Removes a group without orders, and with the last one its account. */
static void
drop_group(struct accounts *accounts, uint32_t number)
{
    struct account_group *groups = accounts->groups;
    const struct account_group *group = &groups[number];
    uint32_t all = accounts_find(accounts, group->account, ACCOUNTS_ALL);

    assert(group->head == 0 && all);
    if (group->older)
        groups[group->older].newer = group->newer;
    else
        groups[all].head = group->newer;
    if (group->newer)
        groups[group->newer].older = group->older;
    free_group(accounts, number);
    if (groups[all].head == 0)
        free_group(accounts, all);
}

/* ---- orders -------------------------------------------------------------- */

void
accounts_add(struct books *books, uint32_t order)
{
    struct accounts *accounts = &books->accounts;
    const struct resting *resting = &books->orders[order];
    struct account_link *link = &accounts->links[order];
    struct account_group *group;

    *link = (struct account_link){0};
    if (resting->account_id == 0)
        return;
    link->group = take_group(accounts, resting->account_id, resting->book);
    group = &accounts->groups[link->group];
    link->newer = group->head;
    if (group->head)
        accounts->links[group->head].older = order;
    group->head = order;
}

void
accounts_remove(struct books *books, uint32_t order)
{
    struct accounts *accounts = &books->accounts;
    const struct account_link *link = &accounts->links[order];
    struct account_group *group = &accounts->groups[link->group];

    if (link->group == 0)
        return;
    assert(group->account == books->orders[order].account_id);
    if (link->older)
        accounts->links[link->older].newer = link->newer;
    else
        group->head = link->newer;
    if (link->newer)
        accounts->links[link->newer].older = link->older;
    if (group->head == 0)
        drop_group(accounts, link->group);
}

/* ---- the index ----------------------------------------------------------- */

void
accounts_free(struct accounts *accounts)
{
    free(accounts->links);
    free(accounts->groups);
    free(accounts->table);
    *accounts = (struct accounts){0};
}

int
accounts_build(struct books *books, struct failure *failure)
{
    struct accounts *accounts = &books->accounts;
    size_t orders = books->capacity + 1UL;
    uint32_t slots = books->table ? books_slot_count(books) : 1;

    accounts_free(accounts);
    /* each order has one group at most, and each account one more; what is not
     * used of them is never touched */
    accounts->capacity = books->capacity * 2;
    accounts->shift = 64 - (slots > 1 ? (uint32_t)__builtin_ctz(slots) : 1);
    accounts->links = allocate(failure, orders, sizeof *accounts->links);
    accounts->groups =
        allocate(failure, accounts->capacity + 1UL, sizeof *accounts->groups);
    accounts->table =
        allocate(failure, slots > 1 ? slots : 2, sizeof *accounts->table);
    if (!accounts->links || !accounts->groups || !accounts->table) {
        accounts_free(accounts);
        return -1;
    }
    for (uint32_t at = 0; books->table && at < slots; at++)
        for (uint32_t order = books->table[at]; order;
             order = books->orders[order].chain)
            accounts_add(books, order);
    return 0;
}
