/* multiple.h - whether numbers are multiples of one that is known long before:
 * of a tick, of a lot.
 *
 * Without a division.  With size = odd * 2^shift, the multiples of odd, and no
 * others, times its inverse modulo 2^64 are small again; and rotating by shift
 * makes numbers large of which the low bits are not zero.
 */
#ifndef MATCH_MULTIPLE_H
#define MATCH_MULTIPLE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

/* Zeroed: every number is one. */
struct multiple {
    uint64_t inverse;
    uint64_t most; /* the largest quotient */
    uint8_t shift;
};

/* size > 0; 0 or less: every number is a multiple. */
static inline struct multiple
multiple_of(int64_t size)
{
    struct multiple multiple = {0, 0, 0};
    uint64_t odd = (uint64_t)size, inverse;

    if (size <= 0)
        return multiple;
    multiple.most = UINT64_MAX / odd;
    while (!(odd & 1)) {
        odd >>= 1;
        multiple.shift++;
    }
    inverse = odd; /* right in 3 bits; each step doubles them */
    for (int bits = 3; bits < 64; bits *= 2)
        inverse *= 2 - odd * inverse;
    assert(odd * inverse == 1);
    multiple.inverse = inverse;
    return multiple;
}

static inline bool
is_multiple(const struct multiple *multiple, int64_t number)
{
    uint64_t product = (uint64_t)number * multiple->inverse;
    unsigned shift = multiple->shift;

    product = product >> shift | product << (-shift & 63);
    return product <= multiple->most;
}

#endif
