/* event_columns.h - the rows of a Parquet file back as the events they were.
 *
 * A row group is loaded, its values are checked against the schema table and
 * made those of event fields; then events are built from any of its rows.
 * Memory: 8 bytes a value and the row group's texts.
 */
#ifndef STORE_EVENT_COLUMNS_H
#define STORE_EVENT_COLUMNS_H

#include "base/map.h"
#include "base/texts.h"
#include "store/layout.h"
#include "store/parquet_reader.h"

struct event_columns {
    struct layout layout;
    struct parquet_reader *file;
    struct parquet_chunk_values chunks[PARQUET_COLUMNS_MAX];
    uint32_t count;              /* rows of the group loaded */
    struct growing cursors, key; /* scratch */
    struct map instruments;      /* place of symbol and exchange -> local id */
    struct texts identities;     /* "exchange\0symbol" of the file */
    struct growing ids;          /* uint32_t: their local ids */
};

/* Takes a file that we wrote: checks its columns and reads what its metadata
 * says.  The file must outlive this. */
int event_columns_init(struct event_columns *columns,
                       struct parquet_reader *file, struct failure *failure);
void event_columns_free(struct event_columns *columns);

/* Loads one column of a row group; event_columns_group loads all. */
int event_columns_load(struct event_columns *columns, uint32_t group,
                       unsigned column, struct failure *failure);
int event_columns_group(struct event_columns *columns, uint32_t group,
                        struct failure *failure);

/* The seq of a row of the group loaded. */
static inline uint64_t
event_columns_seq(const struct event_columns *columns, uint32_t row)
{
    return columns->chunks[0].values.words[row];
}

/* Replaces out by the events of rows [from, to), one after the other. */
int event_columns_build(struct event_columns *columns, uint32_t from,
                        uint32_t to, struct growing *out,
                        struct failure *failure);

#endif
