/* cursor.h - a column of a row group, forward, in pieces that stay in
 * the processor's cache.
 *
 * A chunk that is one page, as ours are, stays as its bytes: uncompressed when
 * it is opened, after its CRC-32 was checked, and decoded as far as it is
 * asked for.  Others are read whole.
 *
 * Memory: the page uncompressed and its dictionary, or what a
 * parquet_chunk_values holds.
 */
#ifndef PARQUET_CURSOR_H
#define PARQUET_CURSOR_H

#include "parquet/decode.h"
#include "parquet/reader.h"

#define PARQUET_PIECE 256 /* rows, at most */

enum parquet_cursor_way {
    PARQUET_CURSOR_NULL,    /* no row has a value */
    PARQUET_CURSOR_SAME,    /* all rows have the value word */
    PARQUET_CURSOR_WORDS,   /* read whole */
    PARQUET_CURSOR_PLAIN,   /* words of eight bytes in the page */
    PARQUET_CURSOR_DELTA,   /* differences in the page */
    PARQUET_CURSOR_INDICES, /* indices to a dictionary in the page */
};

/* Values of some rows, until the next piece is taken. */
struct parquet_piece {
    const uint64_t *words;
    const uint8_t *valid; /* NULL: none is null */
};

/* Zeroed before the first use, and used again for the next chunk. */
struct parquet_cursor {
    enum parquet_cursor_way way;
    uint32_t next; /* row */
    uint64_t word; /* of PARQUET_CURSOR_SAME */
    /* rows, nulls and table; words and valid of PARQUET_CURSOR_WORDS only */
    struct parquet_chunk_values chunk;
    struct bytes page;             /* uncompressed */
    const unsigned char *at, *end; /* the values in it */
    struct hybrid hybrid;
    struct hybrid_table table; /* its words: owned */
    struct delta delta;
    uint32_t ready_first, ready_count; /* rows of which ready has the words */
    uint64_t ready[PARQUET_PIECE];
    uint64_t words[PARQUET_PIECE];
    uint8_t valid[PARQUET_PIECE];
};

/* Opens a column of a row group, at its first row. */
int parquet_cursor_open(struct parquet_cursor *cursor,
                        struct parquet_reader *reader, uint32_t group,
                        unsigned column, struct failure *failure);
void parquet_cursor_free(struct parquet_cursor *cursor);

/* For parquet_cursor_open: count values without a null, in a page at [at,
 * end).  False when they are not of a kind to be left in the page. */
struct chunk_reader;
bool parquet_cursor_begin(struct parquet_cursor *cursor,
                          const struct chunk_reader *reader,
                          enum parquet_encoding encoding,
                          const unsigned char *at, const unsigned char *end,
                          uint32_t count);

/* Goes back to the first row. */
void parquet_cursor_rewind(struct parquet_cursor *cursor);

/* Of a column of texts: from now on words are not places in the table but what
 * numbers, which the cursor takes over, has for each place; 0 where null. */
void parquet_cursor_map(struct parquet_cursor *cursor, uint64_t *numbers);

/* Takes the next count rows. 0, or -1 with a failure that does not name the
 * place. */
int parquet_cursor_take(struct parquet_cursor *cursor, uint32_t count,
                        struct parquet_piece *piece, struct failure *failure);

/* Takes those rows, which ascend and are not before the next; the row after
 * the last is next then. */
int parquet_cursor_pick(struct parquet_cursor *cursor,
                        struct parquet_picks picks, struct parquet_piece *piece,
                        struct failure *failure);

#endif
