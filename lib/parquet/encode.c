#include "parquet/encode.h"

#include <assert.h>
#include <string.h>

#define BLOCK_MAX 2048
#define MINIS_MAX 64
#define RUN_WORTH 64 /* a shorter run of equal values is bit-packed */

static void
put_varint(struct bytes *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        bytes_put_byte(out, (unsigned)(value & 0x7f) | 0x80);
    bytes_put_byte(out, (unsigned)value);
}

/* ---- DELTA_BINARY_PACKED ------------------------------------------------- */

static const struct shape {
    unsigned block, minis; /* values of a block; miniblocks of it */
    bool bytes;            /* widths are whole bytes */
} shapes[] = {
    [DELTA_FINE] = {128, 4, false},
    [DELTA_COARSE] = {2048, 8, false},
    [DELTA_BYTES] = {2048, 64, true},
};

/* Packs count values, a multiple of 32, of width bits, least significant
 * first; count * width / 8 bytes. */
static unsigned char *
pack(const uint64_t *values, size_t count, unsigned width, unsigned char *at)
{
    uint64_t word = 0;
    unsigned used = 0;

    assert(width <= 64 && count % 32 == 0);
    if (width % 8 == 0) {
        for (size_t i = 0; i < count; i++, at += width / 8)
            memcpy(at, &values[i], 8); /* the next one goes over the rest */
        return at;
    }
    for (size_t i = 0; i < count; i++) {
        word |= values[i] << used;
        used += width;
        if (used >= 64) {
            memcpy(at, &word, 8);
            at += 8;
            used -= 64;
            word = used ? values[i] >> (width - used) : 0;
        }
    }
    memcpy(at, &word, used / 8); /* count * width is a multiple of 32 */
    return at + used / 8;
}

/* Differences: of one block, or of all. */
struct steps {
    int64_t least, most;
    uint64_t of[BLOCK_MAX];
};

/* One block of count differences, each less least; bits of them count. */
static void
put_block(struct steps *steps, size_t count, int64_t least, uint64_t bits,
          const struct shape *shape, struct bytes *out)
{
    unsigned mini = shape->block / shape->minis;
    unsigned char *room, *at;

    assert(count > 0 && count <= shape->block);
    assert(least <= steps->least); /* so what is packed is not negative */
    put_varint(out, ((uint64_t)least << 1) ^ (least < 0 ? UINT64_MAX : 0));
    room = bytes_room(out, shape->minis + shape->block * 8UL + 8);
    if (!room)
        return;
    at = room + shape->minis;
    if (steps->most == least) { /* they are nothing */
        memset(room, 0, shape->minis);
        out->size += shape->minis;
        return;
    }
    for (size_t i = count; i < shape->block; i++)
        steps->of[i] = (uint64_t)least;
    for (unsigned m = 0; m < shape->minis; m++) {
        uint64_t *from = steps->of + m * mini, all = 0;
        unsigned width;

        for (unsigned i = 0; i < mini; i++)
            all |= from[i] = (from[i] - (uint64_t)least) & bits;
        width = bit_width(all);
        if (shape->bytes)
            width = (width + 7) / 8 * 8;
        room[m] = (unsigned char)width;
        if (m * mini < count)
            at = pack(from, mini, width, at);
    }
    assert((size_t)(at - room) <= shape->minis + shape->block * 8UL);
    out->size += (size_t)(at - room);
}

/* The differences of count words to those before them. */
static void
subtract(const uint64_t *words, size_t count, unsigned bits,
         struct steps *steps)
{
    int64_t least = INT64_MAX, most = INT64_MIN;
    uint64_t last = words[-1];

    assert(count <= BLOCK_MAX);
    for (size_t i = 0; i < count; i++) {
        int64_t step = (int64_t)(words[i] - last);

        last = words[i];
        if (bits == 32)
            step = (int32_t)step;
        steps->of[i] = (uint64_t)step;
        least = step < least ? step : least;
        most = step > most ? step : most;
    }
    steps->least = least;
    steps->most = most;
}

/* The least difference of all, so that each block has the same. */
static int64_t
least_of_all(const uint64_t *words, size_t count, unsigned bits)
{
    struct steps steps;
    int64_t least = INT64_MAX;

    for (size_t i = 1; i < count; i += BLOCK_MAX) {
        size_t n = count - i < BLOCK_MAX ? count - i : BLOCK_MAX;

        subtract(words + i, n, bits, &steps);
        least = steps.least < least ? steps.least : least;
    }
    return least;
}

