/* utf8.h - whether bytes are UTF-8 (RFC 3629): no overlong forms, no
 * surrogates, nothing above U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes from the start are well-formed; size if all are. */
size_t utf8_span(const char *bytes, size_t size);

/* Writes a code point that is no surrogate; how many bytes, 1 to 4. */
size_t utf8_put(char bytes[4], uint32_t point);

#endif
