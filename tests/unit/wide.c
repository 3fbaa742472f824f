/* The arithmetic of decimals, against models that share nothing with it:
 * trying every neighbour, and the definition of rounding over limbs of 32
 * bits. */
#include "base/decimal.h"

#include <stdlib.h>

#include "any.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- small numbers ------------------------------------------------------- */

/* n / d by trying every neighbour: the nearest, of two as near the even. */
static int64_t
model_divide(int64_t n, int64_t d)
{
    int64_t best = 0;

    for (int64_t q = n / d - 2; q <= n / d + 2; q++) {
        int64_t mine = llabs(n - q * d), least = llabs(n - best * d);

        if (q == n / d - 2 || mine < least || (mine == least && q % 2 == 0))
            best = q;
    }
    return best;
}

static bool
divides_small(void)
{
    for (int64_t d = 1; d <= 60; d++)
        for (int64_t n = -400; n <= 400; n++)
            if (amount_divide(n, d) != model_divide(n, d))
                return false;
    return true;
}

static bool
mul_divs_small(void)
{
    i128 out;

    for (int64_t a = -25; a <= 25; a++)
        for (int64_t b = -25; b <= 25; b++)
            for (int64_t d = -40; d <= 40; d++)
                if (d != 0 && (!amount_mul_div(a, b, d, &out) ||
                               out != model_divide(a * b, d)))
                    return false;
    return true;
}

/* Products around every half of a unit. */
static bool
notionals_small(void)
{
    for (int64_t price = -200; price <= 200; price++)
        for (int64_t quantity = -30; quantity <= 30; quantity++)
            for (int64_t more = -1; more <= 1; more++) {
                int64_t q = quantity * (DECIMAL_ONE / 4) + more;
                i128 rate;

                if (decimal_notional(price, q) !=
                        model_divide(price * q, DECIMAL_ONE) ||
                    decimal_notional(q, price) != decimal_notional(price, q) ||
                    !amount_rate(price, q, &rate) ||
                    rate != decimal_notional(price, q))
                    return false;
            }
    return true;
}

/* ---- any numbers --------------------------------------------------------- */

#define LIMBS 9 /* of 32 bits: 256 and room for a doubling */

struct wide {
    uint32_t limb[LIMBS];
};

static struct wide
wide_of(u128 number)
{
    struct wide wide = {{0}};

    for (int i = 0; i < 4; i++)
        wide.limb[i] = (uint32_t)(number >> 32 * i);
    return wide;
}

