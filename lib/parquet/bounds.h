/* bounds.h - the least and the greatest value of a chunk.
 *
 * In the order that the logical type says: signed, unsigned, or by bytes.
 */
#ifndef PARQUET_BOUNDS_H
#define PARQUET_BOUNDS_H

#include "parquet/chunk.h"

/* Sets the statistics of a chunk.  Values longer than PARQUET_FLBA_MAX, and
 * bytes without meaning, have no bounds. */
void parquet_bounds(const struct parquet_source *source,
                    struct parquet_stats *stats);

#endif
