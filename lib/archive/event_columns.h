/* event_columns.h - the rows of a Parquet file back as the events they were.
 *
 * The columns of a row group are opened, then events are built from its rows,
 * or from some of them, in order and some at a time: what is decoded, and the
 * events, stay in the processor's first cache.  Values are checked against the
 * schema table and made those of event fields.
 * Memory: the row group's pages uncompressed, or of columns that cannot be
 * decoded piece by piece 8 bytes a value; and its texts.
 */
#ifndef ARCHIVE_EVENT_COLUMNS_H
#define ARCHIVE_EVENT_COLUMNS_H

#include "archive/layout.h"
#include "base/strtab.h"
#include "parquet/cursor.h"
#include "tape/frame.h"

struct event_columns {
    struct layout layout;
    struct parquet_reader *file;
    struct parquet_cursor *cursors;       /* a column each; owned */
    uint32_t loaded[PARQUET_COLUMNS_MAX]; /* row group + 1 */
    struct strtab identities;             /* "exchange\0symbol" of the file */
    struct bytes ids;                     /* uint32_t: their local ids */
    /* of event_columns_build */
    uint32_t group;
    struct parquet_picks picks; /* rows of it that are wanted; NULL: all */
    uint32_t next;              /* of them */
    uint64_t seq;               /* the last one */
    struct parquet_piece pieces[PARQUET_COLUMNS_MAX];
    /* an event with what is equal in all rows, and the columns where the rows
     * differ */
    _Alignas(8) unsigned char same[EVENT_FIXED_MAX];
    uint8_t differ[PARQUET_COLUMNS_MAX];
    unsigned differ_count;
    bool has_texts, has_raw; /* not all null */
    /* where events and their texts lie, a key, local ids by the places of
     * symbol and exchange */
    uint32_t starts[PARQUET_PIECE];
    uint16_t ends[PARQUET_PIECE];
    struct bytes key, local;
};

/* Takes a file that we wrote: checks its columns and reads what its metadata
 * says.  The file must outlive this. */
int event_columns_init(struct event_columns *columns,
                       struct parquet_reader *file, struct failure *failure);
void event_columns_free(struct event_columns *columns);

/* Opens one column of a row group, or goes back to its first row. */
int event_columns_load(struct event_columns *columns, uint32_t group,
                       unsigned column, struct failure *failure);

/* Loads only the table of a column of texts: 1 when no row has another text, 0
 * when the column is to be loaded to know, -1. */
int event_columns_table(struct event_columns *columns, uint32_t group,
                        unsigned column, struct failure *failure);

/* Takes the next count rows of a column that was opened. */
int event_columns_take(struct event_columns *columns, unsigned column,
                       uint32_t count, struct parquet_piece *piece,
                       struct failure *failure);

/* Begins to build the events of a row group, of all columns, or of some rows
 * of it only: picks, which must stay there; picks.rows NULL: all. */
int event_columns_begin(struct event_columns *columns, uint32_t group,
                        struct parquet_picks picks, struct failure *failure);

/* Replaces out by the next events, one after the other: how many, 0 after the
 * last, -1. */
int event_columns_build(struct event_columns *columns, struct bytes *out,
                        struct failure *failure);

/* The seq of a row of those that were built last. */
static inline uint64_t
event_columns_seq(const struct event_columns *columns, uint32_t row)
{
    return columns->pieces[0].words[row];
}

/* The event that lies count events after one of those. */
static inline const struct event *
event_columns_event(const struct event_columns *columns,
                    const struct event *event, uint32_t count)
{
    size_t size = (size_t)count * columns->layout.fixed;

    if (!columns->has_texts && !columns->has_raw) /* all of one size */
        return (const void *)((const char *)event + size);
    while (count-- > 0)
        event = event_next(event);
    return event;
}

/* Whether any row of a column has a value. */
static inline bool
event_columns_some(const struct event_columns *columns, unsigned column)
{
    return columns->cursors[column].way != PARQUET_CURSOR_NULL;
}

#endif
