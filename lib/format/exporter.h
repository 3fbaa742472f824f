/* exporter.h - what all text formats need to print events: the names behind
 * ids, what instruments are called, and the plain text of every field.
 *
 * The plain text is what ximport reads back as the same value: see value.h
 * and intern.h.  The exporter remembers the name events of a tape; memory
 * grows with them and with the instruments.
 */
#ifndef FORMAT_EXPORTER_H
#define FORMAT_EXPORTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digits.h"
#include "base/failure.h"
#include "format/buffer.h"
#include "format/cell.h"
#include "format/fields.h"
#include "tape/instruments.h"
#include "tape/names.h"

/* Room for any value that is no text, no name and no instrument. */
#define VALUE_ROOM 512

struct exporter {
    const struct instruments *instruments; /* of the tape; set before use */
    struct failure *failure;               /* set before use */

    /* private */
    struct names names;
};

void exporter_free(struct exporter *exporter);

/* A tape begins: names are forgotten. */
void exporter_begin(struct exporter *exporter);

/* Takes note of an event before it, or any that follows, is printed; only
 * names matter. */
int exporter_note(struct exporter *exporter, const struct event *event);

/* Appends the plain text of a slot (fields.h); nothing when it is null.
 * *outside tells whether the text came from outside and may hold any character.
 */
int exporter_value(struct exporter *exporter, const struct schema_type *type,
                   unsigned slot, const struct event *event,
                   struct buffer *buffer, bool *outside);

/* ---- parts, for formats that are in a hurry ------------------------------ */

/* Appends what text calls an instrument id that is not 0. */
int exporter_label(struct exporter *exporter, uint32_t id,
                   struct buffer *buffer);

/* The name of an id; size 0 when it has none or the name would be read back as
 * another id. */
struct cell exporter_name(const struct exporter *exporter, unsigned kind,
                          uint64_t id);

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
char *print_hex(char *at, const void *bytes, size_t size);

#endif
