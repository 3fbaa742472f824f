/* decode.h - the encodings of Parquet that we read.
 *
 * Source of the rules: Encodings.md of apache/parquet-format.  The bytes come
 * from outside: each function reads [*at, end), moves *at behind what it read
 * and returns false when the bytes do not hold what they should.  Nothing
 * beyond count values is written.
 */
#ifndef STORE_DECODE_H
#define STORE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The RLE and bit-packing hybrid, values of width 0 to 32 bits, piece by
 * piece. */
struct hybrid {
    const unsigned char *at, *end;
    unsigned width;
    /* of the run in hand */
    bool packed;
    uint32_t value;           /* when not packed */
    const unsigned char *run; /* when packed */
    size_t first;             /* value of it that is next */
    uint64_t left;            /* values */
};
void hybrid_init(struct hybrid *hybrid, const unsigned char *at,
                 const unsigned char *end, unsigned width);
/* The next count values of remaining that there are to be. */
bool hybrid_next(struct hybrid *hybrid, uint32_t *values, size_t count,
                 size_t remaining);

/* All count values at once. */
bool decode_hybrid(const unsigned char **at, const unsigned char *end,
                   unsigned width, uint32_t *values, size_t count);

/* True, with the value, when the next bytes are one run of all count values;
 * else nothing is read. */
bool decode_run(const unsigned char **at, const unsigned char *end,
                unsigned width, uint32_t *value, size_t count);

/* DELTA_BINARY_PACKED: exactly count values; bits 32 or 64. */
bool decode_delta(const unsigned char **at, const unsigned char *end,
                  unsigned bits, uint64_t *words, size_t count);

/* Snappy's raw format: exactly size bytes to out. */
bool decode_snappy(const unsigned char *bytes, size_t length,
                   unsigned char *out, size_t size);

#endif
