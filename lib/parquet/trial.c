/* How to encode a column: all ways are tried on a sample of its values, then
 * the searches of zstd on all of them, since what a thorough one finds lies
 * further back than a sample goes. */
#include "parquet/chunk.h"

#include <assert.h>

#define SAMPLE                                                                 \
    16384 /* values, from the middle: neighbours, as in the whole              \
           */

/* A way that is slower to read must be smaller by a part of this, and by some
 * bytes; a search that is slower by another. */
#define WAY_PART    64
#define WAY_BYTES   128
#define SEARCH_PART 50
#define NEAR_PART   512

/* The size of what is in scratch->plain when compressed, or -1. */
static int64_t
packed_size(const struct parquet_source *source, enum parquet_search search)
{
    if (parquet_pack(source, search) != 0)
        return -1;
    return (int64_t)source->scratch->packed.size;
}

static int64_t
size_of_dictionary(const struct parquet_source *source)
{
    bytes_clear(&source->scratch->plain);
    parquet_put_dictionary(source, &source->scratch->plain);
    return packed_size(source, PARQUET_SEARCH_1);
}

/* Bytes of a sample, by the better of the two quick searches, or -1. */
static int64_t
size_of_sample(const struct parquet_source *source, enum parquet_way way,
               size_t sample)
{
    size_t from = (source->cells->count - sample) / 2;
    int64_t near, fast;

    assert(sample > 0 && sample <= source->cells->count);
    bytes_clear(&source->scratch->plain);
    parquet_put_values(source, way, from, sample, &source->scratch->plain);
    near = packed_size(source, PARQUET_SEARCH_NEAR);
    fast = packed_size(source, PARQUET_SEARCH_1);
    return near < fast ? near : fast;
}

/* The way that gives few bytes, or -1. */
static int
choose_way(const struct parquet_source *source, enum parquet_way *best)
{
    size_t count = source->cells->count;
    size_t sample = count < SAMPLE ? count : SAMPLE;
    int64_t least = INT64_MAX;
    int64_t dictionary =
        source->has_dictionary ? size_of_dictionary(source) : 0;

    if (dictionary < 0)
        return -1;
    for (enum parquet_way way = 0; way < PARQUET_WAY_COUNT; way++) {
        int64_t size;

        if (!parquet_way_possible(source, way))
            continue;
        size = size_of_sample(source, way, sample);
        if (size < 0)
            return -1;
        size = size * (int64_t)count / (int64_t)sample;
        if (parquet_way_has_dictionary(way))
            size += dictionary;
        if (size + size / WAY_PART + WAY_BYTES >= least)
            continue;
        least = size;
        *best = way;
    }
    return 0;
}

/* The most thorough search each step to which is worth it for what is in
 * scratch->plain, or the near one if it is hardly worse than that; -1.  Where
 * the near one is far ahead, those that follow do not come up to it. */
static int
choose_search(const struct parquet_source *source)
{
    int64_t near = packed_size(source, PARQUET_SEARCH_NEAR), least = INT64_MAX;
    int best = PARQUET_SEARCH_1;

    if (near < 0)
        return -1;
    for (int search = best; search < PARQUET_SEARCH_COUNT; search++) {
        int64_t size = packed_size(source, (enum parquet_search)search);

        if (size < 0)
            return -1;
        if (size + size / SEARCH_PART >= least)
            break;
        least = size;
        best = search;
        if (near + near / SEARCH_PART <= least)
            break;
    }
    return near <= least + least / NEAR_PART ? PARQUET_SEARCH_NEAR : best;
}

int
parquet_choose(const struct parquet_source *source,
               struct parquet_choice *choice)
{
    struct bytes *plain = &source->scratch->plain;
    enum parquet_way way = PARQUET_WAY_PLAIN;
    int search, dictionary = PARQUET_SEARCH_NEAR;

    if (choose_way(source, &way) != 0)
        return -1;
    bytes_clear(plain);
    parquet_put_values(source, way, 0, source->cells->count, plain);
    search = choose_search(source);
    bytes_clear(plain);
    if (parquet_way_has_dictionary(way)) {
        parquet_put_dictionary(source, plain);
        dictionary = choose_search(source);
    }
    if (search < 0 || dictionary < 0)
        return -1;
    assert(search < PARQUET_SEARCH_COUNT && dictionary < PARQUET_SEARCH_COUNT);
    *choice = (struct parquet_choice){
        .way = (uint8_t)way,
        .search = (uint8_t)search,
        .dictionary_search = (uint8_t)dictionary,
        .is_chosen = true,
    };
    return 0;
}
