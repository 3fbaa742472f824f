#include "ledger/report.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tape/schema.h"

#define COLUMNS      9
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

_Static_assert(REPORT_NAME_MAX >= AMOUNT_TEXT_MAX, "a cell holds an amount");

struct column {
    const char *name;
    bool number;
};

struct cell {
    size_t size;
    char text[REPORT_NAME_MAX];
};

/* A row of the report: of balances or of positions; or the sum of an asset. */
struct line {
    uint32_t row;
    uint8_t security, total;
};

struct report {
    const struct ledger *ledger;
    const struct report_host *host;
    enum report_kind kind;
    struct line *lines;
    size_t line_count;
    const struct column *columns;
    unsigned column_count;
    i128 debit, credit; /* of the asset so far */
    struct cell cells[COLUMNS];
    size_t whole[COLUMNS], part[COLUMNS]; /* widths before and from the point */
};

static const struct column balance_columns[] = {
    {"account", false},
    {"currency", false},
    {"balance", true},
    {"version", true},
};
static const struct column position_columns[] = {
    {"account", false}, {"instrument", false}, {"currency", false},
    {"quantity", true}, {"cost", true},        {"average", true},
    {"realized", true}, {"fees", true},        {"version", true},
};
static const struct column trial_columns[] = {
    {"asset", false},
    {"account", false},
    {"debit", true},
    {"credit", true},
};

/* ---- cells --------------------------------------------------------------- */

static void
set_text(struct cell *cell, const char *text, size_t size)
{
    assert(size <= sizeof cell->text);
    cell->size = size;
    memcpy(cell->text, text, size);
    for (size_t i = 0; i < size; i++) /* nothing that steers a terminal */
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            cell->text[i] = '?';
}

static void
set_amount(struct cell *cell, i128 value)
{
    cell->size = amount_format(value, cell->text);
}

static void
set_count(struct cell *cell, uint64_t value)
{
    cell->size = (size_t)snprintf(cell->text, sizeof cell->text, "%llu",
                                  (unsigned long long)value);
}

static void
set_code(struct cell *cell, struct code code)
{
    char text[8];

    set_text(cell, text, code_to_text(code, text));
}

static void
set_account(const struct report *report, struct cell *cell, uint32_t account)
{
    char text[REPORT_NAME_MAX];
    uint64_t id = report->ledger->accounts[account].id;

    set_text(cell, text, report->host->account(report->host->owner, id, text));
}

static void
set_instrument(const struct report *report, struct cell *cell,
               uint32_t instrument)
{
    char text[REPORT_NAME_MAX];

    set_text(cell, text,
             report->host->instrument(report->host->owner, instrument, text));
}

/* ---- rows ---------------------------------------------------------------- */

static void
fill_balance(struct report *report, const struct line *line)
{
    const struct ledger_balance *row = &report->ledger->balances[line->row];

    set_account(report, &report->cells[0], row->account);
    set_code(&report->cells[1], report->ledger->currencies[row->currency]);
    set_amount(&report->cells[2], row->amount);
    set_count(&report->cells[3], row->version);
}

static void
fill_position(struct report *report, const struct line *line)
{
    const struct ledger_position *row = &report->ledger->positions[line->row];
    int64_t average = holding_average(&row->holding);

    set_account(report, &report->cells[0], row->account);
    set_instrument(report, &report->cells[1], row->instrument);
    set_code(&report->cells[2], row->currency);
    set_amount(&report->cells[3], row->holding.quantity);
    set_amount(&report->cells[4], row->holding.cost);
    if (average != DECIMAL_NULL)
        set_amount(&report->cells[5], average);
    set_amount(&report->cells[6], row->holding.realized);
    set_amount(&report->cells[7], row->fees);
    set_count(&report->cells[8], row->version);
}

/* The asset of a line, and what the account has of it. */
static i128
set_asset(struct report *report, const struct line *line, uint32_t *account)
{
    const struct ledger *ledger = report->ledger;
    const struct ledger_balance *balance = &ledger->balances[line->row];
    const struct ledger_position *position = &ledger->positions[line->row];
    struct cell *cell = &report->cells[0];

    if (line->security) {
        *account = position->account;
        set_instrument(report, cell, position->instrument);
        return position->holding.quantity;
    }
    *account = balance->account;
    set_code(cell, ledger->currencies[balance->currency]);
    return balance->amount;
}

