/* Fuzzes the text of numbers: what is read is written canonically and read
 * back as the same number, a decimal is an amount, and arithmetic on any
 * numbers keeps its bounds. */
#include "base/decimal.h"

#include <assert.h>
#include <string.h>

static void
check_amount(i128 value)
{
    char text[AMOUNT_TEXT_MAX], twice[AMOUNT_TEXT_MAX];
    size_t size = amount_format(value, text);
    i128 again;

    assert(size <= sizeof text);
    assert(amount_parse(text, size, &again) == DECIMAL_OK && again == value);
    assert(amount_format(again, twice) == size);
    assert(memcmp(text, twice, size) == 0);
    assert(text[size - 1] != '.' && text[0] != '.' && text[0] != '+');
}

static void
check_decimal(int64_t value)
{
    char text[DECIMAL_TEXT_MAX], wide[AMOUNT_TEXT_MAX];
    size_t size = decimal_format(value, text);
    int64_t again;

    assert(decimal_parse(text, size, &again) == DECIMAL_OK && again == value);
    assert(amount_format(value, wide) == size);
    assert(memcmp(text, wide, size) == 0);
}

static void
check_text(const char *text, size_t size)
{
    int64_t narrow = 42;
    i128 wide = 42;
    enum decimal_result decimal = decimal_parse(text, size, &narrow);
    enum decimal_result amount = amount_parse(text, size, &wide);

    assert(decimal == amount ||
           (decimal == DECIMAL_RANGE && amount != DECIMAL_SYNTAX));
    assert(*decimal_complaint(decimal) && *decimal_complaint(amount));
    if (amount == DECIMAL_OK)
        check_amount(wide);
    else
        assert(wide == 42);
    if (decimal == DECIMAL_OK) {
        assert(narrow == wide && narrow <= DECIMAL_MAX &&
               narrow >= -DECIMAL_MAX);
        check_decimal(narrow);
    } else {
        assert(narrow == 42);
    }
}

/* a * b / d, and back: |out * d - a * b| <= |d| / 2 where that fits. */
static void
check_mul_div(const uint8_t *bytes)
{
    i128 a, b, d, out, product, back;

    memcpy(&a, bytes, 16);
    memcpy(&b, bytes + 16, 16);
    memcpy(&d, bytes + 32, 16);
    if (d == 0 || !amount_mul_div(a, b, d, &out))
        return;
    assert(out <= AMOUNT_MAX && out >= -AMOUNT_MAX);
    check_amount(out);
    if (__builtin_mul_overflow(a, b, &product) ||
        __builtin_mul_overflow(out, d, &back) ||
        __builtin_sub_overflow(product, back, &back) || d < 0)
        return;
    assert(back <= d / 2 && back >= -(d / 2));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    check_text((const char *)bytes, size);
    if (size >= 48)
        check_mul_div(bytes);
    return 0;
}
