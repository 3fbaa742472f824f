#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "ledger/holding.h"
#include "pnl/pnl.h"

/* What quantity, signed, would have gained from one price to another. */
static bool
gain(const struct pnl *pnl, uint32_t index, int64_t from, int64_t to,
     int64_t quantity, i128 *amount)
{
    int64_t multiplier = pnl->instruments->events[index]->multiplier;
    i128 paid, worth;

    assert(from != DECIMAL_NULL && to != DECIMAL_NULL);
    if (!holding_notional(from, quantity, multiplier, &paid) ||
        !holding_notional(to, quantity, multiplier, &worth))
        return false;
    *amount = worth - paid;
    return true;
}

int
pnl_mark_fill(struct pnl *pnl, uint32_t account, uint32_t index,
              uint64_t order_id, const struct trade *trade, bool bought)
{
    struct pnl_account *known = &pnl->accounts[account];
    uint32_t order = map_get(&pnl->markets[index].orders, order_id);
    int64_t quantity = bought ? trade->quantity : -trade->quantity;
    struct pnl_mark *marks;
    i128 amount;

    assert(account < pnl->account_count && trade->quantity > 0);
    if (order == MAP_NONE)
        return 0;
    known->filled += trade->quantity;
    if (pnl->orders[order].middle != DECIMAL_NULL &&
        gain(pnl, index, pnl->orders[order].middle, trade->price, quantity,
             &amount)) {
        known->slippage += amount;
        known->slipped++;
    }
    marks = array_grow(pnl->marks, &pnl->mark_capacity, pnl->mark_count + 1,
                       sizeof *marks, pnl->failure);
    if (!marks)
        return -1;
    pnl->marks = marks;
    marks[pnl->mark_count++] = (struct pnl_mark){
        account, index, trade->event.time, trade->price, quantity};
    return 0;
}

/* Forgets what no horizon waits for. */
static void
compact(struct pnl *pnl)
{
    size_t least = pnl->due[PNL_HORIZONS - 1];

    assert(least <= pnl->mark_count);
    if (least < 1000 || least < pnl->mark_count / 2)
        return;
    pnl->mark_count -= least;
    memmove(pnl->marks, pnl->marks + least,
            pnl->mark_count * sizeof *pnl->marks);
    for (unsigned i = 0; i < PNL_HORIZONS; i++)
        pnl->due[i] -= least;
}

void
pnl_mark_due(struct pnl *pnl, int64_t time)
{
    for (unsigned i = 0; i < PNL_HORIZONS; i++) {
        for (; pnl->due[i] < pnl->mark_count; pnl->due[i]++) {
            const struct pnl_mark *mark = &pnl->marks[pnl->due[i]];
            struct pnl_account *account = &pnl->accounts[mark->account];
            int64_t middle = pnl->markets[mark->index].middle;
            i128 amount;

            if (mark->time >= time - pnl_horizons[i])
                break;
            if (middle == DECIMAL_NULL ||
                !gain(pnl, mark->index, mark->price, middle, mark->quantity,
                      &amount))
                continue;
            account->markout[i] += amount;
            account->marked[i]++;
        }
    }
    compact(pnl);
}