static void
fill_trial(struct report *report, const struct line *line)
{
    uint32_t account;
    i128 amount = set_asset(report, line, &account);
    i128 *side = amount < 0 ? &report->credit : &report->debit;

    if (line->total) {
        set_text(&report->cells[1], "total", 5);
        set_amount(&report->cells[2], report->debit);
        set_amount(&report->cells[3], report->credit);
        report->debit = report->credit = 0;
        return;
    }
    set_account(report, &report->cells[1], account);
    amount = amount < 0 ? -amount : amount;
    set_amount(&report->cells[side == &report->debit ? 2 : 3], amount);
    if (!amount_add(*side, amount, side))
        *side = AMOUNT_MAX; /* 10^30 of anything: show the most there is */
}

static void
fill(struct report *report, const struct line *line)
{
    for (unsigned i = 0; i < report->column_count; i++)
        report->cells[i].size = 0;
    switch (report->kind) {
    case REPORT_BALANCES: fill_balance(report, line); break;
    case REPORT_POSITIONS: fill_position(report, line); break;
    case REPORT_TRIAL: fill_trial(report, line); break;
    }
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
    const struct report_host *host = report->host;
    uint64_t a_id = report->ledger->accounts[a].id;
    uint64_t b_id = report->ledger->accounts[b].id;
    char a_text[REPORT_NAME_MAX], b_text[REPORT_NAME_MAX];
    int order = 0;

    if (a == b)
        return 0;
    if (a_id >> 63 && b_id >> 63)
        order = compare_texts(a_text, host->account(host->owner, a_id, a_text),
                              b_text, host->account(host->owner, b_id, b_text));
    return order ? order : compare_numbers(a_id, b_id);
}

static int
compare_instruments(const struct report *report, uint32_t a, uint32_t b)
{
    const struct report_host *host = report->host;
    char a_text[REPORT_NAME_MAX], b_text[REPORT_NAME_MAX];
    int order;

    if (a == b)
        return 0;
    order = compare_texts(a_text, host->instrument(host->owner, a, a_text),
                          b_text, host->instrument(host->owner, b, b_text));
    return order ? order : compare_numbers(a, b);
}

