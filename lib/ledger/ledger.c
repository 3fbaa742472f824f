#include "ledger/ledger.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define FIRST_ROOM 64 /* a multiple of it is one of CACHE_LINE, too */
#define CACHE_LINE 64

const char *const ledger_system_names[LEDGER_SYSTEM_COUNT] = {
    [LEDGER_FEES] = "@FEES",         [LEDGER_WORLD] = "@WORLD",
    [LEDGER_INTEREST] = "@INTEREST", [LEDGER_SUSPENSE] = "@SUSPENSE",
    [LEDGER_MARKET] = "@MARKET",     [LEDGER_ISSUER] = "@ISSUER",
};

static void *raw_of(void *rows);

int
ledger_init(struct ledger *ledger, const struct ledger_rules *rules,
            struct failure *failure)
{
    memset(ledger, 0, sizeof *ledger);
    assert(rules->basis <= BASIS_HIFO);
    ledger->rules = *rules;
    if (!rules->basis)
        ledger->rules.basis = BASIS_AVERAGE;
    ledger->keeps_lots = ledger->rules.basis != BASIS_AVERAGE;
    ledger->batch = 1;
    ledger->stream = 1;
    for (int i = 0; i < LEDGER_SYSTEM_COUNT; i++) {
        ledger->system[i] = ledger_account(ledger, rules->system[i], failure);
        if (ledger->system[i] == LEDGER_NONE)
            return -1;
    }
    return 0;
}

void
ledger_free(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->lots_count; i++)
        lots_free(&ledger->lots[i]);
    free(ledger->lots);
    free(ledger->changed_lots);
    lots_free_log(&ledger->lots_log);
    free(raw_of(ledger->accounts));
    free(raw_of(ledger->balances));
    free(raw_of(ledger->positions));
    free(raw_of(ledger->currencies));
    free(ledger->changed_accounts.rows);
    free(ledger->changed_balances.rows);
    free(ledger->changed_positions.rows);
    map_free(&ledger->account_map);
    map_free(&ledger->balance_map);
    map_free(&ledger->position_map);
    map_free(&ledger->currency_map);
    recent_free(&ledger->recent);
    past_free(&ledger->past);
    memset(ledger, 0, sizeof *ledger);
}

/* ---- rows ---------------------------------------------------------------- */

/* Rows are aligned to lines of the cache.  What realloc gave stands just before
 * them; large blocks are moved by it without being copied, and keep their
 * offset. */
static void *
raw_of(void *rows)
{
    return rows ? ((void **)rows)[-1] : NULL;
}

static void *
grow_rows(void *rows, size_t used, size_t size, struct failure *failure)
{
    char *raw = raw_of(rows);
    size_t offset = raw ? (size_t)((char *)rows - raw) : 0;
    char *grown = realloc(raw, size + CACHE_LINE);
    char *aligned;

    if (!grown)
        return fail_memory(failure), NULL;
    aligned = grown + CACHE_LINE - (uintptr_t)grown % CACHE_LINE;
    if (raw && (size_t)(aligned - grown) != offset)
        memmove(aligned, grown + offset, used);
    assert((uintptr_t)aligned % CACHE_LINE == 0);
    assert((size_t)(aligned - grown) >= sizeof(void *));
    ((void **)(void *)aligned)[-1] = grown;
    return aligned;
}

/* Makes room for one more row of a table, and in the list of its changes. */
static int
make_room(void **rows, uint32_t *room, uint32_t count, size_t size,
          struct ledger_changes *changes, struct failure *failure)
{
    uint32_t next = *room ? *room * 2 : FIRST_ROOM;
    void *grown;

    assert(count <= *room);
    if (count < *room)
        return 0;
    if (count >= LEDGER_NONE / 2)
        return fail_memory(failure);
    if (changes) {
        uint32_t *list = array_grow(changes->rows, &changes->capacity, next,
                                    sizeof *changes->rows, failure);

        if (!list)
            return -1;
        changes->rows = list;
    }
    grown = grow_rows(*rows, count * size, next * size, failure);
    if (!grown)
        return -1;
    *rows = grown;
    *room = next;
    return 0;
}

