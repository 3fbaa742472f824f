/* csv_columns.h - the columns of a CSV file: from a row to cells by slot.
 */
#ifndef FORMAT_CSV_COLUMNS_H
#define FORMAT_CSV_COLUMNS_H

#include "format/csv_wide.h"
#include "format/mapping.h"
#include "format/rows.h"

#define JOINED_MAX                                                             \
    1024 /* bytes of all texts of a row that are of two columns */

/* A record as import_record takes it.  Not zeroed: see csv_columns_begin. */
struct csv_record {
    struct cell cells[SLOTS_MAX + 1]; /* by slot; those of no slot fall into
                                       * the last */
    uint64_t given;
    char joined[JOINED_MAX];
    size_t joined_used;
};

struct csv_columns {
    const struct mapping *mapping; /* set these, the rest zero */
    const struct value_rules *rules;
    enum header header;
    struct csv_wide *wide; /* takes columns of groups; NULL: none */

    bool known; /* of this file */
    size_t count;

    /* private */
    uint8_t *slots;              /* by column: a slot or SLOT_NONE; owned */
    uint32_t columns[SLOTS_MAX]; /* by slot: its first column, from 1, or 0 */
    struct feed {
        uint32_t column;
        unsigned slot;
    } feeds[SLOTS_MAX]; /* of columns that feed a second slot */
    unsigned feed_count;
    struct join {
        unsigned slot, count;
        uint32_t columns[MAPPING_PARTS];
    } joins[SLOTS_MAX];
    unsigned join_count;
    uint32_t *where_columns; /* by where of the mapping; owned */
    char *header_text; /* the names of the columns, NUL after each; owned */
    uint32_t *titles;  /* by column: its name in header_text; owned */
};

/* Takes the first row of a file.  *data: it is a record, too. 0, or -1 with
 * the failure set. */
int csv_columns_take(struct csv_columns *columns, const struct cell *cells,
                     size_t count, bool *data, struct failure *failure);

/* Another file begins. */
void csv_columns_restart(struct csv_columns *columns);
void csv_columns_free(struct csv_columns *columns);

/* Prepares a record, before the first and after csv_columns_take. */
void csv_columns_begin(const struct csv_columns *columns,
                       struct csv_record *record);

/* Fills a record from a row of columns->count cells.  1; 0 when --where leaves
 * it out; -1 with the failure set.  Threads may do it at once. */
int csv_columns_record(const struct csv_columns *columns,
                       const struct cell *cells, struct csv_record *record,
                       struct failure *failure);

/* Whether a record needs that column, counted from 0: another may be empty. */
bool csv_columns_needs(const struct csv_columns *columns, uint32_t column);

/* Puts the column of a slot before the failure.  -1. */
int csv_columns_fail_at(const struct csv_columns *columns, unsigned slot,
                        struct failure *failure);

#endif
