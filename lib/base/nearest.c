#include "base/nearest.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define LONGEST 64 /* bytes of a word; a longer one is nobody's slip */

struct nearest
nearest_to(const char *text, size_t size)
{
    assert(text || size == 0);
    return (struct nearest){.text = text, .size = size};
}

/* What is the same letter is the same byte. */
static unsigned char
folded(char letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return (unsigned char)(letter | 32);
    return (unsigned char)(letter == '_' ? '-' : letter);
}

static unsigned
least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The edit distance with swaps of neighbours, row by row: [j] is the distance
 * of the letters of a so far to the first j of b. */
static unsigned
distance_of(const char *a, size_t a_size, const char *b, size_t b_size)
{
    unsigned rows[3][LONGEST + 1];
    unsigned *last = rows[0], *row = rows[1], *before = rows[2];

    assert(a_size <= LONGEST && b_size <= LONGEST);
    for (size_t j = 0; j <= b_size; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a_size; i++) {
        unsigned *oldest = before;

        before = last;
        last = row;
        row = oldest;
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_size; j++) {
            bool same = folded(a[i - 1]) == folded(b[j - 1]);

            row[j] = least(last[j], row[j - 1]) + 1;
            row[j] = least(row[j], last[j - 1] + !same);
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return row[b_size];
}

static bool
begins_with(const char *word, size_t word_size, const char *text, size_t size)
{
    size_t at = 0;

    while (at < size && at < word_size && folded(word[at]) == folded(text[at]))
        at++;
    return size > 0 && at == size;
}

void
nearest_try(struct nearest *near, const char *word)
{
    size_t size = word ? strlen(word) : 0;
    unsigned distance, limit = (unsigned)(near->size + 1) / 3;

    if (size == 0 || size > LONGEST || near->size > LONGEST)
        return;
    distance = distance_of(near->text, near->size, word, size);
    if (begins_with(word, size, near->text, near->size))
        distance = least(distance, 1);
    else if (distance > limit)
        return;
    if (near->word && distance >= near->distance)
        return;
    near->word = word;
    near->distance = distance;
}

void
nearest_try_all(struct nearest *near, const char *const *words)
{
    for (; *words; words++)
        nearest_try(near, *words);
}

int
nearest_fail(const struct nearest *near, const char *what, const char *list,
             struct failure *failure)
{
    int size = near->size > LONGEST ? LONGEST : (int)near->size;

    return fail(failure, FAILURE_USAGE, "unknown %s \"%.*s\"%s%s%s%s%s%s", what,
                size, near->text, near->word ? "; did you mean \"" : "",
                near->word ? near->word : "", near->word ? "\"?" : "",
                list ? " (" : "", list ? list : "", list ? " lists them)" : "");
}