static uint64_t
pair(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

uint32_t
ledger_account(struct ledger *ledger, uint64_t id, struct failure *failure)
{
    uint32_t account = map_get(&ledger->account_map, id);

    if (account != MAP_NONE)
        return account;
    account = ledger->account_count;
    if (make_room((void **)&ledger->accounts, &ledger->account_room, account,
                  sizeof *ledger->accounts, &ledger->changed_accounts,
                  failure) != 0)
        return LEDGER_NONE;
    if (!map_put(&ledger->account_map, id, account)) {
        fail_memory(failure);
        return LEDGER_NONE;
    }
    ledger->accounts[account] = (struct ledger_account){
        .id = id, .basis = ledger->rules.basis, .cash = LEDGER_NONE};
    ledger->account_count++;
    return account;
}

uint32_t
ledger_currency(struct ledger *ledger, struct code code,
                struct failure *failure)
{
    uint32_t currency = map_get(&ledger->currency_map, code.word);

    if (currency != MAP_NONE)
        return currency;
    currency = ledger->currency_count;
    if (make_room((void **)&ledger->currencies, &ledger->currency_room,
                  currency, sizeof *ledger->currencies, NULL, failure) != 0)
        return LEDGER_NONE;
    if (!map_put(&ledger->currency_map, code.word, currency)) {
        fail_memory(failure);
        return LEDGER_NONE;
    }
    ledger->currencies[currency] = code;
    ledger->currency_count++;
    return currency;
}

static uint32_t
new_balance(struct ledger *ledger, uint32_t account, uint32_t currency,
            struct failure *failure)
{
    uint32_t balance = ledger->balance_count;

    if (make_room((void **)&ledger->balances, &ledger->balance_room, balance,
                  sizeof *ledger->balances, &ledger->changed_balances,
                  failure) != 0)
        return LEDGER_NONE;
    if (!map_put(&ledger->balance_map, pair(account, currency), balance)) {
        fail_memory(failure);
        return LEDGER_NONE;
    }
    ledger->balances[balance] =
        (struct ledger_balance){.account = account, .currency = currency};
    ledger->balance_count++;
    return balance;
}

uint32_t
ledger_balance_slow(struct ledger *ledger, uint32_t account, struct code code,
                    struct failure *failure)
{
    uint32_t balance, currency = ledger_currency(ledger, code, failure);

    assert(account < ledger->account_count);
    if (currency == LEDGER_NONE)
        return LEDGER_NONE;
    balance = map_get(&ledger->balance_map, pair(account, currency));
    if (balance == MAP_NONE)
        balance = new_balance(ledger, account, currency, failure);
    ledger->accounts[account].cash = balance;
    return balance;
}

uint32_t
ledger_find_balance(const struct ledger *ledger, uint32_t account,
                    struct code code)
{
    uint32_t currency = map_get(&ledger->currency_map, code.word);

    if (account == LEDGER_NONE || currency == MAP_NONE)
        return LEDGER_NONE;
    return map_get(&ledger->balance_map, pair(account, currency));
}

uint32_t
ledger_find_position(const struct ledger *ledger, uint32_t account,
                     uint32_t instrument)
{
    return map_get(&ledger->position_map, pair(account, instrument));
}

void
ledger_prefetch_position(const struct ledger *ledger, uint32_t account,
                         uint32_t instrument)
{
    map_prefetch(&ledger->position_map, pair(account, instrument));
}

void
ledger_set_basis(struct ledger *ledger, uint32_t account, uint8_t basis)
{
    assert(basis >= BASIS_AVERAGE && basis <= BASIS_HIFO);
    ledger->accounts[account].basis = basis;
    ledger->keeps_lots |= basis != BASIS_AVERAGE;
}

int
ledger_make_lots(struct ledger *ledger, struct failure *failure)
{
    struct lots *lots;

    if (!ledger->keeps_lots || ledger->lots_count == ledger->position_count)
        return 0;
    lots = array_grow(ledger->lots, &ledger->lots_room, ledger->position_count,
                      sizeof *lots, failure);
    if (!lots)
        return -1;
    memset(lots + ledger->lots_count, 0,
           (ledger->position_count - ledger->lots_count) * sizeof *lots);
    ledger->lots = lots;
    ledger->lots_count = ledger->position_count;
    return 0;
}

uint32_t
ledger_position(struct ledger *ledger, uint32_t account, uint32_t instrument,
                struct failure *failure)
{
    uint32_t position =
        map_get(&ledger->position_map, pair(account, instrument));

    assert(account < ledger->account_count);
    if (position != MAP_NONE)
        return position;
    position = ledger->position_count;
    if (make_room((void **)&ledger->positions, &ledger->position_room, position,
                  sizeof *ledger->positions, &ledger->changed_positions,
                  failure) != 0)
        return LEDGER_NONE;
    if (!map_put(&ledger->position_map, pair(account, instrument), position)) {
        fail_memory(failure);
        return LEDGER_NONE;
    }
    ledger->positions[position] =
        (struct ledger_position){.account = account, .instrument = instrument};
    ledger->position_count++;
    return position;
}

/* ---- changes ------------------------------------------------------------- */

/* The list has room for every row: each is in it at most once. */
void
ledger_note(struct ledger *ledger, struct ledger_changes *changes,
            struct ledger_mark *mark, uint32_t row)
{
    assert(mark->batch != ledger->batch);
    assert(changes->count < changes->capacity);
    mark->batch = ledger->batch;
    changes->rows[changes->count++] = row;
}

void
ledger_change_account(struct ledger *ledger, uint32_t account)
{
    struct ledger_account *row = &ledger->accounts[account];

    assert(account < ledger->account_count);
    row->open = true;
    row->version++;
    if (row->mark.batch != ledger->batch)
        ledger_note(ledger, &ledger->changed_accounts, &row->mark, account);
}
