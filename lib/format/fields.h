/* fields.h - the columns that text has for a type of event.
 *
 * Those that every event has come first, then the fields of the type from the
 * schema, in its order.  The tail of a type that is not ours is one column.
 */
#ifndef FORMAT_FIELDS_H
#define FORMAT_FIELDS_H

#include "base/failure.h"
#include "format/cell.h"
#include "tape/schema.h"

enum slot {
    SLOT_TIME,
    SLOT_INSTRUMENT, /* "EXCHANGE:SYMBOL"; of an instrument event: its id */
    SLOT_EXCHANGE,   /* on reading only: for an instrument given without one */
    SLOT_DATA,       /* of a type that is not in the schema: its bytes, hex */
    SLOT_FIELDS,     /* the first field of the schema */
};
#define SLOTS_MAX 32 /* more than any type has; asserted */
#define SLOT_NONE SLOTS_MAX
_Static_assert(SLOT_NONE < 64, "slots are bits of a uint64_t");

/* The type that a name or, for those not in the schema, a number stands for.
 * A type that is not in the schema is described in *user.  NULL: no such
 * type. */
const struct schema_type *type_from_text(struct cell text,
                                         struct schema_type *user);

/* Fails with class usage for a text that is no type, or no field of a type,
 * with the nearest that is. */
int type_unknown(struct cell text, struct failure *failure);
int field_unknown(const struct schema_type *type, struct cell name,
                  struct failure *failure);

/* Describes a type by its number, known or not. */
const struct schema_type *type_of(unsigned number, struct schema_type *user);

/* Whether a type is in the schema; if not, its name is NULL. */
static inline bool
type_known(const struct schema_type *type)
{
    return type->name != NULL;
}

/* How many slots a type has, SLOT_FIELDS included. */
static inline unsigned
slot_count(const struct schema_type *type)
{
    return SLOT_FIELDS + type->field_count;
}

/* The field of a slot; NULL for SLOT_EXCHANGE and SLOT_DATA, and where the
 * type has no such column. */
const struct schema_field *slot_field(const struct schema_type *type,
                                      unsigned slot);

/* The name of a slot's column; NULL where the type has no such column. */
const char *slot_name(const struct schema_type *type, unsigned slot);

/* The slot of a column by name, without regard to case; "symbol" is another
 * name for "instrument".  SLOT_NONE when there is none. */
unsigned slot_find(const struct schema_type *type, struct cell name);

#endif
