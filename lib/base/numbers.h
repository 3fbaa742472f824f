/* numbers.h - a hash table of numbers from 1 to 2^32 - 1 that stand for
 * records which somebody else keeps: 5 to 11 bytes for each.
 *
 * Hashes are 64 bits of which all matter, and have the seed in them
 * (base/seed.h).
 */
#ifndef BASE_NUMBERS_H
#define BASE_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct numbers {
    uint32_t *slots; /* a number, or 0; owned */
    size_t mask;     /* slots - 1 */
    size_t count;
};

/* A zeroed struct numbers is empty. */
void numbers_free(struct numbers *numbers);

/* The number of the record with that key, or 0.  same says whether a number's
 * record has it. */
uint32_t numbers_find(const struct numbers *numbers, uint64_t hash,
                      bool (*same)(const void *owner, uint32_t number,
                                   const void *key),
                      const void *owner, const void *key);

/* Adds a number whose record has another key than all that are there; hash_of
 * gives the hash of a number's record.  False if out of memory. */
bool numbers_add(struct numbers *numbers, uint32_t number,
                 uint64_t (*hash_of)(const void *owner, uint32_t number),
                 const void *owner);

#endif
