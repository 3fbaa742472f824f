/* exporter.h - what all text formats need to print events: the names of ids,
 * the labels of instruments, and the plain text of every field.
 *
 * The plain text is what ximport reads back as the same value: see value.h
 * and intern.h.  The exporter remembers the name events of a tape; memory
 * grows with them.
 */
#ifndef FORMAT_EXPORTER_H
#define FORMAT_EXPORTER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digits.h"
#include "base/failure.h"
#include "format/cell.h"
#include "format/fields.h"
#include "tape/instruments.h"
#include "tape/names.h"

/* Room for any value that is no text, no name and no instrument. */
#define VALUE_ROOM 512

/* A field, and how to see by one comparison whether it is null. */
struct export_field {
    const struct schema_field *field;
    uint16_t word;       /* where in the event eight bytes lie, */
    uint64_t mask, null; /* what of them counts, and what it is if null */
};

struct exporter {
    const struct instruments *instruments; /* of the tape */
    struct failure *failure;

    /* private */
    struct names names;
    struct export_field *fields;       /* of all types; owned */
    const struct export_field **types; /* by type number; owned */
};

/* 0, or -1 with the failure set.  Both arguments must outlive the exporter. */
int exporter_init(struct exporter *exporter,
                  const struct instruments *instruments,
                  struct failure *failure);
void exporter_free(struct exporter *exporter);

/* A tape begins: names are forgotten. */
void exporter_begin(struct exporter *exporter);

/* Takes note of an event before it, or any that follows, is printed; only
 * names matter. */
int exporter_note(struct exporter *exporter, const struct event *event);

/* The fields of a type of the schema, in its order. */
static inline const struct export_field *
exporter_fields(const struct exporter *exporter, const struct schema_type *type)
{
    return exporter->types[type->type];
}

/* Describes how to see whether a field of a type is null. */
struct export_field export_field_of(const struct schema_type *type,
                                    const struct schema_field *field);

/* The eight bytes of an event that say whether the field is null.  Unless it
 * is an amount or a text, word & mask is the field itself. */
static inline uint64_t
export_word(const struct export_field *field, const struct event *event)
{
    uint64_t word;

    memcpy(&word, (const char *)event + field->word, sizeof word);
    return word;
}

static inline bool
export_null(const struct export_field *field, uint64_t word)
{
    return (word & field->mask) == field->null;
}

/* Appends the plain text of a field that is not null.  *outside says whether
 * it came from outside and may hold any character. */
int exporter_value(struct exporter *exporter, const struct export_field *field,
                   const struct event *event, struct bytes *text,
                   bool *outside);

/* Appends the bytes after the header of an event whose type is not in the
 * schema, in hexadecimal. */
void export_data(const struct event *event, struct bytes *text);

/* ---- parts, for formats that are in a hurry ------------------------------ */

/* Writes at, which has VALUE_ROOM, a value that is no text, name, code or
 * instrument; returns the end.  word: export_word. */
char *print_value(char *at, const struct schema_field *field, uint64_t word,
                  const struct event *event);

/* Appends the label of an instrument id that is not 0. */
int exporter_label(struct exporter *exporter, uint32_t id, struct bytes *text);

/* The name of an id; size 0 when it has none or the name would be read back as
 * another id. */
struct cell exporter_find_name(const struct exporter *exporter, uint8_t kind,
                               uint64_t id);

static inline struct cell
exporter_name(const struct exporter *exporter, uint8_t kind, uint64_t id)
{
    if (kind == 0 || !names_any(&exporter->names, kind))
        return (struct cell){NULL, 0}; /* most tapes have none */
    return exporter_find_name(exporter, kind, id);
}

/* The text of a field, checked to be UTF-8. */
int exporter_text(struct exporter *exporter, const struct event *event,
                  const struct schema_field *field, struct cell *text);

/* The text of a code that is not null, checked to be one. */
int exporter_code(struct exporter *exporter, struct code code, char text[8],
                  size_t *size);

/* Write at and return the end; nothing is null. */
static inline char *
print_unsigned(char *at, uint64_t number)
{
    return at + digits_format(number, at);
}

char *print_id(char *at, uint64_t id);
char *print_duration(char *at, int64_t ns);
char *print_interval(char *at, int64_t interval);

#endif
