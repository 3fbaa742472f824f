/* json_flat.h - reads members of a JSON object that is flat: its values are
 * strings, numbers, true, false or null, as our own lines of JSON are. */
#ifndef BASE_JSON_FLAT_H
#define BASE_JSON_FLAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* The value of a key, a string without its escapes, replaces what is in value,
 * with a NUL that does not count.  False when there is no such key, it is null,
 * or it is not an object, or not flat. */
bool json_flat_get(const char *object, size_t size, const char *key,
                   struct bytes *value);

#endif
