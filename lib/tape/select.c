#include "tape/select.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/digits.h"
#include "base/nearest.h"
#include "tape/names.h"
#include "tape/rules.h"
#include "tape/schema.h"
#include "tape/shard.h"

void
selection_init(struct selection *selection)
{
    memset(selection, 0, sizeof *selection);
    selection->from = TIME_NULL;
    selection->to = TIME_NULL;
}

void
selection_free(struct selection *selection)
{
    strtab_free(&selection->symbols);
    map_free(&selection->accounts);
    instruments_free(&selection->instruments);
    free(selection->wanted);
    selection->wanted = NULL;
}

/* ---- conditions ---------------------------------------------------------- */

typedef int (*take_item)(struct selection *selection, const char *text,
                         size_t size, struct failure *failure);

static int
each_item(struct selection *selection, const char *list, take_item take,
          struct failure *failure)
{
    const char *text = list;

    for (;;) {
        size_t size = strcspn(text, ",");

        if (size == 0)
            return fail(failure, FAILURE_USAGE,
                        "\"%s\": an item of the list is empty", list);
        if (take(selection, text, size, failure) != 0)
            return -1;
        if (text[size] == '\0')
            return 0;
        text += size + 1;
    }
}

static int
take_type(struct selection *selection, const char *text, size_t size,
          struct failure *failure)
{
    const struct schema_type *schema = schema_find_name(text, size);
    struct nearest near = nearest_to(text, size);
    uint64_t type = 0;

    if (schema) {
        type = schema->type;
    } else if (!digits_parse(text, size, &type) || type == 0 ||
               type > UINT16_MAX) {
        for (size_t i = 0; i < schema_type_count; i++)
            nearest_try(&near, schema_types[i].name);
        return nearest_fail(&near, "event type", "--list types", failure);
    }
    selection->types[type / 64] |= UINT64_C(1) << type % 64;
    return 0;
}

int
selection_add_types(struct selection *selection, const char *list,
                    struct failure *failure)
{
    selection->by_type = true;
    return each_item(selection, list, take_type, failure);
}

static int
take_symbol(struct selection *selection, const char *text, size_t size,
            struct failure *failure)
{
    if (strtab_add(&selection->symbols, text, size, NULL) == STRTAB_NONE)
        return fail_memory(failure);
    return 0;
}

int
selection_add_symbols(struct selection *selection, const char *list,
                      struct failure *failure)
{
    selection->by_symbol = true;
    return each_item(selection, list, take_symbol, failure);
}

static int
take_account(struct selection *selection, const char *text, size_t size,
             struct failure *failure)
{
    uint64_t id = name_id(text, size);

    if (id == 0)
        return fail(failure, FAILURE_USAGE, "\"%.*s\" is not an account",
                    (int)size, text);
    if (!map_put(&selection->accounts, id, 1))
        return fail_memory(failure);
    return 0;
}

int
selection_add_accounts(struct selection *selection, const char *list,
                       struct failure *failure)
{
    selection->by_account = true;
    return each_item(selection, list, take_account, failure);
}

static int
take_id(struct selection *selection, const char *text, size_t size,
        struct failure *failure)
{
    struct selection_id *id = &selection->ids[selection->id_count];
    const char *equals = memchr(text, '=', size);
    size_t name = equals ? (size_t)(equals - text) : size;

    if (selection->id_count == SELECT_IDS)
        return fail(failure, FAILURE_USAGE, "more than %d ids", SELECT_IDS);
    id->field = schema_id_field(text, name);
    if (!id->field)
        return fail(failure, FAILURE_USAGE,
                    "\"%.*s\" is not a field with an id; tape(5) lists them",
                    (int)name, text);
    id->id = equals ? name_id(equals + 1, size - name - 1) : 0;
    if (id->id == 0)
        return fail(failure, FAILURE_USAGE,
                    "\"%.*s\" is not %s=ID with an id other than 0", (int)size,
                    text, id->field);
    selection->id_count++;
    return 0;
}

int
selection_add_ids(struct selection *selection, const char *list,
                  struct failure *failure)
{
    selection->by_id = true;
    return each_item(selection, list, take_id, failure);
}