/* As at school. */
static struct wide
wide_product(u128 a, u128 b)
{
    struct wide x = wide_of(a), y = wide_of(b), product = {{0}};

    for (int i = 0; i < 4; i++) {
        uint64_t carry = 0;

        for (int j = 0; j < 5; j++) {
            carry += (uint64_t)x.limb[i] * y.limb[j] + product.limb[i + j];
            product.limb[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    return product;
}

static int
wide_compare(const struct wide *a, const struct wide *b)
{
    for (int i = LIMBS - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

/* |a - b| */
static struct wide
wide_distance(const struct wide *a, const struct wide *b)
{
    const struct wide *more = wide_compare(a, b) < 0 ? b : a;
    const struct wide *less = more == a ? b : a;
    struct wide distance;
    int64_t borrow = 0;

    for (int i = 0; i < LIMBS; i++) {
        borrow += (int64_t)more->limb[i] - less->limb[i];
        distance.limb[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    return distance;
}

static struct wide
wide_double(const struct wide *a)
{
    struct wide twice;
    uint32_t carry = 0;

    for (int i = 0; i < LIMBS; i++) {
        twice.limb[i] = a->limb[i] << 1 | carry;
        carry = a->limb[i] >> 31;
    }
    return twice;
}

static u128
absolute(i128 value)
{
    return value < 0 ? -(u128)value : (u128)value;
}

/* Whether out is a * b / d half to even: |2 (a b - out d)| <= |d|, and where
 * they are equal out is even. */
static bool
is_quotient(i128 a, i128 b, i128 d, i128 out)
{
    struct wide product = wide_product(absolute(a), absolute(b));
    struct wide back = wide_product(absolute(out), absolute(d));
    struct wide twice = wide_distance(&product, &back);
    struct wide divisor = wide_of(absolute(d));
    int order;

    if (out != 0 && (out < 0) != ((a < 0) ^ (b < 0) ^ (d < 0)))
        return false;
    twice = wide_double(&twice);
    order = wide_compare(&twice, &divisor);
    return order < 0 || (order == 0 && (absolute(out) & 1) == 0);
}

/* Whether a * b / d rounds to more than the largest amount.  That is odd, so
 * half a unit above it already does. */
static bool
is_too_large(i128 a, i128 b, i128 d)
{
    struct wide product = wide_product(absolute(a), absolute(b));
    struct wide twice = wide_double(&product);
    struct wide limit = wide_product((u128)AMOUNT_MAX * 2 + 1, absolute(d));

    return wide_compare(&twice, &limit) >= 0;
}

static bool
mul_div_is_right(i128 a, i128 b, i128 d)
{
    i128 out = 42;

    if (amount_mul_div(a, b, d, &out))
        return is_quotient(a, b, d, out) && out <= AMOUNT_MAX &&
               out >= -AMOUNT_MAX;
    return is_too_large(a, b, d) && out == 42;
}

static bool
mul_divs_any(void)
{
    for (int i = 0; i < 300000; i++) {
        i128 a = any_amount(), b = any_amount(), d = any_amount();

        if (!mul_div_is_right(a, b, d ? d : 1))
            return false;
    }
    return true;
}

/* (2 q + 1) x y / (2 x y), and one unit off it. */
static bool
mul_divs_ties(void)
{
    for (int i = 0; i < 100000; i++) {
        u128 x = (any() >> any() % 64) | 1;
        u128 y = (any() >> (2 + any() % 60)) | 1;
        u128 odd = (any() >> (1 + any() % 62)) | 1;
        i128 d = (i128)(2 * x * y), out;

        if (!amount_mul_div((i128)(odd * x), (i128)y, d, &out) ||
            out != (i128)((odd >> 1) + (odd >> 1 & 1)))
            return false;
        if (!mul_div_is_right((i128)(odd * x) + 1, (i128)y, -d) ||
            !mul_div_is_right(1 - (i128)(odd * x), (i128)y, d))
            return false;
    }
    return true;
}

static bool
mul_divs_extremes(void)
{
    const i128 extremes[] = {1,
                             2,
                             3,
                             INT64_MAX,
                             INT64_MIN,
                             UINT64_MAX,
                             (i128)UINT64_MAX + 1,
                             AMOUNT_MAX - 1,
                             AMOUNT_MAX,
                             -AMOUNT_MAX,
                             AMOUNT_NULL + 1,
                             -(AMOUNT_NULL + 1),
                             AMOUNT_NULL};

    for (size_t i = 0; i < LENGTH(extremes); i++)
        for (size_t j = 0; j < LENGTH(extremes); j++)
            for (size_t k = 0; k < LENGTH(extremes); k++)
                if (!mul_div_is_right(extremes[i], extremes[j], extremes[k]))
                    return false;
    return true;
}

/* The quotient is 2^128 and more, 2^127, and 2^126: the last one fits. */
static bool
mul_divs_overflow(void)
{
    const i128 one = 1;
    i128 out;

    return !amount_mul_div(one << 100, one << 100, one << 71, &out) &&
           !amount_mul_div(one << 100, one << 100, one << 72, &out) &&
           !amount_mul_div(one << 100, one << 100, one << 73, &out) &&
           amount_mul_div(one << 100, one << 100, one << 74, &out) &&
           out == one << 126;
}

static bool
notionals_any(void)
{
    for (int i = 0; i < 300000; i++) {
        int64_t price = (int64_t)any() >> any() % 64;
        int64_t quantity = (int64_t)any() >> any() % 64;

        if (!is_quotient(price, quantity, DECIMAL_ONE,
                         decimal_notional(price, quantity)))
            return false;
    }
    for (int i = 0; i < 100000; i++) { /* where the fast way ends, 2^88 */
        int64_t price = (int64_t)(any() >> 20 | UINT64_C(1) << 30);
        int64_t near = (int64_t)(((u128)1 << 88) / (u128)price);
        int64_t quantity = near - 2 + (int64_t)(any() % 4);

        if (!is_quotient(price, quantity, DECIMAL_ONE,
                         decimal_notional(price, quantity)))
            return false;
    }
    return is_quotient(INT64_MIN, INT64_MIN, DECIMAL_ONE,
                       decimal_notional(INT64_MIN, INT64_MIN)) &&
           is_quotient(INT64_MIN, INT64_MAX, DECIMAL_ONE,
                       decimal_notional(INT64_MIN, INT64_MAX));
}

static bool
rates_any(void)
{
    for (int i = 0; i < 100000; i++) {
        i128 amount = any_amount(), out = 42;
        int64_t rate = (int64_t)any() >> any() % 64;

        if (amount_rate(amount, rate, &out)
                ? !is_quotient(amount, rate, DECIMAL_ONE, out)
                : !is_too_large(amount, rate, DECIMAL_ONE) || out != 42)
            return false;
    }
    return true;
}

static bool
divides_any(void)
{
    for (int i = 0; i < 100000; i++) {
        i128 a = any_amount(), d = (i128)any_wide();

        if (d > 0 && !is_quotient(a, 1, d, amount_divide(a, d)))
            return false;
    }
    return true;
}

/* E13: 3 units cost 10.00, sold one by one: what leaves is the cost so far
 * times one over the units so far, and the last takes what is left. */
static bool
residue_is_exact(void)
{
    i128 cost = 10 * (i128)DECIMAL_ONE, out[2];

    if (!amount_mul_div(cost, DECIMAL_ONE, 3 * DECIMAL_ONE, &out[0]))
        return false;
    cost -= out[0];
    if (!amount_mul_div(cost, DECIMAL_ONE, 2 * DECIMAL_ONE, &out[1]))
        return false;
    return out[0] == 333333333 && cost == 666666667 && out[1] == 333333334 &&
           cost - out[1] == 333333333;
}

static void
test_rounding(void)
{
    OK("price times quantity is rounded half to even (E15)",
       decimal_notional(3, 50000000) == 2 &&
           decimal_notional(1, 50000000) == 0);
    OK("a cost is given out by shares without a residue (E13)",
       residue_is_exact());
    OK("small quotients are the nearest, of two as near the even one",
       divides_small());
    OK("so are small products by small numbers of either sign",
       mul_divs_small());
    OK("so are notionals and rates around every half of a unit",
       notionals_small());
    OK("random quotients are within half a divisor, ties to even",
       divides_any());
    OK("random notionals are within half a unit, ties to even",
       notionals_any());
    OK("random rates are, or do not fit an amount", rates_any());
    OK("random a * b / d of up to 256 bits are, or do not fit an amount",
       mul_divs_any());
    OK("ties go to the even neighbour whatever the size of the product",
       mul_divs_ties());
    OK("the extremes of the type neither wrap nor trap", mul_divs_extremes());
    OK("a quotient that does not fit is refused, however large it is",
       mul_divs_overflow());
}

/* ---- sums ---------------------------------------------------------------- */

static bool
sum_is(bool fits, i128 a, i128 b, i128 wanted)
{
    i128 sum = 42, difference = 42;

    if (!fits)
        wanted = 42;
    return amount_add(a, b, &sum) == fits &&
           amount_sub(a, -b, &difference) == fits && sum == wanted &&
           difference == wanted;
}

static void
test_sums(void)
{
    OK("sums up to the largest amount are exact",
       sum_is(true, AMOUNT_MAX - 1, 1, AMOUNT_MAX) &&
           sum_is(true, 1 - AMOUNT_MAX, -1, -AMOUNT_MAX) &&
           sum_is(true, AMOUNT_MAX, -AMOUNT_MAX, 0) &&
           sum_is(true, INT64_MAX, 1, (i128)INT64_MAX + 1));
    OK("a sum beyond it is refused, never wrapped (E44)",
       sum_is(false, AMOUNT_MAX, 1, 0) && sum_is(false, -AMOUNT_MAX, -1, 0) &&
           sum_is(false, AMOUNT_MAX, AMOUNT_MAX, 0) &&
           sum_is(false, -AMOUNT_MAX, -AMOUNT_MAX, 0));
}

int
main(void)
{
    test_rounding();
    test_sums();
    return tap_done();
}
