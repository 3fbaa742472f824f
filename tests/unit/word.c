/* Words of lines that people write: blanks, comments, what a message shows. */
#include "base/word.h"

#include <string.h>

#include "tap.h"

/* Whether the words of a text are those, each followed by a "|". */
static int
words_are(const char *text, const char *expected)
{
    const char *at = text, *end = text + strlen(text);
    char all[200] = "";
    struct word word;

    while ((word = word_take(&at, end)).size > 0) {
        strncat(all, word.bytes, word.size);
        strcat(all, "|");
    }
    return strcmp(all, expected) == 0;
}

int
main(void)
{
    struct word word = {"ab\ncd", 5};
    char longest[100];

    OK("blanks, tabs and a carriage return are between words",
       words_are(" day\t2024-11-04  closed\r", "day|2024-11-04|closed|"));
    OK("a # ends the line, also within a word",
       words_are("day # of rest", "day|") && words_are("day#closed", "day|") &&
           words_are("# all", ""));
    OK("an empty line has no word", words_are("", "") && words_are(" \r", ""));
    OK("a word is a text as a whole",
       word_is((struct word){"closedly", 6}, "closed") &&
           !word_is((struct word){"closedly", 7}, "closed") &&
           !word_is((struct word){"close", 5}, "closed"));
    OK("a message shows a word up to a control character",
       word_shown(word) == 2);
    memset(longest, 'x', sizeof longest);
    OK("and at most 64 bytes of it",
       word_shown((struct word){longest, sizeof longest}) == 64);
    return tap_done();
}
