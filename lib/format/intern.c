#include "format/intern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "format/complaint.h"
#include "tape/frame.h"
#include "tape/instruments.h"
#include "tape/schema.h"

_Static_assert(sizeof(struct instrument) + 2 * INSTRUMENT_TEXT_MAX <= EVENT_MAX,
               "the longest definition of an instrument");
_Static_assert(ID_RAW_SIZE == 1 + 2 * sizeof(uint64_t), "# and the digits");

int
intern_init(struct intern *intern, struct failure *failure)
{
    assert(intern->sink.event);
    intern->failure = failure;
    intern->next = 1;
    intern->scratch = allocate(failure, INTERN_SCRATCH, 1);
    intern->definition = allocate(failure, EVENT_MAX, 1);
    return intern->scratch && intern->definition ? 0 : -1;
}

void
intern_free(struct intern *intern)
{
    strtab_free(&intern->label_table);
    free(intern->ids);
    map_free(&intern->taken);
    names_free(&intern->names);
    strtab_free(&intern->foreign);
    free(intern->foreign_ids);
    free(intern->scratch);
    free(intern->definition);
    memset(intern, 0, sizeof *intern);
}

static int
no_memory(struct intern *intern)
{
    return fail_memory(intern->failure);
}

/* ---- definitions --------------------------------------------------------- */

/* Appends a text to a definition that holds size bytes so far. */
static size_t
append(char *definition, size_t size, struct text *field, struct cell text)
{
    if (text.size == 0)
        return size;
    assert(text.size <= EVENT_MAX - size);
    *field = (struct text){(uint16_t)size, (uint16_t)text.size, 0};
    memcpy(definition + size, text.bytes, text.size);
    return size + text.size;
}

/* Hands out a definition that holds size bytes. */
static int
define(struct intern *intern, size_t size)
{
    struct event *event = (struct event *)(void *)intern->definition;
    size_t whole = (size + 7) & ~(size_t)7;

    assert(size >= sizeof *event && whole <= EVENT_MAX);
    memset(intern->definition + size, 0, whole - size);
    event->words = (uint16_t)(whole / 8);
    return intern->sink.event(intern->sink.owner, event, intern->failure);
}

static int
check_text(struct intern *intern, struct cell text, size_t max)
{
    if (text.size > max)
        return refuse(intern->failure, text, "is too long");
    if (utf8_span(text.bytes, text.size) != text.size)
        return refuse(intern->failure, text, "is not UTF-8");
    return 0;
}

/* ---- instruments --------------------------------------------------------- */

/* What text calls an identity. */
static struct cell
label_of(char *scratch, struct cell exchange, struct cell symbol)
{
    char *label = scratch;

    assert(exchange.size + symbol.size <= UINT16_MAX);
    if (exchange.size == 0 && !memchr(symbol.bytes, ':', symbol.size))
        return symbol;
    memcpy(label, exchange.bytes, exchange.size);
    label[exchange.size] = ':';
    memcpy(label + exchange.size + 1, symbol.bytes, symbol.size);
    return (struct cell){label, exchange.size + 1 + symbol.size};
}

/* Cuts an instrument in text at its colon. */
static void
cut(const char *colon, struct cell text, struct cell *exchange,
    struct cell *symbol)
{
    assert(colon >= text.bytes && colon < text.bytes + text.size);
    *exchange = (struct cell){text.bytes, (size_t)(colon - text.bytes)};
    symbol->bytes = colon + 1;
    symbol->size = text.size - exchange->size - 1;
}

/* The identity that a text means, with the exchange given beside it. */
static void
identity_of(const struct intern *intern, struct cell text,
            struct cell *exchange, struct cell *symbol)
{
    const char *colon = memchr(text.bytes, ':', text.size);
    struct cell prefix = text;

    *symbol = text;
    if (exchange->size == 0 && !(intern->labels && colon))
        *exchange = intern->exchange;
    if (!colon)
        return;
    prefix.size = (size_t)(colon - text.bytes);
    if (exchange->size == 0 || prefix.size == 0 ||
        cell_equal(prefix, *exchange))
        cut(colon, text, exchange, symbol);
}

static int
refuse_colon(struct intern *intern, struct cell exchange)
{
    if (exchange.size == 0 || !memchr(exchange.bytes, ':', exchange.size))
        return 0;
    return refuse(intern->failure, exchange,
                  "is not an exchange: a colon ends its name");
}

