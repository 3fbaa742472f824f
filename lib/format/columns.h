/* columns.h - which columns a table of one event type has.
 */
#ifndef FORMAT_COLUMNS_H
#define FORMAT_COLUMNS_H

#include "base/failure.h"
#include "format/fields.h"

enum {
    COLUMN_SEQ = SLOTS_MAX + 1
}; /* no slot, but a column: the sequence number */
_Static_assert((int)COLUMN_SEQ > (int)SLOT_NONE, "it is no slot of a type");

struct columns {
    const struct schema_type *type;
    unsigned count;
    unsigned slots[SLOTS_MAX + 1]; /* or COLUMN_SEQ */
};

/* Sets the columns in list, names separated by commas; NULL: all that the
 * type has.  -1 with a failure of class usage. */
int columns_set(struct columns *columns, const struct schema_type *type,
                const char *list, struct failure *failure);

/* What stands above a column. */
const char *columns_title(const struct columns *columns, unsigned column);

#endif
