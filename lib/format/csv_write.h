/* csv_write.h - events of one type as CSV (RFC 4180, lines ending in LF),
 * which ximport reads back as the same events.
 */
#ifndef FORMAT_CSV_WRITE_H
#define FORMAT_CSV_WRITE_H

#include "format/columns.h"
#include "format/exporter.h"

struct csv_writer {
    struct exporter *exporter; /* set these before use */
    struct columns columns;
    bool guard; /* a text that a spreadsheet would take for a formula gets a
                 * quote mark before it: safe to open, no longer lossless */

    /* private */
    struct buffer scratch;
};

void csv_writer_free(struct csv_writer *writer);

/* Append a line; 0, or -1 with exporter->failure set.  The event is of the
 * type of the columns. */
int csv_put_header(struct csv_writer *writer, struct buffer *buffer);
int csv_put(struct csv_writer *writer, const struct event *event, uint64_t seq,
            struct buffer *buffer);

#endif
