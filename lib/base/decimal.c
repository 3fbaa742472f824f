#include "base/decimal.h"

#include <assert.h>
#include <string.h>

#include "base/digits.h"

#define PLACES            8
#define DECIMAL_WHOLE_MAX 10 /* digits before the point of DECIMAL(18,8) */
#define AMOUNT_WHOLE_MAX  30 /* and of DECIMAL(38,8) */

static const uint32_t powers[PLACES + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/* ---- reading ------------------------------------------------------------- */

static inline unsigned
digit_of(char byte)
{
    return (unsigned)(unsigned char)byte - '0';
}

/* The usual number: at most 10 digits, a point, at most 8 digits.  False for
 * everything else, right or wrong; parse_long then decides.  The magnitude
 * may wrap in between, but then there were too many digits. */
static inline bool
parse_short(const char *at, const char *end, uint64_t *magnitude)
{
    const char *start = at;
    uint64_t number = 0;
    size_t whole, places = 0;

    for (; at < end && digit_of(*at) < 10; at++)
        number = number * 10 + digit_of(*at);
    whole = (size_t)(at - start);
    if (whole - 1 >= DECIMAL_WHOLE_MAX)
        return false;
    if (at < end) {
        if (*at != '.')
            return false;
        start = ++at;
        for (; at < end && digit_of(*at) < 10; at++)
            number = number * 10 + digit_of(*at);
        places = (size_t)(at - start);
        if (at < end || places - 1 >= PLACES)
            return false;
    }
    *magnitude = number * powers[PLACES - places];
    return true;
}

static const char *
skip_digits(const char *at, const char *end)
{
    while (at < end && digit_of(*at) < 10)
        at++;
    return at;
}

/* Any number, sign aside, with at most whole_max digits before the point when
 * leading zeros are dropped. */
static enum decimal_result
parse_long(const char *at, const char *end, long whole_max, u128 *magnitude)
{
    const char *point = skip_digits(at, end);
    const char *place = point < end && *point == '.' ? point + 1 : point;
    u128 number = 0;

    if (skip_digits(place, end) != end || point - at + (end - place) == 0)
        return DECIMAL_SYNTAX;
    while (at < point && *at == '0')
        at++;
    while (place < end && end[-1] == '0')
        end--;
    if (point - at > whole_max)
        return DECIMAL_RANGE;
    if (end - place > PLACES)
        return DECIMAL_PRECISION;
    for (; at < point; at++)
        number = number * 10 + digit_of(*at);
    number *= powers[PLACES];
    for (int i = PLACES - 1; place < end; place++, i--)
        number += (u128)digit_of(*place) * powers[i];
    *magnitude = number;
    return DECIMAL_OK;
}

static inline const char *
skip_sign(const char *at, const char *end)
{
    return at < end && (*at == '-' || *at == '+') ? at + 1 : at;
}

enum decimal_result
decimal_parse(const char *text, size_t size, int64_t *value)
{
    const char *end = text + size;
    const char *at = skip_sign(text, end);
    uint64_t magnitude;

    if (!parse_short(at, end, &magnitude)) {
        u128 wide;
        enum decimal_result result =
            parse_long(at, end, DECIMAL_WHOLE_MAX, &wide);

        if (result != DECIMAL_OK)
            return result;
        magnitude = (uint64_t)wide;
    }
    *value =
        at > text && *text == '-' ? -(int64_t)magnitude : (int64_t)magnitude;
    return DECIMAL_OK;
}

enum decimal_result
amount_parse(const char *text, size_t size, i128 *value)
{
    const char *end = text + size;
    const char *at = skip_sign(text, end);
    uint64_t narrow;
    u128 magnitude;

    if (parse_short(at, end, &narrow)) {
        magnitude = narrow;
    } else {
        enum decimal_result result =
            parse_long(at, end, AMOUNT_WHOLE_MAX, &magnitude);

        if (result != DECIMAL_OK)
            return result;
    }
    *value = at > text && *text == '-' ? -(i128)magnitude : (i128)magnitude;
    return DECIMAL_OK;
}

const char *
decimal_complaint(enum decimal_result result)
{
    switch (result) {
    case DECIMAL_OK: return "is a number";
    case DECIMAL_SYNTAX: return "is not a number";
    case DECIMAL_RANGE: return "is too large";
    case DECIMAL_PRECISION: return "has more than eight decimal places";
    }
    return "is not a number";
}

/* ---- writing ------------------------------------------------------------- */

/* Writes the point and as many of the eight places as are needed. */
static inline size_t
put_places(uint32_t places, char *text)
{
    if (places == 0)
        return 0;
    text[0] = '.';
    return 1 + digits_put_places(text + 1, places);
}

static inline size_t
format_narrow(bool negative, uint64_t magnitude, char *text)
{
    char *at = text;

    *at = '-';
    at += negative;
    at += digits_format(magnitude / (uint64_t)DECIMAL_ONE, at);
    at += put_places((uint32_t)(magnitude % (uint64_t)DECIMAL_ONE), at);
    return (size_t)(at - text);
}

size_t
decimal_format(int64_t value, char text[DECIMAL_TEXT_MAX])
{
    assert(value != DECIMAL_NULL);
    return format_narrow(value < 0,
                         value < 0 ? -(uint64_t)value : (uint64_t)value, text);
}

/* Beyond 64 bits: at most 31 digits before the point, the last 16 apart. */
static size_t
format_wide(bool negative, u128 magnitude, char *text)
{
    const uint64_t e16 = UINT64_C(10000000000000000);
    u128 whole = magnitude / (u128)DECIMAL_ONE;
    uint32_t places = (uint32_t)(magnitude % (u128)DECIMAL_ONE);
    char *at = text;

    *at = '-';
    at += negative;
    if (whole < e16) {
        at += digits_format((uint64_t)whole, at);
    } else {
        uint64_t low = (uint64_t)(whole % e16);

        at += digits_format((uint64_t)(whole / e16), at);
        digits_put8(at, (uint32_t)(low / 100000000));
        digits_put8(at + 8, (uint32_t)(low % 100000000));
        at += 16;
    }
    at += put_places(places, at);
    return (size_t)(at - text);
}

size_t
amount_format(i128 value, char text[AMOUNT_TEXT_MAX])
{
    bool negative = value < 0;
    u128 magnitude = negative ? -(u128)value : (u128)value;

    assert(value != AMOUNT_NULL);
    if (magnitude <= UINT64_MAX)
        return format_narrow(negative, (uint64_t)magnitude, text);
    return format_wide(negative, magnitude, text);
}
