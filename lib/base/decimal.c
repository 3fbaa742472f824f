#include "base/decimal.h"

#include <string.h>

#define PLACES 8

/* ---- text ---------------------------------------------------------------- */

enum decimal_result
amount_parse(const char *text, size_t size, i128 *value)
{
    const u128 most = (u128)AMOUNT_MAX;
    const char *end = text + size;
    bool negative = size > 0 && *text == '-', digits = false, point = false;
    unsigned places = 0;
    u128 number = 0;

    if (size > 0 && (*text == '-' || *text == '+'))
        text++;
    for (; text < end; text++) {
        unsigned digit = (unsigned)(*text - '0');

        if (*text == '.' && !point) {
            point = true;
            continue;
        }
        if (digit > 9)
            return DECIMAL_SYNTAX;
        digits = true;
        if (point && places == PLACES) {
            if (digit)
                return DECIMAL_PRECISION;
            continue;
        }
        if (number > (most - digit) / 10)
            return DECIMAL_RANGE;
        number = number * 10 + digit;
        places += point;
    }
    if (!digits)
        return DECIMAL_SYNTAX;
    for (; places < PLACES; places++) {
        if (number > most / 10)
            return DECIMAL_RANGE;
        number *= 10;
    }
    *value = negative ? -(i128)number : (i128)number;
    return DECIMAL_OK;
}

enum decimal_result
decimal_parse(const char *text, size_t size, int64_t *value)
{
    i128 number;
    enum decimal_result result = amount_parse(text, size, &number);

    if (result != DECIMAL_OK)
        return result;
    if (number > DECIMAL_MAX || number < -DECIMAL_MAX)
        return DECIMAL_RANGE;
    *value = (int64_t)number;
    return DECIMAL_OK;
}

const char *
decimal_complaint(enum decimal_result result)
{
    switch (result) {
    case DECIMAL_SYNTAX: return "is not a number";
    case DECIMAL_RANGE: return "is too large";
    case DECIMAL_PRECISION: return "has more than eight decimal places";
    case DECIMAL_OK: break;
    }
    return "is a number";
}

static char *
put_digits(char *end, uint64_t number, unsigned least)
{
    for (; number || least; number /= 10) {
        *--end = (char)('0' + number % 10);
        least -= least > 0;
    }
    return end;
}

size_t
amount_format(i128 value, char text[AMOUNT_TEXT_MAX])
{
    const uint64_t split = UINT64_C(1000000000000000000);
    u128 magnitude = value < 0 ? -(u128)value : (u128)value;
    u128 whole = magnitude / (uint64_t)DECIMAL_ONE;
    uint64_t rest = (uint64_t)(magnitude % (uint64_t)DECIMAL_ONE);
    char room[AMOUNT_TEXT_MAX];
    char *end = room + sizeof room, *at = end;
    unsigned places = PLACES;

    for (; places && rest % 10 == 0; places--)
        rest /= 10;
    if (places) {
        at = put_digits(at, rest, places);
        *--at = '.';
    }
    if (whole >= split) {
        at = put_digits(at, (uint64_t)(whole % split), 18);
        at = put_digits(at, (uint64_t)(whole / split), 1);
    } else {
        at = put_digits(at, (uint64_t)whole, 1);
    }
    if (value < 0)
        *--at = '-';
    memcpy(text, at, (size_t)(end - at));
    return (size_t)(end - at);
}

size_t
decimal_format(int64_t value, char text[DECIMAL_TEXT_MAX])
{
    char room[AMOUNT_TEXT_MAX];
    size_t size = amount_format(value, room);

    memcpy(text, room, size);
    return size;
}

/* ---- arithmetic ---------------------------------------------------------- */

/* quotient, rounded by remainder and divisor half to even. */
static u128
round_half_even(u128 quotient, u128 remainder, u128 divisor)
{
    u128 rest = divisor - remainder;

    return quotient +
           (remainder > rest || (remainder == rest && (quotient & 1)));
}

i128
amount_divide(i128 a, i128 d)
{
    u128 n = a < 0 ? -(u128)a : (u128)a;
    u128 q = round_half_even(n / (u128)d, n % (u128)d, (u128)d);

    return a < 0 ? -(i128)q : (i128)q;
}

bool
amount_mul_div(i128 a, i128 b, i128 d, i128 *out)
{
    bool negative = (a < 0) != (b < 0);
    u128 x = a < 0 ? -(u128)a : (u128)a, y = b < 0 ? -(u128)b : (u128)b;
    u128 divisor = d < 0 ? -(u128)d : (u128)d;
    u128 high = 0, low = 0, quotient = 0, remainder = 0;

    negative = negative != (d < 0);
    for (int bit = 127; bit >= 0; bit--) { /* high:low = x * y */
        high = high << 1 | low >> 127;
        low <<= 1;
        if (y >> bit & 1) {
            low += x;
            high += low < x;
        }
    }
    for (int bit = 255; bit >= 0; bit--) {
        bool carry = remainder >> 127;
        u128 next = bit > 127 ? high >> (bit - 128) & 1 : low >> bit & 1;

        remainder = remainder << 1 | next;
        if (quotient >> 127)
            return false;
        quotient <<= 1;
        if (carry || remainder >= divisor) {
            remainder -= divisor;
            quotient |= 1;
        }
    }
    quotient = round_half_even(quotient, remainder, divisor);
    if (quotient > (u128)AMOUNT_MAX)
        return false;
    *out = negative ? -(i128)quotient : (i128)quotient;
    return true;
}

bool
amount_rate(i128 amount, int64_t rate, i128 *out)
{
    return amount_mul_div(amount, rate, DECIMAL_ONE, out);
}

static bool
in_range(i128 value, i128 *out)
{
    if (value > AMOUNT_MAX || value < -AMOUNT_MAX)
        return false;
    *out = value;
    return true;
}

bool
amount_add(i128 a, i128 b, i128 *out)
{
    i128 sum;

    return !__builtin_add_overflow(a, b, &sum) && in_range(sum, out);
}

bool
amount_sub(i128 a, i128 b, i128 *out)
{
    i128 difference;

    return !__builtin_sub_overflow(a, b, &difference) &&
           in_range(difference, out);
}
