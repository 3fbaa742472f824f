#include "text/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int
find_type(const struct json_member *members, int count,
          const struct schema_type **type, struct schema_type *user,
          struct failure *failure)
{
    for (int i = 0; i < count; i++) {
        struct cell name = members[i].value;

        if (!cell_equal(members[i].key, (struct cell){"type", 4}))
            continue;
        *type = members[i].kind == JSON_STRING || members[i].kind == JSON_NUMBER
                    ? type_from_text(name, user)
                    : NULL;
        if (*type)
            return i;
        return fail(failure, FAILURE_DATA,
                    "key type: there is no event type \"%.*s\"",
                    (int)(name.size > 60 ? 60 : name.size), name.bytes);
    }
    return fail(failure, FAILURE_DATA, "no key \"type\"");
}

/* Which kinds of values a slot may be told as, a bit for each. */
static unsigned
kinds_of(const struct schema_type *type, unsigned slot)
{
    const unsigned text = 1U << JSON_STRING, number = 1U << JSON_NUMBER;
    const struct schema_field *field = slot_field(type, slot);

    if (!field)
        return text;
    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO:
    case FIELD_AMOUNT:
    case FIELD_TIME:
    case FIELD_ID:
    case FIELD_COUNT: return text | number;
    case FIELD_FLAGS: return 1U << JSON_ARRAY;
    case FIELD_DURATION:
    case FIELD_ENUM:
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_INSTRUMENT: break;
    }
    return text;
}

/* Puts a member into the cell of its slot. */
static int
take_member(const struct schema_type *type, const struct json_member *member,
            struct cell *cells, uint64_t *told, struct failure *failure)
{
    unsigned slot = slot_find(type, member->key);
    struct cell key = member->key;

    if (key.size > 60)
        key.size = 60;
    if (slot == SLOT_NONE)
        return fail(failure, FAILURE_DATA, "key \"%.*s\" is no field of %s",
                    (int)key.size, key.bytes,
                    type_known(type) ? type->name : "this type");
    if (*told >> slot & 1)
        return fail(failure, FAILURE_DATA, "key \"%.*s\" appears twice",
                    (int)key.size, key.bytes);
    *told |= UINT64_C(1) << slot;
    if (member->kind == JSON_NULL)
        return 0;
    if ((kinds_of(type, slot) >> member->kind & 1) == 0)
        return fail(failure, FAILURE_DATA, "key \"%.*s\": must be %s",
                    (int)key.size, key.bytes,
                    kinds_of(type, slot) & 1U << JSON_ARRAY
                        ? "an array of words"
                        : "a string");
    cells[slot] = member->value;
    return 0;
}

static int
take_object(struct json_import *json, const char *text, size_t size,
            struct failure *failure)
{
    struct cell cells[SLOTS_MAX] = {{NULL, 0}};
    struct schema_type user;
    const struct schema_type *type;
    uint64_t told = 0;
    unsigned slot;
    int count = json_scan(text, size, json->scratch, json->members, failure);
    int type_at;

    if (count < 0)
        return -1;
    type_at = find_type(json->members, count, &type, &user, failure);
    if (type_at < 0)
        return -1;
    for (int i = 0; i < count; i++)
        if (i != type_at &&
            take_member(type, &json->members[i], cells, &told, failure) != 0)
            return -1;
    json->importer->time_optional = told >> SLOT_TIME & 1;
    if (import_record(json->importer, type, cells, &slot) != 0)
        return slot == SLOT_NONE || !slot_name(type, slot)
                   ? -1
                   : fail_at(failure, "key \"%s\"", slot_name(type, slot));
    return 0;
}

static int
take_line(void *owner, const char *bytes, size_t size, struct failure *failure)
{
    struct json_import *json = owner;
    size_t blank = 0;

    while (blank < size && memchr(" \t\r\n", bytes[blank], 4))
        blank++;
    if (blank == size)
        return 0;
    json->any = true;
    if (take_object(json, bytes, size, failure) == 0)
        return 0;
    return fail_at(failure, "line %" PRIu64, json->lines.number);
}

int
json_import_init(struct json_import *json, struct importer *importer,
                 struct failure *failure)
{
    memset(json, 0, sizeof *json);
    json->importer = importer;
    json->lines.line = take_line;
    json->lines.owner = json;
    json->scratch = allocate(failure, LINE_BYTES_MAX, 1);
    json->members = allocate(failure, JSON_MEMBERS_MAX, sizeof *json->members);
    return json->scratch && json->members ? 0 : -1;
}

void
json_import_free(struct json_import *json)
{
    lines_free(&json->lines);
    free(json->members);
    free(json->scratch);
    memset(json, 0, sizeof *json);
}

int
json_import_push(struct json_import *json, const char *bytes, size_t size,
                 struct failure *failure)
{
    return lines_push(&json->lines, bytes, size, failure);
}

int
json_import_end(struct json_import *json, struct failure *failure)
{
    if (lines_end(&json->lines, failure) != 0)
        return -1;
    lines_restart(&json->lines);
    if (!json->any)
        return fail(failure, FAILURE_DATA,
                    "line 1: no event (the file is "
                    "empty)");
    json->any = false;
    return 0;
}
