#include "format/number_text.h"

#include <assert.h>

#define DIGITS    64 /* of a number from outside, zeros in front not counted */
#define POINT_MAX 45 /* places between the point and the first digit */
_Static_assert(1 + 1 + (POINT_MAX + 1) + (DIGITS + 1) <= NUMBER_PLAIN_MAX,
               "a sign, a point, zeros and the digits");

/* digits[0] is the first that is not 0; the point stands before
 * digits[point], which may lie outside. */
struct number {
    bool negative;
    char digits[DIGITS + 1];
    int count, point;
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes the exponent from at to end. */
static bool
take_exponent(const char *at, const char *end, int *exponent)
{
    bool negative = at < end && *at == '-';

    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end || end - at > 4)
        return false;
    for (*exponent = 0; at < end; at++) {
        if (!is_digit(*at))
            return false;
        *exponent = *exponent * 10 + *at - '0';
    }
    assert(*exponent >= 0 && *exponent <= 9999);
    if (negative)
        *exponent = -*exponent;
    return true;
}

/* Whether a group of three digits follows, and then no digit. */
static bool
is_group(const char *at, const char *end)
{
    return end - at >= 3 && is_digit(at[0]) && is_digit(at[1]) &&
           is_digit(at[2]) && (end - at == 3 || !is_digit(at[3]));
}

static bool
take_number(const struct number_rules *rules, struct cell text,
            struct number *number)
{
    const char *at = text.bytes, *end = at + text.size;
    int before = 0, exponent = 0, all = 0;
    bool point = false;

    *number = (struct number){0};
    if (at < end && (*at == '-' || *at == '+'))
        number->negative = *at++ == '-';
    for (; at < end; at++) {
        if (*at == rules->point && !point) {
            point = true;
        } else if (rules->thousands && *at == rules->thousands && !point &&
                   all > 0 && is_group(at + 1, end)) {
            continue;
        } else if (!is_digit(*at)) {
            break;
        } else {
            all++;
            before += !point;
            if (number->count == 0 && *at == '0')
                number->point--;
            else if (number->count == DIGITS)
                return false;
            else
                number->digits[number->count++] = *at;
        }
    }
    if (all == 0)
        return false;
    if (at < end && (*at | 32) == 'e' && !take_exponent(at + 1, end, &exponent))
        return false;
    if (at < end && (*at | 32) != 'e')
        return false;
    assert(number->count <= DIGITS);
    number->point += before + exponent; /* less the zeros in front */
    return true;
}

/* Rounds to a number of places, half to even; whether that changed it. */
static bool
round_to(struct number *number, int places)
{
    int keep = number->point + places;
    bool up, rest = false;
    char next;

    if (keep >= number->count)
        return false;
    if (keep < 0) {
        bool changed = number->count > 0;

        number->count = 0;
        return changed;
    }
    next = number->digits[keep];
    for (int i = keep + 1; i < number->count; i++)
        rest |= number->digits[i] != '0';
    up = next > '5' ||
         (next == '5' &&
          (rest || (keep > 0 && (number->digits[keep - 1] - '0') % 2)));
    number->count = keep;
    for (int i = keep - 1; up && i >= 0; i--) {
        up = number->digits[i] == '9';
        number->digits[i] = up ? '0' : (char)(number->digits[i] + 1);
    }
    if (up) {                            /* 9.99 has become 10.0 */
        assert(number->count <= DIGITS); /* one more fits */
        memmove(number->digits + 1, number->digits, (size_t)number->count);
        number->digits[0] = '1';
        number->count++;
        number->point++;
    }
    return next != '0' || rest;
}

bool
number_plain(const struct number_rules *rules, int scale, struct cell text,
             char plain[NUMBER_PLAIN_MAX], struct cell *result, bool *rounded)
{
    struct number number;
    int used = 0, first;

    assert(rules->round >= -1 && rules->round <= 8);
    *rounded = false;
    if (!take_number(rules, text, &number))
        return false;
    number.point += scale;
    if (rules->round >= 0)
        *rounded = round_to(&number, rules->round);
    if (number.count == 0)
        number.point = 0;
    if (number.point > POINT_MAX || number.point < -POINT_MAX)
        return false;
    if (number.negative)
        plain[used++] = '-';
    first = number.point < 1 ? number.point - 1 : 0;
    for (int i = first; i < number.count || i < number.point; i++) {
        if (i == number.point)
            plain[used++] = '.';
        plain[used++] = i >= 0 && i < number.count ? number.digits[i] : '0';
    }
    assert(used <= NUMBER_PLAIN_MAX);
    *result = (struct cell){plain, (size_t)used};
    return true;
}

bool
scale_parse(struct cell text, int *scale)
{
    static const struct number_rules rules = {.point = '.', .round = -1};
    struct number number;

    if (!take_number(&rules, text, &number) || number.negative ||
        number.count == 0 || number.digits[0] != '1')
        return false;
    for (int i = 1; i < number.count; i++)
        if (number.digits[i] != '0')
            return false;
    *scale = number.point - 1;
    return *scale >= -SCALE_MAX && *scale <= SCALE_MAX;
}
