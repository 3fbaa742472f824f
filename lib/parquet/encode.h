/* encode.h - the encodings of Parquet that we write.
 *
 * Source of the rules: Encodings.md of apache/parquet-format.  All append to
 * out; being out of memory is sticky there.
 */
#ifndef PARQUET_ENCODE_H
#define PARQUET_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* The bits that a number needs; 0 for 0. */
static inline unsigned
bit_width(uint64_t value)
{
    return value ? 64U - (unsigned)__builtin_clzll(value) : 0;
}

/* DELTA_BINARY_PACKED.  Differences are of bits bits (32 or 64) and wrap. */
enum delta_shape {
    DELTA_FINE,   /* widths chosen for each 32 values */
    DELTA_COARSE, /* for each 256: fewer widths to keep */
    DELTA_BYTES,  /* widths of whole bytes, and the same least difference
                     throughout: for what an entropy coder can go on with */
};
void encode_delta(const uint64_t *words, size_t count, unsigned bits,
                  enum delta_shape shape, struct bytes *out);

/* The RLE and bit-packing hybrid, values below 2^width, width 1 to 24. */
void encode_hybrid(const uint32_t *values, size_t count, unsigned width,
                   struct bytes *out);

/* The same for count times one value. */
void encode_run(uint32_t value, size_t count, unsigned width,
                struct bytes *out);

#endif
