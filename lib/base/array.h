/* array.h - arrays that grow by doubling. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

#include "base/failure.h"

/* Room for at least need elements of each bytes (each > 0) in an array of
 * *capacity elements, which is NULL and 0 at first and owned by the caller.
 * Returns where the array is now, *capacity raised; or NULL with the failure
 * set, and then the old array stays as it was.  New elements are not zeroed. */
void *array_grow(void *items, size_t *capacity, size_t need, size_t each,
                 struct failure *failure);

#endif
