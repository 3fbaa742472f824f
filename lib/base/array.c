#include "base/array.h"

#include <assert.h>
#include <stdlib.h>

#define LEAST 8 /* elements of the first allocation */

void *
array_grow(void *items, size_t *capacity, size_t need, size_t each,
           struct failure *failure)
{
    size_t wanted = *capacity ? *capacity : LEAST;
    void *grown;

    assert(each > 0);
    assert(items || *capacity == 0);
    if (need <= *capacity)
        return items;
    while (wanted < need) {
        if (__builtin_mul_overflow(wanted, 2, &wanted))
            return fail_memory(failure), NULL;
    }
    grown = reallocarray(items, wanted, each);
    if (!grown)
        return fail_memory(failure), NULL;
    *capacity = wanted;
    return grown;
}
