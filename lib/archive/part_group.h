/* part_group.h - a row group of a part, on its way to be events.
 *
 * Which of its rows can be wanted is decided by what the footer says, then by
 * the columns that the selection looks at, so that the others are read only
 * when there are such rows.  To load it is a job that another thread can do.
 * Memory: that of an event_columns, and a chunk as it lies.
 */
#ifndef ARCHIVE_PART_GROUP_H
#define ARCHIVE_PART_GROUP_H

#include "archive/event_columns.h"
#include "base/pool.h"
#include "tape/select.h"

/* What is wanted of parts. */
struct part_filter {
    uint64_t from_seq, to_seq; /* [from, to) */
    /* NULL: all. Definitions are of any time and instrument. */
    const struct selection *selection;
};
#define PART_FILTER_ALL ((struct part_filter){.to_seq = UINT64_MAX})

struct part_group {
    struct parquet_reader file; /* shares that of the part */
    struct event_columns columns;
    const struct part_filter *filter;
    struct pool_job job; /* to load it */
    uint32_t number;     /* of the row group */
    /* what came of it: 1, and events can be built; 0, nothing is wanted; -1 */
    int result;
    struct failure failure;
    struct bytes rows; /* uint32_t: those that are wanted */
    uint32_t row_count;
    struct bytes wanted, places; /* a byte a row; a place of a table */
};

/* Room to load row groups of a part in; file and filter must outlive it. */
int part_group_init(struct part_group *group, const struct parquet_reader *file,
                    const struct part_filter *filter, struct failure *failure);
void part_group_free(struct part_group *group);

/* Whether the row group of that number can hold something wanted, by the
 * footer. */
bool part_group_possible(const struct part_group *group, uint32_t number);

#endif
