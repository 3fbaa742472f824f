/* Lots against a plain list of what was bought, share by share. */
#include "ledger/lots.h"

#include <string.h>

#include "tap.h"

#define SHARES_MAX 4000
#define TRADES     3000

static uint64_t state;

static int
random_below(int limit)
{
    state = state * 6364136223846793005 + 1442695040888963407;
    return (int)((state >> 33) % (uint64_t)limit);
}

/* ---- the model: each share that is held, in order of its purchase -------- */

struct model {
    int prices[SHARES_MAX];
    int count;
    bool is_short;
    int64_t realized;
};

/* Which share is closed first. */
static int
first_share(const struct model *model, uint8_t basis)
{
    int best = 0;

    if (basis == BASIS_LIFO)
        return model->count - 1;
    for (int i = 1; basis == BASIS_HIFO && i < model->count; i++)
        if (model->prices[i] > model->prices[best])
            best = i;
    return best;
}

static void
trade_share(struct model *model, uint8_t basis, bool sells, int price)
{
    if (model->count > 0 && sells != model->is_short) {
        int at = first_share(model, basis);
        int gain = price - model->prices[at];

        model->realized += model->is_short ? -gain : gain;
        model->count--;
        memmove(model->prices + at, model->prices + at + 1,
                (size_t)(model->count - at) * sizeof *model->prices);
        return;
    }
    model->is_short = sells;
    model->prices[model->count++] = price;
}

/* ---- both ---------------------------------------------------------------- */

static i128
cost_of(const struct model *model)
{
    i128 cost = 0;

    for (int i = 0; i < model->count; i++)
        cost += model->prices[i];
    return model->is_short ? -cost : cost;
}

static bool
sums_hold(const struct lots *lots, const struct holding *holding,
          const struct model *model)
{
    i128 quantity = 0, cost = 0;
    uint32_t before = 0;
    bool in_order = true;

    for (size_t i = lots->first; i < lots->count; i++) {
        quantity += lots->lots[i].quantity;
        cost += lots->lots[i].cost;
        in_order &= lots->lots[i].number > before &&
                    lots_find(lots, lots->lots[i].number) == &lots->lots[i];
        before = lots->lots[i].number;
    }
    return in_order && quantity == holding->quantity && cost == holding->cost &&
           quantity == (model->is_short ? -model->count : model->count) &&
           cost == cost_of(model) && holding->realized == model->realized;
}

/* Random trades; every third is undone, which must leave no trace. */
static bool
agree(uint8_t basis, bool shorts)
{
    static struct model model;
    struct failure failure = {0};
    struct lots lots = {0};
    struct lots_log log = {0};
    struct holding holding = {0};
    bool same = true;

    state = basis;
    model = (struct model){0};
    for (unsigned i = 1; same && i <= TRADES; i++) {
        int quantity = 1 + random_below(20), price = 1 + random_below(9);
        bool sells = random_below(2);
        struct holding was = holding;
        i128 signed_quantity;

        if (sells && !shorts && quantity > model.count)
            sells = false;
        if (model.count + quantity > SHARES_MAX)
            break;
        signed_quantity = sells ? -quantity : quantity;
        same = lots_reserve(&lots, &log, &failure) == 0 &&
               lots_trade(&lots, &log, basis, &holding, signed_quantity,
                          -signed_quantity * price, i);
        if (i % 3 == 0) {
            lots_undo(&log);
            holding = was;
        } else {
            lots_keep(&log);
            for (int share = 0; share < quantity; share++)
                trade_share(&model, basis, sells, price);
        }
        same = same && sums_hold(&lots, &holding, &model);
    }
    lots_free(&lots);
    lots_free_log(&log);
    return same;
}

static bool
notional_is(int64_t price, i128 quantity, int64_t multiplier, i128 want)
{
    i128 notional = 0;

    return holding_notional(price, quantity, multiplier, &notional) &&
           notional == want;
}

int
main(void)
{
    const i128 large = (i128)DECIMAL_MAX * 4, one = DECIMAL_ONE;

    OK("first in, first out", agree(BASIS_FIFO, true));
    OK("last in, first out", agree(BASIS_LIFO, true));
    OK("the highest first", agree(BASIS_HIFO, false));
    OK("a notional is price times quantity times multiplier, none is 1",
       notional_is(5 * DECIMAL_ONE / 2, 4 * one, DECIMAL_ONE, 10 * one) &&
           notional_is(5 * DECIMAL_ONE / 2, 4 * one, DECIMAL_NULL, 10 * one) &&
           notional_is(5 * DECIMAL_ONE / 2, 4 * one, 100 * DECIMAL_ONE,
                       1000 * one) &&
           notional_is(DECIMAL_ONE, large, DECIMAL_NULL, large));
    return tap_done();
}
