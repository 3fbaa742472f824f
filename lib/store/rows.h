/* rows.h - events of one type on their way into a Parquet file.
 *
 * Events are gathered until they fill a row group, then turned into columns
 * one by one.  Memory: at most ROWS_BYTES of events and 16 bytes a row; a
 * rows_scratch is shared by all.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "store/identities.h"
#include "store/layout.h"

#define ROWS_BYTES (10 * 1024 * 1024) /* of the events of a row group */

struct rows_scratch {
    uint64_t *words;
    uint8_t *valid;
    uint8_t *state; /* a row each: whether columns can tell it */
    struct texts texts;
    struct growing table, bytes;
};

int rows_scratch_init(struct rows_scratch *scratch, struct failure *failure);
void rows_scratch_free(struct rows_scratch *scratch);

struct rows {
    struct layout layout;
    const struct identities *identities;
    struct rows_scratch *scratch;
    uint32_t count;
    struct growing events;   /* one after the other */
    struct growing seqs;     /* uint64_t */
    struct growing places;   /* uint32_t: where in events, in words */
    struct growing identity; /* uint32_t */
    struct growing first;    /* uint32_t by identity: its first local id */
    struct growing appeared; /* uint32_t: identities, in order */
};

void rows_init(struct rows *rows, uint16_t type, uint16_t written,
               const struct identities *identities,
               struct rows_scratch *scratch);
void rows_free(struct rows *rows);

/* True when the event must go into the next row group. */
bool rows_full(const struct rows *rows, const struct event *event);

/* Adds an event.  0, or -1 without memory. */
int rows_add(struct rows *rows, const struct event *event, uint64_t seq,
             struct failure *failure);

/* Before the columns are asked for: finds the rows that columns can not
 * tell. */
void rows_begin(struct rows *rows);

/* The values of a column; for parquet_writer_group, with owner the rows.
 * Columns are to be asked for in order. */
int rows_fill(void *owner, unsigned column, struct parquet_values *values,
              struct failure *failure);

/* Forgets the events, keeps the first local ids. */
void rows_clear(struct rows *rows);

/* The lines of "xtape.instruments": local id, exchange, symbol, with tabs. */
void rows_instruments(const struct rows *rows, struct growing *out);

#endif