int
selection_set_shard(struct selection *selection, const char *text,
                    struct failure *failure)
{
    return shard_parse(text, &selection->shard, &selection->shards, failure);
}

/* ---- the tape ------------------------------------------------------------ */

/* Bytes of the fixed part that events of a type have on this tape. */
static size_t
written_size(const struct selection *selection,
             const struct schema_type *schema)
{
    uint16_t written = selection->header.sizes[schema->type];

    return written && written < schema->size ? written : schema->size;
}

static void
find_fields(struct selection *selection, const struct schema_type *schema)
{
    struct selection_fields *found = &selection->fields[schema->type];
    size_t size = written_size(selection, schema);

    for (unsigned i = 0; i < schema->field_count; i++) {
        const struct schema_field *field = &schema->fields[i];

        if (field->offset + field->size > size)
            continue;
        for (unsigned k = 0; k < selection->id_count; k++)
            if (strcmp(selection->ids[k].field, field->name) == 0)
                found->id[k] = field->offset;
        if (field->kind == FIELD_ID && field->id_kind == ID_ACCOUNT) {
            assert(found->accounts < SELECT_FIELDS);
            found->account[found->accounts++] = field->offset;
        } else if (field->kind == FIELD_INSTRUMENT) {
            assert(found->instruments < SELECT_FIELDS);
            found->instrument[found->instruments++] = field->offset;
        }
    }
}

void
selection_begin(struct selection *selection, const struct tape_header *header)
{
    memcpy(selection->header.sizes, header->sizes, sizeof header->sizes);
    memset(selection->fields, 0, sizeof selection->fields);
    for (size_t i = 0; i < schema_type_count; i++)
        find_fields(selection, &schema_types[i]);
    instruments_begin(&selection->instruments);
    selection->by_time =
        selection->from != TIME_NULL || selection->to != TIME_NULL;
}

static bool
has_symbol(const struct selection *selection, uint32_t index)
{
    const struct instrument *event = selection->instruments.events[index];
    const char *symbol = event_text(event, event->symbol);
    char name[2 * 65536];
    size_t size;

    if (strtab_find(&selection->symbols, symbol, event->symbol.length) !=
        STRTAB_NONE)
        return true;
    size = instruments_name(&selection->instruments, index, name, sizeof name);
    return strtab_find(&selection->symbols, name, size) != STRTAB_NONE;
}

bool
selection_has_symbols(const struct selection *selection)
{
    for (uint32_t i = 0; i < selection->instruments.count; i++)
        if (selection->wanted[i])
            return true;
    return false;
}

bool
selection_takes_all_names(const struct selection *selection)
{
    if (selection->by_type)
        return selection_may_take_type(selection, EVENT_NAME);
    return !selection->by_symbol && !selection->by_account &&
           !selection->by_id && !selection->by_time && selection->shards == 0;
}

bool
selection_may_take_type(const struct selection *selection, unsigned type)
{
    return !selection->by_type ||
           (type <= UINT16_MAX && selection->types[type / 64] >> type % 64 & 1);
}

bool
selection_may_take_symbol(const struct selection *selection,
                          const char *exchange, size_t exchange_size,
                          const char *symbol, size_t symbol_size)
{
    char name[512];

    if (!selection->by_symbol ||
        strtab_find(&selection->symbols, symbol, symbol_size) != STRTAB_NONE)
        return true;
    if (exchange_size == 0)
        return false;
    if (exchange_size + 1 + symbol_size > sizeof name)
        return true; /* to be looked at closer */
    memcpy(name, exchange, exchange_size);
    name[exchange_size] = ':';
    memcpy(name + exchange_size + 1, symbol, symbol_size);
    return strtab_find(&selection->symbols, name,
                       exchange_size + 1 + symbol_size) != STRTAB_NONE;
}

static int
set_wanted(struct selection *selection, uint32_t index, struct failure *failure)
{
    bool *wanted = array_grow(selection->wanted, &selection->wanted_capacity,
                              index + 1UL, sizeof *wanted, failure);

    if (!wanted)
        return -1;
    selection->wanted = wanted;
    selection->wanted[index] = has_symbol(selection, index);
    return 0;
}

