#include "base/texts.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define MANY 200000

static bool
numbers_in_order(void)
{
    struct texts texts = {0};
    bool added, well = texts_find(&texts, "AAPL", 4) == TEXTS_NONE;

    well = well && texts_add(&texts, "AAPL", 4, &added) == 0 && added &&
           texts_add(&texts, "MSFT", 4, &added) == 1 && added &&
           texts_add(&texts, "AAPL", 4, &added) == 0 && !added &&
           texts_add(&texts, "MSFT", 4, NULL) == 1 && texts.count == 2 &&
           texts_find(&texts, "MSFT", 4) == 1 &&
           texts_find(&texts, "MSF", 3) == TEXTS_NONE &&
           texts_find(&texts, "MSFTX", 5) == TEXTS_NONE;
    texts_free(&texts);
    texts_free(&texts);
    return well && texts_find(&texts, "AAPL", 4) == TEXTS_NONE;
}

static bool
any_bytes_are_a_text(void)
{
    struct texts texts = {0};
    bool well = texts_find(&texts, NULL, 0) == TEXTS_NONE &&
                texts_add(&texts, NULL, 0, NULL) == 0 &&
                texts_add(&texts, "", 0, NULL) == 0 &&
                texts_find(&texts, NULL, 0) == 0 &&
                texts_add(&texts, "\0", 1, NULL) == 1 &&
                texts_add(&texts, "a\0b", 3, NULL) == 2 &&
                texts_add(&texts, "a\0c", 3, NULL) == 3 &&
                texts_find(&texts, "a", 1) == TEXTS_NONE &&
                texts.entries[2].size == 3 &&
                memcmp(texts.entries[2].bytes, "a\0b", 4) == 0 &&
                texts.entries[0].bytes[0] == '\0';

    texts_free(&texts);
    return well;
}

/* Many short strings and some longer than a chunk. */
static size_t
make_text(char *text, uint32_t i)
{
    size_t size = (size_t)sprintf(text, "order-%u", i);

    if (i % 20000 != 0)
        return size;
    memset(text + size, 'x', 70000);
    return size + 70000;
}

static bool
many_stay(void)
{
    static char text[80000];
    static const char *addresses[MANY];
    struct texts texts = {0};
    bool well = true, added;

    for (uint32_t i = 0; well && i < MANY; i++) {
        size_t size = make_text(text, i);

        well = texts_add(&texts, text, size, &added) == i && added;
        addresses[i] = texts.entries[i].bytes;
    }
    for (uint32_t i = 0; well && i < MANY; i++) {
        size_t size = make_text(text, i);

        well = texts_find(&texts, text, size) == i &&
               texts.entries[i].bytes == addresses[i] &&
               texts.entries[i].size == size &&
               memcmp(addresses[i], text, size) == 0 &&
               addresses[i][size] == '\0';
    }
    texts_free(&texts);
    return well;
}

int
main(void)
{
    OK("strings are numbered in order of arrival, each once",
       numbers_in_order());
    OK("any bytes are a string, none at all too", any_bytes_are_a_text());
    OK("a string keeps its number and its address", many_stay());
    return tap_done();
}
