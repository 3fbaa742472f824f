#include "app/ledger_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* ---- layouts ------------------------------------------------------------- */

static void fill_balance(struct report *report, const struct ledger_line *line);
static void fill_position(struct report *report,
                          const struct ledger_line *line);
static void fill_trial(struct report *report, const struct ledger_line *line);
static void fill_lot(struct report *report, const struct ledger_line *line);

static const struct report_layout layouts[LEDGER_REPORT_KINDS] = {
    [LEDGER_REPORT_BALANCES] =
        {
            .name = "balances",
            .fill = fill_balance,
            .count = 4,
            .asset = 1,
            .label = 0,
            .sums = {2},
            .columns = {{"account_id"},
                        {"currency"},
                        {"cash_balance", TABLE_POINT},
                        {"version", TABLE_RIGHT}},
        },
    [LEDGER_REPORT_POSITIONS] =
        {
            .name = "positions",
            .fill = fill_position,
            .count = 9,
            .asset = 2,
            .label = 0,
            .sums = {4, 6, 7},
            .columns = {{"account_id"},
                        {"instrument"},
                        {"currency"},
                        {"quantity", TABLE_POINT},
                        {"cost", TABLE_POINT},
                        {"average_cost", TABLE_POINT},
                        {"realized_pnl", TABLE_POINT},
                        {"fees", TABLE_POINT},
                        {"version", TABLE_RIGHT}},
        },
    [LEDGER_REPORT_TRIAL] =
        {
            .name = "trial_balance",
            .fill = fill_trial,
            .count = 4,
            .asset = 0,
            .label = 1,
            .sums = {2, 3},
            .columns = {{"asset"},
                        {"account_id"},
                        {"debit", TABLE_POINT},
                        {"credit", TABLE_POINT}},
        },
    [LEDGER_REPORT_LOTS] =
        {
            .name = "lots",
            .fill = fill_lot,
            .count = 7,
            .asset = 2,
            .label = 0,
            .sums = {4},
            .columns = {{"account_id"},
                        {"instrument"},
                        {"currency"},
                        {"quantity", TABLE_POINT},
                        {"cost", TABLE_POINT},
                        {"average_cost", TABLE_POINT},
                        {"transaction_id", TABLE_RIGHT}},
        },
};

/* ---- cells --------------------------------------------------------------- */

static void
put_cell(struct report *report, struct ledger_cell cell)
{
    assert(report->cell_count < report->layout->count);
    report->cells[report->cell_count++] = cell;
}

static void
put_account(struct report *report, uint32_t account)
{
    const struct ledger *ledger = report->source->ledger;

    assert(account < ledger->account_count);
    put_cell(report,
             (struct ledger_cell){.kind = CELL_ACCOUNT,
                                  .count = ledger->accounts[account].id});
}

static void
put_amount(struct report *report, i128 amount)
{
    put_cell(report,
             (struct ledger_cell){.kind = CELL_AMOUNT, .amount = amount});
}

static void
put_count(struct report *report, uint64_t count)
{
    put_cell(report, (struct ledger_cell){.kind = CELL_COUNT, .count = count});
}

static void
put_empty(struct report *report)
{
    put_cell(report, (struct ledger_cell){.kind = CELL_EMPTY});
}

struct ledger_cell
report_instrument(uint32_t instrument)
{
    return (struct ledger_cell){.kind = CELL_INSTRUMENT, .count = instrument};
}

struct ledger_cell
report_code(struct code code)
{
    return (struct ledger_cell){.kind = CELL_CODE, .code = code};
}

static void
fill_balance(struct report *report, const struct ledger_line *line)
{
    const struct ledger *ledger = report->source->ledger;
    const struct ledger_balance *row = &ledger->balances[line->row];

    assert(!line->security && line->row < ledger->balance_count);
    put_account(report, row->account);
    put_cell(report, report_code(ledger->currencies[row->currency]));
    put_amount(report, row->amount);
    put_count(report, row->version);
}

static void
fill_position(struct report *report, const struct ledger_line *line)
{
    const struct ledger_position *row =
        &report->source->ledger->positions[line->row];
    int64_t average;

    assert(line->security &&
           line->row < report->source->ledger->position_count);
    average = holding_average(&row->holding);
    put_account(report, row->account);
    put_cell(report, report_instrument(row->instrument));
    put_cell(report, report_code(row->currency));
    put_amount(report, row->holding.quantity);
    put_amount(report, row->holding.cost);
    if (average == DECIMAL_NULL)
        put_empty(report);
    else
        put_amount(report, average);
    put_amount(report, row->holding.realized);
    put_amount(report, row->fees);
    put_count(report, row->version);
}

