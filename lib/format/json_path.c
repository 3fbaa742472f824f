#include "format/json_path.h"

#include <assert.h>
#include <stdio.h>

void
json_path_put(struct json_path *path, const char *text, size_t size)
{
    size_t room = sizeof path->text - path->size;

    assert(path->start <= path->size && path->size <= sizeof path->text);
    if (size > room)
        size = room;
    memcpy(path->text + path->size, text, size);
    path->size += size;
}

void
json_path_key(struct json_path *path, struct cell key)
{
    if (path->size > path->start)
        json_path_put(path, ".", 1);
    json_path_put(path, key.bytes, key.size);
}

void
json_path_index(struct json_path *path, unsigned index)
{
    char text[16];
    int size = snprintf(text, sizeof text, "[%u]", index);

    assert(size > 2 && (size_t)size < sizeof text);
    json_path_put(path, text, (size_t)size);
}
