/* parquet.h - Apache Parquet files: the subset that we write and read.
 *
 * Source of the rules: parquet.thrift and the pages of
 * apache/parquet-format 2.10 (Encodings.md, LogicalTypes.md, PageIndex.md).
 *
 * Flat columns, required or optional; columns of a nested schema are known but
 * not read.  This header has what
 * the writer and the reader share: columns, values and the footer.
 */
#ifndef PARQUET_PARQUET_H
#define PARQUET_PARQUET_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/failure.h"

#define PARQUET_MAGIC       "PAR1"
#define PARQUET_COLUMNS_MAX 64     /* of a file that we write */
#define PARQUET_LEAVES_MAX  4096   /* columns of one that is read */
#define PARQUET_GROUP_ROWS  131072 /* of a row group that we write */
#define PARQUET_FLBA_MAX    64     /* bytes of a fixed-length value */

enum parquet_physical {
    PARQUET_BOOLEAN = 0,
    PARQUET_INT32 = 1,
    PARQUET_INT64 = 2,
    PARQUET_INT96 = 3,
    PARQUET_FLOAT = 4,
    PARQUET_DOUBLE = 5,
    PARQUET_BYTE_ARRAY = 6,
    PARQUET_FIXED = 7, /* FIXED_LEN_BYTE_ARRAY */
};

enum parquet_encoding {
    PARQUET_PLAIN = 0,
    PARQUET_PLAIN_DICTIONARY = 2, /* the old name of RLE_DICTIONARY */
    PARQUET_RLE = 3,
    PARQUET_DELTA = 5, /* DELTA_BINARY_PACKED */
    PARQUET_DELTA_LENGTH = 6,
    PARQUET_DELTA_BYTES = 7, /* DELTA_BYTE_ARRAY */
    PARQUET_RLE_DICTIONARY = 8,
    PARQUET_SPLIT = 9, /* BYTE_STREAM_SPLIT */
};

enum parquet_codec {
    PARQUET_UNCOMPRESSED = 0,
    PARQUET_SNAPPY = 1,
    PARQUET_GZIP = 2,
    PARQUET_ZSTD = 6,
    PARQUET_LZ4_RAW = 7,
};

enum parquet_page {
    PARQUET_DATA_PAGE = 0,
    PARQUET_DICTIONARY_PAGE = 2,
    PARQUET_DATA_PAGE_V2 = 3,
};

/* What the values mean. */
enum parquet_logical {
    PARQUET_PLAIN_VALUE = 0, /* as the physical type says */
    PARQUET_STRING,
    PARQUET_DECIMAL,    /* scale, precision */
    PARQUET_TIME_NANOS, /* TIMESTAMP, UTC */
    PARQUET_TIME_MICROS,
    PARQUET_TIME_MILLIS,
    PARQUET_UNSIGNED,  /* integer, as wide as the physical type */
    PARQUET_OTHER,     /* one that we do not know */
    PARQUET_DATE,      /* days since 1970 */
    PARQUET_DAY_NANOS, /* since midnight */
    PARQUET_DAY_MICROS,
    PARQUET_DAY_MILLIS,
    PARQUET_UUID,
    PARQUET_FLOAT16,
};

struct parquet_column {
    char name[256]; /* of the field of the schema that it belongs to */
    enum parquet_physical physical;
    enum parquet_logical logical;
    uint8_t scale, precision; /* of a decimal */
    uint16_t length;          /* of PARQUET_FIXED and PARQUET_INT96, bytes */
    bool optional;
    bool bloom;  /* when writing: with Bloom filters */
    bool nested; /* below a group, or repeated: it cannot be read */
    bool local;  /* a time of no stated zone */
};

/* A column of a row group in memory.  Integers are in words; of byte arrays
 * and fixed ones, words are places in the table. */
struct parquet_text {
    const unsigned char *bytes;
    uint32_t size;
};

struct parquet_values {
    uint32_t count; /* rows */
    uint32_t nulls;
    uint64_t *words; /* a row each; 0 where null; not set if all are */
    uint8_t *valid;  /* a row each: 0 null, 1 not */
    struct parquet_text *table;
    uint32_t table_count;
};

/* ---- the footer --------------------------------------------------------- */

struct parquet_stats {
    bool has_bounds;
    bool has_nulls;
    int64_t nulls;
    uint8_t min_size, max_size; /* values as PLAIN would write them */
    unsigned char min[PARQUET_FLBA_MAX], max[PARQUET_FLBA_MAX];
};
_Static_assert(PARQUET_FLBA_MAX <= UINT8_MAX, "min_size counts its bytes");

