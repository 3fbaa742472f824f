/* rows.h - the figures of a report as rows of a name and a value, which
 * text, JSON and HTML write each in its way.
 */
#ifndef PNL_ROWS_H
#define PNL_ROWS_H

#include "pnl/pnl.h"

enum pnl_kind { PNL_MONEY, PNL_NUMBER, PNL_COUNT, PNL_TIME, PNL_SHARE };

struct pnl_row {
    const char *name; /* a key of JSON; text has blanks for its underscores */
    enum pnl_kind kind;
    bool null;
    i128 value; /* PNL_SHARE: hundredths of a percent, cut */
};

#define PNL_ROWS_MAX 40

/* The figures of an account; how many there are. */
unsigned pnl_rows(const struct pnl *pnl, const struct pnl_account *account,
                  struct pnl_row rows[PNL_ROWS_MAX]);

/* part of whole in hundredths of a percent, cut; null if there is no whole. */
struct pnl_row pnl_share(const char *name, i128 part, i128 whole);

/* The text of a value; "-" for null.  NUL-terminated. */
void pnl_row_text(const struct pnl_row *row, char text[AMOUNT_TEXT_MAX]);

/* The columns of a group after its account and key. */
#define PNL_COLUMNS 8
unsigned pnl_columns(const struct pnl_sums *sums,
                     struct pnl_row columns[PNL_COLUMNS]);

/* What an account is called: its strategy's name, or its number. */
void pnl_account_name(const struct pnl *pnl, const struct pnl_account *account,
                      char text[600]);

#endif
