#include "store/decode.h"

#include <string.h>

#define MINIBLOCKS_MAX 512
#define MINI_MAX       4096

static bool
get_varint(const unsigned char **at, const unsigned char *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        unsigned byte = *(*at)++;

        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool
get_zigzag(const unsigned char **at, const unsigned char *end, uint64_t *value)
{
    if (!get_varint(at, end, value))
        return false;
    *value = *value >> 1 ^ (~(*value & 1) + 1);
    return true;
}

/* Eight bytes at p, zeros behind end. */
static uint64_t
load(const unsigned char *p, const unsigned char *end)
{
    uint64_t word = 0;

    if (end - p >= 8)
        memcpy(&word, p, 8);
    else if (p < end)
        memcpy(&word, p, (size_t)(end - p));
    return word;
}

/* The width bits at bit number bit of p. */
static uint64_t
bits_at(const unsigned char *p, const unsigned char *end, size_t bit,
        unsigned width)
{
    unsigned shift = bit & 7;
    uint64_t word = load(p + bit / 8, end) >> shift;

    if (shift + width > 64)
        word |= load(p + bit / 8 + 8, end) << (64 - shift);
    return width == 64 ? word : word & ((UINT64_C(1) << width) - 1);
}

/* How many of count values of width bits from p can be read by loads of eight
 * bytes that stay before end. */
static size_t
loadable(const unsigned char *p, const unsigned char *end, unsigned width,
         size_t count)
{
    size_t left = (size_t)(end - p), most;

    if (width > 56 || width == 0 || left < 8)
        return 0;
    most = (left - 8) * 8 / width + 1;
    return most < count ? most : count;
}

/* The width (up to 56) bits at bit number bit of p: eight bytes are there. */
static inline uint64_t
quick_bits_at(const unsigned char *p, size_t bit, uint64_t mask)
{
    uint64_t word;

    memcpy(&word, p + bit / 8, 8);
    return word >> (bit & 7) & mask;
}

/* ---- RLE and bit-packing hybrid ------------------------------------------ */

/* count values of width bits from value number first of p. */
static void
unpack(const unsigned char *p, const unsigned char *end, unsigned width,
       size_t first, uint32_t *values, size_t count)
{
    uint64_t mask = (UINT64_C(1) << width) - 1;
    size_t bit = first * width, i = 0, quick;

    if (width == 8) {
        for (; i < count; i++)
            values[i] = p[first + i];
    } else if (width == 16) {
        p += 2 * first;
        for (; i < count; i++)
            values[i] = p[2 * i] | (uint32_t)p[2 * i + 1] << 8;
    } else {
        quick = loadable(p, end, width, first + count);
        quick = quick > first ? quick - first : 0;
        for (; i < quick; i++)
            values[i] = (uint32_t)quick_bits_at(p, bit + i * width, mask);
        for (; i < count; i++)
            values[i] = (uint32_t)bits_at(p, end, bit + i * width, width);
    }
}

void
hybrid_init(struct hybrid *hybrid, const unsigned char *at,
            const unsigned char *end, unsigned width)
{
    *hybrid = (struct hybrid){.at = at, .end = end, .width = width};
}

/* Reads the head of the next run; at most of count values. */
static bool
next_run(struct hybrid *hybrid, size_t count)
{
    size_t left, width = hybrid->width;
    uint64_t head;

    if (width > 32 || !get_varint(&hybrid->at, hybrid->end, &head))
        return false;
    hybrid->packed = head & 1;
    hybrid->left = head >> 1;
    hybrid->first = 0;
    left = (size_t)(hybrid->end - hybrid->at);
    if (!hybrid->packed) {
        size_t size = (width + 7) / 8;

        if (left < size)
            return false;
        hybrid->value = (uint32_t)load(hybrid->at, hybrid->at + size);
        hybrid->at += size;
        return true;
    }
    /* the last group may be cut off behind the last value */
    if (hybrid->left > (count + 7) / 8)
        hybrid->left = (count + 7) / 8;
    hybrid->run = hybrid->at;
    hybrid->at += hybrid->left * width < left ? hybrid->left * width : left;
    hybrid->left *= 8;
    if (hybrid->left > count)
        hybrid->left = count;
    return (hybrid->left * width + 7) / 8 <= left;
}

bool
hybrid_next(struct hybrid *hybrid, uint32_t *values, size_t count,
            size_t remaining)
{
    while (count > 0) {
        size_t n;

        if (hybrid->left == 0 && !next_run(hybrid, remaining))
            return false;
        n = hybrid->left < count ? (size_t)hybrid->left : count;
        if (hybrid->packed)
            unpack(hybrid->run, hybrid->end, hybrid->width, hybrid->first,
                   values, n);
        for (size_t i = 0; !hybrid->packed && i < n; i++)
            values[i] = hybrid->value;
        hybrid->first += n;
        hybrid->left -= n;
        values += n;
        count -= n;
        remaining -= n;
    }
    return true;
}

bool
decode_hybrid(const unsigned char **at, const unsigned char *end,
              unsigned width, uint32_t *values, size_t count)
{
    struct hybrid hybrid;
    bool good;

    hybrid_init(&hybrid, *at, end, width);
    good = hybrid_next(&hybrid, values, count, count);
    *at = hybrid.at;
    return good;
}

bool
decode_run(const unsigned char **at, const unsigned char *end, unsigned width,
           uint32_t *value, size_t count)
{
    const unsigned char *next = *at;
    uint64_t head;

    if (!get_varint(&next, end, &head) || head & 1 || head >> 1 < count ||
        (size_t)(end - next) < (width + 7) / 8)
        return false;
    *value = (uint32_t)load(next, next + (width + 7) / 8);
    *at = next + (width + 7) / 8;
    return true;
}

/* ---- DELTA_BINARY_PACKED ------------------------------------------------- */

struct delta {
    uint64_t minis, mini; /* miniblocks of a block, values of a miniblock */
    uint64_t value;
};

/* One miniblock: the bytes are there in full, also when fewer values are
 * wanted. */
static bool
get_mini(const unsigned char **at, const unsigned char *end,
         struct delta *delta, uint64_t least, unsigned width, uint64_t *words,
         size_t count)
{
    const unsigned char *p = *at;
    size_t size = delta->mini / 8 * width, quick, i = 0;
    uint64_t value = delta->value;

    if (width > 64 || size > (size_t)(end - p))
        return false;
    quick = loadable(p, end, width, count);
    if (quick) {
        uint64_t mask = (UINT64_C(1) << width) - 1;

        for (; i < quick; i++)
            words[i] = value += least + quick_bits_at(p, i * width, mask);
    }
    for (; i < count; i++) {
        value += least;
        if (width)
            value += bits_at(p, p + size, i * width, width);
        words[i] = value;
    }
    delta->value = value;
    *at += size;
    return true;
}

static bool
get_block(const unsigned char **at, const unsigned char *end,
          struct delta *delta, uint64_t *words, size_t count, size_t *done)
{
    const unsigned char *widths;
    uint64_t least;

    if (!get_zigzag(at, end, &least) || (size_t)(end - *at) < delta->minis)
        return false;
    widths = *at;
    *at += delta->minis;
    for (uint64_t m = 0; m < delta->minis && *done < count; m++) {
        size_t n = count - *done < delta->mini ? count - *done : delta->mini;

        if (!get_mini(at, end, delta, least, widths[m], words + *done, n))
            return false;
        *done += n;
    }
    return true;
}

bool
decode_delta(const unsigned char **at, const unsigned char *end, unsigned bits,
             uint64_t *words, size_t count)
{
    struct delta delta;
    uint64_t block, total;
    size_t done = 1;

    if (!get_varint(at, end, &block) || !get_varint(at, end, &delta.minis) ||
        !get_varint(at, end, &total) || !get_zigzag(at, end, &delta.value))
        return false;
    if (delta.minis == 0 || delta.minis > MINIBLOCKS_MAX ||
        block % delta.minis || total != count)
        return false;
    delta.mini = block / delta.minis;
    if (delta.mini == 0 || delta.mini % 8 || delta.mini > MINI_MAX)
        return false;
    if (count == 0)
        return true;
    words[0] = delta.value;
    while (done < count)
        if (!get_block(at, end, &delta, words, count, &done))
            return false;
    for (size_t i = 0; bits == 32 && i < count; i++)
        words[i] = (uint32_t)words[i];
    return true;
}

/* ---- Snappy -------------------------------------------------------------- */

/* A length or distance of size bytes, little-endian. */
static bool
get_bytes(const unsigned char **at, const unsigned char *end, unsigned size,
          size_t *value)
{
    if ((size_t)(end - *at) < size)
        return false;
    *value = (size_t)load(*at, *at + size);
    *at += size;
    return true;
}

static bool
get_literal(const unsigned char **at, const unsigned char *end, unsigned tag,
            unsigned char **out, const unsigned char *out_end)
{
    size_t length = tag >> 2;

    if (length >= 60 && !get_bytes(at, end, (unsigned)length - 59, &length))
        return false;
    length++;
    if (length > (size_t)(end - *at) || length > (size_t)(out_end - *out))
        return false;
    memcpy(*out, *at, length);
    *at += length;
    *out += length;
    return true;
}

static bool
get_copy(const unsigned char **at, const unsigned char *end, unsigned tag,
         const unsigned char *start, unsigned char **out,
         const unsigned char *out_end)
{
    size_t length = (tag >> 2) + 1, distance;

    if ((tag & 3) == 1) {
        length = (tag >> 2 & 7) + 4;
        if (!get_bytes(at, end, 1, &distance))
            return false;
        distance |= (size_t)(tag >> 5) << 8;
    } else if (!get_bytes(at, end, (tag & 3) == 2 ? 2 : 4, &distance)) {
        return false;
    }
    if (distance == 0 || distance > (size_t)(*out - start) ||
        length > (size_t)(out_end - *out))
        return false;
    for (; length > 0; length--, ++*out)
        **out = *(*out - distance);
    return true;
}

bool
decode_snappy(const unsigned char *bytes, size_t length, unsigned char *out,
              size_t size)
{
    const unsigned char *at = bytes, *end = bytes + length;
    unsigned char *to = out;
    uint64_t told;

    if (!get_varint(&at, end, &told) || told != size)
        return false;
    while (at < end) {
        unsigned tag = *at++;

        if ((tag & 3) == 0 ? !get_literal(&at, end, tag, &to, out + size)
                           : !get_copy(&at, end, tag, out, &to, out + size))
            return false;
    }
    return to == out + size;
}
