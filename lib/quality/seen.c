#include "quality/seen.h"

#include <assert.h>
#include <string.h>

#include "tape/frame.h"

#define KEY_MAX (16 + SEEN_FIELDS * 16)

/* Looks up one field in every type; whether any has it. */
static bool
add_field(struct seen *seen, const char *name, size_t size)
{
    bool found = false;

    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_type *type = &schema_types[i];
        const struct schema_field *field = schema_field(type, name, size);

        seen->keyed[type->type] &= field != NULL;
        seen->fields[type->type][seen->field_count] = field;
        found |= field != NULL;
    }
    seen->field_count++;
    return found;
}

int
seen_init(struct seen *seen, const char *key, struct failure *failure)
{
    const char *at = key;
    bool any = false;

    *seen = (struct seen){.whole = strcmp(key, "event") == 0};
    for (size_t i = 0; i < schema_type_count; i++)
        seen->keyed[schema_types[i].type] =
            schema_types[i].type != EVENT_INSTRUMENT &&
            schema_types[i].type != EVENT_NAME;
    while (!seen->whole && at) {
        size_t size = strcspn(at, ",");

        if (seen->field_count == SEEN_FIELDS)
            return fail(failure, FAILURE_USAGE, "a key has at most %d fields",
                        SEEN_FIELDS);
        if (size == 4 && memcmp(at, "time", size) == 0)
            seen->timed = true;
        else if (!add_field(seen, at, size))
            return fail(failure, FAILURE_USAGE,
                        "\"%.*s\" is not a field of any type", (int)size, at);
        at = at[size] ? at + size + 1 : NULL;
    }
    for (unsigned type = 0; type < EVENT_TYPES; type++)
        any |= seen->keyed[type];
    return any ? 0
               : fail(failure, FAILURE_USAGE,
                      "no type has all of the fields of \"%s\"", key);
}

void
seen_begin(struct seen *seen)
{
    map_free(&seen->recent);
    map_free(&seen->before);
}

void
seen_free(struct seen *seen)
{
    seen_begin(seen);
}

/* The bytes of a field; a text counts by what it says. */
static bool
put_field(unsigned char *key, size_t *used, const struct event *event,
          const struct schema_field *field)
{
    const char *at = (const char *)event + field->offset;
    struct text text;
    uint64_t hash;

    if (field_is_null(event, field))
        return false;
    assert(*used + 16 <= KEY_MAX);
    if (field->kind == FIELD_TEXT) {
        memcpy(&text, at, sizeof text);
        hash = frame_hash(event_text(event, text), text.length);
        memcpy(key + *used, &hash, sizeof hash);
        *used += sizeof hash;
        return true;
    }
    assert(field->size <= 16);
    memcpy(key + *used, at, field->size);
    *used += field->size;
    return true;
}

/* The hash of an event's key; false: it has none. */
static bool
hash_key(const struct seen *seen, const struct event *event, uint64_t *hash)
{
    unsigned char key[KEY_MAX];
    size_t used = 0;

    if (event->type >= EVENT_TYPES || !seen->keyed[event->type])
        return false;
    if (seen->whole) {
        *hash = frame_hash(event, event->words * 8UL);
        return true;
    }
    memcpy(key, &event->type, sizeof event->type);
    memcpy(key + 4, &event->instrument, sizeof event->instrument);
    memset(key + 2, 0, 2);
    if (seen->timed)
        memcpy(key + 8, &event->time, sizeof event->time);
    used = seen->timed ? 16 : 8;
    for (unsigned i = 0; i < seen->field_count; i++)
        if (!put_field(key, &used, event, seen->fields[event->type][i]))
            return false;
    *hash = frame_hash(key, used);
    return true;
}

int
seen_add(struct seen *seen, const struct event *event, struct failure *failure)
{
    uint32_t body, known;
    uint64_t key;

    if (!hash_key(seen, event, &key))
        return SEEN_NEW;
    body = (uint32_t)frame_hash(event, event->words * 8UL) & ~UINT32_C(1);
    known = map_get(&seen->recent, key);
    if (known == MAP_NONE)
        known = map_get(&seen->before, key);
    if (known != MAP_NONE)
        return known == body ? SEEN_SAME : SEEN_OTHER;
    assert(seen->recent.count <= SEEN_KEYS && body != MAP_NONE);
    if (seen->recent.count == SEEN_KEYS) {
        map_free(&seen->before);
        seen->before = seen->recent;
        seen->recent = (struct map){0};
    }
    return map_put(&seen->recent, key, body) ? SEEN_NEW : fail_memory(failure);
}
