/* reconcile_cause.c - what most likely made a break: whatever fits it to the
 * last digit, in the order of a table. */
#include <assert.h>

#include "app/reconcile.h"
#include "base/hash.h"

#define CENT      (DECIMAL_ONE / 100)
#define RATIO_MAX 20 /* of shares in a split: 20:1, 1:20, and */
#define RATIO_MIN 4  /* 3:2, 5:4 */

static i128
difference(const struct ledger_break *found)
{
    return found->there - found->here;
}

/* ---- transactions -------------------------------------------------------- */

/* The newest transaction that did that to the asset; BREAK_NONE. */
static size_t
find_movement(const struct reconciliation *all,
              const struct ledger_break *found, i128 net)
{
    for (size_t i = found->movements; i; i = all->movements[i - 1].next)
        if (all->movements[i - 1].net == net && net != 0)
            return i - 1;
    return BREAK_NONE;
}

static bool
name_movement(struct ledger_break *found, enum break_cause cause,
              size_t movement)
{
    if (movement == BREAK_NONE)
        return false;
    found->cause = cause;
    found->movement = movement;
    return true;
}

/* One that is there twice, at one time: either was meant. */
static bool
try_repeated(const struct reconciliation *all, struct ledger_break *found)
{
    size_t second = find_movement(all, found, -difference(found));

    if (second == BREAK_NONE)
        return false;
    for (size_t i = all->movements[second].next; i;
         i = all->movements[i - 1].next)
        if (all->movements[i - 1].net == all->movements[second].net &&
            all->movements[i - 1].kind == all->movements[second].kind &&
            all->movements[i - 1].time == all->movements[second].time)
            return name_movement(found, CAUSE_REPEATED, second);
    return false;
}

static bool
try_lacks(const struct reconciliation *all, struct ledger_break *found)
{
    size_t movement = find_movement(all, found, -difference(found));

    if (!name_movement(found, CAUSE_LACKS, movement))
        return false;
    if (all->movements[movement].kind == POSTING_SPLIT &&
        found->kind == BREAK_QUANTITY)
        found->kind = BREAK_SPLIT;
    return true;
}

static bool
try_doubled(const struct reconciliation *all, struct ledger_break *found)
{
    return name_movement(found, CAUSE_DOUBLED,
                         find_movement(all, found, difference(found)));
}

static bool
try_reversed(const struct reconciliation *all, struct ledger_break *found)
{
    i128 delta = difference(found);

    return delta % 2 == 0 &&
           name_movement(found, CAUSE_REVERSED,
                         find_movement(all, found, -delta / 2));
}

/* What the ledger had before one of its newest transactions. */
static bool
try_earlier(const struct reconciliation *all, struct ledger_break *found)
{
    for (size_t i = found->movements; i && found->there;
         i = all->movements[i - 1].next)
        if (all->movements[i - 1].before == found->there)
            return name_movement(found, CAUSE_EARLIER, i - 1);
    return false;
}

/* ---- the whole ----------------------------------------------------------- */

static bool
try_sign(const struct reconciliation *all, struct ledger_break *found)
{
    (void)all;
    if (found->there != -found->here)
        return false;
    found->cause = CAUSE_SIGN;
    if (found->kind == BREAK_QUANTITY)
        found->kind = BREAK_SIGN;
    return true;
}

/* there : here = a : b. */
static bool
has_ratio(struct ledger_break *found, i128 a, i128 b)
{
    i128 here, there;

    if (!amount_mul_div(found->here, a, 1, &here) ||
        !amount_mul_div(found->there, b, 1, &there) || here != there)
        return false;
    found->ratio[0] = a;
    found->ratio[1] = b;
    return true;
}

static bool
try_ratio(const struct reconciliation *all, struct ledger_break *found)
{
    (void)all;
    if (!found->security || found->here == 0 || found->there == 0)
        return false;
    for (i128 a = 1; a <= RATIO_MAX; a++)
        for (i128 b = 1; b <= RATIO_MAX; b++)
            if (a != b && (a <= RATIO_MIN || b <= RATIO_MIN) &&
                has_ratio(found, a, b)) {
                found->cause = CAUSE_RATIO;
                found->kind = BREAK_SPLIT;
                return true;
            }
    return false;
}

