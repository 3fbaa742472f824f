/* chunk.h - one column of a row group on its way into a file: the
 * ways to encode its values, and which of them is best.
 */
#ifndef PARQUET_CHUNK_H
#define PARQUET_CHUNK_H

#include "parquet/dictionary.h"
#include "parquet/parquet.h"

/* Values to be written.  Texts are places in the table. */
struct parquet_cells {
    uint32_t rows, count;  /* rows; those that are not null */
    const uint64_t *words; /* of those that are not null, in order */
    const uint8_t *valid;  /* a row each: 0 null, 1 not; only for a mixture */
    const struct parquet_text *table;
    uint32_t table_count;
};

/* Memory for one chunk; any number of writers may share one, one at a time.
 */
struct parquet_scratch {
    struct dictionary dictionary;
    uint32_t *levels;
    struct bytes plain, packed, blooms;
    void *zstd; /* ZSTD_CCtx */
};

int parquet_scratch_init(struct parquet_scratch *scratch,
                         struct failure *failure);
void parquet_scratch_free(struct parquet_scratch *scratch);

/* Ways to encode the values, the quicker to read the earlier. */
enum parquet_way {
    PARQUET_WAY_DELTA_COARSE,
    PARQUET_WAY_DELTA_FINE,
    PARQUET_WAY_DICTIONARY, /* indices as narrow as can be */
    PARQUET_WAY_ALIGNED,    /* indices of whole bytes: zstd sees symbols */
    PARQUET_WAY_DELTA_BYTES,
    PARQUET_WAY_PLAIN,
    PARQUET_WAY_COUNT,
};

/* How zstd looks for what repeats, the quickest first. */
enum parquet_search {
    PARQUET_SEARCH_NEAR, /* as level 1, but only in the last few values */
    PARQUET_SEARCH_1,    /* as the levels of these numbers */
    PARQUET_SEARCH_2,
    PARQUET_SEARCH_3,
    PARQUET_SEARCH_COUNT,
};

struct parquet_choice {
    uint8_t way;
    uint8_t search, dictionary_search;
    bool is_chosen;
};

struct parquet_source {
    const struct parquet_column *column;
    const struct parquet_cells *cells;
    struct parquet_scratch *scratch;
    struct failure *failure;
    bool same;           /* all values are equal */
    bool has_dictionary; /* scratch->dictionary is that of the values */
};

/* Takes a column's values.  With dictionary, one is built where it is worth
 * it; that of equal values is always there. */
void parquet_source_init(struct parquet_source *source,
                         const struct parquet_column *column,
                         const struct parquet_cells *cells, bool dictionary,
                         struct parquet_scratch *scratch,
                         struct failure *failure);

bool parquet_way_possible(const struct parquet_source *source,
                          enum parquet_way way);
enum parquet_encoding parquet_way_encoding(enum parquet_way way);

static inline bool
parquet_way_has_dictionary(enum parquet_way way)
{
    return way == PARQUET_WAY_DICTIONARY || way == PARQUET_WAY_ALIGNED;
}

/* Append, not compressed: the levels that mark nulls; values [from, from +
 * count) of those that are not null; the dictionary. */
void parquet_put_levels(const struct parquet_source *source, struct bytes *out);
void parquet_put_values(const struct parquet_source *source,
                        enum parquet_way way, size_t from, size_t count,
                        struct bytes *out);
void parquet_put_dictionary(const struct parquet_source *source,
                            struct bytes *out);

/* Compresses what is in scratch->plain to scratch->packed.  0 or -1. */
int parquet_pack(const struct parquet_source *source,
                 enum parquet_search search);

/* Finds the way and the search that give few bytes, by trial.  0 or -1. */
int parquet_choose(const struct parquet_source *source,
                   struct parquet_choice *choice);

#endif
