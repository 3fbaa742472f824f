/* conditions.h - what a trade of some condition counts for, from a text.
 *
 * Each line is a date, a condition and the parts of a bar that a trade of it
 * updates from that date on (UTC):
 *
 *      2013-12-09 odd_lot volume
 *      2013-12-09 auction range,last,volume
 *
 * The conditions are those of print events, tape(5); the parts are range (high
 * and low), last (open and close) and volume, or all, or none.  A trade with
 * several conditions updates what all of them allow; a condition without a
 * line that is in force allows all.  A # and what follows it is a comment.
 */
#ifndef BARS_CONDITIONS_H
#define BARS_CONDITIONS_H

#include <stddef.h>

#include "bars/sum.h"
#include "base/failure.h"

#define CONDITIONS_BITS 8 /* of a print */

struct conditions_line;

/* Zeroed, it allows all. */
struct conditions {
    struct conditions_line *lines; /* by date; owned */
    size_t count, capacity;

    /* The parts that each condition takes away at times from here to there. */
    int64_t from, to;
    uint8_t without[CONDITIONS_BITS];
};

/* Reads a text; path is for messages, which are of class usage and name the
 * line; words are those of the conditions, by bit, NULL-ended.  Frees nothing:
 * conditions_free also after -1. */
int conditions_read(struct conditions *conditions, const char *path,
                    const char *text, size_t size, const char *const *words,
                    struct failure *failure);
void conditions_free(struct conditions *conditions);

/* The parts (enum sum_part) that a trade of these conditions does not count
 * for. */
uint8_t conditions_without(struct conditions *conditions, uint8_t bits,
                           int64_t time);

#endif
