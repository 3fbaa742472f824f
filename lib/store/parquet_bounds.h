/* parquet_bounds.h - the least and the greatest value of a chunk.
 *
 * In the order that the logical type says: signed, unsigned, or by bytes.
 */
#ifndef STORE_PARQUET_BOUNDS_H
#define STORE_PARQUET_BOUNDS_H

#include "store/parquet_chunk.h"

/* Sets the statistics of a chunk.  Values longer than PARQUET_FLBA_MAX, and
 * bytes without meaning, have no bounds. */
void parquet_bounds(const struct parquet_source *source,
                    struct parquet_stats *stats);

#endif
