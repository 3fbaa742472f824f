/* multiple - whether numbers are multiples, without a division: the same as
 * with one.
 */
#include "match/multiple.h"

#include "base/decimal.h"
#include "base/random.h"
#include "tap.h"

static bool
agrees(int64_t size, int64_t number)
{
    struct multiple multiple = multiple_of(size);

    return is_multiple(&multiple, number) == (size <= 0 || number % size == 0);
}

static bool
agrees_around(int64_t size, int64_t times)
{
    int64_t number = size * times;

    return agrees(size, number) && agrees(size, number - 1) &&
           agrees(size, number + 1);
}

static void
small_sizes(void)
{
    bool right = true;

    for (int64_t size = -2; size <= 300; size++)
        for (int64_t number = 1; number <= 2000; number++)
            right &= agrees(size, number);
    OK("Small numbers are multiples as division says.", right);
}

static void
any_sizes(void)
{
    static const int64_t sizes[] = {
        DECIMAL_ONE,      DECIMAL_ONE / 100, DECIMAL_ONE * 100, 1,
        INT64_C(1) << 62, INT64_MAX,         DECIMAL_MAX};
    struct random random = {1};
    bool right = true;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int64_t times = 1; times <= DECIMAL_MAX / sizes[i] && times < 999;
             times++)
            right &= agrees_around(sizes[i], times);
    OK("Ticks, lots and the largest sizes do, too.", right);
    for (int i = 0; i < 1000000; i++) {
        unsigned shift = random_below(&random, 59);
        int64_t size = (int64_t)(random_next(&random) >> 6 >> shift) + 1;
        int64_t most = DECIMAL_MAX / size;

        right &= agrees_around(
            size, 1 + (int64_t)(random_next(&random) % (uint64_t)most));
        right &= agrees(size, (int64_t)(random_next(&random) >> 4));
    }
    OK("Any size and number do.", right);
}

int
main(void)
{
    small_sizes();
    any_sizes();
    return tap_done();
}
