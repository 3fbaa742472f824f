/* word.h - the words of a line of a file that people write: what stands between
 * blanks, tabs and carriage returns, up to the end of the line or a "#".
 */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stdbool.h>
#include <stddef.h>

/* Points into the line. */
struct word {
    const char *bytes;
    size_t size; /* 0: there is none */
};

/* The next word from *at on, which moves to its end, at most to end. */
struct word word_take(const char **at, const char *end);

bool word_is(struct word word, const char *text);

/* How many bytes of it to show in a message, which is one line. */
int word_shown(struct word word);

#endif
