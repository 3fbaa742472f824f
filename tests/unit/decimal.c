/* The text of decimals, against a model that writes digit by digit. */
#include "base/decimal.h"

#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "base/digits.h"
#include "tap.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static const struct {
    const char *text;
    enum decimal_result result;
    int64_t value;
} texts[] = {
    {"150.25", DECIMAL_OK, 15025000000},
    {"-0.5", DECIMAL_OK, -50000000},
    {"0", DECIMAL_OK, 0},
    {"-0", DECIMAL_OK, 0},
    {"-0.00000000", DECIMAL_OK, 0},
    {"+7", DECIMAL_OK, 700000000},
    {"0.00000001", DECIMAL_OK, 1},
    {"-0.00000001", DECIMAL_OK, -1},
    {"1.50", DECIMAL_OK, 150000000},
    {"0000000000000000000001", DECIMAL_OK, 100000000},
    {"1.000000000000000000000", DECIMAL_OK, 100000000},
    {"1.", DECIMAL_OK, 100000000},
    {".5", DECIMAL_OK, 50000000},
    {"9999999999.99999999", DECIMAL_OK, DECIMAL_MAX},
    {"-9999999999.99999999", DECIMAL_OK, -DECIMAL_MAX},
    {"-00009999999999.9999999900", DECIMAL_OK, -DECIMAL_MAX},
    {"10000000000", DECIMAL_RANGE, 0},
    {"-10000000000.00", DECIMAL_RANGE, 0},
    {"99999999999999999999999999999999999999999999999", DECIMAL_RANGE, 0},
    {"18446744073709551617", DECIMAL_RANGE, 0}, /* 2^64 + 1 */
    {"340282366920938463463374607431768211457", DECIMAL_RANGE, 0},
    {"0.000000001", DECIMAL_PRECISION, 0},
    {"1.123456789", DECIMAL_PRECISION, 0},
    {"9999999999.999999999", DECIMAL_PRECISION, 0},
    {"", DECIMAL_SYNTAX, 0},
    {"-", DECIMAL_SYNTAX, 0},
    {"+", DECIMAL_SYNTAX, 0},
    {".", DECIMAL_SYNTAX, 0},
    {"-.", DECIMAL_SYNTAX, 0},
    {"--1", DECIMAL_SYNTAX, 0},
    {"+-1", DECIMAL_SYNTAX, 0},
    {"1-", DECIMAL_SYNTAX, 0},
    {"1.2.3", DECIMAL_SYNTAX, 0},
    {"1..2", DECIMAL_SYNTAX, 0},
    {"1,5", DECIMAL_SYNTAX, 0},
    {"1e5", DECIMAL_SYNTAX, 0},
    {"0x10", DECIMAL_SYNTAX, 0},
    {" 1", DECIMAL_SYNTAX, 0},
    {"1 ", DECIMAL_SYNTAX, 0},
    {"1\n", DECIMAL_SYNTAX, 0},
    {"nan", DECIMAL_SYNTAX, 0},
    {"inf", DECIMAL_SYNTAX, 0},
    {"1/2", DECIMAL_SYNTAX, 0}, /* the neighbours of 0 and 9 in ASCII */
    {"1:2", DECIMAL_SYNTAX, 0},
    {"\xb1", DECIMAL_SYNTAX, 0}, /* '1' with the top bit set */
    {"123456789012345678901234567890x", DECIMAL_SYNTAX, 0},
    {"0.123456789x", DECIMAL_SYNTAX, 0},
};

static bool
reads_table(void)
{
    bool well = true;

    for (size_t i = 0; i < LENGTH(texts); i++) {
        int64_t value = 42;
        enum decimal_result result =
            decimal_parse(texts[i].text, strlen(texts[i].text), &value);

        if (result == texts[i].result &&
            value == (result == DECIMAL_OK ? texts[i].value : 42))
            continue;
        tap_note("\"%s\": result %d, value %lld", texts[i].text, (int)result,
                 (long long)value);
        well = false;
    }
    return well;
}

/* An amount reads what a decimal reads, but for the range. */
static bool
amounts_read_table(void)
{
    for (size_t i = 0; i < LENGTH(texts); i++) {
        i128 value = 42;
        enum decimal_result result =
            amount_parse(texts[i].text, strlen(texts[i].text), &value);

        if (texts[i].result == DECIMAL_RANGE)
            continue;
        if (result != texts[i].result ||
            value != (result == DECIMAL_OK ? texts[i].value : 42))
            return false;
    }
    return true;
}

static bool
amount_reads(const char *text, enum decimal_result wanted, i128 number)
{
    i128 value = 42;

    return amount_parse(text, strlen(text), &value) == wanted &&
           value == (wanted == DECIMAL_OK ? number : 42);
}

/* The model: all digits one by one, then the zeros at the end cut off. */
static size_t
model_format(i128 value, char *text)
{
    char reversed[64], *at = text;
    u128 rest = value < 0 ? -(u128)value : (u128)value;
    int count = 0;

    for (; rest || count < 9; rest /= 10)
        reversed[count++] = (char)('0' + (int)(rest % 10));
    if (value < 0)
        *at++ = '-';
    while (count > 8)
        *at++ = reversed[--count];
    *at++ = '.';
    while (count > 0)
        *at++ = reversed[--count];
    while (at[-1] == '0')
        at--;
    if (at[-1] == '.')
        at--;
    return (size_t)(at - text);
}

