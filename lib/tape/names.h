/* names.h - the texts that ids stand for.
 *
 * An id that is no canonical decimal from 1 to 2^63 - 1 outside is interned as
 * 2^63 | (XXH3-64(text) >> 1): the same text gives the same id on every tape,
 * so state kept by id needs no translation from day to day.  A name event
 * defines each before its first use.
 *
 * Of two texts, one may have the id of the other, by the will of their author
 * too: the hash is no secret.  That is found where both are defined.
 *
 * Memory: the text and 12 bytes for each, and 8 more for an id that is not the
 * one of name_id.
 */
#ifndef TAPE_NAMES_H
#define TAPE_NAMES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/failure.h"
#include "base/numbers.h"
#include "tape/event.h"
#include "tape/header.h"

#define NAME_BIT (UINT64_C(1) << 63)

struct names {
    struct arena texts;
    struct numbers numbers;
    bool kinds[UINT8_MAX + 1]; /* those that have one */
};

/* A zeroed struct names is empty. */
void names_free(struct names *names);

/* Whether a text is a canonical decimal from 1 to 2^63 - 1, digits without a
 * leading zero: it is its own id. */
static inline bool
name_number(const char *text, size_t size, uint64_t *id)
{
    uint64_t number = 0;

    if (size == 0 || size > 19 || text[0] == '0')
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';

        if (digit > 9)
            return false;
        number = number * 10 + digit;
    }
    *id = number;
    return number < NAME_BIT;
}

/* The id of a text: its number if it is one from 1 to 2^63 - 1, else
 * interned. Null (0) for an empty text only: "0" is a name like any other. */
uint64_t name_id(const char *text, size_t size);

/* Remembers that an id of a kind stands for a text.  *added (may be NULL)
 * is set to whether that was new.  -1 with a failure when the id already stands
 * for another text. */
int names_add(struct names *names, uint8_t kind, uint64_t id, const char *text,
              size_t size, bool *added, struct failure *failure);

/* The same for a name event as it lies on a tape with that header; one whose
 * writer knew no ids, or that is not sound, is passed over. */
int names_take(struct names *names, const struct tape_header *header,
               const struct event *event, struct failure *failure);

/* Whether any id of a kind has a text. */
static inline bool
names_any(const struct names *names, uint8_t kind)
{
    return names->kinds[kind];
}

/* The text of an id, *size bytes; NULL when none is known. */
const char *names_find(const struct names *names, uint8_t kind, uint64_t id,
                       size_t *size);

#endif
