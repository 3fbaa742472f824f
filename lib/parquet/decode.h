/* decode.h - the encodings of Parquet that we read.
 *
 * Source of the rules: Encodings.md of apache/parquet-format.  The bytes come
 * from outside: each function reads [*at, end), moves *at past what it read
 * and returns false when the bytes do not hold what they should.  Nothing
 * beyond count values is written.
 */
#ifndef PARQUET_DECODE_H
#define PARQUET_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- the RLE and bit-packing hybrid -------------------------------------- */

/* Values of a width of 0 to 32 bits, forward, as they are asked for. */
struct hybrid {
    const unsigned char *at, *end;
    unsigned width;
    uint64_t count, to_come; /* values in all; those not given yet */
    /* of the current run */
    bool packed;
    uint32_t value;           /* when not packed */
    const unsigned char *run; /* when packed */
    size_t first;             /* value of it that is next */
    uint64_t left;            /* values */
};

/* What values stand for, when they are indices. */
struct hybrid_table {
    const uint64_t *words;
    uint32_t count;
    uint32_t most; /* the greatest index that was looked up */
};

/* There are to be count values. */
void hybrid_init(struct hybrid *hybrid, const unsigned char *at,
                 const unsigned char *end, unsigned width, size_t count);

/* The next count values. */
bool hybrid_next(struct hybrid *hybrid, uint32_t *values, size_t count);

/* What the next count values stand for; false also when one is not in the
 * table: table->most is count or more then. */
bool hybrid_look_up(struct hybrid *hybrid, struct hybrid_table *table,
                    uint64_t *words, size_t count);

/* The same of the values with those numbers, ascending, which are not before
 * the next; the last of them is next then. */
bool hybrid_pick(struct hybrid *hybrid, struct hybrid_table *table,
                 const uint32_t *rows, size_t count, uint64_t *words);

/* All count values at once. */
bool decode_hybrid(const unsigned char **at, const unsigned char *end,
                   unsigned width, uint32_t *values, size_t count);

/* True, with the value, when the next bytes are one run of all count values;
 * else nothing is read. */
bool decode_run(const unsigned char **at, const unsigned char *end,
                unsigned width, uint32_t *value, size_t count);

/* ---- DELTA_BINARY_PACKED ------------------------------------------------- */

/* Values, forward, as they are asked for. */
struct delta {
    const unsigned char *at, *end;
    uint64_t to_come;          /* values not given yet */
    uint64_t minis, mini_size; /* of a block; values of one */
    uint64_t value;            /* the last */
    bool is_first;             /* value is the first, and to come */
    /* of the current block */
    uint64_t least;
    const unsigned char *widths;
    uint64_t next_mini;
    /* of the current miniblock */
    const unsigned char *mini;
    unsigned width;
    size_t next; /* value of it */
};

/* There are to be exactly count values. */
bool delta_init(struct delta *delta, const unsigned char *at,
                const unsigned char *end, size_t count);
bool delta_next(struct delta *delta, uint64_t *words, size_t count);
bool delta_skip(struct delta *delta, size_t count);

/* All count values at once; bits 32 or 64. */
bool decode_delta(const unsigned char **at, const unsigned char *end,
                  unsigned bits, uint64_t *words, size_t count);

/* ---- LZ4 ----------------------------------------------------------------- */

/* A block of it: exactly size bytes to out. */
bool decode_lz4(const unsigned char *bytes, size_t length, unsigned char *out,
                size_t size);

/* ---- Snappy -------------------------------------------------------------- */

/* Its raw format: exactly size bytes to out. */
bool decode_snappy(const unsigned char *bytes, size_t length,
                   unsigned char *out, size_t size);

#endif