static int
check_identity(struct intern *intern, struct cell exchange, struct cell symbol)
{
    if (symbol.size == 0)
        return fail(intern->failure, FAILURE_DATA,
                    "an instrument without a symbol");
    if (check_text(intern, symbol, INSTRUMENT_TEXT_MAX) != 0 ||
        check_text(intern, exchange, INSTRUMENT_TEXT_MAX) != 0)
        return -1;
    return refuse_colon(intern, exchange);
}

/* Gives a new label an id: the one wanted, if it is free. */
static uint32_t
give_id(struct intern *intern, struct cell label, uint32_t wanted)
{
    uint32_t number =
        strtab_add(&intern->label_table, label.bytes, label.size, NULL);
    uint32_t id = wanted;
    void *ids;

    if (number == STRTAB_NONE) {
        no_memory(intern);
        return 0;
    }
    ids = array_grow(intern->ids, &intern->id_capacity, (size_t)number + 1,
                     sizeof id, intern->failure);
    if (!ids)
        return 0;
    intern->ids = ids;
    if (id == 0 || map_get(&intern->taken, id) != MAP_NONE) {
        while (map_get(&intern->taken, intern->next) != MAP_NONE)
            intern->next++;
        id = intern->next++;
    }
    if (!map_put(&intern->taken, id, number)) {
        no_memory(intern);
        return 0;
    }
    intern->ids[number] = id;
    return id;
}

/* An instrument that no definition introduced. */
static int
define_instrument(struct intern *intern, uint32_t id, struct cell exchange,
                  struct cell symbol, int64_t time)
{
    struct instrument *event = (void *)intern->definition;
    size_t size = sizeof *event;

    event_init(event, EVENT_INSTRUMENT);
    event->event.instrument = id;
    event->event.time = time;
    size = append(intern->definition, size, &event->symbol, symbol);
    size = append(intern->definition, size, &event->exchange, exchange);
    return define(intern, size);
}

/* The id of a label, or 0. */
static uint32_t
find_label(const struct intern *intern, struct cell label)
{
    uint32_t number =
        strtab_find(&intern->label_table, label.bytes, label.size);

    return number == STRTAB_NONE ? 0 : intern->ids[number];
}

uint32_t
intern_find_instrument(const struct intern *intern, struct cell text,
                       struct cell exchange, char *scratch)
{
    struct cell symbol;

    if (text.size + exchange.size + intern->exchange.size > UINT16_MAX)
        return 0;
    if (exchange.size + intern->exchange.size == 0) {
        const char *colon = memchr(text.bytes, ':', text.size);

        if (colon && colon > text.bytes)
            return find_label(intern, text); /* it is its own label */
    }
    identity_of(intern, text, &exchange, &symbol);
    if (text.size == exchange.size + 1 + symbol.size &&
        exchange.bytes == text.bytes && exchange.size)
        return find_label(intern, text); /* here, too */
    if (exchange.size && memchr(exchange.bytes, ':', exchange.size))
        return 0; /* its label could be another's */
    return find_label(intern, label_of(scratch, exchange, symbol));
}

uint32_t
intern_instrument(struct intern *intern, struct cell text, struct cell exchange,
                  int64_t time)
{
    struct cell symbol;
    uint32_t id =
        intern_find_instrument(intern, text, exchange, intern->scratch);

    if (id)
        return id;
    if (text.size + exchange.size + intern->exchange.size > UINT16_MAX) {
        refuse(intern->failure, text, "is too long");
        return 0;
    }
    identity_of(intern, text, &exchange, &symbol);
    if (check_identity(intern, exchange, symbol) != 0)
        return 0;
    id = give_id(intern, label_of(intern->scratch, exchange, symbol), 0);
    if (id && define_instrument(intern, id, exchange, symbol, time) != 0)
        return 0;
    return id;
}

int
intern_definition(struct intern *intern, struct instrument *event)
{
    struct cell exchange = {event_text(event, event->exchange),
                            event->exchange.length};
    struct cell symbol = {event_text(event, event->symbol),
                          event->symbol.length};
    struct cell label;
    uint32_t id;

    if (check_identity(intern, exchange, symbol) != 0)
        return -1;
    label = label_of(intern->scratch, exchange, symbol);
    id = find_label(intern, label);
    if (id == 0)
        id = give_id(intern, label, event->event.instrument);
    event->event.instrument = id;
    return id ? 0 : -1;
}

