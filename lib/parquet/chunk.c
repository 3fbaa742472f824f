#include "parquet/chunk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "parquet/encode.h"

_Static_assert(DICTIONARY_MAX <= 1 << 24,
               "indices are of a width that encode_hybrid takes");

/* ---- scratch ------------------------------------------------------------- */

int
parquet_scratch_init(struct parquet_scratch *scratch, struct failure *failure)
{
    memset(scratch, 0, sizeof *scratch);
    scratch->levels =
        allocate(failure, PARQUET_GROUP_ROWS, sizeof *scratch->levels);
    scratch->zstd = ZSTD_createCCtx();
    if (!scratch->zstd)
        fail_memory(failure);
    return dictionary_init(&scratch->dictionary, PARQUET_GROUP_ROWS, failure);
}

void
parquet_scratch_free(struct parquet_scratch *scratch)
{
    dictionary_free(&scratch->dictionary);
    free(scratch->levels);
    bytes_free(&scratch->plain);
    bytes_free(&scratch->packed);
    bytes_free(&scratch->blooms);
    ZSTD_freeCCtx(scratch->zstd);
    memset(scratch, 0, sizeof *scratch);
}

/* ---- the values ---------------------------------------------------------- */

static bool
is_text(const struct parquet_column *column)
{
    return column->physical == PARQUET_BYTE_ARRAY ||
           column->physical == PARQUET_FIXED;
}

void
parquet_source_init(struct parquet_source *source,
                    const struct parquet_column *column,
                    const struct parquet_cells *cells, bool dictionary,
                    struct parquet_scratch *scratch, struct failure *failure)
{
    uint64_t limit = is_text(column) ? cells->table_count : UINT64_MAX;

    *source = (struct parquet_source){.column = column,
                                      .cells = cells,
                                      .scratch = scratch,
                                      .failure = failure};
    assert(cells->count <= cells->rows && cells->rows <= PARQUET_GROUP_ROWS);
    if (cells->count == 0)
        return;
    source->same = memcmp(cells->words, cells->words + 1,
                          (cells->count - 1UL) * sizeof *cells->words) == 0;
    if (source->same)
        source->has_dictionary =
            dictionary_build(&scratch->dictionary, cells->words, 1, limit);
    else if (dictionary)
        source->has_dictionary = dictionary_build(
            &scratch->dictionary, cells->words, cells->count, limit);
}

static unsigned
index_width(const struct parquet_source *source, enum parquet_way way)
{
    uint32_t count = source->scratch->dictionary.count;
    unsigned width = bit_width(count - 1);

    assert(source->has_dictionary && count > 0 && count <= DICTIONARY_MAX);
    if (width == 0)
        width = 1;
    return way == PARQUET_WAY_ALIGNED ? (width + 7) / 8 * 8 : width;
}

bool
parquet_way_possible(const struct parquet_source *source, enum parquet_way way)
{
    switch (way) {
    case PARQUET_WAY_PLAIN: return true;
    case PARQUET_WAY_DELTA_FINE:
    case PARQUET_WAY_DELTA_COARSE:
    case PARQUET_WAY_DELTA_BYTES: return !is_text(source->column);
    case PARQUET_WAY_DICTIONARY: return source->has_dictionary;
    case PARQUET_WAY_ALIGNED:
        return source->has_dictionary &&
               index_width(source, PARQUET_WAY_DICTIONARY) % 8;
    case PARQUET_WAY_COUNT: break;
    }
    return false;
}

enum parquet_encoding
parquet_way_encoding(enum parquet_way way)
{
    static const enum parquet_encoding encodings[] = {
        [PARQUET_WAY_DELTA_COARSE] = PARQUET_DELTA,
        [PARQUET_WAY_DELTA_FINE] = PARQUET_DELTA,
        [PARQUET_WAY_DICTIONARY] = PARQUET_RLE_DICTIONARY,
        [PARQUET_WAY_ALIGNED] = PARQUET_RLE_DICTIONARY,
        [PARQUET_WAY_DELTA_BYTES] = PARQUET_DELTA,
        [PARQUET_WAY_PLAIN] = PARQUET_PLAIN,
    };

    assert(way < PARQUET_WAY_COUNT);
    return encodings[way];
}

/* ---- bytes --------------------------------------------------------------- */

void
parquet_put_levels(const struct parquet_source *source, struct bytes *out)
{
    const struct parquet_cells *cells = source->cells;
    uint32_t *levels = source->scratch->levels;
    size_t start = out->size;
    uint32_t size;

    assert(source->column->optional || cells->count == cells->rows);
    if (!source->column->optional)
        return;
    bytes_put(out, "\0\0\0", 4);
    if (cells->count == 0 || cells->count == cells->rows) {
        encode_run(cells->count != 0, cells->rows, 1, out);
    } else {
        for (uint32_t i = 0; i < cells->rows; i++)
            levels[i] = cells->valid[i];
        encode_hybrid(levels, cells->rows, 1, out);
    }
    if (out->failed)
        return;
    size = (uint32_t)(out->size - start - 4);
    memcpy(out->bytes + start, &size, 4);
}

