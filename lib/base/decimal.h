/* decimal.h - exact decimal numbers with eight places.
 *
 * A decimal is an i64 in units of 10^-8 with a magnitude below 10^18 units
 * (SQL's DECIMAL(18,8)): prices, quantities, ratios.  An amount is an i128 in
 * units of 10^-8 (DECIMAL(38,8), magnitude below 10^38): money, summed
 * volumes.  There is one rounding: half to even.  No floating point.
 *
 * This is the only place where __int128 is spelled.
 *
 * Text is canonical decimal: "150.25", "-0.5", "0"; no exponent, no plus, no
 * leading and no trailing zeros are written; leading zeros, a plus sign,
 * trailing zeros and a bare point (".5", "1.") are read.
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

#define DECIMAL_ONE  INT64_C(100000000)          /* 1 in units of 10^-8 */
#define DECIMAL_MAX  INT64_C(999999999999999999) /* 9999999999.99999999 */
#define DECIMAL_NULL INT64_MIN
#define AMOUNT_NULL  ((i128)((u128)1 << 127))
#define AMOUNT_MAX   /* 10^38 - 1 */                                           \
    ((i128)((u128)10000000000000000000U * 10000000000000000000U - 1))
#define DECIMAL_TEXT_MAX 24 /* bytes that decimal_format may write */
#define AMOUNT_TEXT_MAX  48 /* bytes that amount_format may write */

enum decimal_result {
    DECIMAL_OK = 0,
    DECIMAL_SYNTAX,    /* not a number */
    DECIMAL_RANGE,     /* magnitude too large */
    DECIMAL_PRECISION, /* more than eight places that are not zero */
};

/* Reads exactly size bytes as one number. *value is untouched on error. */
enum decimal_result decimal_parse(const char *text, size_t size,
                                  int64_t *value);
enum decimal_result amount_parse(const char *text, size_t size, i128 *value);

/* One short phrase for a result, for messages: "is not a number", ... */
const char *decimal_complaint(enum decimal_result result);

/* Writes the canonical text without a terminating NUL and returns its length.
 * The value is not null. */
size_t decimal_format(int64_t value, char text[DECIMAL_TEXT_MAX]);
size_t amount_format(i128 value, char text[AMOUNT_TEXT_MAX]);

/* a * b / d rounded half to even, with a 256-bit intermediate.  d is not 0.
 * False when the result does not fit below AMOUNT_MAX; *out is untouched. */
bool amount_mul_div(i128 a, i128 b, i128 d, i128 *out);

/* rate (a decimal, so 0.001 is 100000) of an amount, rounded half to even. */
bool amount_rate(i128 amount, int64_t rate, i128 *out);

/* a / d rounded half to even; d > 0.  For a * b that fits an i128. */
i128 amount_divide(i128 a, i128 d);

/* Checked sums: false, with *out untouched, when |a + b| > AMOUNT_MAX.  In
 * line, for a trade has many. */
static inline bool
amount_add(i128 a, i128 b, i128 *out)
{
    i128 sum;

    if (__builtin_add_overflow(a, b, &sum) || sum > AMOUNT_MAX ||
        sum < -AMOUNT_MAX)
        return false;
    *out = sum;
    return true;
}

static inline bool
amount_sub(i128 a, i128 b, i128 *out)
{
    i128 difference;

    if (__builtin_sub_overflow(a, b, &difference) || difference > AMOUNT_MAX ||
        difference < -AMOUNT_MAX)
        return false;
    *out = difference;
    return true;
}

/* price times quantity, rounded half to even to 10^-8 (rule R1).  Cannot
 * overflow: |i64 * i64| < 2^126.  Inline, for it is done once a trade. */
static inline i128
decimal_notional(int64_t price, int64_t quantity)
{
    const uint64_t inverse = UINT64_C(12379400392853802748); /* 2^90 / 10^8 */
    i128 product = (i128)price * quantity;
    uint64_t quotient, rest;

    if (__builtin_expect((u128)product >> 88 != 0, 0))
        return amount_divide(product, DECIMAL_ONE);
    /* Without the fractions cut off, 2^24 / 10^8 + 2^88 / 2^90 + 1 < 1.42 at
     * most, quotient were exact: rest is below 1.5 * 10^8, and rounding to
     * the nearest mends what is missing.  product >> 24 is put together by
     * hand, or it would be multiplied as the 128 bits that it once was. */
    rest = (uint64_t)(product >> 64) << 40 | (uint64_t)product >> 24;
    quotient = (uint64_t)((u128)rest * inverse >> 66);
    rest = (uint64_t)product - quotient * DECIMAL_ONE;
    return quotient + (rest + (quotient & 1) > DECIMAL_ONE / 2);
}

#endif