/* ---- ids ----------------------------------------------------------------- */

bool
id_raw_parse(struct cell text, uint64_t *id)
{
    uint64_t value = 0;

    if (text.size != ID_RAW_SIZE || text.bytes[0] != '#')
        return false;
    for (size_t i = 1; i < ID_RAW_SIZE; i++) {
        int digit = hex_value(text.bytes[i]);

        if (digit < 0)
            return false;
        value = value << 4 | (uint64_t)digit;
    }
    *id = value;
    return (value & NAME_BIT) != 0;
}

/* The key of a text of a kind among foreign ids. */
static struct cell
foreign_key(char *scratch, unsigned kind, struct cell text)
{
    char *key = scratch;

    assert(kind > 0 && kind <= UINT8_MAX);
    assert(text.size <= UINT16_MAX);
    key[0] = (char)kind;
    memcpy(key + 1, text.bytes, text.size);
    return (struct cell){key, 1 + text.size};
}

/* The id that a text of a kind stands for by a name; false, with the id that
 * it would get, when there is none. */
static bool
find_named(const struct intern *intern, enum id_kind kind, struct cell text,
           char *scratch, uint64_t *id)
{
    struct cell key;
    uint32_t number;

    *id = name_id(text.bytes, text.size);
    key.bytes = names_find(&intern->names, (uint8_t)kind, *id, &key.size);
    if (key.bytes && cell_equal(key, text))
        return true;
    if (intern->foreign.count == 0)
        return false;
    key = foreign_key(scratch, kind, text);
    number = strtab_find(&intern->foreign, key.bytes, key.size);
    if (number != STRTAB_NONE)
        *id = intern->foreign_ids[number];
    return number != STRTAB_NONE;
}

/* Remembers a text whose id is not its name_id. */
static int
add_foreign(struct intern *intern, const struct name *event, struct cell text)
{
    struct cell key = foreign_key(intern->scratch, event->kind, text);
    uint32_t number = strtab_add(&intern->foreign, key.bytes, key.size, NULL);
    void *ids;

    if (number == STRTAB_NONE)
        return no_memory(intern);
    ids = array_grow(intern->foreign_ids, &intern->foreign_capacity,
                     (size_t)number + 1, sizeof event->id, intern->failure);
    if (!ids)
        return -1;
    intern->foreign_ids = ids;
    intern->foreign_ids[number] = event->id;
    return 0;
}

int
intern_name(struct intern *intern, const struct name *event)
{
    struct cell text = {event_text(event, event->text), event->text.length};
    uint64_t id;

    if (event->kind == 0 || event->id == 0 || text.size == 0)
        return fail(intern->failure, FAILURE_DATA,
                    "a name needs kind, id and text");
    if (find_named(intern, event->kind, text, intern->scratch, &id) &&
        id != event->id)
        return refuse(intern->failure, text,
                      "is the name of another id already");
    if (names_add(&intern->names, event->kind, event->id, text.bytes, text.size,
                  NULL, intern->failure) != 0)
        return -1;
    if (event->id == name_id(text.bytes, text.size))
        return 0;
    return add_foreign(intern, event, text);
}

bool
intern_find_id(const struct intern *intern, enum id_kind kind, struct cell text,
               char *scratch, uint64_t *id)
{
    assert(text.size > 0);
    *id = name_id(text.bytes, text.size);
    if ((*id & NAME_BIT) == 0)
        return true;
    if (text.size > EVENT_MAX - sizeof(struct name))
        return false;
    return id_raw_parse(text, id) ||
           find_named(intern, kind, text, scratch, id) || intern->hash_only;
}

int
intern_id(struct intern *intern, enum id_kind kind, struct cell text,
          int64_t time, uint64_t *id)
{
    struct name *event = (void *)intern->definition;

    if (intern_find_id(intern, kind, text, intern->scratch, id))
        return 0;
    if (text.size > EVENT_MAX - sizeof *event)
        return refuse(intern->failure, text, "is too long");
    if (check_text(intern, text, text.size) != 0 ||
        names_add(&intern->names, (uint8_t)kind, *id, text.bytes, text.size,
                  NULL, intern->failure) != 0)
        return -1;
    event_init(event, EVENT_NAME);
    event->event.time = time;
    event->kind = (uint8_t)kind;
    event->id = *id;
    return define(
        intern, append(intern->definition, sizeof *event, &event->text, text));
}
