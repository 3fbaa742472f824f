/* The arithmetic of decimal.h: every rounding is here. */
#include "base/decimal.h"

#include <assert.h>

static inline u128
magnitude_of(i128 value)
{
    return value < 0 ? -(u128)value : (u128)value;
}

static inline i128
with_sign(bool negative, u128 magnitude)
{
    return (i128)(negative ? -magnitude : magnitude);
}

/* Whether a quotient must go one up: half to even.  rest < divisor, so that
 * divisor - rest does not wrap where 2 * rest could. */
static inline bool
rounds_up(u128 quotient, u128 rest, u128 divisor)
{
    u128 other = divisor - rest;

    return rest > other || (rest == other && (quotient & 1));
}

/* ---- one division -------------------------------------------------------- */

static inline u128
divide(u128 dividend, u128 divisor)
{
    u128 quotient = dividend / divisor;

    return quotient +
           rounds_up(quotient, dividend - quotient * divisor, divisor);
}

i128
amount_divide(i128 a, i128 d)
{
    assert(d > 0);
    return with_sign(a < 0, divide(magnitude_of(a), (u128)d));
}

/* ---- a product of 256 bits ----------------------------------------------- */

/* The 256 bits of a * b. */
static void
multiply(u128 a, u128 b, u128 *high, u128 *low)
{
    u128 a0 = (uint64_t)a, a1 = a >> 64;
    u128 b0 = (uint64_t)b, b1 = b >> 64;
    u128 p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    u128 middle = (p00 >> 64) + (uint64_t)p01 + (uint64_t)p10;

    *low = middle << 64 | (uint64_t)p00;
    *high = p11 + (p01 >> 64) + (p10 >> 64) + (middle >> 64);
}

/* Long division, a bit at a time: (high, low) / divisor, high < divisor, so
 * that the quotient fits.  Only reached when a product needs more than 128
 * bits, which money seldom does. */
static u128
divide_long(u128 high, u128 low, u128 divisor)
{
    for (int i = 0; i < 128; i++) {
        bool carry = high >> 127;

        high = high << 1 | low >> 127;
        low <<= 1;
        if (carry || high >= divisor) {
            high -= divisor;
            low |= 1;
        }
    }
    return low + rounds_up(low, high, divisor);
}

/* The same where all three fit 64 bits, as most numbers do: a quarter of the
 * work.  It always fits: the product is 2^126 at most. */
_Static_assert(AMOUNT_MAX >> 126 != 0, "the largest product fits");

static inline bool
is_word(i128 value)
{
    return value == (int64_t)value;
}

static inline uint64_t
word_magnitude(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static inline i128
mul_div_words(int64_t a, int64_t b, int64_t d)
{
    uint64_t divisor = word_magnitude(d);
    u128 product = (u128)word_magnitude(a) * word_magnitude(b);
    u128 quotient = product / divisor;
    uint64_t rest = (uint64_t)product - (uint64_t)quotient * divisor;
    uint64_t other = divisor - rest;

    quotient += rest > other || (rest == other && (quotient & 1));
    return with_sign((a ^ b ^ d) < 0, quotient);
}

__attribute__((noinline)) static bool
mul_div_wide(i128 a, i128 b, i128 d, i128 *out)
{
    bool negative = (a < 0) ^ (b < 0) ^ (d < 0);
    u128 divisor = magnitude_of(d);
    u128 high = 0, low, quotient;

    if (!__builtin_mul_overflow(magnitude_of(a), magnitude_of(b), &low)) {
        quotient = divide(low, divisor);
    } else {
        multiply(magnitude_of(a), magnitude_of(b), &high, &low);
        if (high >= divisor)
            return false;
        quotient = divide_long(high, low, divisor);
        if (quotient == 0) /* rounded up from 2^128 - 1/2 */
            return false;
    }
    if (quotient > (u128)AMOUNT_MAX)
        return false;
    *out = with_sign(negative, quotient);
    return true;
}

bool
amount_mul_div(i128 a, i128 b, i128 d, i128 *out)
{
    assert(d != 0);
    if (!is_word(a) || !is_word(b) || !is_word(d))
        return mul_div_wide(a, b, d, out);
    *out = mul_div_words((int64_t)a, (int64_t)b, (int64_t)d);
    return true;
}

bool
amount_rate(i128 amount, int64_t rate, i128 *out)
{
    if (amount >= INT64_MIN && amount <= INT64_MAX) {
        *out = decimal_notional((int64_t)amount, rate);
        return true;
    }
    return amount_mul_div(amount, rate, DECIMAL_ONE, out);
}
