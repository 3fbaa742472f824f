#include "pnl/rows.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

struct pnl_row
pnl_share(const char *name, i128 part, i128 whole)
{
    struct pnl_row row = {.name = name, .kind = PNL_SHARE, .null = whole <= 0};

    if (!row.null && !amount_mul_div(part, 10000, whole, &row.value))
        row.null = true;
    if (!row.null && row.value * whole > part * 10000) /* rounded up */
        row.value--;
    return row;
}

void
pnl_row_text(const struct pnl_row *row, char text[AMOUNT_TEXT_MAX])
{
    size_t size = 1;

    text[0] = '-';
    if (!row->null && row->kind == PNL_TIME)
        size = time_format((int64_t)row->value, text);
    else if (!row->null && row->kind == PNL_COUNT)
        size = (size_t)snprintf(text, AMOUNT_TEXT_MAX, "%" PRIu64,
                                (uint64_t)row->value);
    else if (!row->null && row->kind == PNL_SHARE)
        size = (size_t)snprintf(text, AMOUNT_TEXT_MAX, "%" PRId64 ".%02" PRId64,
                                (int64_t)row->value / 100,
                                (int64_t)row->value % 100);
    else if (!row->null)
        size = amount_format(row->value, text);
    assert(size < AMOUNT_TEXT_MAX);
    text[size] = '\0';
}

/* The sums of all that an account did. */
static const struct pnl_sums *
sums_of(const struct pnl *pnl, const struct pnl_account *account)
{
    static const struct pnl_sums none;

    for (uint32_t i = 0; i < pnl->group_count; i++)
        if (pnl->groups[i].by == PNL_ALL &&
            &pnl->accounts[pnl->groups[i].account] == account)
            return &pnl->groups[i].sums;
    return &none;
}

static struct pnl_row
decimal_row(const char *name, int64_t value)
{
    return (struct pnl_row){name, PNL_NUMBER, value == DECIMAL_NULL, value};
}

unsigned
pnl_rows(const struct pnl *pnl, const struct pnl_account *account,
         struct pnl_row rows[PNL_ROWS_MAX])
{
    static const char *const markouts[] = {"markout_1s", "markout_10s",
                                           "markout_60s"};
    const struct pnl_sums *sums = sums_of(pnl, account);
    const struct pnl_ratios ratios = pnl_ratios(account);
    i128 gross = account->realized + account->unrealized;
    bool fell = account->drawdown > 0;
    unsigned count = 0;
    const struct pnl_row known[] = {
        {"realized", PNL_MONEY, false, account->realized},
        {"unrealized", PNL_MONEY, false, account->unrealized},
        {"gross", PNL_MONEY, false, gross},
        {"fees", PNL_MONEY, false, account->fees},
        {"net", PNL_MONEY, false, gross - account->fees},
        {"funds", PNL_MONEY, false, account->funds},
        {"equity", PNL_MONEY, false, pnl_equity(account)},
        {"max_drawdown", PNL_MONEY, false, account->drawdown},
        {"drawdown_from", PNL_TIME, !fell, account->from},
        {"drawdown_to", PNL_TIME, !fell, account->to},
        {"days", PNL_COUNT, false, account->day_count},
        decimal_row("sharpe", ratios.sharpe),
        decimal_row("sortino", ratios.sortino),
        {"turnover", PNL_MONEY, false, sums->turnover},
        {"fills", PNL_COUNT, false, sums->fills},
        pnl_share("maker_percent", sums->makers, sums->fills),
        pnl_share("taker_percent", sums->takers, sums->fills),
        {"closing_fills", PNL_COUNT, false, sums->closes},
        pnl_share("hit_percent", sums->wins, sums->closes),
        {"orders", PNL_COUNT, account->orders == 0, account->orders},
        pnl_share("filled_percent", account->filled, account->ordered),
        {"slippage", PNL_MONEY, account->slipped == 0, account->slippage},
    };

    for (; count < sizeof known / sizeof *known; count++)
        rows[count] = known[count];
    for (unsigned i = 0; i < PNL_HORIZONS; i++)
        rows[count++] =
            (struct pnl_row){markouts[i], PNL_MONEY, account->marked[i] == 0,
                             account->markout[i]};
    assert(count <= PNL_ROWS_MAX);
    return count;
}

unsigned
pnl_columns(const struct pnl_sums *sums, struct pnl_row columns[PNL_COLUMNS])
{
    const struct pnl_row known[PNL_COLUMNS] = {
        {"fills", PNL_COUNT, false, sums->fills},
        {"quantity", PNL_NUMBER, false, sums->quantity},
        {"turnover", PNL_MONEY, false, sums->turnover},
        {"realized", PNL_MONEY, false, sums->realized},
        {"fees", PNL_MONEY, false, sums->fees},
        {"net", PNL_MONEY, false, sums->realized - sums->fees},
        pnl_share("maker_percent", sums->makers, sums->fills),
        pnl_share("hit_percent", sums->wins, sums->closes),
    };

    for (unsigned i = 0; i < PNL_COLUMNS; i++)
        columns[i] = known[i];
    return PNL_COLUMNS;
}

void
pnl_account_name(const struct pnl *pnl, const struct pnl_account *account,
                 char text[600])
{
    size_t size;
    const char *name = names_find(pnl->names, ID_STRATEGY, account->id, &size);

    if (!name)
        name = names_find(pnl->names, ID_ACCOUNT, account->id, &size);
    if (name)
        snprintf(text, 600, "%.*s", (int)size, name);
    else
        snprintf(text, 600, "%" PRIu64, account->id);
}

void
pnl_key(const struct pnl *pnl, const struct pnl_group *group, char text[600])
{
    char time[TIME_TEXT_MAX];
    const char *name;
    size_t size;
    uint64_t id;

    switch (group->by) {
    case PNL_STRATEGY:
        id = group->key ? pnl->strategies[group->key - 1] : 0;
        name = names_find(pnl->names, ID_STRATEGY, id, &size);
        if (name)
            snprintf(text, 600, "%.*s", (int)size, name);
        else
            snprintf(text, 600, id ? "%" PRIu64 : "-", id);
        break;
    case PNL_SYMBOL:
        instruments_name(pnl->instruments, (uint32_t)group->key, text, 600);
        break;
    case PNL_DAY:
        size = time_format(group->key * NS_PER_DAY, time);
        snprintf(text, 600, "%.*s", (int)(size < 10 ? size : 10), time);
        break;
    case PNL_HOUR: snprintf(text, 600, "%02d", (int)group->key); break;
    case PNL_SIDE:
        snprintf(text, 600, "%s", group->key == SIDE_BUY ? "buy" : "sell");
        break;
    default: snprintf(text, 600, "all");
    }
}
