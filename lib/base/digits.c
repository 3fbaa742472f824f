#include "base/digits.h"

#define PAIR(tens, ones) (('0' + (tens)) | ('0' + (ones)) << 8)
#define TEN(t)                                                                 \
    PAIR(t, 0), PAIR(t, 1), PAIR(t, 2), PAIR(t, 3), PAIR(t, 4), PAIR(t, 5),    \
        PAIR(t, 6), PAIR(t, 7), PAIR(t, 8), PAIR(t, 9)

const uint16_t digits_pairs[100] = {
    TEN(0), TEN(1), TEN(2), TEN(3), TEN(4),
    TEN(5), TEN(6), TEN(7), TEN(8), TEN(9),
};

bool
digits_parse(const char *text, size_t size, uint64_t *number)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9' ||
            __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
            return false;
    }
    *number = value;
    return size > 0;
}