int
selection_define(struct selection *selection, const struct event *event,
                 struct failure *failure)
{
    const struct schema_type *schema = schema_find(EVENT_INSTRUMENT);
    size_t written = written_size(selection, schema);
    uint64_t whole[EVENT_MAX / sizeof(uint64_t)];
    uint32_t index;

    if (!selection->by_symbol)
        return 0;
    if (written < schema->size) {
        if (tape_complete(schema, written, event, whole, failure) == 0)
            return -1;
        event = (const struct event *)(const void *)whole;
    }
    if (!tape_texts_inside(schema, event))
        return fail(failure, FAILURE_DATA,
                    "a text of %s lies outside the event", schema->name);
    index = instruments_define(&selection->instruments,
                               (const struct instrument *)(const void *)event,
                               failure);
    if (index == INSTRUMENT_NONE)
        return -1;
    return set_wanted(selection, index, failure);
}

/* ---- events -------------------------------------------------------------- */

static const struct selection_fields *
fields_of(const struct selection *selection, const struct event *event)
{
    static const struct selection_fields none;

    return event->type < EVENT_TYPES ? &selection->fields[event->type] : &none;
}

static bool
wants_instrument(const struct selection *selection, uint32_t id)
{
    uint32_t index = instruments_find(&selection->instruments, id);

    return index != INSTRUMENT_NONE && selection->wanted[index];
}

static bool
concerns_all(const struct event *event)
{
    return event->instrument == 0 &&
           (event->type == EVENT_SESSION || event->type == EVENT_CLOCK ||
            event->type == EVENT_GAP);
}

static bool
symbol_holds(const struct selection *selection, const struct event *event)
{
    const struct selection_fields *fields = fields_of(selection, event);
    uint32_t id;

    if (wants_instrument(selection, event->instrument) || concerns_all(event))
        return true;
    for (unsigned i = 0; i < fields->instruments; i++) {
        memcpy(&id, (const char *)event + fields->instrument[i], sizeof id);
        if (wants_instrument(selection, id))
            return true;
    }
    return false;
}

static bool
accounts_hold(const struct selection *selection, const struct event *event)
{
    const struct selection_fields *fields = fields_of(selection, event);
    bool named = !selection->by_account;
    bool sharded = selection->shards == 0, any = false;
    uint64_t id;

    for (unsigned i = 0; i < fields->accounts; i++) {
        memcpy(&id, (const char *)event + fields->account[i], sizeof id);
        if (id == 0)
            continue;
        any = true;
        if (!named)
            named = map_get(&selection->accounts, id) != MAP_NONE;
        if (!sharded)
            sharded = id % selection->shards == selection->shard;
    }
    return named && (sharded || !any);
}

static bool
ids_hold(const struct selection *selection, const struct event *event)
{
    const struct selection_fields *fields = fields_of(selection, event);
    uint64_t id;

    for (unsigned i = 0; i < selection->id_count; i++) {
        if (fields->id[i] == 0)
            continue;
        memcpy(&id, (const char *)event + fields->id[i], sizeof id);
        if (id == selection->ids[i].id)
            return true;
    }
    return false;
}

static bool
time_holds(const struct selection *selection, int64_t time)
{
    return time != TIME_NULL && time >= selection->from &&
           (selection->to == TIME_NULL || time < selection->to);
}

static bool
all_hold(const struct selection *selection, const struct event *event)
{
    uint16_t type = event->type;

    if (selection->by_type && !(selection->types[type / 64] >> type % 64 & 1))
        return false;
    if (selection->by_time && !time_holds(selection, event->time))
        return false;
    if (selection->by_symbol && !symbol_holds(selection, event))
        return false;
    if (selection->by_id && !ids_hold(selection, event))
        return false;
    return (!selection->by_account && selection->shards == 0) ||
           accounts_hold(selection, event);
}

bool
selection_takes(const struct selection *selection, const struct event *event)
{
    return all_hold(selection, event) != selection->invert;
}
