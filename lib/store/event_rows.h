/* event_rows.h - events of one type on their way into a Parquet file.
 *
 * Events are gathered until they fill a row group, then turned into columns
 * one by one.  Memory: at most EVENT_ROWS_BYTES of events and 16 bytes a row; a
 * event_rows_scratch is shared by all.
 */
#ifndef STORE_EVENT_ROWS_H
#define STORE_EVENT_ROWS_H

#include "store/identities.h"
#include "store/layout.h"

#define EVENT_ROWS_BYTES (10 * 1024 * 1024) /* of the events of a row group */

struct event_rows_scratch {
    uint64_t *words;
    uint8_t *valid;
    uint8_t *state; /* a row each: whether columns can tell it */
    struct texts texts;
    struct growing table, bytes;
};

int event_rows_scratch_init(struct event_rows_scratch *scratch,
                            struct failure *failure);
void event_rows_scratch_free(struct event_rows_scratch *scratch);

struct event_rows {
    struct layout layout;
    const struct identities *identities;
    struct event_rows_scratch *scratch;
    uint32_t count;
    struct growing events;   /* one after the other */
    struct growing seqs;     /* uint64_t */
    struct growing places;   /* uint32_t: where in events, in words */
    struct growing identity; /* uint32_t */
    struct growing first;    /* uint32_t by identity: its first local id */
    struct growing appeared; /* uint32_t: identities, in order */
};

void event_rows_init(struct event_rows *rows, uint16_t type, uint16_t written,
                     const struct identities *identities,
                     struct event_rows_scratch *scratch);
void event_rows_free(struct event_rows *rows);

/* True when the event must go into the next row group. */
bool event_rows_full(const struct event_rows *rows, const struct event *event);

/* Adds an event.  0, or -1 without memory. */
int event_rows_add(struct event_rows *rows, const struct event *event,
                   uint64_t seq, struct failure *failure);

/* Before the columns are asked for: finds the rows that columns can not
 * tell. */
void event_rows_begin(struct event_rows *rows);

/* The values of a column; for parquet_writer_group, with owner the rows.
 * Columns are to be asked for in order. */
int event_rows_fill(void *owner, unsigned column, struct parquet_values *values,
                    struct failure *failure);

/* Forgets the events, keeps the first local ids. */
void event_rows_clear(struct event_rows *rows);

/* The lines of "xtape.instruments": local id, exchange, symbol, with tabs. */
void event_rows_instruments(const struct event_rows *rows, struct growing *out);

#endif
