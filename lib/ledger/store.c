#include "ledger/store.h"

#include <assert.h>
#include <stdlib.h>

#include "ledger/emit.h"
#include "ledger/store_lots.h"

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
is_first(const struct ledger *ledger, const struct ledger_mark *mark)
{
    return mark->stream != ledger->stream;
}

static int
save_account(struct ledger *ledger, uint32_t row,
             const struct ledger_store *store, struct failure *failure)
{
    struct ledger_mark *mark = &ledger->accounts[row].mark;
    struct account event;

    emit_account(ledger, row, INT64_MIN, &event);
    return store->account(store->owner, &event, &mark->row,
                          is_first(ledger, mark), failure);
}

static int
save_balance(struct ledger *ledger, uint32_t row,
             const struct ledger_store *store, struct failure *failure)
{
    struct ledger_mark *mark = &ledger->balances[row].mark;
    struct balance event;

    emit_balance(ledger, row, INT64_MIN, &event);
    return store->balance(store->owner, &event, &mark->row,
                          is_first(ledger, mark), failure);
}

static int
save_position(struct ledger *ledger, uint32_t row,
              const struct ledger_store *store, struct failure *failure)
{
    struct ledger_mark *mark = &ledger->positions[row].mark;
    struct position event;

    emit_position(ledger, row, ledger->positions[row].instrument + 1, INT64_MIN,
                  &event);
    return store->position(store->owner, &event, &mark->row,
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
    assert(ledger->changed_balances.count <= ledger->balance_count);
    assert(ledger->changed_positions.count <= ledger->position_count);
    sort_changes(ledger);
    if (save_rows(ledger, &ledger->changed_accounts, save_account, store,
                  failure) != 0 ||
        save_rows(ledger, &ledger->changed_balances, save_balance, store,
                  failure) != 0)
        return -1;
    if (save_rows(ledger, &ledger->changed_positions, save_position, store,
                  failure) != 0)
        return -1;
    return store_save_lots(ledger, store, failure);
}

void
ledger_saved(struct ledger *ledger)
{
    for (uint32_t i = 0; i < ledger->changed_accounts.count; i++)
        ledger->accounts[ledger->changed_accounts.rows[i]].mark.stream =
            ledger->stream;
    for (uint32_t i = 0; i < ledger->changed_balances.count; i++)
        ledger->balances[ledger->changed_balances.rows[i]].mark.stream =
            ledger->stream;
    for (uint32_t i = 0; i < ledger->changed_positions.count; i++)
        ledger->positions[ledger->changed_positions.rows[i]].mark.stream =
            ledger->stream;
    ledger->changed_accounts.count = 0;
    ledger->changed_balances.count = 0;
    ledger->changed_positions.count = 0;
    ledger->changed_lot_count = 0;
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
                       struct row_mark mark, struct failure *failure)
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
    ledger_set_basis(ledger, account, BASIS_AVERAGE); /* or it is restored */
    row->open = true;
    row->version = 1; /* stored accounts have none */
    row->mark.row = mark;
    return 0;
}

int
ledger_restore_balance(void *owner, const struct balance *event,
                       struct row_mark mark, struct failure *failure)
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
    row->mark.row = mark;
    return 0;
}

int
ledger_restore_position(void *owner, const struct position *event,
                        struct row_mark mark, struct failure *failure)
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
    assert(position < ledger->position_count);
    row->fees = amount_get(event->fees);
    row->version = event->version;
    row->mark.row = mark;
    return 0;
}

int
ledger_restore_trade(void *owner, uint64_t print, struct failure *failure)
{
    struct ledger *ledger = owner;
    bool known;

    return recent_add(&ledger->recent, print, &known, failure);
}

/* ---- compared ------------------------------------------------------------ */

static void
differ(struct ledger_finding *finding, const char *text, uint32_t account,
       bool security, uint32_t asset)
{
    if (!finding->invariant)
        *finding =
            (struct ledger_finding){"stored", text, account, security, asset};
}

/* The account of another ledger here, or LEDGER_NONE. */
static uint32_t
same_account(const struct ledger *ledger, const struct ledger *stored,
             uint32_t account)
{
    return map_get(&ledger->account_map, stored->accounts[account].id);
}

