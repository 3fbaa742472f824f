#include "archive/identities.h"

#include <stdlib.h>
#include <string.h>

static void
free_names(struct identity_names *names)
{
    strtab_free(&names->texts);
    bytes_free(&names->table);
    bytes_free(&names->of);
}

void
identities_free(struct identities *identities)
{
    strtab_free(&identities->keys);
    free_names(&identities->symbols);
    free_names(&identities->exchanges);
    map_free(&identities->locals);
    memset(identities, 0, sizeof *identities);
}

void
identities_begin(struct identities *identities)
{
    memset(identities->low, 0, sizeof identities->low);
    map_free(&identities->locals);
    memset(&identities->locals, 0, sizeof identities->locals);
}

/* Makes an identity that of a local id, or of IDENTITY_NONE none. */
static bool
set_local(struct identities *identities, uint32_t id, uint32_t identity)
{
    assert(id > 0); /* which is no instrument */
    if (id < IDENTITY_LOW)
        return identities->low[id] = identity + 1, true;
    if (identity != IDENTITY_NONE)
        return map_put(&identities->locals, id, identity);
    map_remove(&identities->locals, id);
    return true;
}

/* How many bytes the sequence at p has; 0 if it is not one. */
static size_t
sequence(const unsigned char *p, size_t left)
{
    size_t size = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

    if (size == 1)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4 || size > left)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return size;
}

bool
is_utf8(const void *bytes, size_t size)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < size;) {
        size_t step = sequence(p + i, size - i);

        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

/* Fit for a column and for a line of the metadata. */
static bool
is_name(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            return false;
    return is_utf8(text, size);
}

/* The name of one more identity; false without memory. */
static bool
add_name(struct identity_names *names, const char *bytes, size_t size)
{
    bool added;
    uint32_t number = strtab_add(&names->texts, bytes, size, &added);
    struct parquet_text text;

    if (number == STRTAB_NONE)
        return false;
    text = (struct parquet_text){
        (const void *)names->texts.entries[number].bytes, (uint32_t)size};
    if (added)
        bytes_put(&names->table, &text, sizeof text);
    bytes_put(&names->of, &number, sizeof number);
    if (names->table.failed || names->of.failed)
        return false;
    assert(number < names->table.size / sizeof text);
    return true;
}

uint32_t
identities_add(struct identities *identities, const char *exchange,
               size_t exchange_size, const char *symbol, size_t symbol_size)
{
    size_t size = exchange_size + 1 + symbol_size;
    char *key = malloc(size);
    uint32_t number;
    bool added;

    if (!key)
        return IDENTITY_NONE;
    memcpy(key, exchange, exchange_size);
    key[exchange_size] = '\0';
    memcpy(key + exchange_size + 1, symbol, symbol_size);
    number = strtab_add(&identities->keys, key, size, &added);
    free(key);
    if (number == STRTAB_NONE || !added)
        return number;
    if (!add_name(&identities->exchanges, exchange, exchange_size) ||
        !add_name(&identities->symbols, symbol, symbol_size))
        return IDENTITY_NONE;
    return number;
}

static bool
inside(const struct event *event, struct text text)
{
    return text.length > 0 && text.offset + text.length <= event->words * 8;
}

int
identities_define(struct identities *identities, const struct event *event,
                  struct failure *failure)
{
    const struct instrument *definition = (const void *)event;
    uint32_t number;

    if (event->instrument == 0)
        return 0;
    set_local(identities, event->instrument, IDENTITY_NONE);
    if (event->words * 8UL < offsetof(struct instrument, currency) ||
        !inside(event, definition->symbol) ||
        (definition->exchange.length && !inside(event, definition->exchange)) ||
        !is_name(event_text(event, definition->symbol),
                 definition->symbol.length) ||
        !is_name(event_text(event, definition->exchange),
                 definition->exchange.length))
        return 0;
    number = identities_add(identities, event_text(event, definition->exchange),
                            definition->exchange.length,
                            event_text(event, definition->symbol),
                            definition->symbol.length);
    if (number == IDENTITY_NONE ||
        !set_local(identities, event->instrument, number))
        return fail_memory(failure);
    return 0;
}
