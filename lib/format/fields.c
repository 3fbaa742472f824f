#include "format/fields.h"

#include <assert.h>
#include <stdio.h>

#include "base/nearest.h"

static const struct schema_field time_field = {
    .name = "time",
    .kind = FIELD_TIME,
    .offset = offsetof(struct event, time),
    .size = sizeof(int64_t),
};
static const struct schema_field instrument_field = {
    .name = "instrument",
    .kind = FIELD_INSTRUMENT,
    .offset = offsetof(struct event, instrument),
    .size = sizeof(uint32_t),
};
/* of an instrument event */
static const struct schema_field id_field = {
    .name = "id",
    .kind = FIELD_COUNT,
    .offset = offsetof(struct event, instrument),
    .size = sizeof(uint32_t),
};

const struct schema_type *
type_of(unsigned number, struct schema_type *user)
{
    const struct schema_type *type = schema_find(number);

    if (type)
        return type;
    assert(number <= UINT16_MAX);
    *user = (struct schema_type){
        .type = (uint16_t)number,
        .size = sizeof(struct event),
    };
    return user;
}

const struct schema_type *
type_from_text(struct cell text, struct schema_type *user)
{
    unsigned number = 0;

    if (text.size == 0 || text.bytes[0] < '1' || text.bytes[0] > '9')
        return schema_find_name(text.bytes, text.size);
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return NULL;
        number = number * 10 + (unsigned)(text.bytes[i] - '0');
        if (number > UINT16_MAX)
            return NULL;
    }
    return type_of(number, user);
}

int
type_unknown(struct cell text, struct failure *failure)
{
    struct nearest near = nearest_to(text.bytes, text.size);

    for (size_t i = 0; i < schema_type_count; i++)
        nearest_try(&near, schema_types[i].name);
    return nearest_fail(&near, "event type", "--list types", failure);
}

int
field_unknown(const struct schema_type *type, struct cell name,
              struct failure *failure)
{
    struct nearest near = nearest_to(name.bytes, name.size);
    char what[64], list[64];

    for (unsigned slot = 0; slot < slot_count(type); slot++)
        nearest_try(&near, slot_name(type, slot));
    if (!type_known(type))
        return nearest_fail(&near, "field", NULL, failure);
    snprintf(what, sizeof what, "field of %s", type->name);
    snprintf(list, sizeof list, "--list fields -t %s", type->name);
    return nearest_fail(&near, what, list, failure);
}

const struct schema_field *
slot_field(const struct schema_type *type, unsigned slot)
{
    assert(slot_count(type) <= SLOTS_MAX);
    if (slot == SLOT_TIME)
        return &time_field;
    if (slot == SLOT_INSTRUMENT)
        return type->type == EVENT_INSTRUMENT ? &id_field : &instrument_field;
    if (slot >= SLOT_FIELDS && slot < slot_count(type))
        return &type->fields[slot - SLOT_FIELDS];
    return NULL;
}

const char *
slot_name(const struct schema_type *type, unsigned slot)
{
    const struct schema_field *field = slot_field(type, slot);

    if (field)
        return field->name;
    if (slot == SLOT_EXCHANGE && type->type != EVENT_INSTRUMENT)
        return "exchange";
    if (slot == SLOT_DATA && !type_known(type))
        return "data";
    return NULL;
}

unsigned
slot_find(const struct schema_type *type, struct cell name)
{
    for (unsigned slot = 0; slot < slot_count(type); slot++) {
        const char *known = slot_name(type, slot);

        if (known && cell_is(name, known))
            return slot;
    }
    if (type->type != EVENT_INSTRUMENT && cell_is(name, "symbol"))
        return SLOT_INSTRUMENT;
    return SLOT_NONE;
}
