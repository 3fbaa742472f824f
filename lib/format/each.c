#include "format/each.h"

#include <assert.h>
#include <stdlib.h>

#include "base/array.h"

/* One "PATH:FIELD=VALUE,..." */
static int
parse(struct each *each, const char *text, const struct schema_type *type,
      struct failure *failure)
{
    const char *colon = strchr(text, ':');
    const char *list = colon ? colon + 1 : NULL;
    struct cell item, value;
    unsigned slot;
    char ended;

    each->path = cell_of(text);
    if (colon)
        each->path.size = (size_t)(colon - text);
    while (list_next(&list, 0, &item, &ended)) {
        bool place;

        if (field_parse(type, item, "--each", &slot, &value, failure) != 0)
            return -1;
        assert(slot < SLOTS_MAX);
        place = value.size && (*value.bytes == '[' || *value.bytes == '.');
        if (place && *value.bytes == '.')
            value = (struct cell){value.bytes + 1, value.size - 1};
        if (cell_equal(value, cell_of("[]")))
            each->numbered |= UINT64_C(1) << slot;
        else if (place)
            each->placed |= UINT64_C(1) << slot;
        else
            each->given |= UINT64_C(1) << slot;
        each->values[slot] = value;
    }
    return 0;
}

int
each_list_init(struct each_list *list, const struct import_options *options,
               const struct schema_type *type, struct failure *failure)
{
    const struct text_list *texts = &options->eaches;

    if (texts->count == 0 && options->fallback)
        texts = &options->fallback->eaches;
    if (texts->count == 0)
        return 0;
    list->items = allocate(failure, texts->count, sizeof *list->items);
    if (!list->items)
        return -1;
    for (; list->count < texts->count; list->count++)
        if (parse(&list->items[list->count], texts->items[list->count], type,
                  failure) != 0)
            return -1;
    return 0;
}

void
each_list_free(struct each_list *list)
{
    free(list->items);
    *list = (struct each_list){0};
}

bool
each_begins(struct cell pattern, struct cell path, size_t *size,
            unsigned *index)
{
    size_t at = 0;

    *index = 0;
    for (size_t i = 0; i < pattern.size; i++) {
        if (at == path.size || pattern.bytes[i] != path.bytes[at])
            return false;
        at++;
        if (pattern.bytes[i] != '[' || i + 1 == pattern.size ||
            pattern.bytes[i + 1] != ']')
            continue;
        for (*index = 0; at < path.size && path.bytes[at] != ']'; at++) {
            unsigned digit = (unsigned)(path.bytes[at] - '0');

            if (digit > 9 || *index > 99999)
                return false;
            *index = *index * 10 + digit;
        }
    }
    *size = at;
    return true;
}

const struct each *
each_find(const struct each_list *list, struct cell path, unsigned *index)
{
    size_t size;

    for (unsigned i = 0; i < list->count; i++)
        if (each_begins(list->items[i].path, path, &size, index) &&
            size == path.size)
            return &list->items[i];
    return NULL;
}
