/* reconcile.c - the breaks: what differs, without why. */
#include "app/reconcile.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/array.h"

#define CASH (UINT64_C(1) << 32) /* the key of a balance: its row and this */

/* What of the ledger the statement spoke of. */
struct spoken {
    bool *accounts, *positions, *balances; /* by row; owned */
    bool securities, cash;                 /* it has any */
};

static int
add_break(struct reconciliation *all, struct ledger_break found,
          struct failure *failure)
{
    struct ledger_break *breaks;
    i128 difference;

    if (!amount_sub(found.there, found.here, &difference))
        return fail(failure, FAILURE_DATA,
                    "line %" PRIu64 ": an amount is too large to be compared",
                    found.line ? found.line->number : 0);
    breaks = array_grow(all->breaks, &all->capacity, all->count + 1,
                        sizeof *breaks, failure);
    if (!breaks)
        return -1;
    all->breaks = breaks;
    found.movement = found.other = BREAK_NONE;
    breaks[all->count++] = found;
    return 0;
}

/* The row that a line is about, or LEDGER_NONE. */
static uint32_t
find_row(const struct ledger *ledger, const struct statement_line *line,
         uint32_t account)
{
    if (account == LEDGER_NONE)
        return LEDGER_NONE;
    if (!line->security)
        return ledger_find_balance(ledger, account, line->currency);
    if (line->instrument == INSTRUMENT_NONE)
        return LEDGER_NONE;
    return ledger_find_position(ledger, account, line->instrument);
}

/* The quantities are equal: is the rest? */
static int
compare_rest(struct reconciliation *all, struct ledger_break found,
             struct failure *failure)
{
    const struct statement_line *line = found.line;
    const struct ledger_position *position;

    if (!found.security || found.row == LEDGER_NONE || found.here == 0)
        return 0;
    position = &all->source->ledger->positions[found.row];
    if (line->currency.word && line->currency.word != position->currency.word) {
        found.kind = BREAK_CURRENCY;
        return add_break(all, found, failure);
    }
    if (line->cost == AMOUNT_NULL || line->cost == position->holding.cost)
        return 0;
    found.kind = BREAK_COST;
    found.here = position->holding.cost;
    found.there = line->cost;
    return add_break(all, found, failure);
}

static int
compare_line(struct reconciliation *all, const struct statement_line *line,
             struct spoken *spoken, struct failure *failure)
{
    const struct ledger *ledger = all->source->ledger;
    struct ledger_break found = {
        .line = line,
        .account = map_get(&ledger->account_map, line->account),
        .security = line->security,
        .there = line->quantity,
    };
    bool again = line->again;

    found.row = find_row(ledger, line, found.account);
    if (found.account != LEDGER_NONE)
        spoken->accounts[found.account] = true;
    if (found.row != LEDGER_NONE) {
        bool *row = line->security ? &spoken->positions[found.row]
                                   : &spoken->balances[found.row];

        again |= *row; /* under another name */
        *row = true;
        found.here = line->security
                         ? ledger->positions[found.row].holding.quantity
                         : ledger->balances[found.row].amount;
    }
    *(line->security ? &spoken->securities : &spoken->cash) = true;
    ++*(line->security ? &all->positions : &all->balances);
    if (again)
        found.kind = BREAK_DUPLICATE;
    else if (found.here == found.there)
        return compare_rest(all, found, failure);
    else
        found.kind = found.here == 0    ? BREAK_MISSING_HERE
                     : found.there == 0 ? BREAK_MISSING_THERE
                                        : BREAK_QUANTITY;
    return add_break(all, found, failure);
}

/* ---- what the statement does not have ------------------------------------ */

/* A row that holds something and was not spoken of. */
static int
take_silent(struct reconciliation *all, const struct spoken *spoken,
            struct ledger_break found, bool *unnamed, struct failure *failure)
{
    if (found.account < LEDGER_SYSTEM_COUNT || found.here == 0 ||
        !(found.security ? spoken->securities : spoken->cash))
        return 0;
    if (!spoken->accounts[found.account]) {
        all->unnamed += !unnamed[found.account];
        unnamed[found.account] = true;
        return 0;
    }
    found.kind = BREAK_MISSING_THERE;
    return add_break(all, found, failure);
}

static int
add_silent(struct reconciliation *all, const struct spoken *spoken,
           struct failure *failure)
{
    const struct ledger *ledger = all->source->ledger;
    bool *unnamed =
        allocate(failure, ledger->account_count + 1UL, sizeof *unnamed);
    int result = unnamed ? 0 : -1;

    for (uint32_t i = 0; i < ledger->position_count && result == 0; i++)
        if (!spoken->positions[i])
            result =
                take_silent(all, spoken,
                            (struct ledger_break){
                                .account = ledger->positions[i].account,
                                .row = i,
                                .security = true,
                                .here = ledger->positions[i].holding.quantity,
                            },
                            unnamed, failure);
    for (uint32_t i = 0; i < ledger->balance_count && result == 0; i++)
        if (!spoken->balances[i])
            result = take_silent(all, spoken,
                                 (struct ledger_break){
                                     .account = ledger->balances[i].account,
                                     .row = i,
                                     .here = ledger->balances[i].amount,
                                 },
                                 unnamed, failure);
    free(unnamed);
    return result;
}

