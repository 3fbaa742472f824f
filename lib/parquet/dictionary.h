/* dictionary.h - the distinct values of a column chunk, most frequent first.
 *
 * Frequent values get small indices, so that zstd sees a skewed distribution.
 * Of equally frequent ones the least comes first if all are small, else the
 * first to appear.
 */
#ifndef PARQUET_DICTIONARY_H
#define PARQUET_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define DICTIONARY_MAX 65536 /* values; more are not worth a dictionary */

struct dictionary {
    uint64_t *values;  /* in order of index */
    uint32_t count;    /* how many */
    uint32_t *indices; /* of each word given; room for rows of them */

    /* private */
    uint32_t *slots;
    unsigned slot_bits;
    uint64_t *entries; /* in order of appearance */
    uint32_t *counts;
    uint32_t *order; /* entry -> index */
    uint32_t *buckets;
    size_t rows;
};

int dictionary_init(struct dictionary *dictionary, size_t rows,
                    struct failure *failure);
void dictionary_free(struct dictionary *dictionary);

/* Takes count words, 1 to rows, all below limit. False when a dictionary
 * is not worth it: the words are more than DICTIONARY_MAX different ones, or
 * begin with hardly any that repeats; nothing of it must be used then. */
bool dictionary_build(struct dictionary *dictionary, const uint64_t *words,
                      size_t count, uint64_t limit);

#endif
