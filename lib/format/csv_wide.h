/* csv_wide.h - rows of CSV that hold many events: a level of a book in each
 * group of columns.
 *
 * With --each 'asks[]:side=sell' the columns "asks[0].price", "asks[1].price"
 * and so on are the fields of one event for each number; what other columns
 * say holds for all of them (each.h).  Events whose columns are all empty are
 * left out.
 */
#ifndef FORMAT_CSV_WIDE_H
#define FORMAT_CSV_WIDE_H

#include "format/each.h"
#include "format/rows.h"

/* A column of a group, in order of groups. */
struct wide_column {
    unsigned each, index; /* of the group */
    unsigned slot;
    uint32_t column;
};

struct csv_wide {
    struct each_list eaches;     /* none: rows are events */
    struct wide_column *columns; /* owned */
    size_t count, capacity;
};

/* Takes a column by its name if it is one of a group.  1, or 0 if it is not,
 * or -1 with the failure set. */
int csv_wide_take(struct csv_wide *wide, const struct schema_type *type,
                  struct cell name, uint32_t column, struct failure *failure);

/* All columns of a file were taken. */
int csv_wide_settle(struct csv_wide *wide, struct failure *failure);

/* Another file begins. */
void csv_wide_restart(struct csv_wide *wide);
void csv_wide_free(struct csv_wide *wide);

/* Puts the cells of the group whose first column is at into slots, and what
 * holds for it; number: room for its number.  Returns where the next group
 * begins; *any: it has a cell that is not empty. */
size_t csv_wide_group(const struct csv_wide *wide, size_t at,
                      const struct cell *row, struct cell *slots,
                      uint64_t *given, char number[16], bool *any);

#endif
