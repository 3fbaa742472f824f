/* Source of the rules: lz4_Block_format.md of LZ4. */
#include <assert.h>
#include <string.h>

#include "parquet/decode.h"

#define NIBBLE    15 /* a length that goes on in the bytes that follow */
#define MATCH_MIN 4

struct block {
    const unsigned char *at, *end;
    unsigned char *out, *start,
        *stop; /* of the output: where it is, its ends */
};

static bool
read_length(struct block *block, size_t *length)
{
    unsigned byte = UINT8_MAX;

    if (*length != NIBBLE)
        return true;
    while (byte == UINT8_MAX) {
        if (block->at == block->end)
            return false;
        byte = *block->at++;
        *length += byte;
    }
    return true;
}

static bool
copy_literals(struct block *block, size_t length)
{
    if (length > (size_t)(block->end - block->at) ||
        length > (size_t)(block->stop - block->out))
        return false;
    if (length)
        memcpy(block->out, block->at, length);
    block->at += length;
    block->out += length;
    return true;
}

/* A match may reach into what it writes itself. */
static bool
copy_match(struct block *block, size_t length)
{
    size_t back;

    if (block->end - block->at < 2)
        return false;
    back = (size_t)(block->at[0] | block->at[1] << 8);
    block->at += 2;
    if (!read_length(block, &length))
        return false;
    length += MATCH_MIN;
    if (back == 0 || back > (size_t)(block->out - block->start) ||
        length > (size_t)(block->stop - block->out))
        return false;
    for (; length; length--, block->out++)
        *block->out = *(block->out - back);
    return true;
}

bool
decode_lz4(const unsigned char *bytes, size_t length, unsigned char *out,
           size_t size)
{
    struct block block = {bytes, bytes + length, out, out, out + size};

    while (block.at < block.end) {
        unsigned token = *block.at++;
        size_t literals = token >> 4;

        if (!read_length(&block, &literals) || !copy_literals(&block, literals))
            return false;
        if (block.at == block.end) /* the last sequence has no match */
            break;
        if (!copy_match(&block, token & NIBBLE))
            return false;
    }
    assert(block.out <= block.stop);
    return block.out == block.stop;
}
