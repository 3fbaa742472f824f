/* statement.h - what a broker or custodian says that accounts hold: CSV.
 *
 *      account,instrument,currency,quantity,cost
 *      me,XNAS:ABC,USD,100,1500         a position, currency and cost optional
 *      me,,USD,-1500,                   a balance
 *
 * Columns are found by their names, in any order, without regard to case;
 * others do not count.
 */
#ifndef APP_STATEMENT_H
#define APP_STATEMENT_H

#include "base/decimal.h"
#include "base/failure.h"
#include "base/strtab.h"
#include "cli/option.h"
#include "tape/event.h"
#include "tape/instruments.h"

/* Each is what lies at a line of the file. */
struct statement_line {
    uint64_t number;     /* of the line, from 1 */
    uint32_t label;      /* its account and asset, in labels */
    bool again;          /* so had a line before it */
    uint64_t account;    /* its id */
    uint32_t instrument; /* index; INSTRUMENT_NONE: cash, or not known */
    bool security;
    struct code currency; /* word 0: not given */
    i128 quantity, cost;  /* AMOUNT_NULL: no cost given */
};

struct statement_file {
    struct statement_line *lines; /* owned */
    size_t count, capacity;
    struct strtab labels; /* "account\0asset" */
};

/* Reads a file.  maps: "FIELD=COLUMN,...", the columns of fields that have
 * another name than theirs.  A zeroed one is empty; free it in any case.
 * 0; -1 of class data with the line of what is wrong, of class usage when a
 * map, or a column, is. */
int statement_read(struct statement_file *file, const char *path,
                   const struct option_list *maps,
                   const struct instruments *instruments,
                   struct failure *failure);
void statement_file_free(struct statement_file *file);

/* The account and the asset of a line as they were written. */
const char *statement_account(const struct statement_file *file,
                              const struct statement_line *line);
const char *statement_asset(const struct statement_file *file,
                            const struct statement_line *line);

#endif
