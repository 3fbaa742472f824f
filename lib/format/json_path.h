/* json_path.h - where in a record of JSON a reader is: "data.bids[0][1]".
 *
 * A path longer than JSON_PATH_MAX is cut: it is no path that anyone asks for.
 */
#ifndef FORMAT_JSON_PATH_H
#define FORMAT_JSON_PATH_H

#include "format/cell.h"

#define JSON_PATH_MAX 512

struct json_path {
    char text[JSON_PATH_MAX];
    size_t size;
    size_t start; /* where what json_path returns begins: a row's path */
};

/* The path, lent until it changes. */
static inline struct cell
json_path(const struct json_path *path)
{
    return (struct cell){path->text + path->start, path->size - path->start};
}

/* Append a text, a key, an index. */
void json_path_put(struct json_path *path, const char *text, size_t size);
void json_path_key(struct json_path *path, struct cell key);
void json_path_index(struct json_path *path, unsigned index);

#endif
