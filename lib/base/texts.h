/* texts.h - a table of distinct byte strings, numbered in order of arrival.
 *
 * Used to intern symbols and names.  A string keeps its number and its
 * address for the life of the table.
 */
#ifndef BASE_TEXTS_H
#define BASE_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXTS_NONE UINT32_MAX

struct texts_entry {
    const char *bytes; /* NUL-terminated copy; may hold NUL bytes inside */
    uint32_t size;
    uint32_t hash;
};

struct texts {
    struct texts_entry *entries;
    uint32_t count;
    uint32_t capacity;
    uint32_t *slots; /* entry number + 1, or 0 */
    uint32_t mask;
    struct texts_chunk *chunks; /* where the bytes live */
};

/* A zeroed struct texts is an empty table. */
void texts_free(struct texts *texts);

/* The number of a string, or TEXTS_NONE when it is not in the table. */
uint32_t texts_find(const struct texts *texts, const char *bytes, size_t size);

/* The number of a string, added if new (*added says so, may be NULL).
 * TEXTS_NONE when memory is lacking. */
uint32_t texts_add(struct texts *texts, const char *bytes, size_t size,
                   bool *added);

#endif
