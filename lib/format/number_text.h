/* number_text.h - a number as somebody else writes it, as a plain one: with a
 * decimal comma, thousands apart, an exponent, a scale, more places than fit.
 *
 * All by its digits: nothing is computed in floating point.
 */
#ifndef FORMAT_NUMBER_TEXT_H
#define FORMAT_NUMBER_TEXT_H

#include <stdbool.h>

#include "format/cell.h"

#define NUMBER_PLAIN_MAX 160 /* bytes that number_plain may write */
#define SCALE_MAX        30  /* a scale is from 10^-30 to 10^30 */

struct number_rules {
    char point;     /* '.' or ',' */
    char thousands; /* between groups of three digits; 0: none */
    int round;      /* places that are kept, half to even; -1: all */
};

/* Writes the number times 10^scale without exponent; *rounded: it is not the
 * same number any more.  False, with nothing written, when the text is no
 * such number or is so large or small that it cannot be meant. */
bool number_plain(const struct number_rules *rules, int scale, struct cell text,
                  char plain[NUMBER_PLAIN_MAX], struct cell *result,
                  bool *rounded);

/* The exponent of a power of ten: "1e-9", "0.0001", "100".  False when the
 * text is none within SCALE_MAX. */
bool scale_parse(struct cell text, int *scale);

#endif
