#include "base/digits.h"

#define PAIR(tens, ones) (('0' + (tens)) | ('0' + (ones)) << 8)
#define TEN(t)                                                                 \
    PAIR(t, 0), PAIR(t, 1), PAIR(t, 2), PAIR(t, 3), PAIR(t, 4), PAIR(t, 5),    \
        PAIR(t, 6), PAIR(t, 7), PAIR(t, 8), PAIR(t, 9)

const uint16_t digits_pairs[100] = {
    TEN(0), TEN(1), TEN(2), TEN(3), TEN(4),
    TEN(5), TEN(6), TEN(7), TEN(8), TEN(9),
};
