#include "base/hash.h"

#include <xxhash.h>

int
quick_hash_begin(struct quick_hash *hash, struct failure *failure)
{
    hash->state = XXH3_createState();
    if (!hash->state)
        return fail_memory(failure);
    XXH3_128bits_reset(hash->state);
    return 0;
}

void
quick_hash_add(struct quick_hash *hash, const void *bytes, size_t size)
{
    XXH3_128bits_update(hash->state, bytes, size);
}

struct quick_value
quick_hash_end(struct quick_hash *hash)
{
    XXH128_hash_t value = XXH3_128bits_digest(hash->state);

    quick_hash_free(hash);
    return (struct quick_value){{value.low64, value.high64}};
}

void
quick_hash_free(struct quick_hash *hash)
{
    XXH3_freeState(hash->state);
    hash->state = NULL;
}

uint64_t
quick_hash_of(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}