/* A split leaves the cost as it was, and nothing else does. */
static bool
try_ratio_at_cost(const struct reconciliation *all, struct ledger_break *found)
{
    if (!found->line || !found->security || found->row == LEDGER_NONE ||
        found->line->cost == AMOUNT_NULL ||
        found->line->cost !=
            all->source->ledger->positions[found->row].holding.cost)
        return false;
    return try_lacks(all, found) || try_ratio(all, found);
}

static bool
try_unit(const struct reconciliation *all, struct ledger_break *found)
{
    static const int64_t units[] = {100, 1000, 1000000};

    (void)all;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (found->here && found->there &&
            (has_ratio(found, units[i], 1) || has_ratio(found, 1, units[i]))) {
            found->cause = CAUSE_UNIT;
            return true;
        }
    return false;
}

static bool
try_fraction(const struct reconciliation *all, struct ledger_break *found)
{
    i128 delta = difference(found);

    (void)all;
    if (!found->security || found->there % DECIMAL_ONE != 0 ||
        delta <= -DECIMAL_ONE || delta >= DECIMAL_ONE)
        return false;
    found->cause = CAUSE_FRACTION;
    found->kind = BREAK_ROUNDING;
    return true;
}

static bool
try_rounding(const struct reconciliation *all, struct ledger_break *found)
{
    i128 delta = difference(found);

    (void)all;
    if ((found->security && found->kind != BREAK_COST) || delta > CENT ||
        delta < -CENT || found->here == 0 || found->there == 0)
        return false;
    found->cause = CAUSE_ROUNDING;
    found->kind = BREAK_ROUNDING;
    return true;
}

/* The account's fees in this currency are not booked there. */
static bool
try_all_fees(const struct reconciliation *all, struct ledger_break *found)
{
    i128 fees = 0;

    for (size_t i = found->movements; i; i = all->movements[i - 1].next)
        if (all->movements[i - 1].kind == POSTING_FEE &&
            !amount_add(fees, all->movements[i - 1].net, &fees))
            return false;
    if (fees == 0 || difference(found) != -fees)
        return false;
    found->cause = CAUSE_FEES;
    return true;
}

/* ---- cost ---------------------------------------------------------------- */

static bool
try_fees(const struct reconciliation *all, struct ledger_break *found)
{
    i128 fees = all->source->ledger->positions[found->row].fees;

    if (fees == 0 || difference(found) != fees)
        return false;
    found->cause = CAUSE_FEES;
    return true;
}

static bool
try_per_unit(const struct reconciliation *all, struct ledger_break *found)
{
    const struct holding *holding =
        &all->source->ledger->positions[found->row].holding;

    if (holding_average(holding) == DECIMAL_NULL ||
        found->there != holding_average(holding))
        return false;
    found->cause = CAUSE_PER_UNIT;
    return true;
}

/* Something was sold: which of it, and at what cost? */
static bool
try_basis(const struct reconciliation *all, struct ledger_break *found)
{
    i128 last = 0;

    for (size_t i = found->movements; i; i = all->movements[i - 1].next) {
        const struct break_movement *movement = &all->movements[i - 1];

        last = movement->before;
        if (movement->kind == POSTING_TRADE &&
            ((last > 0 && movement->net < 0) ||
             (last < 0 && movement->net > 0))) {
            found->cause = CAUSE_BASIS;
            return true;
        }
    }
    return false;
}

/* ---- other breaks -------------------------------------------------------- */

/* Looks among breaks by what they have in common, 64 bits of it. */
struct finder {
    struct map map;
    uint64_t (*key)(const struct reconciliation *all,
                    const struct ledger_break *found, bool opposite);
};

static uint64_t
hash_break(uint64_t first, uint64_t second, i128 amount)
{
    struct {
        uint64_t first, second;
        i128 amount;
    } key = {first, second, amount};

    return quick_hash_of(&key, sizeof key);
}

