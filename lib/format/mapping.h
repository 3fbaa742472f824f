/* mapping.h - which column, or key of JSON, is which field: -t -m -D -x and
 * --where.
 *
 *      -m FIELD=COLUMN,...     the field is in that column
 *      -m FIELD=A+B            in two: their texts, with a blank in between
 *      -m FIELD="A, B"         a name with a comma or a plus, in quotes
 *
 * A column may be given by its number from 1, if none has such a name, and may
 * feed more than one field.
 */
#ifndef FORMAT_MAPPING_H
#define FORMAT_MAPPING_H

#include <stdbool.h>

#include "format/fields.h"
#include "format/import_format.h"

#define MAPPING_PARTS 4
#define WHERES_MAX    32

/* Where the text of a field comes from. */
struct field_source {
    unsigned count; /* 0: it is not mapped */
    struct cell parts[MAPPING_PARTS];
};

/* Records count only if the text of that column is this one, or, when it
 * differs, is another one. */
struct where {
    struct cell column, text;
    bool differs;
};

struct mapping {
    const struct schema_type *type;
    struct field_source sources[SLOTS_MAX];
    struct cell defaults[SLOTS_MAX + 1]; /* its text where no cell has one */
    uint64_t given;                      /* slots that have one, a bit each */
    bool ignore_extra;                   /* columns that are no field */

    /* private */
    struct schema_type user;
    struct cell *ignored; /* owned */
    size_t ignored_count, ignored_capacity;
    struct where *wheres; /* owned */
    size_t where_count, where_capacity;
    uint64_t unwanted; /* wheres that differ, a bit each */
};

/* 0, or -1 with a failure of class usage.  options outlive the mapping, also
 * after a failure to be freed. */
int mapping_init(struct mapping *mapping, const struct import_options *options,
                 struct failure *failure);
void mapping_free(struct mapping *mapping);

/* Whether -x names a column; number: from 1. */
bool mapping_ignores(const struct mapping *mapping, struct cell name,
                     size_t number);

/* The number that a text is, from 1 to 4096; 0: it is not one. */
unsigned column_number(struct cell text);

/* Takes the next item of a list in which a comma separates, quotes hold
 * together, and end is what may stand there beside the comma (0: nothing);
 * *list moves on after it, *ended is what stood there.  False at the end. */
bool list_next(const char **list, char end, struct cell *item, char *ended);

/* "FIELD=REST" of option (as "-m"). */
int field_parse(const struct schema_type *type, struct cell text,
                const char *option, unsigned *slot, struct cell *rest,
                struct failure *failure);

#endif
