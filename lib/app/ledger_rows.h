/* ledger_rows.h - the rows of a report on a ledger, in their order, and their
 * totals: what ledger_report.c writes in one format or another. */
#ifndef APP_LEDGER_ROWS_H
#define APP_LEDGER_ROWS_H

#include "app/ledger_report.h"
#include "base/table.h"

#define REPORT_COLUMNS 9
#define REPORT_SUMS    3 /* columns that a total has at most */

/* What stands in a column. */
enum ledger_cell_kind {
    CELL_EMPTY,
    CELL_ACCOUNT,    /* count: the id */
    CELL_INSTRUMENT, /* count: the index */
    CELL_CODE,
    CELL_AMOUNT,
    CELL_COUNT,
    CELL_TEXT,
};

struct ledger_cell {
    enum ledger_cell_kind kind;
    uint64_t count;
    i128 amount;
    struct code code;
    const char *text;
};

/* A row of the report: of balances, of positions, or of their lots. */
struct ledger_line {
    uint32_t row;
    bool security;
    const struct lot *lot; /* in a report of lots */
};

/* The sums of a currency or an asset. */
struct total {
    struct ledger_cell asset;
    i128 sums[REPORT_SUMS];
};

struct report;

/* Which columns a kind of report has. */
struct report_layout {
    const char *name; /* of the array in JSON */
    void (*fill)(struct report *report, const struct ledger_line *line);
    unsigned count;
    unsigned asset;             /* the column that totals are kept by */
    unsigned label;             /* the column where a total says so */
    unsigned sums[REPORT_SUMS]; /* columns that are summed; 0: no more */
    struct table_column columns[REPORT_COLUMNS];
};

struct report {
    const struct ledger_report_source *source;
    const struct report_layout *layout;
    bool trial; /* by asset, with a total after each */
    struct ledger_line *lines;
    size_t line_count;
    struct total *totals;
    size_t total_count, total_capacity;
    struct ledger_cell cells[REPORT_COLUMNS]; /* of the current line */
    unsigned cell_count;
};

/* Collects and sorts the rows.  report_free follows, also after a failure.
 * 0, or -1 with the failure set. */
int report_collect(struct report *report,
                   const struct ledger_report_source *source,
                   enum ledger_report_kind kind, struct failure *failure);
void report_free(struct report *report);

/* Fills the cells with a line, and adds it to its total; or with a total. */
int report_fill(struct report *report, const struct ledger_line *line,
                struct failure *failure);
void report_fill_total(struct report *report, const struct total *total);

/* True when the line is the last of its asset, in a trial balance. */
bool report_ends_asset(const struct report *report, size_t line);

/* The cell of an instrument, of a currency. */
struct ledger_cell report_instrument(uint32_t instrument);
struct ledger_cell report_code(struct code code);

#endif
