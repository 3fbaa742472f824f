/* binary_float.h - the shortest decimal that stands for a binary fraction.
 *
 * Files of others hold prices as IEEE 754 binary64, binary32
 * or binary16.  What was meant
 * is the shortest decimal that rounds to those bits, which is also what other
 * programs print.  It is found in whole numbers.
 */
#ifndef BASE_BINARY_FLOAT_H
#define BASE_BINARY_FLOAT_H

#include <stddef.h>
#include <stdint.h>

#define BINARY_TEXT_MAX 48 /* bytes that these may write */

/* Writes the decimal, without a NUL, and returns its length: plain digits from
 * 10^-22 to 10^38, else a power of ten of that magnitude with an exponent;
 * "nan", "inf", "-inf". */
size_t binary64_format(uint64_t bits, char text[BINARY_TEXT_MAX]);
size_t binary32_format(uint32_t bits, char text[BINARY_TEXT_MAX]);
size_t binary16_format(uint16_t bits, char text[BINARY_TEXT_MAX]);

#endif
