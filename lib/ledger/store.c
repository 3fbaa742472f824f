#include "ledger/store.h"

#include <assert.h>
#include <stdlib.h>

#include "ledger/emit.h"

/* ---- order --------------------------------------------------------------- */

static int
compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int
compare_accounts(const struct ledger *ledger, uint32_t a, uint32_t b)
{
    return compare(ledger->accounts[a].id, ledger->accounts[b].id);
}

static int
by_account(const void *a, const void *b, void *owner)
{
    return compare_accounts(owner, *(const uint32_t *)a, *(const uint32_t *)b);
}

static int
by_balance(const void *a, const void *b, void *owner)
{
    const struct ledger *ledger = owner;
    const struct ledger_balance *x = &ledger->balances[*(const uint32_t *)a];
    const struct ledger_balance *y = &ledger->balances[*(const uint32_t *)b];
    int order = compare_accounts(ledger, x->account, y->account);

    return order ? order
                 : compare(ledger->currencies[x->currency].word,
                           ledger->currencies[y->currency].word);
}

static int
by_position(const void *a, const void *b, void *owner)
{
    const struct ledger *ledger = owner;
    const struct ledger_position *x = &ledger->positions[*(const uint32_t *)a];
    const struct ledger_position *y = &ledger->positions[*(const uint32_t *)b];
    int order = compare_accounts(ledger, x->account, y->account);

    return order ? order : compare(x->instrument, y->instrument);
}

static void
sort(struct ledger *ledger, struct ledger_changes *changes,
     int (*order)(const void *, const void *, void *))
{
    if (changes->count > 1)
        qsort_r(changes->rows, changes->count, sizeof *changes->rows, order,
                ledger);
}

static void
sort_changes(struct ledger *ledger)
{
    sort(ledger, &ledger->changed_accounts, by_account);
    sort(ledger, &ledger->changed_balances, by_balance);
    sort(ledger, &ledger->changed_positions, by_position);
}

/* ---- out ----------------------------------------------------------------- */

/* True when the row's state at the start of the stream is not stored yet. */
static bool
is_first(const struct ledger *ledger, struct ledger_mark mark)
{
    return mark.stream != ledger->stream;
}

static int
save_account(struct ledger *ledger, uint32_t row,
             const struct ledger_store *store, struct failure *failure)
{
    struct ledger_mark mark = ledger->accounts[row].mark;
    struct account event;

    emit_account(ledger, row, INT64_MIN, &event);
    return store->account(store->owner, &event, mark.stored,
                          is_first(ledger, mark), failure);
}

static int
save_balance(struct ledger *ledger, uint32_t row,
             const struct ledger_store *store, struct failure *failure)
{
    struct ledger_mark mark = ledger->balances[row].mark;
    struct balance event;

    emit_balance(ledger, row, INT64_MIN, &event);
    return store->balance(store->owner, &event, mark.stored,
                          is_first(ledger, mark), failure);
}

static int
save_position(struct ledger *ledger, uint32_t row,
              const struct ledger_store *store, struct failure *failure)
{
    struct ledger_mark mark = ledger->positions[row].mark;
    struct position event;

    emit_position(ledger, row, ledger->positions[row].instrument + 1, INT64_MIN,
                  &event);
    return store->position(store->owner, &event, mark.stored,
                           is_first(ledger, mark), failure);
}

static int
save_rows(struct ledger *ledger, const struct ledger_changes *changes,
          int (*save)(struct ledger *, uint32_t, const struct ledger_store *,
                      struct failure *),
          const struct ledger_store *store, struct failure *failure)
{
    int result = 0;

    for (uint32_t i = 0; i < changes->count && result == 0; i++)
        result = save(ledger, changes->rows[i], store, failure);
    return result;
}

int
ledger_save(struct ledger *ledger, const struct ledger_store *store,
            struct failure *failure)
{
    sort_changes(ledger);
    if (save_rows(ledger, &ledger->changed_accounts, save_account, store,
                  failure) != 0 ||
        save_rows(ledger, &ledger->changed_balances, save_balance, store,
                  failure) != 0)
        return -1;
    return save_rows(ledger, &ledger->changed_positions, save_position, store,
                     failure);
}

static void
mark_saved(const struct ledger *ledger, struct ledger_mark *mark,
           uint64_t version)
{
    mark->stored = version;
    mark->stream = ledger->stream;
}

void
ledger_saved(struct ledger *ledger)
{
    for (uint32_t i = 0; i < ledger->changed_accounts.count; i++) {
        struct ledger_account *row =
            &ledger->accounts[ledger->changed_accounts.rows[i]];

        mark_saved(ledger, &row->mark, row->version);
    }
    for (uint32_t i = 0; i < ledger->changed_balances.count; i++) {
        struct ledger_balance *row =
            &ledger->balances[ledger->changed_balances.rows[i]];

        mark_saved(ledger, &row->mark, row->version);
    }
    for (uint32_t i = 0; i < ledger->changed_positions.count; i++) {
        struct ledger_position *row =
            &ledger->positions[ledger->changed_positions.rows[i]];

        mark_saved(ledger, &row->mark, row->version);
    }
    ledger->changed_accounts.count = 0;
    ledger->changed_balances.count = 0;
    ledger->changed_positions.count = 0;
    ledger->batch++;
}

void
ledger_next_stream(struct ledger *ledger)
{
    assert(ledger->changed_balances.count == 0);
    ledger->stream++;
}

/* ---- back ---------------------------------------------------------------- */

int
ledger_restore_account(void *owner, const struct account *event,
                       struct failure *failure)
{
    struct ledger *ledger = owner;
    uint32_t account = ledger_account(ledger, event->account_id, failure);
    struct ledger_account *row;

    if (account == LEDGER_NONE)
        return -1;
    row = &ledger->accounts[account];
    row->user_id = event->user_id;
    row->account_type = event->account_type;
    row->status = event->status;
    row->open = true;
    row->version = row->mark.stored = 1; /* it has none of its own */
    return 0;
}

int
ledger_restore_balance(void *owner, const struct balance *event,
                       struct failure *failure)
{
    struct ledger *ledger = owner;
    uint32_t account = ledger_account(ledger, event->account_id, failure);
    uint32_t balance =
        account == LEDGER_NONE
            ? LEDGER_NONE
            : ledger_balance(ledger, account, event->currency, failure);
    struct ledger_balance *row;

    if (balance == LEDGER_NONE)
        return -1;
    row = &ledger->balances[balance];
    row->amount = amount_get(event->cash_balance);
    row->version = event->version;
    row->mark.stored = event->version;
    return 0;
}

int
ledger_restore_position(void *owner, const struct position *event,
                        struct failure *failure)
{
    struct ledger *ledger = owner;
    uint32_t account = ledger_account(ledger, event->account_id, failure);
    uint32_t position =
        account == LEDGER_NONE
            ? LEDGER_NONE
            : ledger_position(ledger, account, event->event.instrument - 1,
                              failure);
    struct ledger_position *row;

    if (position == LEDGER_NONE)
        return -1;
    row = &ledger->positions[position];
    row->currency = event->currency;
    row->holding.quantity = amount_get(event->quantity);
    row->holding.cost = amount_get(event->cost);
    row->holding.realized = amount_get(event->realized_pnl);
    row->fees = amount_get(event->fees);
    row->version = event->version;
    row->mark.stored = event->version;
    return 0;
}

int
ledger_forget(void *owner, struct failure *failure)
{
    struct ledger *ledger = owner;
    struct ledger_rules rules = ledger->rules;

    ledger_free(ledger);
    return ledger_init(ledger, &rules, failure);
}