static void
adopt_accounts(struct ledger *ledger, const struct ledger *stored,
               struct ledger_finding *finding)
{
    uint32_t known = 0;

    for (uint32_t i = 0; i < stored->account_count; i++) {
        const struct ledger_account *theirs = &stored->accounts[i];
        uint32_t account = same_account(ledger, stored, i);
        struct ledger_account *mine;

        if (!theirs->open)
            continue;
        known++;
        mine = account == LEDGER_NONE ? NULL : &ledger->accounts[account];
        if (mine && mine->open && mine->user_id == theirs->user_id &&
            mine->account_type == theirs->account_type &&
            mine->basis == theirs->basis && mine->status == theirs->status)
            mine->mark.row = theirs->mark.row;
        else
            differ(finding, "an account differs from the stream", account,
                   false, LEDGER_NONE);
    }
    for (uint32_t i = 0; i < ledger->account_count; i++)
        known -= ledger->accounts[i].open;
    if (known != 0)
        differ(finding, "the accounts are not those of the stream", LEDGER_NONE,
               false, LEDGER_NONE);
}

static void
adopt_balances(struct ledger *ledger, const struct ledger *stored,
               struct ledger_finding *finding)
{
    uint32_t known = 0;

    for (uint32_t i = 0; i < stored->balance_count; i++) {
        const struct ledger_balance *theirs = &stored->balances[i];
        uint32_t account = same_account(ledger, stored, theirs->account);
        uint32_t row = ledger_find_balance(
            ledger, account, stored->currencies[theirs->currency]);
        struct ledger_balance *mine;

        known++;
        mine = row == LEDGER_NONE ? NULL : &ledger->balances[row];
        if (mine && mine->amount == theirs->amount &&
            mine->version == theirs->version)
            mine->mark.row = theirs->mark.row;
        else
            differ(finding, "a balance differs from the stream", account, false,
                   mine ? mine->currency : LEDGER_NONE);
    }
    for (uint32_t i = 0; i < ledger->balance_count; i++)
        known -= ledger->balances[i].version != 0;
    if (known != 0)
        differ(finding, "the balances are not those of the stream", LEDGER_NONE,
               false, LEDGER_NONE);
}

static bool
equal_positions(const struct ledger_position *a,
                const struct ledger_position *b)
{
    return a->currency.word == b->currency.word && a->fees == b->fees &&
           a->holding.quantity == b->holding.quantity &&
           a->holding.cost == b->holding.cost &&
           a->holding.realized == b->holding.realized &&
           a->version == b->version;
}

static void
adopt_positions(struct ledger *ledger, const struct ledger *stored,
                struct ledger_finding *finding)
{
    uint32_t known = 0;

    for (uint32_t i = 0; i < stored->position_count; i++) {
        const struct ledger_position *theirs = &stored->positions[i];
        uint32_t account = same_account(ledger, stored, theirs->account);
        uint32_t row =
            ledger_find_position(ledger, account, theirs->instrument);

        known++;
        if (row != LEDGER_NONE &&
            equal_positions(&ledger->positions[row], theirs) &&
            store_adopt_lots(ledger, row, stored, i))
            ledger->positions[row].mark.row = theirs->mark.row;
        else
            differ(finding, "a position differs from the stream", account, true,
                   theirs->instrument);
    }
    for (uint32_t i = 0; i < ledger->position_count; i++)
        known -= ledger->positions[i].version != 0;
    if (known != 0)
        differ(finding, "the positions are not those of the stream",
               LEDGER_NONE, false, LEDGER_NONE);
}

void
ledger_adopt(struct ledger *ledger, const struct ledger *stored,
             struct ledger_finding *finding)
{
    assert(ledger != stored);
    adopt_accounts(ledger, stored, finding);
    adopt_balances(ledger, stored, finding);
    adopt_positions(ledger, stored, finding);
}

int
ledger_forget(void *owner, struct failure *failure)
{
    struct ledger *ledger = owner;
    struct ledger_rules rules = ledger->rules;

    ledger_free(ledger);
    return ledger_init(ledger, &rules, failure);
}
