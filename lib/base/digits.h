/* digits.h - whole numbers as decimal digits, eight at a time.
 *
 * What decimal.c and clock.c are made of, and what an exporter needs for ids
 * and counts.  Nothing here writes a terminating NUL, and nothing branches on
 * the number of digits: in real data that is a coin toss for the processor.
 */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX  20 /* bytes that digits_format may write */
#define DIGITS_ZERO UINT64_C(0x3030303030303030) /* "00000000" */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the first digit of eight is the lowest byte");

extern const uint16_t digits_pairs[100]; /* "00" "01" ... "99" */

/* The number that size digits are; false, and no number, when there are none,
 * when one is something else, or when it is too large. */
bool digits_parse(const char *text, size_t size, uint64_t *number);

/* The eight digits of a number below 10^8, the first in the lowest byte. */
static inline uint64_t
digits_spread(uint32_t number)
{
    uint32_t high = number / 10000, low = number % 10000;

    return digits_pairs[high / 100] | (uint64_t)digits_pairs[high % 100] << 16 |
           (uint64_t)digits_pairs[low / 100] << 32 |
           (uint64_t)digits_pairs[low % 100] << 48;
}

/* Reads exactly eight digits.  False, with *number untouched, when one of the
 * eight bytes is none. */
static inline bool
digits_read8(const char *text, uint32_t *number)
{
    uint64_t word;

    memcpy(&word, text, sizeof word);
    word ^= DIGITS_ZERO; /* a digit is now its value, all else is above 9 */
    if (((word + UINT64_C(0x7676767676767676)) | word) &
        UINT64_C(0x8080808080808080))
        return false;
    /* ones with tens, then pairs with pairs, then fours with fours */
    word = word * (1 + (10 << 8)) >> 8 & UINT64_C(0x00ff00ff00ff00ff);
    word = word * (1 + (100 << 16)) >> 16 & UINT64_C(0x0000ffff0000ffff);
    *number = (uint32_t)(word * (1 + (UINT64_C(10000) << 32)) >> 32);
    return true;
}

/* Writes exactly two digits of a number below 100. */
static inline void
digits_put2(char *text, uint32_t number)
{
    memcpy(text, &digits_pairs[number], 2);
}

/* Writes exactly eight digits of a number below 10^8. */
static inline void
digits_put8(char *text, uint32_t number)
{
    uint64_t digits = digits_spread(number);

    memcpy(text, &digits, 8);
}

/* Writes eight digits and returns how many there are without the zeros at the
 * end, but at least one. */
static inline size_t
digits_put_places(char *text, uint32_t number)
{
    uint64_t digits = digits_spread(number);
    unsigned zeros = (unsigned)__builtin_clzll((digits ^ DIGITS_ZERO) | 1) / 8;

    memcpy(text, &digits, 8);
    return 8 - zeros;
}

/* Writes a number below 10^8 without leading zeros, returns how many digits;
 * touches eight bytes. */
static inline size_t
digits_put_short(char *text, uint32_t number)
{
    uint64_t digits = digits_spread(number);
    unsigned zeros =
        (unsigned)__builtin_ctzll((digits ^ DIGITS_ZERO) | UINT64_C(1) << 56) /
        8;

    digits >>= zeros * 8;
    memcpy(text, &digits, 8);
    return 8 - zeros;
}

/* Writes a number without leading zeros, returns its length.  May touch all
 * DIGITS_MAX bytes. */
static inline size_t
digits_format(uint64_t number, char *text)
{
    const uint64_t e8 = 100000000;
    size_t size;

    if (__builtin_expect(number < e8, 1))
        return digits_put_short(text, (uint32_t)number);
    if (number / e8 < e8) {
        size = digits_put_short(text, (uint32_t)(number / e8));
    } else {
        size = digits_put_short(text, (uint32_t)(number / e8 / e8));
        digits_put8(text + size, (uint32_t)(number / e8 % e8));
        size += 8;
    }
    digits_put8(text + size, (uint32_t)(number % e8));
    return size + 8;
}

#endif