/* Cash before securities. */
static int
compare_assets(const struct report *report, const struct line *a,
               const struct line *b)
{
    const struct ledger *ledger = report->ledger;

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
account_of(const struct report *report, const struct line *line)
{
    return line->security ? report->ledger->positions[line->row].account
                          : report->ledger->balances[line->row].account;
}

static int
compare_lines(const void *a, const void *b, void *owner)
{
    const struct report *report = owner;
    int by_account =
        compare_accounts(report, account_of(report, a), account_of(report, b));
    int by_asset = compare_assets(report, a, b);

    if (report->kind == REPORT_TRIAL)
        return by_asset ? by_asset : by_account;
    return by_account ? by_account : by_asset;
}

/* ---- lines --------------------------------------------------------------- */

static void
add_line(struct report *report, bool security, uint32_t row)
{
    report->lines[report->line_count++] = (struct line){row, security, false};
}

static void
collect(struct report *report)
{
    const struct ledger *ledger = report->ledger;
    bool trial = report->kind == REPORT_TRIAL;

    if (report->kind != REPORT_POSITIONS)
        for (uint32_t i = 0; i < ledger->balance_count; i++)
            if (trial ? ledger->balances[i].amount != 0
                      : ledger->balances[i].version != 0)
                add_line(report, false, i);
    if (report->kind != REPORT_BALANCES)
        for (uint32_t i = 0; i < ledger->position_count; i++)
            if (trial ? ledger->positions[i].holding.quantity != 0
                      : ledger->positions[i].version != 0)
                add_line(report, true, i);
}

/* Calls visit for each line in order, sums of a trial balance included. */
static int
each_line(struct report *report, int (*visit)(struct report *))
{
    int result = 0;

    for (size_t i = 0; i < report->line_count && result == 0; i++) {
        struct line *line = &report->lines[i];
        bool last = i + 1 == report->line_count ||
                    compare_assets(report, line, line + 1) != 0;

        fill(report, line);
        result = visit(report);
        if (report->kind == REPORT_TRIAL && last && result == 0) {
            struct line total = {line->row, line->security, true};

            fill(report, &total);
            result = visit(report);
        }
    }
    return result;
}

/* ---- text ---------------------------------------------------------------- */

/* Bytes before the point of a number; all of a text. */
static size_t
whole_of(const struct report *report, unsigned column)
{
    const struct cell *cell = &report->cells[column];
    const char *point = report->columns[column].number
                            ? memchr(cell->text, '.', cell->size)
                            : NULL;

    return point ? (size_t)(point - cell->text) : cell->size;
}

static int
measure(struct report *report)
{
    for (unsigned i = 0; i < report->column_count; i++) {
        size_t whole = whole_of(report, i);
        size_t part = report->cells[i].size - whole;

        if (whole > report->whole[i])
            report->whole[i] = whole;
        if (part > report->part[i])
            report->part[i] = part;
    }
    return 0;
}

/* Writes the cells, each padded to its column; no blanks at the end. */
static int
show(struct report *report)
{
    char text[COLUMNS * (2 * REPORT_NAME_MAX + 2) + 1];
    size_t size = 0, used = 0;

    for (unsigned i = 0; i < report->column_count; i++) {
        const struct cell *cell = &report->cells[i];
        bool number = report->columns[i].number;
        size_t before = number ? report->whole[i] - whole_of(report, i) : 0;
        size_t width = report->whole[i] + report->part[i];

        memset(text + size, ' ', width + 2);
        memcpy(text + size + before, cell->text, cell->size);
        if (cell->size)
            used = size + before + cell->size;
        size += width + 2;
    }
    text[used] = '\n';
    return report->host->put(report->host->owner, text, used + 1);
}

/* The names of the columns, over the digits before the point. */
static int
show_head(struct report *report)
{
    for (unsigned i = 0; i < report->column_count; i++) {
        const char *name = report->columns[i].name;

        if (report->whole[i] < strlen(name))
            report->whole[i] = strlen(name);
        set_text(&report->cells[i], name, strlen(name));
    }
    return show(report);
}

int
report_write(const struct ledger *ledger, enum report_kind kind,
             const struct report_host *host, struct failure *failure)
{
    static const struct {
        const struct column *columns;
        unsigned count;
    } tables[] = {
        [REPORT_BALANCES] = {balance_columns, COUNT(balance_columns)},
        [REPORT_POSITIONS] = {position_columns, COUNT(position_columns)},
        [REPORT_TRIAL] = {trial_columns, COUNT(trial_columns)},
    };
    struct report *report = allocate(failure, 1, sizeof *report);
    size_t rows = (size_t)ledger->balance_count + ledger->position_count + 1;
    int result = -1;

    if (!report)
        return -1;
    *report = (struct report){.ledger = ledger, .host = host, .kind = kind};
    report->columns = tables[kind].columns;
    report->column_count = tables[kind].count;
    report->lines = allocate(failure, rows, sizeof *report->lines);
    if (report->lines) {
        collect(report);
        qsort_r(report->lines, report->line_count, sizeof *report->lines,
                compare_lines, report);
        each_line(report, measure);
        result = show_head(report);
    }
    if (result == 0)
        result = each_line(report, show);
    free(report->lines);
    free(report);
    return result;
}

void
report_finding(const struct ledger *ledger,
               const struct ledger_finding *finding,
               const struct report_host *host, char *text, size_t size)
{
    struct report report = {.ledger = ledger, .host = host};
    struct cell account = {0}, asset = {0};

    if (finding->account != LEDGER_NONE)
        set_account(&report, &account, finding->account);
    if (finding->asset != LEDGER_NONE && finding->security)
        set_instrument(&report, &asset, finding->asset);
    else if (finding->asset != LEDGER_NONE)
        set_code(&asset, ledger->currencies[finding->asset]);
    snprintf(text, size, "%s: %s:%s%.*s%s%.*s", finding->invariant,
             finding->text, account.size ? " account " : "", (int)account.size,
             account.text, asset.size ? " " : "", (int)asset.size, asset.text);
}
