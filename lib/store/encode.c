#include "store/encode.h"

#include <assert.h>
#include <string.h>

#define BLOCK     128
#define MINI      32
#define MINIS     (BLOCK / MINI)
#define RUN_WORTH 64 /* a shorter run of equal values is bit-packed */

static void
put_varint(struct growing *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        growing_put_byte(out, (unsigned)(value & 0x7f) | 0x80);
    growing_put_byte(out, (unsigned)value);
}

/* ---- DELTA_BINARY_PACKED ------------------------------------------------- */

/* Packs MINI values of width bits, least significant first; width / 8 * MINI
 * bytes. */
static unsigned char *
pack(const uint64_t *values, unsigned width, unsigned char *at)
{
    uint64_t word = 0;
    unsigned used = 0;

    if (width == 0)
        return at;
    for (unsigned i = 0; i < MINI; i++) {
        word |= values[i] << used;
        used += width;
        if (used >= 64) {
            memcpy(at, &word, 8);
            at += 8;
            used -= 64;
            word = used ? values[i] >> (width - used) : 0;
        }
    }
    memcpy(at, &word, used / 8); /* MINI * width is a multiple of 32 */
    return at + used / 8;
}

/* One block of at most BLOCK differences. */
static void
put_block(uint64_t *deltas, size_t count, unsigned bits, struct growing *out)
{
    unsigned char *room, *at, *widths;
    int64_t least = (int64_t)deltas[0];

    for (size_t i = 1; i < count; i++)
        least = (int64_t)deltas[i] < least ? (int64_t)deltas[i] : least;
    put_varint(out, ((uint64_t)least << 1) ^ (least < 0 ? UINT64_MAX : 0));
    room = growing_room(out, MINIS + BLOCK * 8);
    if (!room)
        return;
    widths = room;
    at = room + MINIS;
    for (size_t i = 0; i < BLOCK; i++) {
        deltas[i] = i < count ? deltas[i] - (uint64_t)least : 0;
        if (bits == 32)
            deltas[i] &= UINT32_MAX;
    }
    for (unsigned m = 0; m < MINIS; m++) {
        uint64_t all = 0;

        for (unsigned i = 0; i < MINI; i++)
            all |= deltas[m * MINI + i];
        widths[m] = (unsigned char)bit_width(all);
        if (m * MINI < count)
            at = pack(deltas + m * MINI, widths[m], at);
    }
    out->size += (size_t)(at - room);
}

void
encode_delta(const uint64_t *words, size_t count, unsigned bits,
             struct growing *out)
{
    uint64_t deltas[BLOCK];
    int64_t first = count ? (int64_t)words[0] : 0;

    if (bits == 32)
        first = (int32_t)first;
    put_varint(out, BLOCK);
    put_varint(out, MINIS);
    put_varint(out, count);
    put_varint(out, ((uint64_t)first << 1) ^ (first < 0 ? UINT64_MAX : 0));
    for (size_t i = 1; i < count;) {
        size_t n = 0;

        for (; n < BLOCK && i < count; n++, i++) {
            deltas[n] = words[i] - words[i - 1];
            if (bits == 32)
                deltas[n] = (uint64_t)(int64_t)(int32_t)deltas[n];
        }
        put_block(deltas, n, bits, out);
    }
}

/* ---- RLE and bit-packing hybrid ------------------------------------------ */

void
encode_run(uint32_t value, size_t count, unsigned width, struct growing *out)
{
    put_varint(out, (uint64_t)count << 1);
    growing_put(out, &value, (width + 7) / 8);
}

/* count values, filled up with zeros to a multiple of eight. */
static void
put_packed(const uint32_t *values, size_t count, unsigned width,
           struct growing *out)
{
    size_t groups = (count + 7) / 8;
    unsigned char *room, *at;
    uint64_t word = 0;
    unsigned used = 0;

    put_varint(out, (uint64_t)groups << 1 | 1);
    room = at = growing_room(out, groups * width + 8);
    if (!room)
        return;
    for (size_t i = 0; i < groups * 8; i++) {
        word |= (uint64_t)(i < count ? values[i] : 0) << used;
        used += width;
        for (; used >= 8; used -= 8, word >>= 8)
            *at++ = (unsigned char)word;
    }
    assert(used == 0);
    out->size += (size_t)(at - room);
}

static size_t
run_length(const uint32_t *values, size_t count)
{
    size_t run = 1;

    while (run < count && values[run] == values[0])
        run++;
    return run;
}

void
encode_hybrid(const uint32_t *values, size_t count, unsigned width,
              struct growing *out)
{
    size_t packed = 0; /* values from here to i are to be bit-packed */
    size_t i = 0;

    while (i < count) {
        size_t run = run_length(values + i, count - i);

        /* what is packed before a run must be whole groups of eight */
        if (run >= RUN_WORTH || (run == count - i && i == packed)) {
            size_t lead = (8 - (i - packed) % 8) % 8;

            lead = lead < run ? lead : run;
            i += lead;
            run -= lead;
            if (i > packed)
                put_packed(values + packed, i - packed, width, out);
            if (run > 0)
                encode_run(values[i], run, width, out);
            i += run;
            packed = i;
        } else {
            i += run;
        }
    }
    if (i > packed)
        put_packed(values + packed, i - packed, width, out);
}
