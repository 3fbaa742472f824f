/* table_write.h - events as aligned text for people.
 *
 * Events of one type: a column for each field.  Of many: time, type,
 * instrument, and the rest as name=value.  It streams: widths begin as what is
 * usual for the kind of a field, and grow, up to a limit, where a value needs
 * more; so the same events give the same text.  Nulls are "-".  Control
 * characters in texts become "?": what a tape holds must not steer a terminal.
 */
#ifndef FORMAT_TABLE_WRITE_H
#define FORMAT_TABLE_WRITE_H

#include "format/columns.h"
#include "format/exporter.h"

#define TABLE_COLUMNS_MAX (SLOTS_MAX + 1)

struct table_writer {
    struct exporter *exporter; /* set these before init */
    bool mixed;                /* events of many types */
    struct columns columns;    /* of the one type; unless mixed */

    /* private */
    unsigned widths[TABLE_COLUMNS_MAX];
    struct buffer scratch;
    bool begun; /* the titles stand */
};

void table_writer_init(struct table_writer *writer);
void table_writer_free(struct table_writer *writer);

/* Appends a line, after the titles if it is the first; 0, or -1 with
 * exporter->failure set. */
int table_put(struct table_writer *writer, const struct event *event,
              uint64_t seq, struct buffer *buffer);

#endif
