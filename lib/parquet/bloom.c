#include "parquet/bloom.h"

#include <assert.h>
#include <string.h>
#include <xxhash.h>

#include "parquet/thrift.h"

#define WORDS (BLOOM_BLOCK / 4)
_Static_assert(WORDS == 8, "a word for each salt");

uint64_t
bloom_hash(uint64_t word)
{
    return XXH64(&word, sizeof word, 0);
}

size_t
bloom_block(uint64_t hash, size_t size)
{
    assert(size > 0 && size % BLOOM_BLOCK == 0 && size <= UINT32_MAX);
    return ((hash >> 32) * (size / BLOOM_BLOCK) >> 32) * BLOOM_BLOCK;
}

/* The bit of a hash in a word of its block. */
static uint32_t
bit_of(uint64_t hash, unsigned word)
{
    static const uint32_t salts[WORDS] = {
        0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d,
        0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
    };

    return UINT32_C(1) << ((uint32_t)hash * salts[word] >> 27);
}

bool
bloom_has(const unsigned char block[BLOOM_BLOCK], uint64_t hash)
{
    uint32_t words[WORDS];

    memcpy(words, block, sizeof words);
    for (unsigned i = 0; i < WORDS; i++)
        if (!(words[i] & bit_of(hash, i)))
            return false;
    return true;
}

static void
add(unsigned char *block, uint64_t hash)
{
    uint32_t words[WORDS];

    memcpy(words, block, sizeof words);
    for (unsigned i = 0; i < WORDS; i++)
        words[i] |= bit_of(hash, i);
    memcpy(block, words, sizeof words);
}

static uint64_t
hash_of(const struct parquet_source *source, uint64_t word)
{
    const struct parquet_text *text;

    switch (source->column->physical) {
    case PARQUET_INT64: return bloom_hash(word);
    case PARQUET_INT32: return XXH64(&word, 4, 0);
    default: text = &source->cells->table[word];
    }
    return XXH64(text->bytes, text->size, 0);
}

static void
put_head(uint32_t size, struct bytes *out)
{
    struct thrift_writer writer = {.out = out};

    thrift_open(&writer);
    thrift_put_i32(&writer, 1, (int32_t)size);
    for (int16_t id = 2; id <= 4; id++) { /* split-block, XXH64, uncompressed */
        thrift_put_struct(&writer, id);
        thrift_put_empty(&writer, 1);
        thrift_close(&writer);
    }
    thrift_close(&writer);
    assert(writer.depth == 0);
}

void
parquet_bloom_format(const struct parquet_source *source, struct bytes *out)
{
    const struct dictionary *dictionary = &source->scratch->dictionary;
    const uint64_t *words = source->cells->words;
    uint32_t count = source->cells->count, size = BLOOM_BLOCK;
    unsigned char *bits;

    if (source->has_dictionary) {
        words = dictionary->values;
        count = dictionary->count;
    }
    assert(count > 0 && count <= PARQUET_GROUP_ROWS);
    while (size < count)
        size *= 2;
    put_head(size, out);
    bits = bytes_room(out, size);
    if (!bits)
        return;
    memset(bits, 0, size);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t hash = hash_of(source, words[i]);

        add(bits + bloom_block(hash, size), hash);
    }
    out->size += size;
}

/* A union whose first choice is the only one there is. */
static bool
is_first_choice(struct thrift_reader *reader)
{
    bool first = false;

    if (reader->type != THRIFT_STRUCT)
        return false;
    thrift_enter(reader);
    while (thrift_next(reader)) {
        first = reader->id == 1;
        thrift_skip(reader);
    }
    return first;
}

long
parquet_bloom_parse(const void *bytes, size_t size, uint32_t *blocks)
{
    struct thrift_reader reader;
    unsigned known = 0;

    *blocks = 0;
    thrift_reader_init(&reader, bytes, size);
    thrift_enter(&reader);
    while (thrift_next(&reader)) {
        if (reader.id == 1)
            *blocks = (uint32_t)thrift_int_in(&reader, 0, INT32_MAX);
        else if (reader.id >= 2 && reader.id <= 4)
            known += is_first_choice(&reader);
        else
            thrift_skip(&reader);
    }
    if (reader.bad || known != 3 || *blocks == 0 || *blocks % BLOOM_BLOCK)
        return -1;
    assert(reader.depth == 0);
    return reader.at - reader.start;
}
