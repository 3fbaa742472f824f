#include "base/strtab.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define MANY 200000

static bool
numbers_in_order(void)
{
    struct strtab texts = {0};
    bool added, well = strtab_find(&texts, "AAPL", 4) == STRTAB_NONE;

    well = well && strtab_add(&texts, "AAPL", 4, &added) == 0 && added &&
           strtab_add(&texts, "MSFT", 4, &added) == 1 && added &&
           strtab_add(&texts, "AAPL", 4, &added) == 0 && !added &&
           strtab_add(&texts, "MSFT", 4, NULL) == 1 && texts.count == 2 &&
           strtab_find(&texts, "MSFT", 4) == 1 &&
           strtab_find(&texts, "MSF", 3) == STRTAB_NONE &&
           strtab_find(&texts, "MSFTX", 5) == STRTAB_NONE;
    strtab_free(&texts);
    strtab_free(&texts);
    return well && strtab_find(&texts, "AAPL", 4) == STRTAB_NONE;
}

static bool
any_bytes_are_a_text(void)
{
    struct strtab texts = {0};
    bool well = strtab_find(&texts, NULL, 0) == STRTAB_NONE &&
                strtab_add(&texts, NULL, 0, NULL) == 0 &&
                strtab_add(&texts, "", 0, NULL) == 0 &&
                strtab_find(&texts, NULL, 0) == 0 &&
                strtab_add(&texts, "\0", 1, NULL) == 1 &&
                strtab_add(&texts, "a\0b", 3, NULL) == 2 &&
                strtab_add(&texts, "a\0c", 3, NULL) == 3 &&
                strtab_find(&texts, "a", 1) == STRTAB_NONE &&
                texts.entries[2].size == 3 &&
                memcmp(texts.entries[2].bytes, "a\0b", 4) == 0 &&
                texts.entries[0].bytes[0] == '\0';

    strtab_free(&texts);
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
    struct strtab texts = {0};
    bool well = true, added;

    for (uint32_t i = 0; well && i < MANY; i++) {
        size_t size = make_text(text, i);

        well = strtab_add(&texts, text, size, &added) == i && added;
        addresses[i] = texts.entries[i].bytes;
    }
    for (uint32_t i = 0; well && i < MANY; i++) {
        size_t size = make_text(text, i);

        well = strtab_find(&texts, text, size) == i &&
               texts.entries[i].bytes == addresses[i] &&
               texts.entries[i].size == size &&
               memcmp(addresses[i], text, size) == 0 &&
               addresses[i][size] == '\0';
    }
    strtab_free(&texts);
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
