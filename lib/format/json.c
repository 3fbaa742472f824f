/* json.c - events from JSON: with a type, those of others (json_rows.h); else
 * one flat object a line, as xexport writes them.
 *
 * "type" is the name of the type, or the number of one that is not ours; the
 * other keys are the columns of fields.h.  null and missing are the same.
 * Decimals may be strings or numbers, ids and counts too; texts, words and
 * codes are strings; flags are an array of words.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "format/import_format.h"
#include "format/json_rows.h"
#include "format/json_scan.h"
#include "format/lines.h"

struct json_import {
    struct json_rows *rows; /* NULL: lines as of xexport */
    struct importer *importer;
    struct lines lines;
    struct json_member *members; /* JSON_MEMBERS_MAX; owned */
    struct bytes scratch;        /* strings without their escapes */
    struct cell *names;          /* of slots, SLOTS_MAX for each type; owned */
    bool any;                    /* the file had an object */
};

static int
refuse_type(struct cell name, struct failure *failure)
{
    type_unknown(name, failure);
    failure->kind = FAILURE_DATA;
    return fail_at(failure, "key type");
}

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
        return refuse_type(name, failure);
    }
    return fail(
        failure, FAILURE_DATA,
        "no key \"type\" (-t TYPE says what the events are if these are "
        "not lines of xexport)");
}

/* Which kinds of values a slot may have, a bit for each. */
static unsigned
kinds_of(const struct schema_type *type, unsigned slot)
{
    _Static_assert(JSON_ARRAY < 32, "kinds are bits of an unsigned");
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
    case FIELD_INTERVAL:
    case FIELD_ENUM:
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_INSTRUMENT: break;
    }
    return text;
}

/* The slot of a key; those from hint on are tried first, since keys mostly
 * come in the order of the schema. */
static unsigned
find_slot(const struct json_import *json, const struct schema_type *type,
          struct cell key, unsigned hint)
{
    const struct cell *names;

    if (!type_known(type))
        return slot_find(type, key);
    names = json->names + (type - schema_types) * SLOTS_MAX;
    for (unsigned i = hint; i < slot_count(type); i++)
        if (names[i].size && cell_equal(names[i], key))
            return i;
    return slot_find(type, key);
}

/* Puts a member into the cell of its slot. */
static int
take_member(const struct schema_type *type, const struct json_member *member,
            unsigned slot, struct cell *cells, uint64_t *given,
            struct failure *failure)
{
    struct cell key = member->key;

    if (key.size > 60)
        key.size = 60;
    if (slot == SLOT_NONE)
        return fail(failure, FAILURE_DATA, "key \"%.*s\" is not a field of %s",
                    (int)key.size, key.bytes,
                    type_known(type) ? type->name : "this type");
    assert(slot < slot_count(type));
    if (*given >> slot & 1)
        return fail(failure, FAILURE_DATA, "key \"%.*s\" appears twice",
                    (int)key.size, key.bytes);
    *given |= UINT64_C(1) << slot;
    cells[slot] = (struct cell){"", 0};
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
    struct cell cells[SLOTS_MAX];
    struct schema_type user;
    const struct schema_type *type;
    uint64_t given = 0;
    unsigned slot = SLOT_TIME;
    char *scratch = bytes_text_room(&json->scratch, size);
    int count, type_at;

    if (!scratch)
        return fail_memory(failure);
    count = json_scan(text, size, scratch, json->members, failure);
    if (count < 0)
        return -1;
    type_at = find_type(json->members, count, &type, &user, failure);
    if (type_at < 0)
        return -1;
    for (int i = 0; i < count; i++) {
        if (i == type_at)
            continue;
        slot = find_slot(json, type, json->members[i].key, slot);
        if (take_member(type, &json->members[i], slot, cells, &given, failure))
            return -1;
    }
    json->importer->time_optional = given >> SLOT_TIME & 1;
    if (import_record(json->importer, type, given, cells, &slot) != 0)
        return slot == SLOT_NONE || !slot_name(type, slot)
                   ? -1
                   : fail_at(failure, "key \"%s\"", slot_name(type, slot));
    return 0;
}

static int
take_line(void *owner, const char *bytes, size_t size, struct failure *failure)
{
    struct json_import *json = owner;

    while (size && memchr(" \t\r\n", bytes[size - 1], 4))
        size--;
    if (size == 0)
        return 0;
    json->any = true;
    if (take_object(json, bytes, size, failure) == 0)
        return 0;
    return fail_at(failure, "line %" PRIu64, json->lines.number);
}

/* ---- the format ---------------------------------------------------------- */

static int
init(void *state, const struct import_options *options,
     struct importer *importer, struct failure *failure)
{
    struct json_import *json = state;

    if (options->type) {
        json->rows = json_rows_new(options, importer, failure);
        return json->rows ? 0 : -1;
    }
    if (options->maps.count || options->defaults.count ||
        options->ignored.count || options->wheres.count ||
        options->eaches.count)
        return fail(failure, FAILURE_USAGE,
                    "-m, -D, -x, --where and --each are for JSON of one -t "
                    "TYPE");
    json->importer = importer;
    importer->intern.labels = true;
    json->lines.line = take_line;
    json->lines.owner = json;
    json->members = allocate(failure, JSON_MEMBERS_MAX, sizeof *json->members);
    json->names =
        allocate(failure, schema_type_count, SLOTS_MAX * sizeof *json->names);
    if (!json->members || !json->names)
        return -1;
    for (size_t i = 0; i < schema_type_count * SLOTS_MAX; i++) {
        const char *name =
            slot_name(&schema_types[i / SLOTS_MAX], (unsigned)(i % SLOTS_MAX));

        if (name)
            json->names[i] = cell_of(name);
    }
    return 0;
}

static int
push(void *state, const char *bytes, size_t size, struct failure *failure)
{
    struct json_import *json = state;

    if (json->rows)
        return json_rows_push(json->rows, bytes, size, failure);
    return lines_push(&json->lines, bytes, size, failure);
}

static int
end(void *state, struct failure *failure)
{
    struct json_import *json = state;

    if (json->rows)
        return json_rows_end(json->rows, failure);
    if (lines_end(&json->lines, failure) != 0)
        return -1;
    lines_restart(&json->lines);
    if (!json->any)
        return fail(failure, FAILURE_DATA,
                    "line 1: no event (the file is empty)");
    json->any = false;
    return 0;
}

static uint64_t
left_out(const void *state)
{
    const struct json_import *json = state;

    return json->rows ? json_rows_left_out(json->rows) : 0;
}

static void
release(void *state)
{
    struct json_import *json = state;

    json_rows_free(json->rows);
    lines_free(&json->lines);
    free(json->members);
    bytes_free(&json->scratch);
    free(json->names);
}

const struct import_format json_import = {
    .name = "json",
    .summary = "lines as of xexport; with -t: anybody's JSON",
    .state_size = sizeof(struct json_import),
    .init = init,
    .push = push,
    .end = end,
    .left_out = left_out,
    .free = release,
};
