/* event_rows.h - events of one type on their way into a Parquet file.
 *
 * Events are gathered until they fill a row group: some KiB as they lie, to be
 * turned into columns while they are in the processor's cache.
 * Memory: at most about EVENT_ROWS_BYTES and 16 bytes a row; an
 * event_rows_scratch is shared by all.
 */
#ifndef ARCHIVE_EVENT_ROWS_H
#define ARCHIVE_EVENT_ROWS_H

#include "archive/identities.h"
#include "archive/layout.h"
#include "parquet/chunk.h"
#include "tape/digest.h"

#define EVENT_ROWS_BYTES (10 * 1024 * 1024) /* of the events of a row group */

struct event_rows_scratch {
    uint64_t *words;
    struct bytes table, bytes;
};

int event_rows_scratch_init(struct event_rows_scratch *scratch,
                            struct failure *failure);
void event_rows_scratch_free(struct event_rows_scratch *scratch);

/* What is gathered of a column. */
struct row_cells {
    struct bytes cells; /* values that are not null, of cell_size bytes */
    struct bytes valid; /* a byte a row, once some are null and some not */
    uint32_t nulls;
    uint8_t cell_size;   /* 1, 4 or 8 */
    struct strtab texts; /* values that are bytes: their cells are places */
};

/* So few that they, and what is made of them, stay in a core's first cache. */
#define STAGE_EVENTS 256
#define STAGE_BYTES  (64 * 1024)

/* Events that are not in columns yet, one after the other. */
struct event_stage {
    uint32_t count, size;
    const struct event *events[STAGE_EVENTS];
    uint32_t identity[STAGE_EVENTS];
    uint64_t seq[STAGE_EVENTS];
    _Alignas(8) unsigned char bytes[STAGE_BYTES];
};

/* An instrument of the file; zeroed: not seen. */
struct row_identity {
    uint32_t first; /* its first local id; 0: not seen */
    uint32_t group; /* the last row group that has it, from 1 */
    bool listed;    /* some row group needs it in the list */
};

/* A list of instruments costs about as much for each as its id does for so many
 * rows: row groups give ids until there are more rows than that. */
#define ROWS_PER_LISTED 8

struct event_rows {
    struct layout layout;
    const struct identities *identities;
    struct event_rows_scratch *scratch;
    uint32_t count;            /* rows */
    uint64_t size;             /* bytes of their events */
    struct digest digest;      /* of all events so far that are in columns */
    struct row_cells *columns; /* owned */
    struct event_stage *stage; /* owned */
    struct bytes seen;         /* struct row_identity, by identity */
    struct bytes appeared;     /* uint32_t: identities, in order */
    struct bytes needed; /* a byte a row: its id does not follow from a list */
    bool by_ids;         /* row groups may give ids, to need no list */
    uint32_t group;      /* the current one, from 1 */
    uint64_t before;     /* rows of those before */
};

/* Free it in either case. */
int event_rows_init(struct event_rows *rows, uint16_t type, uint16_t written,
                    const struct identities *identities,
                    struct event_rows_scratch *scratch,
                    struct failure *failure);
void event_rows_free(struct event_rows *rows);

/* True when the event must go into the next row group, after more events of so
 * many bytes. */
static inline bool
event_rows_full(const struct event_rows *rows, uint32_t more, size_t bytes,
                const struct event *event)
{
    uint32_t count = rows->count + more;

    return count == PARQUET_GROUP_ROWS ||
           (count > 0 &&
            rows->size + bytes + event->words * 8UL > EVENT_ROWS_BYTES);
}

/* Adds count events that lie one after the other, with sequence numbers from
 * seq.  0, or -1 without memory. */
int event_rows_add(struct event_rows *rows, const struct event *event,
                   uint32_t count, uint64_t seq, struct failure *failure);

/* Puts what is staged into the columns: before they are asked for. */
int event_rows_settle(struct event_rows *rows, struct failure *failure);

/* The values of a column; for parquet_writer_group, with owner the rows. */
int event_rows_fill(void *owner, unsigned column, struct parquet_cells *cells,
                    struct failure *failure);

/* Forgets the events, keeps the first local ids. */
void event_rows_clear(struct event_rows *rows);

/* The lines of "xtape.instruments": local id, exchange, symbol, with tabs.  How
 * many instruments need not be there, since their rows have the id. */
uint64_t event_rows_instruments(const struct event_rows *rows,
                                struct bytes *out);

#endif
