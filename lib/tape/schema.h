/* schema.h - the one table of event types and their fields (schema.c), and
 * access to it and through it (schema_access.c).
 *
 * CSV and JSON columns, Parquet and SQL schemas, the tables of tape(5), the
 * fuzz dictionaries and the checks of a reader all come from it.  Adding an
 * event type is one struct in event.h and one entry in schema.c.
 */
#ifndef TAPE_SCHEMA_H
#define TAPE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "tape/event.h"

enum field_kind {
    FIELD_PRICE,      /* i64, 10^-8, null INT64_MIN */
    FIELD_QUANTITY,   /* i64, 10^-8, null INT64_MIN */
    FIELD_RATIO,      /* i64, 10^-8, null INT64_MIN */
    FIELD_AMOUNT,     /* struct amount, 10^-8, null INT128_MIN */
    FIELD_TIME,       /* i64, nanoseconds since 1970 UTC, null INT64_MIN */
    FIELD_DURATION,   /* i64, nanoseconds, null INT64_MIN */
    FIELD_ID,         /* u64, null 0; text outside if a name defines it */
    FIELD_COUNT,      /* u32 or u64, null 0 */
    FIELD_ENUM,       /* u8, null 0; words[value - 1] is its text */
    FIELD_FLAGS,      /* u8, null 0; words[n] is the text of bit n */
    FIELD_TEXT,       /* struct text, null: length 0 */
    FIELD_CODE,       /* struct code, null 0 */
    FIELD_INSTRUMENT, /* u32, a local instrument id, null 0 */
    FIELD_INTERVAL,   /* i64, base/interval.h, null INT64_MIN */
};

struct schema_field {
    const char *name;
    enum field_kind kind;
    uint16_t offset;          /* in the event */
    uint16_t size;            /* bytes */
    const char *const *words; /* enum, flags: texts, NULL-terminated */
    uint8_t id_kind;          /* id: enum id_kind; 0: a plain number */
    const char *meaning;      /* one line */
};

struct schema_type {
    const char *name;
    uint16_t type; /* enum event_type */
    uint16_t size; /* bytes of the fixed part */
    uint16_t field_count;
    const struct schema_field *fields; /* in order of offset */
    const char *meaning;               /* one line */
};

/* All types that this version knows, in order of their number. */
extern const struct schema_type schema_types[];
extern const size_t schema_type_count;

/* The entry of a type by number or by name; NULL when unknown. */
const struct schema_type *schema_find(unsigned type);
const struct schema_type *schema_find_name(const char *name, size_t size);

/* A field of a type by name; NULL when there is none. */
const struct schema_field *schema_field(const struct schema_type *type,
                                        const char *name, size_t size);

/* The name of a field that is an id in some type; NULL when there is none. */
const char *schema_id_field(const char *name, size_t size);

/* Sets an event of schema_find(type)->size bytes to its header and nulls in
 * every field; instrument 0, time null. */
void event_init(void *event, enum event_type type);

bool field_is_null(const void *event, const struct schema_field *field);

/* The value of a count, id, enum, flags or instrument field. */
uint64_t field_unsigned(const void *event, const struct schema_field *field);

/* Sets it.  The value fits the field. */
void field_set_unsigned(void *event, const struct schema_field *field,
                        uint64_t value);

/* A code from 1 to 8 bytes of printable ASCII without spaces; {0} when the
 * bytes are anything else. */
struct code code_from_text(const char *text, size_t size);

/* Writes up to 8 bytes, returns how many; not NUL-terminated. */
size_t code_to_text(struct code code, char text[8]);

#endif
