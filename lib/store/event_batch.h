/* event_batch.h - a batch of events turned into cells of columns, one column
 * after the other.
 */
#ifndef STORE_EVENT_BATCH_H
#define STORE_EVENT_BATCH_H

#include "store/event_rows.h"

/* Appends what is staged in rows to its columns.  0, or -1 without memory. */
int event_batch_take(struct event_rows *rows, struct failure *failure);

#endif
