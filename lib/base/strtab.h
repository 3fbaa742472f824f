/* strtab.h - a table of distinct byte strings, numbered in order of arrival.
 *
 * Used to intern symbols and names.  A string keeps its number and its
 * address for the life of the table.
 */
#ifndef BASE_STRTAB_H
#define BASE_STRTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRTAB_NONE UINT32_MAX

struct strtab_entry {
    const char *bytes; /* NUL-terminated copy; may hold NUL bytes inside */
    uint32_t size;
    uint32_t hash;
};

struct strtab {
    struct strtab_entry *entries;
    uint32_t count;
    uint32_t capacity;
    uint32_t *slots; /* entry number + 1, or 0 */
    uint32_t mask;
    struct strtab_chunk *chunks; /* where the bytes live */
};

/* A zeroed struct strtab is an empty table. */
void strtab_free(struct strtab *texts);

/* The number of a string, or STRTAB_NONE when it is not in the table. */
uint32_t strtab_find(const struct strtab *texts, const char *bytes,
                     size_t size);

/* The number of a string, added if new (*added says so, may be NULL).
 * STRTAB_NONE if out of memory. */
uint32_t strtab_add(struct strtab *texts, const char *bytes, size_t size,
                    bool *added);

#endif
