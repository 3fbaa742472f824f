/* catalog_rows.h - the tables of the catalog, and what a manifest says as rows
 * of them.
 */
#ifndef ARCHIVE_CATALOG_ROWS_H
#define ARCHIVE_CATALOG_ROWS_H

#include "archive/archive.h"
#include "base/clock.h"
#include "sql/database.h"

/* Cells as text, in the order of their columns; NULL: null. */
#define TAPE_COLUMNS "name, stream, status, tape_last_seq, events, sha256"
#define PART_COLUMNS                                                           \
    "path, tape, type, date, tier, rows, bytes, first_seq, last_seq,"          \
    " time_min, time_max, sha256"
enum { TAPE_CELLS = 6, PART_CELLS = 12 };
_Static_assert(TAPE_CELLS <= PART_CELLS, "a struct catalog_row holds either");

struct catalog_row {
    const char *cells[PART_CELLS];
    char room[8][32]; /* of numbers and times */
    char path[PART_PATH_MAX], type[PART_PATH_MAX], date[DAY_TEXT_MAX];
};

void tape_row(const struct manifest *manifest, struct catalog_row *row);
void part_row(const struct manifest *manifest, const struct part *part,
              struct catalog_row *row);

/* Takes the exchange and symbol of each instrument in a part, which its footer
 * lists: 1; 0 when the part is missing; -1. */
typedef int take_instrument(void *owner, const char *exchange,
                            size_t exchange_size, const char *symbol,
                            size_t symbol_size);
int part_instruments(const struct archive *archive, const struct part *part,
                     take_instrument *take, void *owner,
                     struct failure *failure);

/* Opens the database of that name in the archive's directory.  1 with
 * *database; 0 when it is not there and only to be read; -1.  *path is what it
 * is called, to be freed after closing it. */
int catalog_open(const struct archive *archive, const char *name,
                 enum database_mode mode, char **path,
                 struct database **database, struct failure *failure);

/* Reads the row of table head: 1; 0 when there is no such table or row; -1. */
int catalog_read_head(struct database *database, struct link *head,
                      struct failure *failure);

#endif
