#include "format/intern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "format/value.h"
#include "tape/frame.h"
#include "tape/instruments.h"

void
intern_free(struct intern *intern)
{
    strtab_free(&intern->labels);
    free(intern->ids);
    map_free(&intern->taken);
    names_free(&intern->names);
    strtab_free(&intern->foreign);
    free(intern->foreign_ids);
    free(intern->scratch);
    memset(intern, 0, sizeof *intern);
}

static int
no_memory(struct importer *importer)
{
    return fail_memory(importer->failure);
}

/* Sets array[number], growing the array. */
static bool
store(void **array, uint32_t *capacity, size_t each, uint32_t number,
      const void *value)
{
    if (number >= *capacity) {
        uint32_t wanted = number < 64 ? 64 : number * 2;
        void *larger = reallocarray(*array, wanted, each);

        if (!larger)
            return false;
        *array = larger;
        *capacity = wanted;
    }
    memcpy((char *)*array + number * each, value, each);
    return true;
}

/* Appends a text to a definition that holds size bytes so far. */
static size_t
append(char *definition, size_t size, struct text *field, struct cell text)
{
    if (text.size == 0)
        return size;
    *field = (struct text){(uint16_t)size, (uint16_t)text.size, 0};
    memcpy(definition + size, text.bytes, text.size);
    return size + text.size;
}

/* Hands out a definition that holds size bytes. */
static int
define(struct importer *importer, size_t size)
{
    struct event *event = (struct event *)(void *)importer->definition;
    size_t whole = (size + 7) & ~(size_t)7;

    memset(importer->definition + size, 0, whole - size);
    event->words = (uint16_t)(whole / 8);
    return import_event(importer, event);
}

static int
check_text(struct importer *importer, struct cell text, size_t max)
{
    if (text.size > max)
        return value_refuse(importer->failure, text, "is too long");
    if (utf8_span(text.bytes, text.size) != text.size)
        return value_refuse(importer->failure, text, "is not UTF-8");
    return 0;
}

/* ---- instruments --------------------------------------------------------- */

/* What text calls an identity. */
static struct cell
label_of(struct intern *intern, struct cell exchange, struct cell symbol)
{
    char *label = intern->scratch;

    if (exchange.size == 0 && !memchr(symbol.bytes, ':', symbol.size))
        return symbol;
    memcpy(label, exchange.bytes, exchange.size);
    label[exchange.size] = ':';
    memcpy(label + exchange.size + 1, symbol.bytes, symbol.size);
    return (struct cell){label, exchange.size + 1 + symbol.size};
}

/* The identity that a text means. */
static void
identity_of(struct cell text, struct cell *exchange, struct cell *symbol)
{
    const char *colon = memchr(text.bytes, ':', text.size);

    *symbol = text;
    if (!colon)
        return;
    *exchange = (struct cell){text.bytes, (size_t)(colon - text.bytes)};
    symbol->bytes = colon + 1;
    symbol->size -= exchange->size + 1;
}

static int
refuse_colon(struct importer *importer, struct cell exchange)
{
    if (!memchr(exchange.bytes, ':', exchange.size))
        return 0;
    return value_refuse(importer->failure, exchange,
                        "is not an exchange: a colon ends its name");
}

static int
check_identity(struct importer *importer, struct cell exchange,
               struct cell symbol)
{
    if (symbol.size == 0)
        return fail(importer->failure, FAILURE_DATA,
                    "an instrument without a symbol");
    if (check_text(importer, symbol, INSTRUMENT_TEXT_MAX) != 0)
        return -1;
    return check_text(importer, exchange, INSTRUMENT_TEXT_MAX);
}

/* The id of a label, or 0 when it has none yet; *number is the label's. */
static uint32_t
find_label(struct importer *importer, struct cell label, uint32_t *number)
{
    struct intern *intern = &importer->intern;
    bool added;

    *number = strtab_add(&intern->labels, label.bytes, label.size, &added);
    if (*number == STRTAB_NONE || added)
        return 0;
    return intern->ids[*number];
}

/* Gives a new label an id: the one wanted, if it is free. */
static uint32_t
give_id(struct importer *importer, uint32_t number, uint32_t wanted)
{
    struct intern *intern = &importer->intern;
    uint32_t id = wanted;
    void *ids = intern->ids;

    if (number == STRTAB_NONE) {
        no_memory(importer);
        return 0;
    }
    if (id == 0 || map_get(&intern->taken, id) != MAP_NONE) {
        while (map_get(&intern->taken, intern->next) != MAP_NONE)
            intern->next++;
        id = intern->next++;
    }
    if (!map_put(&intern->taken, id, number) ||
        !store(&ids, &intern->capacity, sizeof id, number, &id)) {
        no_memory(importer);
        return 0;
    }
    intern->ids = ids;
    return id;
}

/* An instrument that no definition told of. */
static int
define_instrument(struct importer *importer, uint32_t id, struct cell exchange,
                  struct cell symbol, int64_t time)
{
    struct instrument *event = (void *)importer->definition;
    size_t size = sizeof *event;

