/* any.h - random numbers that are the same in every run. */
#ifndef TESTS_ANY_H
#define TESTS_ANY_H

#include <stdint.h>

#include "base/decimal.h"
#include "base/random.h"

static struct random any_random = {20260108};

__attribute__((unused)) static uint64_t
any(void)
{
    return random_next(&any_random);
}

/* Of any number of bits up to 64, or 127, so that all sizes meet. */
__attribute__((unused)) static uint64_t
any_size(void)
{
    return any() >> any() % 64;
}

__attribute__((unused)) static u128
any_wide(void)
{
    u128 number = (u128)any() << 64 | any();

    return number >> (1 + any() % 127);
}

__attribute__((unused)) static i128
any_amount(void)
{
    u128 number = any_wide() % ((u128)AMOUNT_MAX + 1);

    return any() & 1 ? (i128)number : -(i128)number;
}

#endif
