#include "base/numbers.h"

#include <assert.h>
#include <stdlib.h>

#define SLOTS_MIN 64

void
numbers_free(struct numbers *numbers)
{
    free(numbers->slots);
    *numbers = (struct numbers){0};
}

uint32_t
numbers_find(const struct numbers *numbers, uint64_t hash,
             bool (*same)(const void *owner, uint32_t number, const void *key),
             const void *owner, const void *key)
{
    size_t at = hash & numbers->mask;

    if (!numbers->slots)
        return 0;
    while (numbers->slots[at] && !same(owner, numbers->slots[at], key))
        at = (at + 1) & numbers->mask;
    return numbers->slots[at];
}

/* Puts a number where its hash belongs; there is a free slot. */
static void
put(struct numbers *numbers, uint32_t number, uint64_t hash)
{
    size_t at = hash & numbers->mask;

    while (numbers->slots[at])
        at = (at + 1) & numbers->mask;
    numbers->slots[at] = number;
}

bool
numbers_add(struct numbers *numbers, uint32_t number,
            uint64_t (*hash_of)(const void *owner, uint32_t number),
            const void *owner)
{
    size_t slots = numbers->slots ? numbers->mask + 1 : 0;

    assert(number != 0);
    if (numbers->count >= slots / 4 * 3) {
        size_t wanted = slots ? slots * 2 : SLOTS_MIN;
        struct numbers grown = {calloc(wanted, sizeof *grown.slots), wanted - 1,
                                numbers->count};

        if (!grown.slots)
            return false;
        for (size_t i = 0; i < slots; i++)
            if (numbers->slots[i])
                put(&grown, numbers->slots[i],
                    hash_of(owner, numbers->slots[i]));
        free(numbers->slots);
        *numbers = grown;
    }
    put(numbers, number, hash_of(owner, number));
    numbers->count++;
    return true;
}
