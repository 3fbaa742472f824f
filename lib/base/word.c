#include "base/word.h"

#include <assert.h>
#include <string.h>

#define SHOWN_MAX 64

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

struct word
word_take(const char **at, const char *end)
{
    struct word word;

    assert(*at <= end);
    while (*at < end && is_blank(**at))
        ++*at;
    word.bytes = *at;
    while (*at < end && !is_blank(**at) && **at != '#')
        ++*at;
    word.size = (size_t)(*at - word.bytes);
    return word;
}

bool
word_is(struct word word, const char *text)
{
    return word.size == strlen(text) &&
           memcmp(word.bytes, text, word.size) == 0;
}

int
word_shown(struct word word)
{
    int shown = 0;

    while (shown < SHOWN_MAX && (size_t)shown < word.size &&
           (unsigned char)word.bytes[shown] >= ' ')
        shown++;
    return shown;
}
