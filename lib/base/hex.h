/* hex.h - bytes as hexadecimal digits, and back.
 */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>

/* The value of a digit in either case, or -1. */
static inline int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return -1;
}

/* Writes two digits for each byte, in lower case and without a NUL; returns
 * the end. */
static inline char *
hex_put(char *at, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < size; i++) {
        *at++ = "0123456789abcdef"[byte[i] >> 4];
        *at++ = "0123456789abcdef"[byte[i] & 15];
    }
    return at;
}

#endif
