/* parquet_writer.h - writes a Parquet file, one row group after the other.
 *
 * Every chunk is one data page (V1) and, where it pays, a dictionary page,
 * each with its CRC-32, compressed with zstd.  Encoding and level are chosen
 * by trial: the first row group of a column and then one in 32 is written in
 * every way that there is, the smallest wins and is kept until the next
 * trial.  With statistics, column index and offset index.  The same values
 * give the same bytes.
 *
 * Memory: the footer, about 300 bytes a chunk, and the scratch.
 */
#ifndef STORE_PARQUET_WRITER_H
#define STORE_PARQUET_WRITER_H

#include "io/output.h"
#include "store/dictionary.h"
#include "store/hash.h"
#include "store/parquet.h"

/* Memory for one chunk; any number of writers may share one, one at a time.
 */
struct parquet_scratch {
    struct dictionary dictionary;
    uint64_t *words; /* without nulls */
    uint32_t *levels;
    struct growing pages[2], trial[2], plain, packed;
    void *zstd; /* ZSTD_CCtx */
};

int parquet_scratch_init(struct parquet_scratch *scratch,
                         struct failure *failure);
void parquet_scratch_free(struct parquet_scratch *scratch);

struct parquet_choice {
    uint8_t way;   /* how to encode */
    uint8_t level; /* of zstd */
};

struct parquet_writer {
    struct output *output;
    struct parquet_scratch *scratch;
    struct parquet_footer footer; /* add keys and values before the end */
    struct sha256 hash;           /* of all bytes */
    uint64_t size;                /* bytes so far */
    struct parquet_choice choices[PARQUET_COLUMNS_MAX];
};

/* Begins a file in an open output.  Columns are copied. */
int parquet_writer_init(struct parquet_writer *writer, struct output *output,
                        struct parquet_scratch *scratch,
                        const struct parquet_column *columns, unsigned count,
                        struct failure *failure);
void parquet_writer_free(struct parquet_writer *writer);

/* Writes a row group of rows rows (1 to PARQUET_GROUP_ROWS). fill is asked
 * for the values of each column in turn and owns them until the next call. */
int parquet_writer_group(struct parquet_writer *writer, uint32_t rows,
                         int (*fill)(void *owner, unsigned column,
                                     struct parquet_values *values,
                                     struct failure *failure),
                         void *owner, struct failure *failure);

/* Writes the indexes and the footer; sha256 becomes the hash of the file. The
 * output is still to be committed. */
int parquet_writer_end(struct parquet_writer *writer, char sha256[SHA256_TEXT],
                       struct failure *failure);

#endif
