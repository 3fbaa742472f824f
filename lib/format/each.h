/* each.h - rows within a record: --each PATH[:FIELD=VALUE,...].
 *
 * A record holds a row for each value that PATH leads to, where [] is any
 * element: "data.bids[]".  The values hold in all of these rows: a text, as
 * "side=buy"; if it begins with a '[' or a '.', where in the row the field is:
 * "price=[1]", "price=.px"; or [], which of the elements it is, from 1.
 */
#ifndef FORMAT_EACH_H
#define FORMAT_EACH_H

#include <stdbool.h>

#include "format/mapping.h"

struct each {
    struct cell path;
    uint64_t given; /* slots with a text in values, a bit each */
    struct cell values[SLOTS_MAX];
    uint64_t placed;   /* slots with a path in values */
    uint64_t numbered; /* slots with the number of the element */
};

struct each_list {
    struct each *items; /* owned */
    unsigned count;
};

/* Those of the command line or, if there are none, of the dialect.  0, or -1
 * with a failure of class usage.  options outlive the list. */
int each_list_init(struct each_list *list, const struct import_options *options,
                   const struct schema_type *type, struct failure *failure);
void each_list_free(struct each_list *list);

/* The one whose path that is; NULL: none.  *index: what stands for its last
 * []. */
const struct each *each_find(const struct each_list *list, struct cell path,
                             unsigned *index);

/* Whether a pattern, in which [] is any index, is the beginning of a path;
 * *size is of that part, *index what stands for its last []. */
bool each_begins(struct cell pattern, struct cell path, size_t *size,
                 unsigned *index);

#endif
