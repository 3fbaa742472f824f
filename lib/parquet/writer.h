/* writer.h - writes a Parquet file, one row group after the other.
 *
 * Every chunk is one data page (V1) and, where it pays, a dictionary page,
 * each with its CRC-32, compressed with zstd.  How to encode and compress a
 * column is decided by trial in the first row group and then in one of 32, and
 * kept until the next trial.  With statistics, column index and offset index,
 * and Bloom filters where they are asked for.  The same values give the same
 * bytes.
 *
 * Memory: the footer, about 300 bytes a chunk, and the scratch.
 */
#ifndef PARQUET_WRITER_H
#define PARQUET_WRITER_H

#include "base/hash.h"
#include "io/output.h"
#include "parquet/chunk.h"

struct parquet_writer {
    struct output *output;
    struct parquet_scratch *scratch;
    struct parquet_footer footer; /* add keys and values before the end */
    struct quick_hash hash;       /* of all bytes */
    uint64_t size;                /* bytes so far */
    struct parquet_choice choices[PARQUET_COLUMNS_MAX];
};

/* Begins a file in an open output.  Columns are copied. */
int parquet_writer_init(struct parquet_writer *writer, struct output *output,
                        struct parquet_scratch *scratch,
                        const struct parquet_column *columns, unsigned count,
                        struct failure *failure);
void parquet_writer_free(struct parquet_writer *writer);

/* Hands over the values of a column, which it owns until the next call. */
typedef int parquet_fill(void *owner, unsigned column,
                         struct parquet_cells *cells, struct failure *failure);

/* Writes a row group of rows rows (1 to PARQUET_GROUP_ROWS). fill is asked
 * for each column in turn. */
int parquet_writer_group(struct parquet_writer *writer, uint32_t rows,
                         parquet_fill *fill, void *owner,
                         struct failure *failure);

/* Writes the indexes and the footer, and gives the hash of all that was
 * written.  The output is still to be committed. */
int parquet_writer_end(struct parquet_writer *writer, struct quick_value *hash,
                       struct failure *failure);

#endif