static void
fill_lot(struct report *report, const struct ledger_line *line)
{
    const struct ledger_position *row =
        &report->source->ledger->positions[line->row];
    const struct holding lot = {line->lot->quantity, line->lot->cost, 0};
    int64_t average = holding_average(&lot);

    assert(lot.quantity != 0);
    put_account(report, row->account);
    put_cell(report, report_instrument(row->instrument));
    put_cell(report, report_code(row->currency));
    put_amount(report, lot.quantity);
    put_amount(report, lot.cost);
    if (average == DECIMAL_NULL)
        put_empty(report);
    else
        put_amount(report, average);
    put_count(report, line->lot->opened);
}

static void
fill_trial(struct report *report, const struct ledger_line *line)
{
    const struct ledger *ledger = report->source->ledger;
    const struct ledger_balance *balance = &ledger->balances[line->row];
    const struct ledger_position *position = &ledger->positions[line->row];
    i128 amount;

    assert(line->row <
           (line->security ? ledger->position_count : ledger->balance_count));
    if (line->security) {
        amount = position->holding.quantity;
        put_cell(report, report_instrument(position->instrument));
        put_account(report, position->account);
    } else {
        amount = balance->amount;
        put_cell(report, report_code(ledger->currencies[balance->currency]));
        put_account(report, balance->account);
    }
    if (amount < 0)
        put_empty(report);
    put_amount(report, amount < 0 ? -amount : amount);
    if (amount >= 0)
        put_empty(report);
}

/* ---- order --------------------------------------------------------------- */

static int
compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int
compare_texts(const char *a, size_t a_size, const char *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

    return order ? order : compare_numbers(a_size, b_size);
}

/* Numbers first, by value; then names. */
static int
compare_accounts(const struct report *report, uint32_t a, uint32_t b)
{
    const struct ledger *ledger = report->source->ledger;
    const struct names *names = report->source->names;
    uint64_t a_id = ledger->accounts[a].id, b_id = ledger->accounts[b].id;
    size_t a_size, b_size;
    const char *a_text, *b_text;
    int order = 0;

    if (a == b)
        return 0;
    if (a_id & b_id & NAME_BIT) {
        a_text = names_find(names, ID_ACCOUNT, a_id, &a_size);
        b_text = names_find(names, ID_ACCOUNT, b_id, &b_size);
        if (a_text && b_text)
            order = compare_texts(a_text, a_size, b_text, b_size);
    }
    return order ? order : compare_numbers(a_id, b_id);
}

static int
compare_instruments(const struct report *report, uint32_t a, uint32_t b)
{
    char a_text[2 * INSTRUMENT_TEXT_MAX + 2],
        b_text[2 * INSTRUMENT_TEXT_MAX + 2];
    int order;

    if (a == b)
        return 0;
    instruments_name(report->source->instruments, a, a_text, sizeof a_text);
    instruments_name(report->source->instruments, b, b_text, sizeof b_text);
    order = strcmp(a_text, b_text);
    return order ? order : compare_numbers(a, b);
}

/* Cash before securities. */
static int
compare_assets(const struct report *report, const struct ledger_line *a,
               const struct ledger_line *b)
{
    const struct ledger *ledger = report->source->ledger;

    if (a->security != b->security)
        return a->security - b->security;
    if (a->security)
        return compare_instruments(report, ledger->positions[a->row].instrument,
                                   ledger->positions[b->row].instrument);
    return memcmp(&ledger->currencies[ledger->balances[a->row].currency],
                  &ledger->currencies[ledger->balances[b->row].currency],
                  sizeof(struct code));
}

static uint32_t
account_of(const struct report *report, const struct ledger_line *line)
{
    const struct ledger *ledger = report->source->ledger;

    return line->security ? ledger->positions[line->row].account
                          : ledger->balances[line->row].account;
}

/* Lots of one position, from the oldest. */
static int
compare_lots(const struct ledger_line *a, const struct ledger_line *b)
{
    return (a->lot > b->lot) - (a->lot < b->lot);
}

static int
compare_lines(const void *a, const void *b, void *owner)
{
    const struct report *report = owner;
    int by_account =
        compare_accounts(report, account_of(report, a), account_of(report, b));
    int by_asset = compare_assets(report, a, b);

    if (report->trial)
        return by_asset ? by_asset : by_account;
    if (by_account || by_asset)
        return by_account ? by_account : by_asset;
    return compare_lots(a, b);
}

/* ---- lines and totals ---------------------------------------------------- */

static void
add_line(struct report *report, bool security, uint32_t row)
{
    report->lines[report->line_count++] =
        (struct ledger_line){row, security, NULL};
}

static size_t
count_lots(const struct ledger *ledger)
{
    size_t count = 0;

    for (size_t i = 0; i < ledger->lots_count; i++)
        count += ledger->lots[i].count - ledger->lots[i].first;
    return count;
}

static void
add_lots(struct report *report, const struct ledger *ledger)
{
    for (uint32_t i = 0; i < ledger->lots_count; i++)
        for (size_t j = ledger->lots[i].first; j < ledger->lots[i].count; j++)
            report->lines[report->line_count++] =
                (struct ledger_line){i, true, &ledger->lots[i].lots[j]};
}

