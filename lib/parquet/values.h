/* values.h - the values of one page, by physical type and encoding.
 */
#ifndef PARQUET_VALUES_H
#define PARQUET_VALUES_H

#include "parquet/decode.h"
#include "parquet/reader.h"

/* A chunk while it is read. */
struct chunk_reader {
    const struct parquet_column *column;
    struct parquet_chunk_values *out;
    uint64_t *dictionary; /* its values: of texts their places; owned */
    uint32_t dictionary_count;
    bool has_dictionary;
};

/* Reads count values of [at, end) to words.  0, or -1 with a failure.  Texts
 * in the table are offsets into out->bytes until chunk_reader_finish. */
int chunk_reader_values(struct chunk_reader *reader,
                        enum parquet_encoding encoding, const unsigned char *at,
                        const unsigned char *end, uint64_t *words,
                        uint32_t count, struct failure *failure);

/* Reads a dictionary page of count values. */
int chunk_reader_dictionary(struct chunk_reader *reader,
                            const unsigned char *at, const unsigned char *end,
                            uint32_t count, struct failure *failure);

/* Fails for indices that cannot be read, or one that is not in the table. */
int chunk_reader_damaged(const struct hybrid_table *table,
                         struct failure *failure);

/* Makes the table's offsets pointers. */
void chunk_reader_finish(struct chunk_reader *reader);

#endif