struct parquet_chunk {
    enum parquet_codec codec;
    int64_t values;
    int64_t plain_size; /* of all pages, heads included, uncompressed */
    int64_t size;       /* of all pages, heads included */
    int64_t data_offset;
    int64_t dictionary_offset;                        /* 0: none */
    int64_t column_index_offset, offset_index_offset; /* 0: none */
    int32_t column_index_size, offset_index_size;
    int64_t bloom_offset, bloom_size; /* 0: no Bloom filter, not given */
    uint64_t bloom_check;             /* its XXH3-64; 0: not given */
    enum parquet_encoding encoding;   /* when writing */
    uint32_t encodings;               /* when read: a bit for each in use */
    struct parquet_stats stats;
};

struct parquet_group {
    int64_t rows;
    struct parquet_chunk *chunks; /* a column each; owned */
};

struct parquet_pair {
    char *key, *value; /* owned */
};

struct parquet_footer {
    struct parquet_column *columns; /* owned */
    unsigned column_count;
    int64_t rows;
    struct parquet_group *groups; /* owned */
    uint32_t group_count;
    struct parquet_pair *pairs; /* owned */
    uint32_t pair_count;
    char *created_by; /* owned; NULL: not given */
};

void parquet_footer_free(struct parquet_footer *footer);

/* The value of a key of the metadata, or NULL. */
const char *parquet_footer_get(const struct parquet_footer *footer,
                               const char *key);

/* Adds a key and a value, both copied.  0, or -1 without memory. */
int parquet_footer_add(struct parquet_footer *footer, const char *key,
                       const char *value, struct failure *failure);

/* A column by name, or -1. */
int parquet_footer_column(const struct parquet_footer *footer,
                          const char *name);

/* The chunks one after the other, by row groups and then columns. */
static inline struct parquet_chunk *
parquet_footer_chunk(const struct parquet_footer *footer, size_t number)
{
    assert(number < (size_t)footer->group_count * footer->column_count);
    return &footer->groups[number / footer->column_count]
                .chunks[number % footer->column_count];
}

/* Where the pages of a chunk begin. */
int64_t parquet_chunk_start(const struct parquet_chunk *chunk);

/* Writes FileMetaData. */
void parquet_footer_format(const struct parquet_footer *footer,
                           struct bytes *out);

/* Parquet has no check of its footer, and a statistic that is damaged hides
 * rows from who asks by it.  So we add the key PARQUET_CHECK, last, with the
 * value PARQUET_NO_CHECK; sealing sets the value to the XXH3-64 of the footer
 * with that value, in 16 hexadecimal digits. */
#define PARQUET_CHECK    "xtape.check"
#define PARQUET_BLOOMS   "xtape.blooms" /* the checks of the Bloom filters */
#define PARQUET_NO_CHECK "----------------"
void parquet_footer_seal(unsigned char *bytes, size_t size);

/* False when a footer has a check that does not fit. bytes are changed. */
bool parquet_footer_fits(unsigned char *bytes, size_t size);

/* Reads FileMetaData of a file of file_size bytes, every offset and size
 * checked against that; -1 with a failure of class data.  The footer must be
 * freed in either case. */
int parquet_footer_parse(struct parquet_footer *footer, const void *bytes,
                         size_t size, uint64_t file_size,
                         struct failure *failure);

/* ---- pages -------------------------------------------------------------- */

struct parquet_page_head {
    enum parquet_page kind;
    int32_t plain_size, size; /* of the body, uncompressed and as it lies */
    bool has_check;
    uint32_t check; /* CRC-32 of the body as it lies */
    int32_t values; /* nulls included */
    enum parquet_encoding encoding;
    bool packed_levels; /* BIT_PACKED definition levels: long deprecated */
    /* of a data page V2 */
    int32_t nulls, rows, levels_size, repetition_size;
    bool compressed;
};

void parquet_page_format(const struct parquet_page_head *head,
                         struct bytes *out);

/* Reads a page's head from at most size bytes: its length in bytes, or -1
 * with a failure of class data.  A page of a kind that is to be passed over
 * (an index page) has kind PARQUET_INDEX_PAGE. */
#define PARQUET_INDEX_PAGE 1
long parquet_page_parse(struct parquet_page_head *head, const void *bytes,
                        size_t size, struct failure *failure);

/* The column index and the offset index of a chunk that is one page of rows
 * rows. */
void parquet_column_index_format(const struct parquet_stats *stats,
                                 struct bytes *out);
void parquet_offset_index_format(int64_t offset, int32_t size,
                                 struct bytes *out);

#endif
