#include "ledger/store_lots.h"

#include <assert.h>
#include <stdlib.h>

#include "base/array.h"
#include "ledger/emit.h"

int
ledger_keep_lots(struct ledger *ledger, const struct ledger_entry *entry,
                 struct failure *failure)
{
    struct ledger_lot_change *grown;
    size_t count = ledger->changed_lot_count;

    if (entry->lot_count == 0)
        return 0;
    grown = array_grow(ledger->changed_lots, &ledger->changed_lot_room,
                       count + entry->lot_count, sizeof *grown, failure);
    if (!grown)
        return -1;
    ledger->changed_lots = grown;
    for (size_t i = 0; i < entry->lot_count; i++) {
        grown[count + i] = entry->lots[i];
        grown[count + i].order = (uint32_t)(count + i);
    }
    ledger->changed_lot_count = count + entry->lot_count;
    return 0;
}

/* ---- out ----------------------------------------------------------------- */

static int
compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* 0: of one lot. */
static int
compare_lots(const struct ledger *ledger, const struct ledger_lot_change *a,
             const struct ledger_lot_change *b)
{
    const struct ledger_position *x = &ledger->positions[a->position];
    const struct ledger_position *y = &ledger->positions[b->position];
    int order = compare(ledger->accounts[x->account].id,
                        ledger->accounts[y->account].id);

    order = order ? order : compare(x->instrument, y->instrument);
    return order ? order : compare(a->after.number, b->after.number);
}

static int
by_lot(const void *a, const void *b, void *owner)
{
    const struct ledger_lot_change *x = a, *y = b;
    int order = compare_lots(owner, x, y);

    return order ? order : compare(x->order, y->order);
}

static int
save_lot(struct ledger *ledger, const struct ledger_store *store,
         const struct ledger_lot_change *change, struct failure *failure)
{
    struct ledger_lot_change was = *change;
    uint32_t position = change->position;
    uint32_t instrument = ledger->positions[position].instrument + 1;
    uint32_t first = change->before.first_stream;
    struct lot_state before, after;
    struct lot *lot = lots_find(&ledger->lots[position], change->after.number);

    was.after = was.before;
    emit_lot(ledger, &was, instrument, INT64_MIN, &before);
    emit_lot(ledger, change, instrument, INT64_MIN, &after);
    if (store->lot(store->owner, &before, &after, &first, failure) != 0)
        return -1;
    if (lot)
        lot->first_stream = first;
    return 0;
}

/* Of all changes of a lot the first says what it was, the last what it is. */
int
store_save_lots(struct ledger *ledger, const struct ledger_store *store,
                struct failure *failure)
{
    struct ledger_lot_change *changes = ledger->changed_lots;
    size_t count = ledger->changed_lot_count;
    int result = 0;

    if (count > 1)
        qsort_r(changes, count, sizeof *changes, by_lot, ledger);
    for (size_t i = 0, next; i < count && result == 0; i = next) {
        for (next = i + 1; next < count && compare_lots(ledger, &changes[i],
                                                        &changes[next]) == 0;
             next++)
            changes[i].after = changes[next].after;
        result = save_lot(ledger, store, &changes[i], failure);
    }
    return result;
}

/* ---- back ---------------------------------------------------------------- */

int
ledger_restore_basis(void *owner, uint64_t account_id, uint8_t basis,
                     struct failure *failure)
{
    struct ledger *ledger = owner;
    uint32_t account = ledger_account(ledger, account_id, failure);

    if (account == LEDGER_NONE)
        return -1;
    ledger_set_basis(ledger, account, basis);
    return 0;
}

int
ledger_restore_lot(void *owner, const struct lot_state *event,
                   uint32_t first_stream, struct failure *failure)
{
    struct ledger *ledger = owner;
    const struct lot lot = {
        .quantity = amount_get(event->quantity),
        .cost = amount_get(event->cost),
        .opened = event->transaction_id,
        .number = (uint32_t)event->lot,
        .first_stream = first_stream,
    };
    uint32_t account = ledger_account(ledger, event->account_id, failure);
    uint32_t position =
        account == LEDGER_NONE
            ? LEDGER_NONE
            : ledger_position(ledger, account, event->event.instrument - 1,
                              failure);

    if (position == LEDGER_NONE || ledger_make_lots(ledger, failure) != 0)
        return -1;
    assert(ledger_lots(ledger, position));
    return lots_restore(&ledger->lots[position], &lot, failure);
}

/* ---- compared ------------------------------------------------------------ */

bool
store_adopt_lots(struct ledger *ledger, uint32_t position,
                 const struct ledger *stored, uint32_t theirs)
{
    struct lots none = {.count = 0}, *mine;
    const struct lots *other;

    mine = position < ledger->lots_count ? &ledger->lots[position] : &none;
    other = theirs < stored->lots_count ? &stored->lots[theirs] : &none;
    if (mine->count - mine->first != other->count - other->first ||
        mine->last != other->last)
        return false;
    for (size_t i = 0; i < mine->count - mine->first; i++) {
        struct lot *lot = &mine->lots[mine->first + i];
        const struct lot *same = &other->lots[other->first + i];

        if (lot->number != same->number || lot->quantity != same->quantity ||
            lot->cost != same->cost || lot->opened != same->opened)
            return false;
        lot->first_stream = same->first_stream;
    }
    return true;
}
