#include "base/random.h"

#include "tap.h"

/* The first numbers that Rosetta Code gives for this seed. */
static const uint64_t from_1234567[] = {
    UINT64_C(6457827717110365317),  UINT64_C(3203168211198807973),
    UINT64_C(9817491932198370423),  UINT64_C(4593380528125082431),
    UINT64_C(16408922859458223821),
};

static int
published(void)
{
    struct random random = {1234567};
    int same = 1;

    for (int i = 0; i < 5; i++)
        same &= random_next(&random) == from_1234567[i];
    return same;
}

static int
spread(void)
{
    struct random random = {1};
    unsigned hits[10] = {0};
    int even = 1;

    for (int i = 0; i < 100000; i++)
        hits[random_below(&random, 10)]++;
    for (int i = 0; i < 10; i++)
        even &= hits[i] > 9500 && hits[i] < 10500;
    return even;
}

int
main(void)
{
    struct random random = {0};
    uint64_t bits = UINT64_C(0xffff8000bfff0000);
    unsigned parts[4];

    for (int i = 0; i < 4; i++)
        parts[i] = random_part(&bits, 100);
    OK("splitmix64 gives the published numbers", published());
    OK("numbers below ten come about equally often", spread());
    OK("a number serves four small limits, from its low bits up",
       parts[0] == 0 && parts[1] == 74 && parts[2] == 50 && parts[3] == 99);
    OK("a limit of 0 and of 1 give 0",
       random_below(&random, 0) == 0 && random_below(&random, 1) == 0);
    return tap_done();
}
