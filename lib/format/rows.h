/* rows.h - CSV (RFC 4180) as rows of cells.
 *
 * libcsv, in strict mode, says what a row is: a quote inside an unquoted cell
 * or text after a closing quote is an error; spaces around unquoted cells and
 * blank lines do not count; rows end with CR, LF or both.  Lines without
 * quotes, by far the most, are cut by a few lines of code here that give the
 * same cells, several times faster; a fuzz target compares the two.
 */
#ifndef FORMAT_ROWS_H
#define FORMAT_ROWS_H

#include <csv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "format/cell.h"
#include "format/lines.h"

#define ROW_BYTES_MAX LINE_BYTES_MAX
#define ROW_CELLS_MAX 4096

struct rows {
    /* Set these, the rest zero.  row takes one row; the cells live until it
     * returns. */
    int (*row)(void *owner, const struct cell *cells, size_t count,
               struct failure *failure);
    void *owner;
    char delimiter;      /* of ASCII */
    uint64_t skip;       /* the number of lines at the beginning to skip */
    const char *comment; /* nor do lines that begin with it; NULL */
    bool careful;        /* everything goes through libcsv; for comparison */

    uint64_t line; /* where the current row begins */

    /* private */
    struct lines lines;
    struct csv_parser parser;
    bool ready;
    int between; /* the parser's state between two rows */
    struct failure *failure;
    struct cell *cells; /* ROW_CELLS_MAX; owned */
    size_t count;
    char *bytes; /* of the cells that libcsv gives; owned */
    size_t used, fed;
};

/* Return 0 or -1; failures name the line. */
int rows_init(struct rows *rows, struct failure *failure);
int rows_push(struct rows *rows, const char *bytes, size_t size,
              struct failure *failure);

/* Whether what is pushed next is the beginning of a row, and all before it was
 * handed out. */
bool rows_between(const struct rows *rows);

/* Cuts a line without its line end into cells.  False when there is a quote
 * or a CR in it, or too many cells: that is for rows_push. */
bool row_split(const char *line, const char *end, char delimiter,
               struct cell cells[ROW_CELLS_MAX], size_t *count);

/* The file is over, and another may begin. */
int rows_end(struct rows *rows, struct failure *failure);
void rows_free(struct rows *rows);

#endif
