/* reader.h - reads Parquet files: ours, and those of others that keep
 * to flat columns.
 *
 * Read are: data pages V1 and V2; PLAIN, RLE_DICTIONARY and PLAIN_DICTIONARY,
 * DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY and
 * BYTE_STREAM_SPLIT, and RLE of booleans; zstd, gzip, Snappy and none; every
 * physical type.  The bits of FLOAT and DOUBLE are words, INT96 is a text of
 * 12 bytes.  All else is refused, never guessed.
 *
 * Every failure names the file and the place.  The class is data for what is
 * wrong with the bytes, environment for what cannot be read.
 *
 * Memory: the footer, one chunk as it lies, and what a parquet_chunk_values
 * holds.
 */
#ifndef PARQUET_READER_H
#define PARQUET_READER_H

#include "io/input.h"
#include "parquet/parquet.h"

#define PARQUET_READ_ROWS (16 * 1024 * 1024) /* of a row group, at most */

struct parquet_reader {
    struct input input; /* input.name is the path */
    struct parquet_footer footer;
    struct bytes raw, page; /* a chunk as it lies; a page uncompressed */
    struct bytes levels;
    void *zstd; /* ZSTD_DCtx */
    bool shares;
};

/* Opens path, which must outlive the reader, and reads the footer. */
int parquet_reader_open(struct parquet_reader *reader, const char *path,
                        struct failure *failure);
void parquet_reader_close(struct parquet_reader *reader);

/* The same of an open file, which the reader takes over in any case. */
int parquet_reader_take(struct parquet_reader *reader, struct input *input,
                        struct failure *failure);

/* Makes another reader of the same file, with separate memory, for another
 * thread.  The first must outlive it. */
int parquet_reader_share(struct parquet_reader *reader,
                         const struct parquet_reader *first,
                         struct failure *failure);

/* Replaces to by size bytes of the file from offset. */
int parquet_reader_at(struct parquet_reader *reader, uint64_t offset,
                      size_t size, struct bytes *to, struct failure *failure);

/* The values of a chunk and their memory; zeroed before the first use and
 * used again for the next chunk. */
struct parquet_chunk_values {
    struct parquet_values values;
    struct bytes words, valid, table, bytes;
};

void parquet_chunk_values_free(struct parquet_chunk_values *chunk);

/* Reads a column of a row group. An INT32 is sign-extended unless it is
 * PARQUET_UNSIGNED. */
int parquet_reader_chunk(struct parquet_reader *reader, uint32_t group,
                         unsigned column, struct parquet_chunk_values *chunk,
                         struct failure *failure);

/* Rows of a row group, in ascending order. */
struct parquet_picks {
    const uint32_t *rows;
    uint32_t count;
};

/* Whether a row group can have a value of a column of eight bytes, by its
 * Bloom filter: 1, also without one; 0; -1. */
int parquet_reader_may_have(struct parquet_reader *reader, uint32_t group,
                            unsigned column, uint64_t value,
                            struct failure *failure);

/* Reads only the dictionary of a column of a row group into the table (words
 * have no meaning then): 1 when each value of the chunk is one of its texts;
 * 0 when that is not certain, and the chunk itself is to be read; -1. */
int parquet_reader_dictionary(struct parquet_reader *reader, uint32_t group,
                              unsigned column,
                              struct parquet_chunk_values *chunk,
                              struct failure *failure);

#endif
