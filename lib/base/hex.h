/* hex.h - one hexadecimal digit.
 */
#ifndef BASE_HEX_H
#define BASE_HEX_H

/* Its value, or -1. */
static inline int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return -1;
}

#endif
