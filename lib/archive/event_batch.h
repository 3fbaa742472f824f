/* event_batch.h - a batch of events turned into cells of columns, one column
 * after the other.
 */
#ifndef ARCHIVE_EVENT_BATCH_H
#define ARCHIVE_EVENT_BATCH_H

#include "archive/event_rows.h"

/* Appends what is staged in rows to its columns.  0, or -1 without memory. */
int event_batch_take(struct event_rows *rows, struct failure *failure);

#endif
