#include "tape/names.h"

#include <assert.h>
#include <string.h>
#include <xxhash.h>

#define KINDS (sizeof((struct names *)0)->map / sizeof(struct map))
_Static_assert(ID_GROUP < KINDS, "each kind of id has a map");

void
names_free(struct names *names)
{
    strtab_free(&names->texts);
    for (size_t i = 0; i < KINDS; i++)
        map_free(&names->map[i]);
}

/* A canonical decimal from 1 to 2^63 - 1: digits, no leading zero. */
static bool
plain_number(const char *text, size_t size, uint64_t *value)
{
    uint64_t number = 0;

    if (size == 0 || size > 19 || text[0] == '0')
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    *value = number;
    return number < NAME_BIT;
}

uint64_t
name_id(const char *text, size_t size)
{
    uint64_t number;

    if (size == 0)
        return 0;
    if (plain_number(text, size, &number))
        return number;
    return NAME_BIT | XXH3_64bits(text, size) >> 1;
}

int
names_add(struct names *names, enum id_kind kind, uint64_t id, const char *text,
          size_t size, bool *added, struct failure *failure)
{
    size_t known_size;
    const char *known = names_find(names, kind, id, &known_size);
    uint32_t number;

    if (added)
        *added = known == NULL;
    if (known) {
        if (known_size == size && memcmp(known, text, size) == 0)
            return 0;
        return fail(failure, FAILURE_DATA,
                    "id %llu is named \"%.*s\" and cannot become \"%.*s\"",
                    (unsigned long long)id, (int)known_size, known, (int)size,
                    text);
    }
    number = strtab_add(&names->texts, text, size, NULL);
    if (number == STRTAB_NONE || kind >= KINDS ||
        !map_put(&names->map[kind], id, number))
        return fail_memory(failure);
    return 0;
}

const char *
names_find(const struct names *names, unsigned kind, uint64_t id, size_t *size)
{
    uint32_t number = kind < KINDS ? map_get(&names->map[kind], id) : MAP_NONE;

    if (number == MAP_NONE)
        return NULL;
    assert(number < names->texts.count);
    *size = names->texts.entries[number].size;
    return names->texts.entries[number].bytes;
}