int
report_collect(struct report *report, const struct ledger_report_source *source,
               enum ledger_report_kind kind, struct failure *failure)
{
    const struct ledger *ledger = source->ledger;
    size_t most = kind == LEDGER_REPORT_LOTS
                      ? count_lots(ledger)
                      : (size_t)ledger->balance_count + ledger->position_count;

    assert(kind < LEDGER_REPORT_KINDS);
    *report = (struct report){.source = source,
                              .layout = &layouts[kind],
                              .trial = kind == LEDGER_REPORT_TRIAL};
    assert(report->layout->count <= REPORT_COLUMNS);
    assert(report->layout->asset < report->layout->count &&
           report->layout->label < report->layout->count);
    report->lines = allocate(failure, most + 1, sizeof *report->lines);
    if (!report->lines)
        return -1;
    /* rows that only a failed attempt made are not state; a trial balance
     * leaves out what is zero */
    if (kind == LEDGER_REPORT_LOTS)
        add_lots(report, ledger);
    if (kind == LEDGER_REPORT_BALANCES || report->trial)
        for (uint32_t i = 0; i < ledger->balance_count; i++)
            if (report->trial ? ledger->balances[i].amount != 0
                              : ledger->balances[i].version != 0)
                add_line(report, false, i);
    if (kind == LEDGER_REPORT_POSITIONS || report->trial)
        for (uint32_t i = 0; i < ledger->position_count; i++)
            if (report->trial ? ledger->positions[i].holding.quantity != 0
                              : ledger->positions[i].version != 0)
                add_line(report, true, i);
    assert(report->line_count <= most);
    qsort_r(report->lines, report->line_count, sizeof *report->lines,
            compare_lines, report);
    return 0;
}

void
report_free(struct report *report)
{
    free(report->lines);
    free(report->totals);
}

bool
report_ends_asset(const struct report *report, size_t line)
{
    assert(line < report->line_count);
    return report->trial && (line + 1 == report->line_count ||
                             compare_assets(report, &report->lines[line],
                                            &report->lines[line + 1]) != 0);
}

static bool
same_asset(const struct ledger_cell *a, const struct ledger_cell *b)
{
    return a->kind == b->kind && a->count == b->count &&
           a->code.word == b->code.word;
}

/* The total of an asset, made if it is new; totals are few, and stay in order
 * of their codes. */
static struct total *
find_total(struct report *report, const struct ledger_cell *asset,
           struct failure *failure)
{
    size_t at = report->total_count;
    struct total *totals = report->totals;

    while (at > 0 && !same_asset(&totals[at - 1].asset, asset))
        at--;
    if (at > 0)
        return &totals[at - 1];
    totals = array_grow(totals, &report->total_capacity,
                        report->total_count + 1, sizeof *totals, failure);
    if (!totals)
        return NULL;
    report->totals = totals;
    at = report->total_count++;
    for (; !report->trial && at > 0 &&
           memcmp(&asset->code, &totals[at - 1].asset.code,
                  sizeof asset->code) < 0;
         at--)
        totals[at] = totals[at - 1];
    assert(at < report->total_count &&
           report->total_count <= report->total_capacity);
    totals[at] = (struct total){.asset = *asset};
    return &totals[at];
}

/* Sums beyond the range of an amount show the most there is. */
static int
add_to_total(struct report *report, struct failure *failure)
{
    const struct report_layout *layout = report->layout;
    struct total *total =
        find_total(report, &report->cells[layout->asset], failure);

    if (!total)
        return -1;
    for (unsigned i = 0; i < REPORT_SUMS && layout->sums[i]; i++) {
        const struct ledger_cell *cell = &report->cells[layout->sums[i]];

        assert(layout->sums[i] < layout->count);
        if (cell->kind == CELL_AMOUNT &&
            !amount_add(total->sums[i], cell->amount, &total->sums[i]))
            total->sums[i] = cell->amount < 0 ? -AMOUNT_MAX : AMOUNT_MAX;
    }
    return 0;
}

int
report_fill(struct report *report, const struct ledger_line *line,
            struct failure *failure)
{
    report->cell_count = 0;
    report->layout->fill(report, line);
    assert(report->cell_count == report->layout->count);
    return add_to_total(report, failure);
}

void
report_fill_total(struct report *report, const struct total *total)
{
    const struct report_layout *layout = report->layout;

    memset(report->cells, 0, sizeof report->cells);
    report->cells[layout->label] =
        (struct ledger_cell){.kind = CELL_TEXT, .text = "total"};
    report->cells[layout->asset] = total->asset;
    for (unsigned i = 0; i < REPORT_SUMS && layout->sums[i]; i++)
        report->cells[layout->sums[i]] =
            (struct ledger_cell){.kind = CELL_AMOUNT, .amount = total->sums[i]};
}