    event_init(event, EVENT_INSTRUMENT);
    event->event.instrument = id;
    event->event.time = time;
    size = append(importer->definition, size, &event->symbol, symbol);
    size = append(importer->definition, size, &event->exchange, exchange);
    return define(importer, size);
}

uint32_t
import_instrument(struct importer *importer, struct cell text,
                  struct cell exchange, int64_t time)
{
    struct cell symbol, label;
    uint32_t number, id;

    if (exchange.size == 0)
        exchange = importer->exchange;
    if (exchange.size && refuse_colon(importer, exchange) != 0)
        return 0;
    if (text.size + exchange.size > UINT16_MAX) { /* fits intern->scratch */
        value_refuse(importer->failure, text, "is too long");
        return 0;
    }
    identity_of(text, &exchange, &symbol);
    label = text; /* mostly: it names its exchange, or there is none */
    if (exchange.bytes != text.bytes || exchange.size == 0)
        label = label_of(&importer->intern, exchange, symbol);
    id = find_label(importer, label, &number);
    if (id)
        return id;
    if (check_identity(importer, exchange, symbol) != 0)
        return 0;
    id = give_id(importer, number, 0);
    if (id && define_instrument(importer, id, exchange, symbol, time) != 0)
        return 0;
    return id;
}

int
intern_definition(struct importer *importer, struct instrument *event)
{
    struct cell exchange = {event_text(event, event->exchange),
                            event->exchange.length};
    struct cell symbol = {event_text(event, event->symbol),
                          event->symbol.length};
    uint32_t number, id;

    if (check_identity(importer, exchange, symbol) != 0 ||
        refuse_colon(importer, exchange) != 0)
        return -1;
    id = find_label(importer, label_of(&importer->intern, exchange, symbol),
                    &number);
    if (id == 0)
        id = give_id(importer, number, event->event.instrument);
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
foreign_key(struct intern *intern, unsigned kind, struct cell text)
{
    char *key = intern->scratch;

    assert(text.size <= UINT16_MAX);
    key[0] = (char)kind;
    memcpy(key + 1, text.bytes, text.size);
    return (struct cell){key, 1 + text.size};
}

/* The id that a text of a kind stands for by a name; false, with the id that
 * it would get, when there is none. */
static bool
find_named(struct intern *intern, enum id_kind kind, struct cell text,
           uint64_t *id)
{
    struct cell key;
    uint32_t number;

    *id = name_id(text.bytes, text.size);
    key.bytes = names_find(&intern->names, kind, *id, &key.size);
    if (key.bytes && cell_equal(key, text))
        return true;
    if (intern->foreign.count == 0)
        return false;
    key = foreign_key(intern, kind, text);
    number = strtab_find(&intern->foreign, key.bytes, key.size);
    if (number != STRTAB_NONE)
        *id = intern->foreign_ids[number];
    return number != STRTAB_NONE;
}

/* Remembers a text whose id is not its name_id. */
static int
add_foreign(struct importer *importer, const struct name *event,
            struct cell text)
{
    struct intern *intern = &importer->intern;
    struct cell key = foreign_key(intern, event->kind, text);
    uint32_t number = strtab_add(&intern->foreign, key.bytes, key.size, NULL);
    void *ids = intern->foreign_ids;

    if (number == STRTAB_NONE || !store(&ids, &intern->foreign_capacity,
                                        sizeof event->id, number, &event->id))
        return no_memory(importer);
    intern->foreign_ids = ids;
    return 0;
}

int
intern_name(struct importer *importer, const struct name *event)
{
    struct intern *intern = &importer->intern;
    struct cell text = {event_text(event, event->text), event->text.length};
    uint64_t id;

    if (event->kind == 0 || event->id == 0 || text.size == 0)
        return fail(importer->failure, FAILURE_DATA,
                    "a name needs kind, id and text");
    if (find_named(intern, event->kind, text, &id) && id != event->id)
        return value_refuse(importer->failure, text,
                            "is the name of another id already");
    if (names_add(&intern->names, event->kind, event->id, text.bytes, text.size,
                  NULL, importer->failure) != 0)
        return -1;
    if (event->id == name_id(text.bytes, text.size))
        return 0;
    return add_foreign(importer, event, text);
}

int
intern_id(struct importer *importer, enum id_kind kind, struct cell text,
          int64_t time, uint64_t *id)
{
    struct name *event = (void *)importer->definition;

    *id = name_id(text.bytes, text.size);
    if ((*id & NAME_BIT) == 0)
        return 0;
    if (text.size > EVENT_MAX - sizeof *event)
        return value_refuse(importer->failure, text, "is too long");
    if (id_raw_parse(text, id) || find_named(&importer->intern, kind, text, id))
        return 0;
    if (check_text(importer, text, text.size) != 0 ||
        names_add(&importer->intern.names, kind, *id, text.bytes, text.size,
                  NULL, importer->failure) != 0)
        return -1;
    event_init(event, EVENT_NAME);
    event->event.time = time;
    event->kind = (uint8_t)kind;
    event->id = *id;
    return define(importer, append(importer->definition, sizeof *event,
                                   &event->text, text));
}
