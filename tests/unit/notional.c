/* The notional of a trade, against plain division of 128 bits. */
#include "base/decimal.h"
#include "base/random.h"
#include "tap.h"

static i128
plain(int64_t price, int64_t quantity)
{
    i128 product = (i128)price * quantity, rest;
    i128 quotient = product / DECIMAL_ONE;

    rest = product % DECIMAL_ONE * (product < 0 ? -2 : 2);
    if (rest > DECIMAL_ONE || (rest == DECIMAL_ONE && quotient % 2 != 0))
        quotient += product < 0 ? -1 : 1;
    return quotient;
}

/* Any number of bits up to 63, either sign. */
static int64_t
random_number(struct random *random)
{
    uint64_t bits = random_next(random) % 63 + 1;
    int64_t number = (int64_t)(random_next(random) >> (64 - bits));

    return random_next(random) % 8 ? number : -number;
}

static bool
random_agrees(void)
{
    struct random random = {1};

    for (int i = 0; i < 1000000; i++) {
        int64_t price = random_number(&random);
        int64_t quantity = random_number(&random);

        if (decimal_notional(price, quantity) != plain(price, quantity)) {
            tap_note("%lld times %lld", (long long)price, (long long)quantity);
            return false;
        }
    }
    return true;
}

/* Products that are a multiple of half a unit, and those just beside. */
static bool
halves_agree(void)
{
    struct random random = {2};

    for (int i = 0; i < 1000000; i++) {
        int64_t half = DECIMAL_ONE / 2;
        int64_t price = random_number(&random) % (DECIMAL_MAX / 2) * 2 + 1;
        int64_t quantity = half * (int64_t)(random_next(&random) % 9 + 1);

        quantity += (int64_t)(random_next(&random) % 3) - 1;
        if (decimal_notional(price, quantity) != plain(price, quantity) ||
            decimal_notional(1, quantity) != plain(1, quantity)) {
            tap_note("%lld times %lld", (long long)price, (long long)quantity);
            return false;
        }
    }
    return true;
}

int
main(void)
{
    OK("the notional is the product, rounded half to even", random_agrees());
    OK("also where it lies on the half or beside it", halves_agree());
    OK("also at the ends of the range",
       decimal_notional(INT64_MIN, INT64_MIN) == plain(INT64_MIN, INT64_MIN) &&
           decimal_notional(INT64_MIN, INT64_MAX) ==
               plain(INT64_MIN, INT64_MAX) &&
           decimal_notional(DECIMAL_MAX, DECIMAL_MAX) ==
               plain(DECIMAL_MAX, DECIMAL_MAX));
    return tap_done();
}
