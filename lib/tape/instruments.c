#include "tape/instruments.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "tape/schema.h"

void
instruments_free(struct instruments *instruments)
{
    for (uint32_t i = 0; i < instruments->count; i++)
        free(instruments->events[i]);
    free(instruments->events);
    free(instruments->locals);
    strtab_free(&instruments->identities);
    map_free(&instruments->slow);
    memset(instruments, 0, sizeof *instruments);
}

void
instruments_begin(struct instruments *instruments)
{
    for (uint32_t i = 0; i < instruments->local_count; i++) {
        uint32_t id = instruments->locals[i];

        if (id < INSTRUMENT_LOCAL_FAST)
            instruments->fast[id] = 0;
        else
            map_remove(&instruments->slow, id);
    }
    instruments->local_count = 0;
}

uint32_t
instruments_find_slow(const struct instruments *instruments, uint32_t id)
{
    return map_get(&instruments->slow, id); /* MAP_NONE is INSTRUMENT_NONE */
}

/* What names an instrument. */
static bool
is_identity(const struct schema_field *field)
{
    return field->offset == offsetof(struct instrument, symbol) ||
           field->offset == offsetof(struct instrument, exchange);
}

bool
instrument_is_bare(const struct event *definition)
{
    const struct schema_type *schema = schema_find(EVENT_INSTRUMENT);
    const struct instrument *event = (const void *)definition;
    size_t size = definition->words * 8UL;
    unsigned texts = event->symbol.offset; /* where they begin */

    assert(definition->type == EVENT_INSTRUMENT);
    for (unsigned i = 0; i < schema->field_count; i++) {
        const struct schema_field *field = &schema->fields[i];

        if (field->offset + field->size <= size && !is_identity(field) &&
            !field_is_null(event, field))
            return false;
    }
    if (event->exchange.length && event->exchange.offset < texts)
        texts = event->exchange.offset;
    return texts <= sizeof *event; /* else a newer writer has more fields */
}

/* Writes "exchange\0symbol" to key; its size. Neither is longer than
 * INSTRUMENT_TEXT_MAX. */
static size_t
identity_of(char key[2 * INSTRUMENT_TEXT_MAX + 1], const char *exchange,
            size_t exchange_size, const char *symbol, size_t symbol_size)
{
    assert(exchange_size <= INSTRUMENT_TEXT_MAX);
    assert(symbol_size <= INSTRUMENT_TEXT_MAX);
    memcpy(key, exchange, exchange_size);
    key[exchange_size] = '\0';
    memcpy(key + exchange_size + 1, symbol, symbol_size);
    return exchange_size + 1 + symbol_size;
}

int
instruments_unknown(uint32_t id, struct failure *failure)
{
    if (id == 0)
        return fail(failure, FAILURE_DATA,
                    "an event without an instrument (name one when importing: "
                    "-D instrument=NAME)");
    return fail(failure, FAILURE_DATA,
                "instrument %u was not defined before this event", id);
}

uint32_t
instruments_find_identity(const struct instruments *instruments,
                          const char *exchange, size_t exchange_size,
                          const char *symbol, size_t symbol_size)
{
    char key[2 * INSTRUMENT_TEXT_MAX + 1];

    if (exchange_size > INSTRUMENT_TEXT_MAX ||
        symbol_size > INSTRUMENT_TEXT_MAX)
        return INSTRUMENT_NONE;
    return strtab_find(
        &instruments->identities, key,
        identity_of(key, exchange, exchange_size, symbol, symbol_size));
}

/* Gives a local id its index, remembering to forget it. */
static int
set_local(struct instruments *instruments, uint32_t id, uint32_t index,
          struct failure *failure)
{
    uint32_t *locals =
        array_grow(instruments->locals, &instruments->local_capacity,
                   instruments->local_count + 1UL, sizeof *locals, failure);

