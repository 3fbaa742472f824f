/* cell.h - a piece of text that somebody else owns.
 */
#ifndef FORMAT_CELL_H
#define FORMAT_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct cell {
    const char *bytes;
    size_t size; /* 0: nothing was given */
};

static inline struct cell
cell_of(const char *text)
{
    return (struct cell){text, strlen(text)};
}

/* Whether a cell is that word, which is in lower case; the cell may have upper
 * case letters of ASCII, too. */
static inline bool
cell_is(struct cell cell, const char *word)
{
    size_t i;

    for (i = 0; i < cell.size; i++) {
        unsigned char c = (unsigned char)cell.bytes[i];

        if (c >= 'A' && c <= 'Z')
            c |= 32;
        if (c != (unsigned char)word[i] || c == '\0')
            return false;
    }
    return word[i] == '\0';
}

/* Two cells of the same bytes. */
static inline bool
cell_equal(struct cell a, struct cell b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

#endif
