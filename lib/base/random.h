/* random.h - pseudo-random numbers, the same on every machine.
 *
 * splitmix64 by Steele, Lea and Flood (https://prng.di.unimi.it/splitmix64.c):
 * one word of state, every seed as good as any other.  For generated data and
 * tests, never for secrets.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; /* the seed, to begin with */
};

static inline uint64_t
random_next(struct random *random)
{
    uint64_t z = (random->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* A number from 0 to limit - 1; 0 when limit is 0.  Its bias is below
 * limit / 2^32, which generated data does not mind. */
static inline uint32_t
random_below(struct random *random, uint32_t limit)
{
    return (uint32_t)((random_next(random) >> 32) * limit >> 32);
}

/* The same from 16 bits of a number drawn before, which are used up: good for
 * four small limits, with a bias below limit / 2^16. */
static inline uint32_t
random_part(uint64_t *bits, uint32_t limit)
{
    uint32_t part = (uint32_t)(*bits & 0xffff) * limit >> 16;

    *bits >>= 16;
    return part;
}

#endif