static bool
writes_as_model(i128 value)
{
    char mine[AMOUNT_TEXT_MAX], wanted[64];
    size_t size = model_format(value, wanted);
    i128 again;

    if (amount_format(value, mine) != size || memcmp(mine, wanted, size) != 0)
        return false;
    if (value >= -AMOUNT_MAX && value <= AMOUNT_MAX &&
        (amount_parse(mine, size, &again) != DECIMAL_OK || again != value))
        return false;
    if (value <= INT64_MIN || value > INT64_MAX)
        return true;
    memset(mine, 0, sizeof mine);
    if (decimal_format((int64_t)value, mine) != size ||
        memcmp(mine, wanted, size) != 0)
        return false;
    if (value < -DECIMAL_MAX || value > DECIMAL_MAX)
        return true;
    int64_t narrow;

    return decimal_parse(mine, size, &narrow) == DECIMAL_OK && narrow == value;
}

static bool
writes_around_powers(void)
{
    u128 power = 1;

    for (int i = 0; i <= 38; i++, power *= 10)
        for (int factor = 1; factor < 10; factor++)
            for (int more = -1; more <= 1; more++) {
                i128 value = (i128)power * (i == 38 ? 1 : factor) + more;

                if (!writes_as_model(value) || !writes_as_model(-value))
                    return false;
            }
    return true;
}

static bool
writes_small_numbers(void)
{
    for (int64_t value = -20000; value <= 20000; value++)
        if (!writes_as_model(value) ||
            !writes_as_model(value * (DECIMAL_ONE / 100)))
            return false;
    return true;
}

static bool
writes_any_number(void)
{
    for (int i = 0; i < 300000; i++)
        if (!writes_as_model(any_amount()))
            return false;
    return true;
}

static bool
digits_as_printf(uint64_t number)
{
    char mine[DIGITS_MAX], wanted[32];
    int size =
        snprintf(wanted, sizeof wanted, "%llu", (unsigned long long)number);

    return digits_format(number, mine) == (size_t)size &&
           memcmp(mine, wanted, (size_t)size) == 0;
}

static bool
digits_of_all_sizes(void)
{
    uint64_t power = 1;

    for (int i = 0; i < 20; i++, power *= 10)
        for (uint64_t factor = 1; factor < (i == 19 ? 2 : 10); factor++)
            if (!digits_as_printf(power * factor - 1) ||
                !digits_as_printf(power * factor) ||
                !digits_as_printf(power * factor + 1))
                return false;
    for (int i = 0; i < 200000; i++)
        if (!digits_as_printf(any_size()))
            return false;
    return digits_as_printf(UINT64_MAX);
}

/* Eight digits at a time, and any byte in place of any of them. */
static bool
digits_are_read_by_eights(void)
{
    char text[16];
    uint32_t number;

    for (int i = 0; i < 100000; i++) {
        uint32_t wanted = (uint32_t)(any_size() % 100000000);
        int at = i % 8, byte = i / 8 % 256;
        bool digit = byte >= '0' && byte <= '9';

        snprintf(text, sizeof text, "%08u", (unsigned)wanted);
        if (!digits_read8(text, &number) || number != wanted)
            return false;
        text[at] = (char)byte;
        number = 5;
        if (digits_read8(text, &number) != digit ||
            number != (digit ? (uint32_t)strtoul(text, NULL, 10) : 5))
            return false;
    }
    return true;
}

int
main(void)
{
    const char *most = "999999999999999999999999999999.99999999";
    char room[AMOUNT_TEXT_MAX];

    OK("a decimal is read in any usual form, and anything else is refused "
       "with its reason, the value untouched",
       reads_table());
    OK("an amount reads the same texts", amounts_read_table());
    OK("a number is as long as it is said to be",
       decimal_parse("12345", 2, &(int64_t){0}) == DECIMAL_OK &&
           decimal_parse("1\0", 2, &(int64_t){0}) == DECIMAL_SYNTAX);
    OK("an amount has 30 digits before the point (E44)",
       amount_reads(most, DECIMAL_OK, AMOUNT_MAX) &&
           amount_reads("1000000000000000000000000000000", DECIMAL_RANGE, 0) &&
           amount_reads("92233720368.54775807", DECIMAL_OK, INT64_MAX) &&
           amount_reads("-92233720368.54775809", DECIMAL_OK,
                        (i128)INT64_MIN - 1));
    OK("the largest amount is written as it is read",
       amount_format(AMOUNT_MAX, room) == strlen(most) &&
           memcmp(room, most, strlen(most)) == 0);
    OK("small numbers are written canonically and read back",
       writes_small_numbers());
    OK("numbers of every length are written canonically and read back",
       writes_around_powers());
    OK("random amounts are written canonically and read back",
       writes_any_number());
    OK("whole numbers of every length are written as printf writes them",
       digits_of_all_sizes());
    OK("eight digits are read as strtoul reads them, and nothing else is",
       digits_are_read_by_eights());
    OK("every result has a phrase for a message",
       strcmp(decimal_complaint(DECIMAL_SYNTAX), "is not a number") == 0 &&
           strcmp(decimal_complaint(DECIMAL_RANGE), "is too large") == 0 &&
           strcmp(decimal_complaint(DECIMAL_PRECISION),
                  "has more than eight decimal places") == 0);
    return tap_done();
}
