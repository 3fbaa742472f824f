/* layout.h - an event type as the columns of a Parquet file.
 *
 * From the schema table: seq, time, symbol and exchange of the instrument,
 * the fields in their order, then instrument and raw.  xtape-archive(5) has
 * the mapping of kinds to Parquet's types.
 *
 * A time is two columns, since few engines know nanoseconds: TIMESTAMP in
 * microseconds, and after it NAME_nanos, a number from 1 to 999 or null.
 *
 * What columns cannot say is kept in two that are nearly always null:
 * instrument, the local id where it does not follow from symbol and exchange;
 * raw, the whole event where its bytes do not follow from the columns.  A
 * type that the schema does not know has no fields: its events are in raw.
 */
#ifndef ARCHIVE_LAYOUT_H
#define ARCHIVE_LAYOUT_H

#include "parquet/parquet.h"
#include "tape/schema.h"

enum column_role {
    COLUMN_SEQ,
    COLUMN_TIME,
    COLUMN_NANOS, /* the rest of a time below a microsecond */
    COLUMN_SYMBOL,
    COLUMN_EXCHANGE,
    COLUMN_FIELD,
    COLUMN_INSTRUMENT,
    COLUMN_RAW,
};

struct layout {
    uint16_t type;
    const struct schema_type *schema; /* NULL: not known */
    uint16_t fixed;                   /* bytes of the fixed part */
    unsigned column_count;
    struct parquet_column columns[PARQUET_COLUMNS_MAX];
    enum column_role roles[PARQUET_COLUMNS_MAX];
    const struct schema_field *fields[PARQUET_COLUMNS_MAX];
    bool has_texts;
    /* bytes of the fixed part that no field covers: 0 in events that columns
     * can hold */
    unsigned gap_count;
    uint16_t gap_words[EVENT_FIXED_MAX / 8];
    uint64_t gap_masks[EVENT_FIXED_MAX / 8];
};

/* The columns of a version of parts: in 1, times are one column, in
 * nanoseconds. */
#define LAYOUT_VERSION 2

/* written: the length of the fixed part by the tape's HEADER. */
void layout_init(struct layout *layout, uint16_t type, uint16_t written,
                 unsigned version);

/* Whether a column's times are in microseconds, and the next column has what
 * is left of them. */
static inline bool
layout_is_split(const struct layout *layout, unsigned column)
{
    return layout->columns[column].logical == PARQUET_TIME_MICROS;
}

/* The microsecond that a time lies in, and what is left of it: 0 to 999. */
#define NANOS_IN_MICRO 1000
static inline int64_t
micros_of(int64_t time)
{
    int64_t micros = time / NANOS_IN_MICRO;

    return micros - (time % NANOS_IN_MICRO < 0);
}
static inline uint32_t
nanos_of(int64_t time)
{
    int64_t nanos = time % NANOS_IN_MICRO;

    return (uint32_t)(nanos < 0 ? nanos + NANOS_IN_MICRO : nanos);
}

/* The number of a column by role, the first; or -1. */
int layout_find(const struct layout *layout, enum column_role role);

/* True when the writer knew the field. */
static inline bool
layout_has(const struct layout *layout, const struct schema_field *field)
{
    return field->offset + field->size <= layout->fixed;
}

/* How many words a list has. */
unsigned words_count(const char *const *words);

/* The text of a set of flags, "a|b", into at; its length. */
#define FLAGS_TEXT_MAX 256
size_t flags_to_text(const char *const *words, unsigned flags, char *at);

/* The set of a text; false if it names none. */
bool flags_of_text(const char *const *words, const unsigned char *text,
                   size_t size, uint64_t *flags);

#endif