    assert(id != 0 && index < instruments->count);
    assert(instruments_find(instruments, id) == INSTRUMENT_NONE);
    if (!locals)
        return -1;
    instruments->locals = locals;
    if (id < INSTRUMENT_LOCAL_FAST)
        instruments->fast[id] = index + 1;
    else if (!map_put(&instruments->slow, id, index))
        return fail_memory(failure);
    instruments->locals[instruments->local_count++] = id;
    return 0;
}

/* A place for the definition of an identity, and for new ones' to come. */
static int
make_place(struct instruments *instruments, uint32_t index,
           struct failure *failure)
{
    struct instrument **events;

    assert(index <= instruments->count);
    if (index < instruments->count)
        return 0;
    events = array_grow(instruments->events, &instruments->capacity,
                        index + 1UL, sizeof *events, failure);
    if (!events)
        return -1;
    instruments->events = events;
    events[index] = NULL;
    instruments->count = index + 1;
    return 0;
}

/* Keeps a copy of the newest definition that is not bare. */
static int
keep(struct instruments *instruments, uint32_t index,
     const struct instrument *event, struct failure *failure)
{
    size_t size = event->event.words * 8UL;
    struct instrument *known = instruments->events[index], *copy;

    if (known && instrument_is_bare(&event->event)) {
        known->event.instrument = event->event.instrument;
        return 0;
    }
    copy = allocate(failure, 1, size);
    if (!copy)
        return -1;
    memcpy(copy, event, size);
    free(known);
    instruments->events[index] = copy;
    return 0;
}

uint32_t
instruments_define(struct instruments *instruments,
                   const struct instrument *event, struct failure *failure)
{
    uint32_t id = event->event.instrument;
    char key[2 * INSTRUMENT_TEXT_MAX + 1];
    uint32_t index, known;
    size_t size;

    assert(event->event.words * 8UL >= sizeof *event); /* complete */
    if (id == 0 || event->symbol.length == 0 ||
        event->symbol.length > INSTRUMENT_TEXT_MAX ||
        event->exchange.length > INSTRUMENT_TEXT_MAX) {
        fail(failure, FAILURE_DATA,
             "an instrument needs an id other than 0 and a symbol; symbol and "
             "exchange are at most %d bytes",
             INSTRUMENT_TEXT_MAX);
        return INSTRUMENT_NONE;
    }
    size = identity_of(key, event_text(event, event->exchange),
                       event->exchange.length, event_text(event, event->symbol),
                       event->symbol.length);
    known = instruments_find(instruments, id);
    if (known != INSTRUMENT_NONE &&
        known != strtab_find(&instruments->identities, key, size)) {
        char name[128];

        instruments_name(instruments, known, name, sizeof name);
        fail(failure, FAILURE_DATA,
             "instrument id %u is %s on this tape and cannot be redefined", id,
             name);
        return INSTRUMENT_NONE;
    }
    index = strtab_add(&instruments->identities, key, size, NULL);
    if (index == STRTAB_NONE) {
        fail_memory(failure);
        return INSTRUMENT_NONE;
    }
    if (make_place(instruments, index, failure) != 0 ||
        keep(instruments, index, event, failure) != 0 ||
        (known == INSTRUMENT_NONE &&
         set_local(instruments, id, index, failure) != 0))
        return INSTRUMENT_NONE;
    assert(instruments_find(instruments, id) == index);
    return index;
}

size_t
instruments_name(const struct instruments *instruments, uint32_t index,
                 char *text, size_t size)
{
    const struct instrument *event;
    const char *symbol;
    bool colon;
    int used;

    assert(index < instruments->count && size > 0);
    event = instruments->events[index];
    symbol = event_text(event, event->symbol);
    colon = event->exchange.length || memchr(symbol, ':', event->symbol.length);
    used = snprintf(text, size, "%.*s%s%.*s", (int)event->exchange.length,
                    event_text(event, event->exchange), colon ? ":" : "",
                    (int)event->symbol.length, symbol);

    return used < 0 ? 0 : (size_t)used < size ? (size_t)used : size - 1;
}
