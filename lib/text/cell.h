/* cell.h - a piece of text that somebody else owns.
 */
#ifndef TEXT_CELL_H
#define TEXT_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct cell {
    const char *bytes;
    size_t size; /* 0: nothing was told */
};

static inline struct cell
cell_of(const char *text)
{
    return (struct cell){text, strlen(text)};
}

/* Whether a cell is that word; upper and lower case of ASCII are the same. */
static inline bool
cell_is(struct cell cell, const char *word)
{
    return strlen(word) == cell.size &&
           strncasecmp(cell.bytes, word, cell.size) == 0;
}

/* Two cells of the same bytes. */
static inline bool
cell_equal(struct cell a, struct cell b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

#endif
