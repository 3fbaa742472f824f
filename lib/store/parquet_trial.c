/* How to encode a column: all ways are tried on a sample of its values, then
 * the levels of zstd on all of them, since what a higher level finds lies
 * further back than a sample goes. */
#include "store/parquet_chunk.h"

#define SAMPLE                                                                 \
    16384 /* values, from the middle: neighbours, as in the whole              \
           */

/* A way that is slower to read must be smaller by a part of this, and by some
 * bytes; a level that is slower to write by another. */
#define WAY_PART   64
#define WAY_BYTES  128
#define LEVEL_PART 50

#define LEVEL_FAST 1
#define LEVEL_MAX  3

/* The size of what is in scratch->plain when compressed, or -1. */
static int64_t
packed_size(const struct parquet_source *source, unsigned level)
{
    if (parquet_pack(source, level) != 0)
        return -1;
    return (int64_t)source->scratch->packed.size;
}

static int64_t
size_of_dictionary(const struct parquet_source *source)
{
    growing_clear(&source->scratch->plain);
    parquet_put_dictionary(source, &source->scratch->plain);
    return packed_size(source, LEVEL_FAST);
}

/* Bytes of some values from the middle, or -1. */
static int64_t
size_of_values(const struct parquet_source *source, enum parquet_way way,
               size_t sample, unsigned level)
{
    size_t from = (source->cells->count - sample) / 2;

    growing_clear(&source->scratch->plain);
    parquet_put_values(source, way, from, sample, &source->scratch->plain);
    return packed_size(source, level);
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
        size = size_of_values(source, way, sample, LEVEL_FAST);
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

/* The highest level each step to which is worth it, or -1. */
static int
choose_level(const struct parquet_source *source, enum parquet_way way)
{
    size_t count = source->cells->count;
    int64_t least = size_of_values(source, way, count, LEVEL_FAST);
    int level = LEVEL_FAST;

    for (; least >= 0 && level < LEVEL_MAX; level++) {
        int64_t size = size_of_values(source, way, count, (unsigned)level + 1);

        if (size < 0)
            return -1;
        if (size + size / LEVEL_PART >= least)
            break;
        least = size;
    }
    return least < 0 ? -1 : level;
}

int
parquet_choose(const struct parquet_source *source,
               struct parquet_choice *choice)
{
    enum parquet_way way = PARQUET_WAY_PLAIN;
    int level;

    if (choose_way(source, &way) != 0)
        return -1;
    level = choose_level(source, way);
    if (level < 0)
        return -1;
    *choice = (struct parquet_choice){(uint8_t)way, (uint8_t)level, true};
    return 0;
}
