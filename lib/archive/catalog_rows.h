/* catalog_rows.h - the tables of the catalog, and what a manifest says as rows
 * of them.
 */
#ifndef ARCHIVE_CATALOG_ROWS_H
#define ARCHIVE_CATALOG_ROWS_H

#include "archive/archive.h"
#include "base/clock.h"
#include "sql/database.h"

/* Cells as text, in the order of their columns; NULL: null. */
#define TAPE_COLUMNS                                                           \
    "name, stream, status, tape_last_seq, events, time_min, time_max, sha256"
#define PART_COLUMNS                                                           \
    "path, tape, type, date, tier, rows, bytes, first_seq, last_seq,"          \
    " time_min, time_max, sha256"
enum { TAPE_CELLS = 8, PART_CELLS = 12 };
_Static_assert(TAPE_CELLS <= PART_CELLS, "a struct catalog_row holds either");

struct catalog_row {
    const char *cells[PART_CELLS];
    char room[8][32]; /* of numbers and times */
    char path[PART_PATH_MAX], type[PART_PATH_MAX], date[DAY_TEXT_MAX];
};

/* The times of a tape are those of its parts, of what is gone too. */
void tape_row(const struct manifest *manifest, struct catalog_row *row);
void part_row(const struct manifest *manifest, const struct part *part,
              struct catalog_row *row);

/* The hash of a row of tape.  Those of all rows, xor, are in "state": whoever
 * goes by the rows knows that none was lost or changed by accident. */
uint64_t tape_row_hash(const char *const cells[TAPE_CELLS], struct bytes *room);

/* The cells of the current row of a query for TAPE_COLUMNS; bytes of them are
 * in room until the next call. */
void tape_row_read(struct statement *statement, const char *cells[TAPE_CELLS],
                   struct bytes *room);

/* Takes the exchange and symbol of each instrument in a part, which its footer
 * lists: 1; 0 when the part is missing; -1. */
typedef int take_instrument(void *owner, const char *exchange,
                            size_t exchange_size, const char *symbol,
                            size_t symbol_size);
int part_instruments(const struct archive *archive, const struct part *part,
                     take_instrument *take, void *owner,
                     struct failure *failure);

/* The same as the catalog has them: of a part that has more of them than
 * SYMBOLS_ALWAYS, and not SYMBOL_BYTES for each, only "*", which stands for all
 * there are.  A symbol is some 80 bytes of the catalog. */
#define SYMBOLS_ALWAYS 64
#define SYMBOL_BYTES   800
int part_symbols(const struct archive *archive, const struct part *part,
                 take_instrument *take, void *owner, struct failure *failure);

/* Opens the database of that name in the archive's directory.  1 with
 * *database; 0 when it is not there and only to be read; -1.  *path is what it
 * is called, to be freed after closing it. */
int catalog_open(const struct archive *archive, const char *name,
                 enum database_mode mode, char **path,
                 struct database **database, struct failure *failure);

/* What it says. */
struct catalog_head {
    struct link link; /* the end of the chain */
    uint64_t tapes;   /* tape_row_hash of all rows of tape, xor */
};

/* A catalog without this table is of an older version: those of before there
 * was a chain had none, then it was "head". */
#define CATALOG_HEAD "state"

/* Reads its row: 1; 0 when there is no such table or row; -1. */
int catalog_read_head(struct database *database, struct catalog_head *head,
                      struct failure *failure);

/* Whether the manifest of that name has that SHA-256 and number: 1, 0, -1. */
int catalog_fits(const struct archive *archive, const struct link *head,
                 struct failure *failure);

#endif
