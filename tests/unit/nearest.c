#include "base/nearest.h"

#include <string.h>

#include "tap.h"

static const char *const types[] = {
    "order",    "modify",      "cancel", "accepted",     "rejected",
    "trade",    "print",       "quote",  "trade_cancel", "bar",
    "book_add", "book_reduce", "hidden", NULL,
};

/* Whether the nearest type to text is that; NULL: none is near. */
static int
is_near(const char *text, const char *word)
{
    struct nearest near = nearest_to(text, strlen(text));

    nearest_try_all(&near, types);
    if (!word || !near.word)
        return word == near.word;
    return strcmp(near.word, word) == 0;
}

static int
says(const char *text, const char *list, const char *wanted)
{
    struct failure failure = {0};
    struct nearest near = nearest_to(text, strlen(text));

    nearest_try_all(&near, types);
    return nearest_fail(&near, "type", list, &failure) == -1 &&
           failure.kind == FAILURE_USAGE && strcmp(failure.text, wanted) == 0;
}

static int
fails(void)
{
    return says("trades", "--list types",
                "unknown type \"trades\"; did you mean \"trade\"? (--list "
                "types lists them)") &&
           says("xyz", "--list types",
                "unknown type \"xyz\" (--list types lists them)") &&
           says("xyz", NULL, "unknown type \"xyz\"");
}

int
main(void)
{
    char long_text[300];

    memset(long_text, 'o', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    OK("a letter too many, too few, wrong or swapped is a slip",
       is_near("trades", "trade") && is_near("trde", "trade") &&
           is_near("trede", "trade") && is_near("tarde", "trade") &&
           is_near("acceptd", "accepted"));
    OK("case and the kind of dash do not matter",
       is_near("TRADE", "trade") && is_near("Book-Add", "book_add"));
    OK("the beginning of a word is near it",
       is_near("rej", "rejected") && is_near("q", "quote"));
    OK("the nearest wins, not the first",
       is_near("trade_cance", "trade_cancel") && is_near("bat", "bar"));
    OK("a word unlike all others is near none, nor is an empty or an endless "
       "one",
       is_near("xyz", NULL) && is_near("", NULL) && is_near("zz", NULL) &&
           is_near("nope", NULL) && is_near(long_text, NULL));
    OK("the message names the nearest word and what lists all", fails());
    return tap_done();
}
