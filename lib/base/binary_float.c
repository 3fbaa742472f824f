#include "base/binary_float.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

#define PLACES_MAX 22  /* 2^54 * 10^22 fits 128 bits */
#define SHIFT_MAX  126 /* the smallest binary fraction that is looked at */
#define WHOLE_MAX  70  /* 2^53 * 2^70 fits 128 bits */

/* mantissa * 2^exponent; odd: half way to a neighbour is not this number. */
struct binary_fraction {
    bool negative;
    uint64_t mantissa;
    int exponent;
    bool lowest; /* of its power of two: the one below is half as far */
};

static size_t
put_unsigned(u128 value, char *text)
{
    char digits[40];
    size_t count = 0;

    do {
        digits[count++] = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value);
    for (size_t i = 0; i < count; i++)
        text[i] = digits[count - 1 - i];
    return count;
}

/* value / 10^places. */
static size_t
put_decimal(u128 value, unsigned places, char *text)
{
    char digits[64];
    size_t zeros = places + 1, count, whole;

    /* zeros before it, so that one digit is before the point at least */
    memset(digits, '0', zeros);
    count = zeros + put_unsigned(value, digits + zeros);
    whole = count - places;
    for (zeros = 0; zeros + 1 < whole && digits[zeros] == '0';)
        zeros++;
    memcpy(text, digits + zeros, whole - zeros);
    if (places == 0)
        return whole - zeros;
    text[whole - zeros] = '.';
    memcpy(text + whole - zeros + 1, digits + whole, places);
    return count - zeros + 1;
}

/* Whether candidate / 10^places rounds to the number, whose fraction has shift
 * binary places: whether it is within half a step of it.  All is scaled by
 * 10^places * 2^shift. */
static bool
rounds_back(const struct binary_fraction *number, u128 candidate, u128 power,
            unsigned shift)
{
    u128 exact = number->mantissa * power, is = candidate << shift;
    bool below = is < exact;
    u128 away = below ? exact - is : is - exact;
    u128 half = below && number->lowest ? power / 2 : power;

    if (number->mantissa % 2 == 0)
        return away * 2 <= half;
    return away * 2 < half;
}

/* The fewest places that stand for a number below 2^64. */
static size_t
put_fraction(const struct binary_fraction *number, unsigned shift, char *text)
{
    u128 power = 1, candidate;

    for (unsigned places = 0;; places++, power *= 10) {
        u128 exact = number->mantissa * power;
        u128 rest = exact & (((u128)1 << shift) - 1);

        candidate = (exact >> shift) + (rest >> (shift - 1) & 1);
        if (places == PLACES_MAX ||
            rounds_back(number, candidate, power, shift))
            return put_decimal(candidate, places, text);
    }
}

static size_t
put_binary(const struct binary_fraction *number, char *text)
{
    size_t size = 0;

    if (number->negative)
        text[size++] = '-';
    if (number->mantissa == 0) {
        text[size++] = '0';
        return size;
    }
    if (number->exponent >= 0 && number->exponent <= WHOLE_MAX)
        return size + put_unsigned((u128)number->mantissa << number->exponent,
                                   text + size);
    if (number->exponent > WHOLE_MAX)
        return size + (size_t)snprintf(text + size, BINARY_TEXT_MAX - size,
                                       "1e%d",
                                       number->exponent * 30103 / 100000);
    if (-number->exponent > SHIFT_MAX)
        return size +
               (size_t)snprintf(text + size, BINARY_TEXT_MAX - size, "1e%d",
                                (number->exponent + 53) * 30103 / 100000);
    return size +
           put_fraction(number, (unsigned)-number->exponent, text + size);
}

/* bits of a format with so many of a fraction and of an exponent. */
static size_t
format(uint64_t bits, unsigned fraction_bits, unsigned exponent_bits,
       char *text)
{
    uint64_t fraction = bits & ((UINT64_C(1) << fraction_bits) - 1);
    int all = (1 << exponent_bits) - 1, bias = all / 2;
    int exponent = (int)(bits >> fraction_bits) & all;
    bool negative = bits >> (fraction_bits + exponent_bits) & 1;
    struct binary_fraction number = {.negative = negative,
                                     .mantissa = fraction};

    assert(fraction_bits + exponent_bits < 64);
    if (exponent == all) {
        const char *word = fraction ? "nan" : negative ? "-inf" : "inf";

        memcpy(text, word, strlen(word));
        return strlen(word);
    }
    number.exponent = (exponent ? exponent : 1) - bias - (int)fraction_bits;
    number.lowest = fraction == 0 && exponent > 1;
    if (exponent)
        number.mantissa |= UINT64_C(1) << fraction_bits;
    return put_binary(&number, text);
}

size_t
binary64_format(uint64_t bits, char text[BINARY_TEXT_MAX])
{
    return format(bits, 52, 11, text);
}

size_t
binary32_format(uint32_t bits, char text[BINARY_TEXT_MAX])
{
    return format(bits, 23, 8, text);
}

size_t
binary16_format(uint16_t bits, char text[BINARY_TEXT_MAX])
{
    return format(bits, 10, 5, text);
}
