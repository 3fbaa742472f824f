/* layout.h - an event type as the columns of a Parquet file.
 *
 * From the schema table: seq, time, symbol and exchange of the instrument,
 * the fields in their order, then instrument and raw.  xtape-archive(5) has
 * the mapping of kinds to Parquet's types.
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

/* written: the length of the fixed part by the tape's HEADER. */
void layout_init(struct layout *layout, uint16_t type, uint16_t written);

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

/* The set of a text; false when it is none. */
bool flags_of_text(const char *const *words, const unsigned char *text,
                   size_t size, uint64_t *flags);

#endif
