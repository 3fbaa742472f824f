/* bloom.h - split-block Bloom filters: whether a chunk can have a
 * value, for values that lie anywhere between the least and the greatest.
 *
 * Source of the rules: BloomFilter.md of apache/parquet-format.  A filter is
 * a number of blocks of 32 bytes; the XXH64 of a value, as PLAIN would write
 * it but for a length, chooses a block and a bit in each of its eight words.
 */
#ifndef PARQUET_BLOOM_H
#define PARQUET_BLOOM_H

#include "parquet/chunk.h"

#define BLOOM_BLOCK    32
#define BLOOM_HEAD_MAX 64 /* bytes of our heads and those of others */

/* Appends the filter of a chunk, head and blocks: a power of two of bytes, at
 * least one for each distinct value, so that one in fifty values that are not
 * there seems to be. */
void parquet_bloom_format(const struct parquet_source *source,
                          struct bytes *out);

/* Reads a filter's head: its length, and that of the blocks after it; -1
 * when it is damaged or of another kind. */
long parquet_bloom_parse(const void *bytes, size_t size, uint32_t *blocks);

/* Where among size bytes the block of a hash lies, and whether all of its
 * bits are set there. */
size_t bloom_block(uint64_t hash, size_t size);
bool bloom_has(const unsigned char block[BLOOM_BLOCK], uint64_t hash);

/* The hash of a value of eight bytes. */
uint64_t bloom_hash(uint64_t word);

#endif
