/* Lines of JSON as words: of each kind of line the members that are words, by
 * their places; of an order the others are NAME=VALUE. */
#include <assert.h>
#include <string.h>

#include "backtest/request.h"
#include "format/json_scan.h"

#define KEYS_MAX 5

static const struct kind {
    const char *word;
    const char *keys[KEYS_MAX + 1];
    bool options;
} kinds[] = {
    {"go", {NULL}, false},
    {"order",
     {"client_order_id", "instrument", "side", "quantity", "price"},
     true},
    {"modify", {"client_order_id", "quantity", "price", "stop_price"}, false},
    {"cancel", {"client_order_id", "quantity", "instrument"}, false},
    {"timer", {"time"}, false},
    {"note", {"text"}, false},
    {"subscribe", {"what"}, false},
    {"ready", {NULL}, false},
};

/* What a line is made of. */
struct object {
    struct json_member members[JSON_MEMBERS_MAX];
    unsigned count;
    char *room; /* where words go; there is enough of it */
};

static bool
is_key(const struct json_member *member, const char *key)
{
    return member->key.size == strlen(key) &&
           memcmp(member->key.bytes, key, member->key.size) == 0;
}

/* Whether a value has a NUL, which no word can have. */
static bool
has_nul(const struct object *object)
{
    for (unsigned i = 0; i < object->count; i++)
        if (object->members[i].value.size &&
            memchr(object->members[i].value.bytes, '\0',
                   object->members[i].value.size))
            return true;
    return false;
}

/* The kind of line, or NULL. */
static const struct kind *
find_kind(const struct object *object)
{
    for (unsigned i = 0; i < object->count; i++) {
        const struct cell *value = &object->members[i].value;

        if (!is_key(&object->members[i], "type"))
            continue;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (strlen(kinds[k].word) == value->size &&
                memcmp(kinds[k].word, value->bytes, value->size) == 0)
                return &kinds[k];
        return NULL;
    }
    return NULL;
}

static void
put(struct object *object, const char *bytes, size_t size)
{
    memcpy(object->room, bytes, size);
    object->room += size;
}

/* A value as a word, which ends there. */
static void
put_value(struct object *object, const char *bytes, size_t size)
{
    put(object, bytes, size);
    *object->room++ = '\0';
}

/* NAME=VALUE; of an array, one for each of its strings. */
static void
put_option(struct strategy *strategy, struct object *object,
           const struct json_member *member, struct words *words)
{
    const char *value = member->value.bytes, *end = value + member->value.size;

    do {
        const char *bar = member->kind == JSON_ARRAY
                              ? memchr(value, '|', (size_t)(end - value))
                              : NULL;
        const char *stop = bar ? bar : end;

        if (words->count == REQUEST_WORDS_MAX) {
            request_ignore(strategy, member->key.bytes, member->key.size);
            return;
        }
        words->at[words->count++] = object->room;
        put(object, member->key.bytes, member->key.size);
        *object->room++ = '=';
        put_value(object, value, (size_t)(stop - value));
        value = bar ? bar + 1 : end;
    } while (value < end);
}

/* The place of a member among the words, or 0. */
static unsigned
place_of(const struct kind *kind, const struct json_member *member)
{
    for (unsigned i = 0; i < KEYS_MAX && kind->keys[i]; i++)
        if (is_key(member, kind->keys[i]))
            return i + 1;
    return 0;
}

static void
put_member(struct strategy *strategy, const struct kind *kind,
           struct object *object, const struct json_member *member,
           struct words *words)
{
    unsigned place = place_of(kind, member);

    if (member->kind == JSON_NULL || is_key(member, "type"))
        return;
    if (place) {
        words->at[place] = object->room;
        put_value(object, member->value.bytes, member->value.size);
    } else if (kind->options) {
        put_option(strategy, object, member, words);
    } else {
        request_ignore(strategy, member->key.bytes, member->key.size);
    }
}

/* "all" is of the instrument in the place of a quantity. */
static void
arrange_cancel(struct words *words)
{
    if (strcmp(words->at[1], "all") == 0)
        words->at[2] = words->at[3];
}

/* Space for the words of a line, and for json_scan's strings before it. */
static char *
make_room(struct strategy *strategy, size_t size)
{
    bytes_clear(&strategy->room);
    return (char *)bytes_room(&strategy->room, 5 * size + 64);
}

bool
json_read(struct strategy *strategy, const struct strategy_turn *turn,
          char *line, size_t size)
{
    struct failure refused = {0};
    struct words words = {
        .count = KEYS_MAX + 1, .fields = true, .line = line, .size = size};
    struct object object;
    const struct kind *kind;
    char *room = make_room(strategy, size);
    int count;

    if (!room) {
        fail_memory(strategy->world->failure);
        return false;
    }
    count = json_scan(line, size, room, object.members, &refused);
    object.count = count < 0 ? 0 : (unsigned)count;
    object.room = room + size;
    kind = find_kind(&object);
    if (!kind || has_nul(&object)) {
        request_ignore(strategy, line, size);
        return false;
    }
    for (unsigned i = 0; i < REQUEST_WORDS_MAX; i++)
        words.at[i] = "";
    words.at[0] = kind->word;
    for (unsigned i = 0; i < object.count; i++)
        put_member(strategy, kind, &object, &object.members[i], &words);
    assert(object.room <= room + 5 * size + 64);
    arrange_cancel(&words);
    return request_take(strategy, turn, &words);
}
