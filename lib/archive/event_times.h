/* event_times.h - times that lie in two columns (layout.h), in events again. */
#ifndef ARCHIVE_EVENT_TIMES_H
#define ARCHIVE_EVENT_TIMES_H

#include "archive/event_columns.h"

/* Puts the current rows of a column of microseconds into count events, which
 * begin at columns->starts, at an offset of each. */
void event_times_put(const struct event_columns *columns, unsigned char *events,
                     uint32_t count, size_t offset, unsigned column);

/* Adds what is left of the times that the column before has put: 0, or -1 when
 * it is no such number. */
int event_times_add(const struct event_columns *columns, unsigned char *events,
                    uint32_t count, unsigned column, struct failure *failure);

#endif
