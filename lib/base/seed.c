#include "base/seed.h"

#include <unistd.h>

uint64_t hash_seed;

static __attribute__((constructor)) void
set_seed(void)
{
    if (getentropy(&hash_seed, sizeof hash_seed) != 0)
        hash_seed = 0; /* without randomness it is only slower */
}
