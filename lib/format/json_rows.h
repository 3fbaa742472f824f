/* json_rows.h - events of one type from the JSON of others.
 *
 * A field is where a path says (mapping.h): "p", "data.p", "[0]",
 * "bids[0][1]"; without one it has its own name.  With each, a record holds a
 * row for every value that its path leads to, where [] is any element:
 * "data[]", "events[].trades[]"; paths are then from that value on, and what
 * lies outside counts for all rows, with its path from the top.
 *
 * What stands before an object on its line, as the time that a program which
 * records a feed puts there, has the path "@".
 */
#ifndef FORMAT_JSON_ROWS_H
#define FORMAT_JSON_ROWS_H

#include "format/import_format.h"

struct json_rows;

/* options->type is set.  NULL with a failure, of class usage. */
struct json_rows *json_rows_new(const struct import_options *options,
                                struct importer *importer,
                                struct failure *failure);
void json_rows_free(struct json_rows *rows);

/* As of an import_format. */
int json_rows_push(struct json_rows *rows, const char *bytes, size_t size,
                   struct failure *failure);
int json_rows_end(struct json_rows *rows, struct failure *failure);
uint64_t json_rows_left_out(const struct json_rows *rows);

#endif
