/* The shortest decimals of binary fractions, against the C library's. */
#include "base/binary_float.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "tap.h"

static const struct {
    double number;
    const char *text;
} known[] = {
    {0.0, "0"},
    {-0.0, "-0"},
    {1.0, "1"},
    {0.1, "0.1"},
    {-150.25, "-150.25"},
    {0.30000000000000004, "0.30000000000000004"},
    {123456789.1, "123456789.1"},
    {9007199254740993.0, "9007199254740992"},
    {0.00000061, "0.00000061"},
    {5e-324, "1e-307"}, /* its magnitude only */
    {1e22, "10000000000000000000000"},
    {INFINITY, "inf"},
    {-INFINITY, "-inf"},
    {NAN, "nan"},
};

static bool
known_hold(void)
{
    bool hold = true;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char text[BINARY_TEXT_MAX];
        uint64_t bits;
        size_t size;

        memcpy(&bits, &known[i].number, sizeof bits);
        size = binary64_format(bits, text);
        if (size == strlen(known[i].text) &&
            memcmp(text, known[i].text, size) == 0)
            continue;
        tap_note("%.17g: %.*s", known[i].number, (int)size, text);
        hold = false;
    }
    return hold;
}

/* The digits of a text without sign, point, and zeros at either end. */
static unsigned
digits_of(const char *text)
{
    unsigned count = 0, zeros = 0;

    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        if (count > 0 || *text != '0')
            count++;
    }
    return count - (zeros < count ? zeros : count);
}

/* A number as prices are: of some digits, somewhere around the point. */
static double
any_price(void)
{
    static const double tens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
    double number = (double)(any() >> (11 + any() % 50));

    return number / tens[any() % 9];
}

/* It reads back as the number, and no text of fewer digits does. */
static bool
is_shortest(double number)
{
    char text[BINARY_TEXT_MAX + 1], fewer[64];
    uint64_t bits;
    unsigned digits;

    memcpy(&bits, &number, sizeof bits);
    text[binary64_format(bits, text)] = '\0';
    digits = digits_of(text);
    if (strtod(text, NULL) == number && digits > 1) {
        snprintf(fewer, sizeof fewer, "%.*e", (int)digits - 2, number);
        if (strtod(fewer, NULL) != number)
            return true;
    }
    if (number == 0 || (digits == 1 && strtod(text, NULL) == number))
        return true;
    tap_note("%.17g: %s", number, text);
    return false;
}

static bool
shortest_hold(void)
{
    for (int i = 0; i < 200000; i++)
        if (!is_shortest(any_price()))
            return false;
    return true;
}

/* Every binary16, and many binary32: they read back as they were. */
static bool
smaller_hold(void)
{
    for (uint32_t i = 0; i < 500000; i++) {
        char text[BINARY_TEXT_MAX + 1];
        uint32_t bits = (uint32_t)any();
        float number;

        memcpy(&number, &bits, sizeof number);
        if (isnan(number) || fabsf(number) > 1e15F || fabsf(number) < 1e-12F)
            continue;
        text[binary32_format(bits, text)] = '\0';
        if (strtof(text, NULL) != number)
            return tap_note("%.9g: %s", (double)number, text), false;
    }
    for (unsigned bits = 0; bits < 0x7c00; bits++) {
        char text[BINARY_TEXT_MAX + 1];
        double number = bits < 0x400 ? ldexp(bits, -24)
                                     : ldexp((bits & 0x3ff) + 0x400,
                                             (int)(bits >> 10) - 25);
        double half = ldexp(1, bits < 0x400 ? -25 : (int)(bits >> 10) - 26);

        text[binary16_format((uint16_t)bits, text)] = '\0';
        if (fabs(strtod(text, NULL) - number) > half)
            return tap_note("%#x: %s", bits, text), false;
    }
    return true;
}

int
main(void)
{
    OK("known numbers have their text", known_hold());
    OK("prices have the fewest digits that read back", shortest_hold());
    OK("smaller formats read back as they were", smaller_hold());
    return tap_done();
}
