/* parquet_bounds.h - the least and the greatest value of a chunk.
 *
 * In the order that the logical type says: signed, unsigned, or by bytes.
 */
#ifndef STORE_PARQUET_BOUNDS_H
#define STORE_PARQUET_BOUNDS_H

#include "store/parquet.h"

/* Sets the statistics of a chunk whose words without nulls are count words.
 * Values longer than PARQUET_FLBA_MAX, and bytes without meaning, have no
 * bounds. */
void parquet_bounds(const struct parquet_column *column,
                    const struct parquet_values *values, const uint64_t *words,
                    size_t count, struct parquet_stats *stats);

#endif
