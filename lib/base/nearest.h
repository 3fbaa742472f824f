/* nearest.h - the word that the user meant: the nearest one of a list to a word
 * that is not in it.
 *
 *      struct nearest near = nearest_to(text, size);
 *
 *      for (i = 0; i < count; i++)
 *          nearest_try(&near, words[i].name);
 *      return nearest_fail(&near, "type", "--list types", failure);
 *
 * The distance is the number of letters to insert, leave out, replace or swap
 * with their neighbour; upper and lower case are the same letter, and so are
 * '-' and '_'.  A word is near if that takes at most one change for every
 * three letters of text, rounded, or if text is its beginning.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

#include "base/failure.h"

struct nearest {
    const char *text; /* lent */
    size_t size;
    const char *word;  /* the nearest so far, lent; NULL: none is near */
    unsigned distance; /* of word */
};

struct nearest nearest_to(const char *text, size_t size);

/* Takes word if it is near, and nearer than any before.  NULL is no word. */
void nearest_try(struct nearest *near, const char *word);

/* Tries all words of a list that NULL ends. */
void nearest_try_all(struct nearest *near, const char *const *words);

/* Fails with class usage: unknown WHAT "text"; did you mean "word"? (LIST
 * lists them).  list is an option or a command; NULL: nothing lists them. */
int nearest_fail(const struct nearest *near, const char *what, const char *list,
                 struct failure *failure);

#endif
