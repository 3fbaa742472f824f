/* event_columns.h - the rows of a Parquet file back as the events they were.
 *
 * A row group is loaded, its values are checked against the schema table and
 * made those of event fields; then events are built from any of its rows.
 * Memory: 8 bytes a value and the row group's texts.
 */
#ifndef STORE_EVENT_COLUMNS_H
#define STORE_EVENT_COLUMNS_H

#include "base/texts.h"
#include "store/layout.h"
#include "store/parquet_reader.h"

struct event_columns {
    struct layout layout;
    struct parquet_reader *file;
    struct parquet_chunk_values chunks[PARQUET_COLUMNS_MAX];
    uint32_t loaded[PARQUET_COLUMNS_MAX]; /* row group + 1 */
    uint32_t count;                       /* rows of the group loaded */
    struct texts identities;              /* "exchange\0symbol" of the file */
    struct growing ids;                   /* uint32_t: their local ids */
    /* of event_columns_build: where events and their texts lie, a key, local
     * ids by the places of symbol and exchange */
    struct growing starts, ends, key, local;
};

/* Takes a file that we wrote: checks its columns and reads what its metadata
 * says.  The file must outlive this. */
int event_columns_init(struct event_columns *columns,
                       struct parquet_reader *file, struct failure *failure);
void event_columns_free(struct event_columns *columns);

/* Loads one column of a row group, once; event_columns_group loads all that
 * are not loaded. */
int event_columns_load(struct event_columns *columns, uint32_t group,
                       unsigned column, struct failure *failure);

/* Loads only the table of a column of texts: 1 when no row has another text, 0
 * when the column is to be loaded to know, -1. */
int event_columns_table(struct event_columns *columns, uint32_t group,
                        unsigned column, struct failure *failure);
int event_columns_group(struct event_columns *columns, uint32_t group,
                        struct failure *failure);

/* The same with only those rows of it, which become 0 and so on. */
int event_columns_pick(struct event_columns *columns, uint32_t group,
                       struct parquet_picks picks, struct failure *failure);

/* The seq of a row of the group loaded. */
static inline uint64_t
event_columns_seq(const struct event_columns *columns, uint32_t row)
{
    return columns->chunks[0].values.words[row];
}

/* Replaces out by the events of count rows of the group loaded, one after the
 * other. */
int event_columns_build(struct event_columns *columns, uint32_t first,
                        uint32_t count, struct growing *out,
                        struct failure *failure);

#endif
