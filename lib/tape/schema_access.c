#include "tape/schema.h"

#include <assert.h>
#include <string.h>

/* ---- looking things up -------------------------------------------------- */

const struct schema_type *
schema_find(unsigned type)
{
    size_t low = 0, high = schema_type_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (schema_types[middle].type < type)
            low = middle + 1;
        else
            high = middle;
    }
    return low < schema_type_count && schema_types[low].type == type
               ? &schema_types[low]
               : NULL;
}

static bool
equal(const char *name, const char *text, size_t size)
{
    return strlen(name) == size && memcmp(name, text, size) == 0;
}

const struct schema_type *
schema_find_name(const char *name, size_t size)
{
    for (size_t i = 0; i < schema_type_count; i++)
        if (equal(schema_types[i].name, name, size))
            return &schema_types[i];
    return NULL;
}

const struct schema_field *
schema_field(const struct schema_type *type, const char *name, size_t size)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (equal(type->fields[i].name, name, size))
            return &type->fields[i];
    return NULL;
}

const char *
schema_id_field(const char *name, size_t size)
{
    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_field *field =
            schema_field(&schema_types[i], name, size);

        if (field && field->kind == FIELD_ID)
            return field->name;
    }
    return NULL;
}

/* ---- fields of an event ------------------------------------------------- */

/* The null of a field as words in memory. */
static struct amount
null_of(enum field_kind kind)
{
    switch (kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO:
    case FIELD_TIME:
    case FIELD_DURATION: return (struct amount){(uint64_t)INT64_MIN, 0};
    case FIELD_INTERVAL: return (struct amount){(uint64_t)INT64_MIN, 0};
    case FIELD_AMOUNT: return amount_of(AMOUNT_NULL);
    case FIELD_ID:
    case FIELD_COUNT:
    case FIELD_ENUM:
    case FIELD_FLAGS:
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_INSTRUMENT: break;
    }
    return (struct amount){0, 0};
}

static void
set_null(void *event, const struct schema_field *field)
{
    struct amount null = null_of(field->kind);

    memcpy((char *)event + field->offset, &null, field->size);
}

bool
field_is_null(const void *event, const struct schema_field *field)
{
    const char *at = (const char *)event + field->offset;
    struct amount null = null_of(field->kind);

    if (field->kind == FIELD_TEXT)
        return ((const struct text *)(const void *)at)->length == 0;
    return memcmp(at, &null, field->size) == 0;
}

void
event_init(void *event, enum event_type type)
{
    const struct schema_type *schema = schema_find(type);
    struct event *header = event;

    assert(schema && schema->size % 8 == 0);
    memset(event, 0, schema->size);
    header->words = (uint16_t)(schema->size / 8);
    header->type = (uint16_t)type;
    header->time = INT64_MIN;
    for (size_t i = 0; i < schema->field_count; i++)
        set_null(event, &schema->fields[i]);
}

uint64_t
field_unsigned(const void *event, const struct schema_field *field)
{
    uint64_t value = 0; /* little-endian: the low bytes come first */

    memcpy(&value, (const char *)event + field->offset, field->size);
    return value;
}

void
field_set_unsigned(void *event, const struct schema_field *field,
                   uint64_t value)
{
    memcpy((char *)event + field->offset, &value, field->size);
}

struct code
code_from_text(const char *text, size_t size)
{
    struct code code = {0};

    if (size == 0 || size > sizeof code.word)
        return code;
    for (size_t i = 0; i < size; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return code;
    memcpy(&code.word, text, size);
    return code;
}

size_t
code_to_text(struct code code, char text[8])
{
    size_t size = 0;

    memcpy(text, &code.word, sizeof code.word);
    while (size < sizeof code.word && text[size])
        size++;
    return size;
}
