#include "ledger/holding.h"

#include <assert.h>

static i128
magnitude(i128 value)
{
    return value < 0 ? -value : value;
}

static bool
same_sign(i128 a, i128 b)
{
    return (a < 0) == (b < 0);
}

static bool
open_more(struct holding *holding, i128 quantity, i128 cash)
{
    struct holding next = *holding;

    if (!amount_add(next.quantity, quantity, &next.quantity) ||
        !amount_sub(next.cost, cash, &next.cost))
        return false;
    *holding = next;
    return true;
}

bool
holding_trade(struct holding *holding, i128 quantity, i128 cash)
{
    i128 held = magnitude(holding->quantity), traded = magnitude(quantity);
    i128 closed = held < traded ? held : traded;
    i128 closed_cash = cash, out = holding->cost, gain, realized;

    assert(quantity != 0);
    if (held == 0 || same_sign(holding->quantity, quantity))
        return open_more(holding, quantity, cash);
    if (closed < traded && !amount_mul_div(cash, closed, traded, &closed_cash))
        return false;
    if (closed < held && !amount_mul_div(holding->cost, closed, held, &out))
        return false;
    if (!amount_sub(closed_cash, out, &gain) ||
        !amount_add(holding->realized, gain, &realized))
        return false;
    holding->realized = realized;
    if (closed < traded) { /* through zero: the rest opens here */
        holding->quantity = quantity < 0 ? closed - traded : traded - closed;
        holding->cost = closed_cash - cash;
    } else { /* |out| <= |cost|: no overflow */
        holding->quantity += quantity;
        holding->cost -= out;
    }
    assert(holding->quantity != 0 || holding->cost == 0);
    return true;
}

bool
holding_split(struct holding *holding, i128 new, i128 old)
{
    i128 quantity;

    assert(new > 0 && old > 0);
    if (!amount_mul_div(holding->quantity, new, old, &quantity) ||
        (quantity == 0 && holding->quantity != 0))
        return false;
    holding->quantity = quantity;
    return true;
}

int64_t
holding_average(const struct holding *holding)
{
    i128 held = magnitude(holding->quantity);
    i128 cost = holding->quantity < 0 ? -holding->cost : holding->cost;
    i128 average;

    assert(held != 0 || holding->cost == 0);
    if (held == 0 || !amount_mul_div(cost, DECIMAL_ONE, held, &average) ||
        magnitude(average) > DECIMAL_MAX)
        return DECIMAL_NULL;
    return (int64_t)average;
}

bool
holding_notional(int64_t price, i128 quantity, int64_t multiplier,
                 i128 *notional)
{
    static const i128 square = (i128)DECIMAL_ONE * DECIMAL_ONE;

    assert(price != DECIMAL_NULL);
    if (multiplier == DECIMAL_NULL || multiplier == DECIMAL_ONE)
        return amount_mul_div(price, quantity, DECIMAL_ONE, notional);
    if (quantity > DECIMAL_MAX || quantity < -DECIMAL_MAX)
        return false;
    return amount_mul_div((i128)price * quantity, multiplier, square, notional);
}
