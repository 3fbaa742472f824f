/* median.h - the median of the last prices, and how far they lie from it.
 *
 * Both are found in whole numbers, so they are exact and the same everywhere,
 * and one wild price among them moves neither.
 */
#ifndef QUALITY_MEDIAN_H
#define QUALITY_MEDIAN_H

#include <stdint.h>

#define MEDIAN_LENGTH 31 /* prices remembered */
#define MEDIAN_LEAST  16 /* so many make a median */

struct median {
    int64_t latest[MEDIAN_LENGTH]; /* a ring */
    int64_t sorted[MEDIAN_LENGTH];
    uint8_t count, next;
};

/* Remembers a price, and forgets the oldest when there are too many. */
void median_add(struct median *median, int64_t price);

/* The median; of an even number the lower one of the middle.  At least one
 * price is remembered. */
int64_t median_value(const struct median *median);

/* The median of the distances from it. */
int64_t median_deviation(const struct median *median);

#endif