/* By account id, then instruments before currencies: not by rows, which lie in
 * an order of their own in each database. */
static int
compare_breaks(const void *left, const void *right, void *owner)
{
    const struct ledger_break *breaks[2] = {left, right};
    const struct ledger *ledger = owner;
    uint64_t keys[2][3];

    for (int i = 0; i < 2; i++) {
        const struct ledger_break *b = breaks[i];

        keys[i][0] = ledger->accounts[b->account].id;
        keys[i][1] = !b->security;
        keys[i][2] =
            b->security
                ? ledger->positions[b->row].instrument
                : ledger->currencies[ledger->balances[b->row].currency].word;
    }
    for (int i = 0; i < 3; i++)
        if (keys[0][i] != keys[1][i])
            return keys[0][i] < keys[1][i] ? -1 : 1;
    return 0;
}

static int
watch_breaks(struct reconciliation *all, struct failure *failure)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct ledger_break *found = &all->breaks[i];

        if (found->row != LEDGER_NONE && found->kind != BREAK_DUPLICATE &&
            !map_put(&all->watched, found->row | (found->security ? 0 : CASH),
                     (uint32_t)i))
            return fail_memory(failure);
    }
    return 0;
}

int
reconcile_compare(struct reconciliation *all,
                  const struct ledger_report_source *source,
                  const struct statement_file *file, struct failure *failure)
{
    const struct ledger *ledger = source->ledger;
    struct spoken spoken = {
        .accounts = allocate(failure, ledger->account_count + 1UL, 1),
        .positions = allocate(failure, ledger->position_count + 1UL, 1),
        .balances = allocate(failure, ledger->balance_count + 1UL, 1),
    };
    int result =
        spoken.accounts && spoken.positions && spoken.balances ? 0 : -1;
    size_t named;

    all->source = source;
    all->file = file;
    for (size_t i = 0; i < file->count && result == 0; i++)
        result = compare_line(all, &file->lines[i], &spoken, failure);
    named = all->count;
    if (result == 0)
        result = add_silent(all, &spoken, failure);
    if (result == 0 && all->count > named)
        qsort_r(all->breaks + named, all->count - named, sizeof *all->breaks,
                compare_breaks, (void *)(uintptr_t)ledger);
    if (result == 0)
        result = watch_breaks(all, failure);
    free(spoken.accounts);
    free(spoken.positions);
    free(spoken.balances);
    return result;
}

/* ---- history ------------------------------------------------------------- */

static uint32_t
find_break(const struct reconciliation *all,
           const struct ledgerdb_movement *movement)
{
    const struct ledger *ledger = all->source->ledger;
    uint32_t account = map_get(&ledger->account_map, movement->account_id);
    uint32_t row;

    if (account == LEDGER_NONE)
        return MAP_NONE;
    row = movement->instrument
              ? ledger_find_position(ledger, account, movement->instrument - 1)
              : ledger_find_balance(ledger, account, movement->currency);
    if (row == LEDGER_NONE)
        return MAP_NONE;
    return map_get(&all->watched, row | (movement->instrument ? 0 : CASH));
}

/* Postings of one transaction to one asset count together. */
int
reconcile_movement(void *owner, const struct ledgerdb_movement *movement,
                   struct failure *failure)
{
    struct reconciliation *all = owner;
    uint32_t index = find_break(all, movement);
    struct ledger_break *found;
    struct break_movement *movements;
    i128 before;

    if (index == MAP_NONE)
        return 0;
    found = &all->breaks[index];
    if (found->movements) {
        struct break_movement *last = &all->movements[found->movements - 1];

        if (last->transaction_id == movement->transaction_id)
            return amount_add(last->net, movement->amount, &last->net)
                       ? 0
                       : fail(failure, FAILURE_DATA, "an amount is too large");
    }
    if (!amount_sub(movement->after, movement->amount, &before))
        return fail(failure, FAILURE_DATA, "an amount is too large");
    movements = array_grow(all->movements, &all->movement_capacity,
                           all->movement_count + 1, sizeof *movements, failure);
    if (!movements)
        return -1;
    all->movements = movements;
    movements[all->movement_count++] = (struct break_movement){
        .transaction_id = movement->transaction_id,
        .time = movement->time,
        .kind = movement->kind,
        .net = movement->amount,
        .before = before,
        .next = found->movements,
    };
    found->movements = all->movement_count;
    return 0;
}

uint64_t
reconcile_count(const struct reconciliation *all, uint64_t kinds[BREAK_KINDS])
{
    uint64_t count = 0;

    memset(kinds, 0, BREAK_KINDS * sizeof *kinds);
    for (size_t i = 0; i < all->count; i++) {
        assert(all->breaks[i].kind < BREAK_KINDS);
        kinds[all->breaks[i].kind] += !all->breaks[i].folded;
        count += !all->breaks[i].folded;
    }
    return count;
}

void
reconcile_free(struct reconciliation *all)
{
    free(all->breaks);
    free(all->movements);
    map_free(&all->watched);
    *all = (struct reconciliation){0};
}
