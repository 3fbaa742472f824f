/* The orders of each account in each book, against a look at all orders. */
#include "book/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "book/book.h"
#include "tap.h"

#define ACCOUNTS 7
#define BOOKS    3
#define ORDERS   500

static struct books books;
static uint64_t state = 1;

static uint32_t
random_below(uint32_t limit)
{
    state = state * 6364136223846793005 + 1442695040888963407;
    return (uint32_t)(state >> 33) % limit;
}

/* The orders of a group, each once, are those that are live and its own. */
static bool
lists(const bool *live, uint64_t account, uint32_t book)
{
    uint32_t group = accounts_find(&books.accounts, account, book);
    unsigned listed = 0, wanted = 0;
    bool own = true;

    for (uint32_t order = group ? books.accounts.groups[group].head : 0; order;
         order = books.accounts.links[order].newer) {
        own &= live[order] && books.orders[order].account_id == account &&
               books.orders[order].book == book;
        listed++;
    }
    for (uint32_t order = 1; order <= ORDERS; order++)
        wanted += live[order] && books.orders[order].account_id == account &&
                  books.orders[order].book == book;
    return own && listed == wanted && (group != 0) == (wanted > 0);
}

static bool
agrees(void)
{
    static bool live[ORDERS + 1];

    for (int i = 0; i < 5000; i++) {
        uint32_t order = 1 + random_below(ORDERS);

        if (live[order]) {
            accounts_remove(&books, order);
        } else {
            books.orders[order].account_id = random_below(ACCOUNTS);
            books.orders[order].book = random_below(BOOKS);
            accounts_add(&books, order);
        }
        live[order] = !live[order];
        for (uint64_t account = 1; i % 50 == 0 && account < ACCOUNTS; account++)
            for (uint32_t book = 0; book < BOOKS; book++)
                if (!lists(live, account, book))
                    return false;
    }
    return true;
}

int
main(void)
{
    struct failure failure = {0};
    bool none = accounts_build(&books, &failure) == 0;

    for (uint64_t account = 1; account < 1000; account++)
        none &= accounts_find(&books.accounts, account, 0) == 0;
    OK("without orders no account has any", none);
    if (books_grow(&books, &failure) != 0)
        abort();
    OK("an account's orders in a book are those that are live", agrees());
    accounts_free(&books.accounts);
    free(books.orders);
    free(books.rests);
    free(books.ages);
    free(books.table);
    return tap_done();
}
