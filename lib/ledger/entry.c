#include "ledger/entry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void
ledger_entry_free(struct ledger_entry *entry)
{
    free(entry->legs);
    free(entry->balances);
    free(entry->positions);
    free(entry->lots);
    memset(entry, 0, sizeof *entry);
}

static int
grow(void *array, size_t count, size_t each, struct failure *failure)
{
    void **items = array;
    void *grown = reallocarray(*items, count, each);

    if (!grown)
        return fail_memory(failure);
    *items = grown;
    return 0;
}

int
ledger_entry_reserve(struct ledger_entry *entry, size_t legs,
                     struct failure *failure)
{
    size_t need = entry->leg_count + legs;
    size_t room = entry->room ? entry->room : ENTRY_LEGS + 1;

    if (need <= entry->room)
        return 0;
    while (room < need)
        room *= 2;
    if (room > UINT32_MAX)
        return fail_memory(failure);
    if (grow(&entry->legs, room, sizeof *entry->legs, failure) != 0 ||
        grow(&entry->balances, room, sizeof *entry->balances, failure) != 0 ||
        grow(&entry->positions, room, sizeof *entry->positions, failure) != 0)
        return -1;
    entry->room = (unsigned)room;
    return 0;
}

void
ledger_entry_violate(struct ledger_entry *entry, enum reason reason,
                     uint64_t account_id, i128 amount, const char *detail)
{
    assert(entry->violation_count < ENTRY_VIOLATIONS);
    entry->violations[entry->violation_count++] =
        (struct ledger_violation){(uint8_t)reason, account_id, amount, detail};
}

/* ---- legs ---------------------------------------------------------------- */

static void
undo_cash(struct ledger *ledger, const struct ledger_entry *entry, unsigned end)
{
    for (unsigned i = 0; i < end; i++) {
        const struct ledger_leg *leg = &entry->legs[i];

        assert(leg->amount != 0);
        if (!leg->security)
            ledger->balances[leg->row].amount -= leg->amount;
    }
}

bool
ledger_entry_apply(struct ledger *ledger, struct ledger_entry *entry)
{
    for (unsigned i = 0; i < entry->leg_count; i++) {
        struct ledger_leg *leg = &entry->legs[i];
        struct ledger_balance *row = &ledger->balances[leg->row];

        if (leg->security)
            continue;
        if (!amount_add(row->amount, leg->amount, &row->amount)) {
            undo_cash(ledger, entry, i);
            return false;
        }
        leg->after = row->amount;
    }
    return true;
}

/* A row is listed once, by its first leg.  In an entry of many legs each has a
 * row of its own (action.c). */
static void
list_row(uint32_t *rows, unsigned *count, uint32_t row, bool many)
{
    assert(row != LEDGER_NONE);
    for (unsigned i = 0; i < *count && !many; i++)
        if (rows[i] == row)
            return;
    rows[(*count)++] = row;
}

void
ledger_entry_book(struct ledger *ledger, struct ledger_entry *entry)
{
    bool many = entry->leg_count > ENTRY_LEGS;

    if (entry->leg_count == 0)
        return;
    assert(entry->leg_count >= 2); /* or they could not sum to zero */
    entry->transaction_id = ++ledger->transactions;
    entry->posting_id = ledger->postings + 1;
    ledger->postings += entry->leg_count;
    for (unsigned i = 0; i < entry->leg_count; i++) {
        const struct ledger_leg *leg = &entry->legs[i];

        if (!ledger->accounts[leg->account].open)
            ledger_change_account(ledger, leg->account);
        if (leg->security) {
            ledger->positions[leg->row].version++;
            list_row(entry->positions, &entry->position_count, leg->row, many);
            ledger_change_position(ledger, leg->row);
        } else {
            ledger->balances[leg->row].version++;
            list_row(entry->balances, &entry->balance_count, leg->row, many);
            ledger_change_balance(ledger, leg->row);
        }
    }
}

/* ---- lots ---------------------------------------------------------------- */

int
ledger_entry_reserve_lots(struct ledger_entry *entry, size_t need,
                          struct failure *failure)
{
    void *grown;

    if (need <= entry->lot_room)
        return 0;
    grown = array_grow(entry->lots, &entry->lot_room, need, sizeof *entry->lots,
                       failure);
    if (!grown)
        return -1;
    entry->lots = grown;
    return 0;
}

/* Where a lot of the position is noted already; lot_count when it is not. */
static size_t
find_noted(const struct ledger_entry *entry, uint32_t position, uint32_t number)
{
    for (size_t i = entry->lot_count; i > 0; i--) {
        const struct ledger_lot_change *noted = &entry->lots[i - 1];

        if (noted->position != position)
            break;
        if (noted->after.number == number)
            return i - 1;
    }
    return entry->lot_count;
}

void
ledger_entry_keep_lots(struct ledger *ledger, struct ledger_entry *entry)
{
    struct lots_log *log = &ledger->lots_log;

    assert(log->count <= entry->lot_room && entry->lot_count == 0);
    for (size_t i = 0; i < log->count && !ledger->quiet_lots; i++) {
        const struct lots_change *change = &log->changes[i];
        uint32_t position = (uint32_t)(change->lots - ledger->lots);
        const struct lot *after = &change->lots->lots[change->lot];
        size_t at = log->twice ? find_noted(entry, position, after->number)
                               : entry->lot_count;

        if (at == entry->lot_count)
            entry->lots[entry->lot_count++] =
                (struct ledger_lot_change){.position = position,
                                           .before = change->before,
                                           .after = *after};
    }
    lots_keep(log);
}