/* The asset of a break, whether the ledger has it or not. */
static uint64_t
asset_key(const struct reconciliation *all, const struct ledger_break *found)
{
    const struct ledger *ledger = all->source->ledger;
    const char *asset;

    if (found->row != LEDGER_NONE)
        return found->security
                   ? ledger->positions[found->row].instrument
                   : ledger->currencies[ledger->balances[found->row].currency]
                         .word;
    if (!found->security)
        return found->line->currency.word;
    if (found->line->instrument != INSTRUMENT_NONE)
        return found->line->instrument;
    asset = statement_asset(all->file, found->line);
    return quick_hash_of(asset, strlen(asset));
}

static uint64_t
asset_difference(const struct reconciliation *all,
                 const struct ledger_break *found, bool opposite)
{
    i128 delta = difference(found);

    return hash_break(asset_key(all, found), found->security,
                      opposite ? -delta : delta);
}

/* What is missing on one side, and on the other under another name. */
static uint64_t
account_amount(const struct reconciliation *all,
               const struct ledger_break *found, bool opposite)
{
    (void)opposite;
    return hash_break(
        found->line ? found->line->account
                    : all->source->ledger->accounts[found->account].id,
        found->security,
        found->kind == BREAK_MISSING_THERE ? found->here : found->there);
}

static int
fill(struct finder *finder, const struct reconciliation *all,
     bool (*fits)(const struct ledger_break *found), struct failure *failure)
{
    for (size_t i = 0; i < all->count; i++)
        if (fits(&all->breaks[i]) &&
            !map_put(&finder->map, finder->key(all, &all->breaks[i], false),
                     (uint32_t)i))
            return fail_memory(failure);
    return 0;
}

static bool
is_missing_there(const struct ledger_break *found)
{
    return found->kind == BREAK_MISSING_THERE;
}

static bool
is_missing_here(const struct ledger_break *found)
{
    return found->kind == BREAK_MISSING_HERE;
}

static bool
is_open(const struct ledger_break *found)
{
    return found->cause == CAUSE_UNKNOWN && found->kind != BREAK_COST &&
           found->kind != BREAK_CURRENCY && !found->folded;
}

/* It may be about a transaction that is in another account there. */
static bool
may_be_moved(const struct ledger_break *found)
{
    return is_open(found) || found->cause == CAUSE_LACKS ||
           found->cause == CAUSE_DOUBLED;
}

/* Two breaks that are one: the same under two names. */
static int
fold_names(struct reconciliation *all, struct failure *failure)
{
    struct finder finder = {.key = account_amount};
    int result = fill(&finder, all, is_missing_there, failure);

    for (size_t i = 0; i < all->count && result == 0; i++) {
        struct ledger_break *found = &all->breaks[i];
        uint32_t other =
            is_missing_here(found)
                ? map_get(&finder.map, account_amount(all, found, false))
                : MAP_NONE;

        if (other == MAP_NONE || all->breaks[other].folded)
            continue;
        assert(found->security == all->breaks[other].security);
        found->kind = found->security ? BREAK_NAME : BREAK_CURRENCY;
        found->cause = found->security ? CAUSE_RENAMED : CAUSE_CURRENCY;
        found->here = all->breaks[other].here;
        found->other = other;
        all->breaks[other].folded = true;
    }
    map_free(&finder.map);
    return result;
}

/* The opposite difference of the same asset in another account. */
static int
try_accounts(struct reconciliation *all, struct failure *failure)
{
    struct finder finder = {.key = asset_difference};
    int result = fill(&finder, all, may_be_moved, failure);

    for (size_t i = 0; i < all->count && result == 0; i++) {
        struct ledger_break *found = &all->breaks[i];
        uint32_t other =
            is_open(found)
                ? map_get(&finder.map, asset_difference(all, found, true))
                : MAP_NONE;

        if (other == MAP_NONE || !may_be_moved(&all->breaks[other]))
            continue;
        found->cause = CAUSE_ACCOUNT;
        found->other = other;
        all->breaks[other].cause = CAUSE_ACCOUNT;
        all->breaks[other].other = i;
    }
    map_free(&finder.map);
    return result;
}

