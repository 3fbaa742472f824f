/* table.h - aligned tables for people.
 *
 *      account  currency   balance  version
 *      1        USD        1523.75        4
 *      2        USD       -1523.75        4
 *
 * Cells are added row by row and written with every column as wide as its
 * widest cell, two blanks between columns and none at the end of a line.
 * Writing forgets the rows but keeps the columns, so that a long table can be
 * written in pieces; only the first piece has the titles.
 *
 * Text is shown as utf8_plain (base/utf8.h) has it.  Being out of memory is
 * sticky and arrives in the bytes written to.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/decimal.h"

#define TABLE_COLUMNS_MAX 64
#define TABLE_WIDTH_MAX   64 /* a wider cell does not widen its column */

enum table_align {
    TABLE_LEFT = 0,
    TABLE_RIGHT,
    TABLE_POINT, /* decimal points below each other */
};

struct table_column {
    const char *title;
    enum table_align align;
    size_t width; /* at least */
};

struct table_cell;

/* Zeroed, but for what is not private. */
struct table {
    const struct table_column *columns; /* lent */
    unsigned column_count;              /* 1 to TABLE_COLUMNS_MAX */
    unsigned indent;                    /* blanks before every line */
    const char *empty;                  /* what stands in an empty cell; NULL:
                                         * nothing */
    bool untitled;                      /* without the line of titles */
    bool hidden[TABLE_COLUMNS_MAX];     /* columns that are not written */

    /* private */
    struct bytes text;        /* of the cells, one after the other */
    struct table_cell *cells; /* owned */
    size_t cell_count, cell_capacity;
    size_t whole[TABLE_COLUMNS_MAX]; /* width before the point */
    size_t part[TABLE_COLUMNS_MAX];  /* and from it on */
    bool filled[TABLE_COLUMNS_MAX];  /* a cell was not empty */
    bool begun;                      /* the titles are written */
};

void table_free(struct table *table);

/* The next cell of the row; after the last column a new row begins. */
void table_put_bytes(struct table *table, const char *text, size_t size);
void table_put_text(struct table *table, const char *text);
void table_put_format(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void table_put_unsigned(struct table *table, uint64_t number);
void table_put_decimal(struct table *table, int64_t value);
void table_put_amount(struct table *table, i128 value);
void table_put_time(struct table *table, int64_t ns);
void table_put_empty(struct table *table); /* as null values are, too */

/* Leaves the rest of a row that was begun empty. */
void table_end_row(struct table *table);

/* A line of dashes below the numbers, before the row of their totals. */
void table_put_rule(struct table *table);

/* Hides the columns of which no cell was filled so far. */
void table_hide_empty(struct table *table);

/* Columns of a terminal that the longest line takes. */
size_t table_width(const struct table *table);

/* Appends the rows to out, and forgets them. */
void table_write(struct table *table, struct bytes *out);

#endif
