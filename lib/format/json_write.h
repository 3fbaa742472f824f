/* json_write.h - events as JSON lines, which ximport reads back as the same
 * events.
 *
 *      {"type":"trade","time":"2026-01-08T09:30:00Z","instrument":"AAPL",...}
 *
 * Nulls are left out, but for a time.  Decimals are strings.  Ids and counts
 * are numbers below 2^53 and strings from there on, since many readers of JSON
 * hold numbers as floating point.  Flags are an array of words.
 */
#ifndef FORMAT_JSON_WRITE_H
#define FORMAT_JSON_WRITE_H

#include "format/exporter.h"

struct json_writer {
    struct exporter *exporter; /* set before init */

    /* private */
    struct json_type *types; /* by type, below EVENT_TYPES; owned */
    struct json_field *fields;
    struct json_label *labels; /* by instrument index; owned */
    uint32_t label_capacity;
    struct buffer scratch;
};

int json_writer_init(struct json_writer *writer);
void json_writer_free(struct json_writer *writer);

/* Appends one line to the buffer.  0, or -1 with exporter->failure set. */
int json_put(struct json_writer *writer, const struct event *event,
             struct buffer *buffer);

#endif