/* What the break says itself. */
static void
try_plain(struct ledger_break *found)
{
    if (found->kind == BREAK_DUPLICATE)
        found->cause = CAUSE_SECOND;
    else if (found->kind == BREAK_CURRENCY)
        found->cause = CAUSE_CURRENCY;
    else if (found->kind != BREAK_MISSING_HERE)
        return;
    else if (found->account == LEDGER_NONE)
        found->cause = CAUSE_NO_ACCOUNT;
    else if (found->security && found->line->instrument == INSTRUMENT_NONE)
        found->cause = CAUSE_NO_INSTRUMENT;
}

/* ---- all ----------------------------------------------------------------- */

/* What is tried before other breaks are looked at, and what only after, since
 * chance may well fit it. */
enum stage { STAGE_FIRST, STAGE_COST, STAGE_LAST };

static const struct {
    enum stage stage;
    bool (*fits)(const struct reconciliation *all, struct ledger_break *found);
} tries[] = {
    {STAGE_FIRST, try_sign},     {STAGE_FIRST, try_ratio_at_cost},
    {STAGE_FIRST, try_repeated}, {STAGE_FIRST, try_lacks},
    {STAGE_FIRST, try_doubled},  {STAGE_FIRST, try_reversed},
    {STAGE_FIRST, try_all_fees}, {STAGE_FIRST, try_rounding},
    {STAGE_COST, try_sign},      {STAGE_COST, try_rounding},
    {STAGE_COST, try_fees},      {STAGE_COST, try_per_unit},
    {STAGE_COST, try_basis},     {STAGE_LAST, try_ratio},
    {STAGE_LAST, try_unit},      {STAGE_LAST, try_fraction},
    {STAGE_LAST, try_earlier},
};

static void
explain(const struct reconciliation *all, enum stage stage)
{
    for (size_t i = 0; i < all->count; i++) {
        struct ledger_break *found = &all->breaks[i];
        bool cost = found->kind == BREAK_COST;

        if (cost != (stage == STAGE_COST) || found->folded)
            continue;
        for (size_t j = 0; j < sizeof tries / sizeof *tries; j++)
            if (found->cause == CAUSE_UNKNOWN && tries[j].stage == stage &&
                tries[j].fits(all, found))
                assert(found->cause != CAUSE_UNKNOWN);
    }
}

/* A difference in quantity and one in cash of the other sign, both without a
 * cause: a trade. */
static int
try_trades(struct reconciliation *all, struct failure *failure)
{
    struct map cash = {0}; /* by account */
    int result = 0;

    for (size_t i = 0; i < all->count && result == 0; i++)
        if (is_open(&all->breaks[i]) && !all->breaks[i].security &&
            !map_put(&cash, all->breaks[i].account, (uint32_t)i))
            result = fail_memory(failure);
    for (size_t i = 0; i < all->count && result == 0; i++) {
        struct ledger_break *found = &all->breaks[i];
        uint32_t j = found->security && is_open(found)
                         ? map_get(&cash, found->account)
                         : MAP_NONE;

        if (j == MAP_NONE || !is_open(&all->breaks[j]) ||
            found->account == LEDGER_NONE ||
            (difference(&all->breaks[j]) > 0) == (difference(found) > 0))
            continue;
        found->cause = all->breaks[j].cause = CAUSE_TRADE;
        found->other = j;
        all->breaks[j].other = i;
    }
    map_free(&cash);
    return result;
}

int
reconcile_explain(struct reconciliation *all, struct failure *failure)
{
    if (fold_names(all, failure) != 0)
        return -1;
    for (size_t i = 0; i < all->count; i++)
        try_plain(&all->breaks[i]);
    explain(all, STAGE_FIRST);
    explain(all, STAGE_COST);
    if (try_accounts(all, failure) != 0 || try_trades(all, failure) != 0)
        return -1;
    explain(all, STAGE_LAST);
    return 0;
}
