#include "parquet/bounds.h"

#include <assert.h>
#include <string.h>

static void
bounds_of_words(const struct parquet_column *column, const uint64_t *words,
                size_t count, struct parquet_stats *stats)
{
    /* unsigned order is signed order with the top bit turned */
    uint64_t turn = column->logical == PARQUET_UNSIGNED ? 0 : UINT64_C(1) << 63;
    uint64_t least = UINT64_MAX, greatest = 0;
    uint8_t size = column->physical == PARQUET_INT32 ? 4 : 8;

    assert(count > 0);
    for (size_t i = 0; i < count; i++) {
        uint64_t word = words[i] ^ turn;

        least = word < least ? word : least;
        greatest = word > greatest ? word : greatest;
    }
    least ^= turn;
    greatest ^= turn;
    memcpy(stats->min, &least, size);
    memcpy(stats->max, &greatest, size);
    stats->min_size = stats->max_size = size;
    stats->has_bounds = true;
}

/* As memcmp, a prefix first; the first byte is signed for decimals. */
static int
compare(const struct parquet_text *a, const struct parquet_text *b,
        unsigned char turn)
{
    uint32_t size = a->size < b->size ? a->size : b->size;
    int first = size ? (a->bytes[0] ^ turn) - (b->bytes[0] ^ turn) : 0;
    int order = first ? first : memcmp(a->bytes, b->bytes, size);

    return order ? order : (a->size > b->size) - (a->size < b->size);
}

static void
bounds_of_texts(const struct parquet_column *column,
                const struct parquet_text *table, const uint64_t *words,
                size_t count, struct parquet_stats *stats)
{
    unsigned char turn = column->logical == PARQUET_DECIMAL ? 0x80 : 0;
    const struct parquet_text *least = &table[words[0]], *greatest = least;

    for (size_t i = 1; i < count; i++) {
        const struct parquet_text *text = &table[words[i]];

        if (text == least || text == greatest || words[i] == words[i - 1])
            continue;
        if (compare(text, least, turn) < 0)
            least = text;
        else if (compare(text, greatest, turn) > 0)
            greatest = text;
    }
    if (least->size > PARQUET_FLBA_MAX || greatest->size > PARQUET_FLBA_MAX)
        return;
    memcpy(stats->min, least->bytes, least->size);
    memcpy(stats->max, greatest->bytes, greatest->size);
    stats->min_size = (uint8_t)least->size;
    stats->max_size = (uint8_t)greatest->size;
    stats->has_bounds = true;
}

void
parquet_bounds(const struct parquet_source *source, struct parquet_stats *stats)
{
    const struct parquet_column *column = source->column;
    const struct parquet_cells *cells = source->cells;
    const struct dictionary *dictionary = &source->scratch->dictionary;
    const uint64_t *words = cells->words;
    size_t count = cells->count;

    assert(cells->count <= cells->rows);
    if (source->has_dictionary) { /* has the same values, each once */
        words = dictionary->values;
        count = dictionary->count;
    }
    stats->nulls = cells->rows - cells->count;
    stats->has_nulls = true;
    stats->has_bounds = false;
    if (count == 0)
        return;
    switch (column->physical) {
    case PARQUET_INT32:
    case PARQUET_INT64: bounds_of_words(column, words, count, stats); return;
    case PARQUET_BYTE_ARRAY:
    case PARQUET_FIXED:
        if (column->logical != PARQUET_PLAIN_VALUE)
            bounds_of_texts(column, cells->table, words, count, stats);
        return;
    case PARQUET_BOOLEAN:
    case PARQUET_INT96:
    case PARQUET_FLOAT:
    case PARQUET_DOUBLE: return;
    }
}
