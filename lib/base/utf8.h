/* utf8.h - UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above
 * U+10FFFF; and how text from outside is shown on a terminal.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes from the start are well-formed; size if all are. */
size_t utf8_span(const char *bytes, size_t size);

/* Writes a code point that is no surrogate; how many bytes, 1 to 4. */
size_t utf8_put(char bytes[4], uint32_t point);

/* Copies size bytes of text for a terminal and returns the size of the copy,
 * which is never larger; out may be text.  What is not UTF-8, and what could
 * move the cursor, break the line or reorder it (control characters, line
 * separators, directional marks), becomes '?'.  *width is the number of
 * columns that the copy takes: 2 for East Asian wide characters, 0 for
 * combining marks. */
size_t utf8_plain(const char *text, size_t size, char *out, size_t *width);

#endif
