/* Lines of text as words, with a tab between. */
#include <assert.h>
#include <string.h>

#include "backtest/request.h"

/* Cuts a line at its tabs; rest: what follows the last field, NULL if there is
 * nothing. */
static struct words
cut(char *line, size_t size, const char **rest)
{
    struct words words = {.line = line};
    char *end = line + size;

    assert(*end == '\0');
    if (size > 0 && end[-1] == '\r')
        *--end = '\0';
    for (unsigned i = 0; i < REQUEST_WORDS_MAX; i++)
        words.at[i] = end;
    while (words.count < REQUEST_WORDS_MAX) {
        char *tab = memchr(line, '\t', (size_t)(end - line));

        words.at[words.count++] = line;
        if (!tab)
            break;
        *tab = '\0';
        line = tab + 1;
        if (words.count == REQUEST_WORDS_MAX)
            *rest = line;
    }
    words.size = (size_t)(end - words.line);
    return words;
}

bool
text_read(struct strategy *strategy, const struct strategy_turn *turn,
          char *line, size_t size)
{
    struct words words;
    const char *rest = NULL;
    bool last;

    if (size == 2 && memcmp(line, "go", 2) == 0)
        return true;
    words = cut(line, size, &rest);
    last = request_take(strategy, turn, &words);
    if (rest)
        request_ignore(strategy, rest,
                       (size_t)(words.line + words.size - rest));
    return last;
}
