#include "base/utf8.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* The length of the well-formed sequence at the start of bytes, or 0. */
static size_t
sequence(const unsigned char *bytes, size_t size)
{
    /* RFC 3629, section 4: what may come first and second */
    static const struct {
        unsigned char first, last, second_first, second_last, length;
    } forms[] = {
        {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (bytes[0] < forms[i].first || bytes[0] > forms[i].last)
            continue;
        if (size < forms[i].length)
            return 0;
        if (forms[i].length > 1 && (bytes[1] < forms[i].second_first ||
                                    bytes[1] > forms[i].second_last))
            return 0;
        for (size_t k = 2; k < forms[i].length; k++)
            if ((bytes[k] & 0xc0) != 0x80)
                return 0;
        return forms[i].length;
    }
    return 0;
}

size_t
utf8_span(const char *bytes, size_t size)
{
    size_t at = 0;

    while (at < size) {
        uint64_t word;
        size_t length;

        if (size - at >= sizeof word) {
            memcpy(&word, bytes + at, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof word;
                continue;
            }
        }
        length = sequence((const unsigned char *)bytes + at, size - at);
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

size_t
utf8_put(char bytes[4], uint32_t point)
{
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t length = point < 0x80      ? 1
                    : point < 0x800   ? 2
                    : point < 0x10000 ? 3
                                      : 4;

    assert(point <= 0x10ffff);
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3f));
    bytes[0] = (char)(marks[length] | point);
    return length;
}

/* ---- on a terminal ------------------------------------------------------- */

struct range {
    uint32_t first, last;
};

/* Whether one of the ranges, which are in order, holds the point. */
static bool
is_within(uint32_t point, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count && ranges[i].first <= point; i++)
        if (point <= ranges[i].last)
            return true;
    return false;
}

/* The code point of a well-formed sequence of that length. */
static uint32_t
point_of(const unsigned char *bytes, size_t length)
{
    uint32_t point = bytes[0];

    assert(length >= 1 && length <= 4);
    if (length > 1)
        point &= 0x7fU >> length;
    for (size_t i = 1; i < length; i++)
        point = point << 6 | (bytes[i] & 0x3f);
    return point;
}

/* Controls, and what reorders or breaks a line. */
static bool
steers(uint32_t point)
{
    static const struct range ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c},
        {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069},
    };

    return is_within(point, ranges, sizeof ranges / sizeof *ranges);
}

/* Combining marks and joiners in common use, and the blocks that Unicode's
 * EastAsianWidth.txt has as wide or full-width. */
static size_t
width_of(uint32_t point)
{
    static const struct range none[] = {
        {0x0300, 0x036f}, {0x0483, 0x0489},   {0x0591, 0x05bd},
        {0x064b, 0x065f}, {0x0e34, 0x0e3a},   {0x0e47, 0x0e4e},
        {0x200b, 0x200d}, {0x20d0, 0x20f0},   {0xfe00, 0xfe0f},
        {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef},
    };
    static const struct range wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},
        {0x3400, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97c},
        {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
        {0xff01, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
        {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };

    if (point < none[0].first)
        return 1;
    if (is_within(point, none, sizeof none / sizeof *none))
        return 0;
    return is_within(point, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

size_t
utf8_plain(const char *text, size_t size, char *out, size_t *width)
{
    const unsigned char *bytes = (const unsigned char *)text;
    char *to = out;

    *width = 0;
    for (size_t at = 0, length; at < size; at += length) {
        uint32_t point = bytes[at];

        length = 1;
        if (point >= ' ' && point < 0x7f) { /* most of all text */
            *to++ = (char)point;
            ++*width;
            continue;
        }
        if (point >= 0x80) {
            length = sequence(bytes + at, size - at);
            point = length ? point_of(bytes + at, length) : 0;
            length = length ? length : 1;
        }
        if (steers(point)) {
            *to++ = '?';
            ++*width;
            continue;
        }
        memmove(to, text + at, length);
        to += length;
        *width += width_of(point);
    }
    assert((size_t)(to - out) <= size);
    return (size_t)(to - out);
}