static void
put_plain(const struct parquet_source *source, const uint64_t *words,
          size_t count, struct bytes *out)
{
    const struct parquet_text *table = source->cells->table;
    unsigned char *room;

    switch (source->column->physical) {
    case PARQUET_INT64: bytes_put(out, words, count * 8); return;
    case PARQUET_INT32:
        room = bytes_room(out, count * 4);
        for (size_t i = 0; room && i < count; i++)
            memcpy(room + i * 4, &words[i], 4);
        out->size += room ? count * 4 : 0;
        return;
    case PARQUET_BYTE_ARRAY:
    case PARQUET_FIXED:
        for (size_t i = 0; i < count; i++) {
            const struct parquet_text *text = &table[words[i]];

            if (source->column->physical == PARQUET_BYTE_ARRAY)
                bytes_put(out, &text->size, 4);
            bytes_put(out, text->bytes, text->size);
        }
        return;
    case PARQUET_BOOLEAN:
    case PARQUET_INT96:
    case PARQUET_FLOAT:
    case PARQUET_DOUBLE: break;
    }
}

void
parquet_put_values(const struct parquet_source *source, enum parquet_way way,
                   size_t from, size_t count, struct bytes *out)
{
    static const enum delta_shape shapes[] = {
        [PARQUET_WAY_DELTA_COARSE] = DELTA_COARSE,
        [PARQUET_WAY_DELTA_FINE] = DELTA_FINE,
        [PARQUET_WAY_DELTA_BYTES] = DELTA_BYTES,
    };
    const uint64_t *words = source->cells->words;

    assert(parquet_way_possible(source, way));
    assert(from <= source->cells->count &&
           count <= source->cells->count - from);
    if (words) /* they may all be null */
        words += from;
    if (way == PARQUET_WAY_PLAIN) {
        put_plain(source, words, count, out);
    } else if (!parquet_way_has_dictionary(way)) {
        encode_delta(words, count,
                     source->column->physical == PARQUET_INT32 ? 32 : 64,
                     shapes[way], out);
    } else {
        unsigned width = index_width(source, way);

        bytes_put_byte(out, width);
        if (source->same)
            encode_run(0, count, width, out);
        else
            encode_hybrid(source->scratch->dictionary.indices + from, count,
                          width, out);
    }
}

void
parquet_put_dictionary(const struct parquet_source *source, struct bytes *out)
{
    const struct dictionary *dictionary = &source->scratch->dictionary;

    assert(source->has_dictionary);
    put_plain(source, dictionary->values, dictionary->count, out);
}

/* Near: most columns have few repeats, but many by chance, and whatever counts
 * as one is taken from the literals, whose Huffman code then costs more. A
 * table of 64 places forgets most of the latter before they are found. */
static const struct search {
    int level, hash_log, min_match; /* 0: as the level has it */
} searches[PARQUET_SEARCH_COUNT] = {
    [PARQUET_SEARCH_NEAR] = {1, 6, 6},
    [PARQUET_SEARCH_1] = {1, 0, 0},
    [PARQUET_SEARCH_2] = {2, 0, 0},
    [PARQUET_SEARCH_3] = {3, 0, 0},
};

/* The size of what fits into room bytes at to, or an error of zstd. */
static size_t
pack(ZSTD_CCtx *zstd, const struct search *search, const struct bytes *plain,
     unsigned char *to, size_t room)
{
    const struct {
        ZSTD_cParameter which;
        int value;
    } parameters[] = {
        {ZSTD_c_compressionLevel, search->level},
        {ZSTD_c_hashLog, search->hash_log},
        {ZSTD_c_minMatch, search->min_match},
    };

    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        size_t result = ZSTD_CCtx_setParameter(zstd, parameters[i].which,
                                               parameters[i].value);

        if (ZSTD_isError(result))
            return result;
    }
    return ZSTD_compress2(zstd, to, room, plain->bytes, plain->size);
}

int
parquet_pack(const struct parquet_source *source, enum parquet_search search)
{
    const struct bytes *plain = &source->scratch->plain;
    struct bytes *packed = &source->scratch->packed;
    size_t bound = ZSTD_compressBound(plain->size), size;

    assert(search < PARQUET_SEARCH_COUNT);
    bytes_clear(packed);
    if (bytes_ok(plain, source->failure) != 0 || !bytes_room(packed, bound))
        return fail_memory(source->failure);
    size = pack(source->scratch->zstd, &searches[search], plain, packed->bytes,
                bound);
    if (ZSTD_isError(size))
        return fail(source->failure, FAILURE_ENVIRONMENT, "zstd: %s",
                    ZSTD_getErrorName(size));
    packed->size = size;
    return 0;
}
