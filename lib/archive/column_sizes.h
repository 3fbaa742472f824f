/* column_sizes.h - what the columns of an archive's files take on disk. */
#ifndef ARCHIVE_COLUMN_SIZES_H
#define ARCHIVE_COLUMN_SIZES_H

#include "archive/archive.h"
#include "base/bytes.h"
#include "parquet/parquet.h"

struct column_size {
    char type[24];
    struct parquet_column column;
    uint64_t rows, nulls;
    uint64_t size;      /* bytes of its pages */
    uint64_t blooms;    /* bytes of its Bloom filters */
    uint32_t encodings; /* a bit for each enum parquet_encoding in use */
};

/* All columns of all parts, those of a type together; owned by the growing.
 * -1 with a failure that names the file. */
int column_sizes_find(const struct archive *archive, struct bytes *sizes,
                      struct failure *failure);

#endif