void
encode_delta(const uint64_t *words, size_t count, unsigned bits,
             enum delta_shape number, struct bytes *out)
{
    const struct shape *shape = &shapes[number];
    uint64_t mask = bits == 32 ? UINT32_MAX : UINT64_MAX;
    int64_t first = count ? (int64_t)words[0] : 0, common = 0;
    struct steps steps;

    assert(bits == 32 || bits == 64);
    assert(shape->block <= BLOCK_MAX && shape->minis <= MINIS_MAX);
    if (bits == 32)
        first = (int32_t)first;
    if (shape->bytes)
        common = least_of_all(words, count, bits);
    put_varint(out, shape->block);
    put_varint(out, shape->minis);
    put_varint(out, count);
    put_varint(out, ((uint64_t)first << 1) ^ (first < 0 ? UINT64_MAX : 0));
    for (size_t i = 1; i < count; i += shape->block) {
        size_t n = count - i < shape->block ? count - i : shape->block;

        subtract(words + i, n, bits, &steps);
        put_block(&steps, n, shape->bytes ? common : steps.least, mask, shape,
                  out);
    }
}

/* ---- RLE and bit-packing hybrid ------------------------------------------ */

void
encode_run(uint32_t value, size_t count, unsigned width, struct bytes *out)
{
    assert(width < 32 && value >> width == 0);
    put_varint(out, (uint64_t)count << 1);
    bytes_put(out, &value, (width + 7) / 8);
}

/* count values, filled up with zeros to a multiple of eight. */
static void
put_packed(const uint32_t *values, size_t count, unsigned width,
           struct bytes *out)
{
    size_t groups = (count + 7) / 8;
    unsigned char *room, *at;
    uint64_t word = 0;
    unsigned used = 0;

    assert(width >= 1 && width <= 24);
    put_varint(out, (uint64_t)groups << 1 | 1);
    room = at = bytes_room(out, groups * width + 8);
    if (!room)
        return;
    if (width == 8 || width == 16) {
        for (size_t i = 0; i < count; i++, at += width / 8)
            memcpy(at, &values[i], 4); /* the next one goes over the rest */
        memset(at, 0, (groups * 8 - count) * width / 8);
        out->size += groups * width;
        return;
    }
    for (size_t i = 0; i < groups * 8; i++) {
        word |= (uint64_t)(i < count ? values[i] : 0) << used;
        used += width;
        if (used >= 32) {
            memcpy(at, &word, 4);
            at += 4;
            word >>= 32;
            used -= 32;
        }
    }
    memcpy(at, &word, 4);
    out->size += groups * width;
}

static size_t
run_length(const uint32_t *values, size_t count)
{
    size_t run = 1;

    while (run < count && values[run] == values[0])
        run++;
    return run;
}

/* Where the next run of RUN_WORTH or more begins, or count.  Such a run has a
 * whole stretch of half as many that begins at a multiple of that. */
static size_t
find_run(const uint32_t *values, size_t from, size_t count)
{
    size_t half = RUN_WORTH / 2;

    for (size_t i = from; i < count; i = (i / half + 1) * half) {
        size_t start = i;

        if (i + half <= count && values[i] != values[i + half - 1])
            continue;
        while (start > from && values[start - 1] == values[i])
            start--;
        if (run_length(values + start, count - start) >= RUN_WORTH)
            return start;
    }
    return count;
}

void
encode_hybrid(const uint32_t *values, size_t count, unsigned width,
              struct bytes *out)
{
    for (size_t i = 0; i < count;) {
        size_t start = find_run(values, i, count), run = 0, lead;

        if (start < count)
            run = run_length(values + start, count - start);
        /* what is packed before a run must be whole groups of eight */
        lead = (8 - (start - i) % 8) % 8;
        lead = lead < run ? lead : run;
        assert((start + lead - i) % 8 == 0 || start == count);
        if (start + lead > i)
            put_packed(values + i, start + lead - i, width, out);
        if (run > lead)
            encode_run(values[start], run - lead, width, out);
        i = start + run;
    }
}
