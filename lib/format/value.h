/* value.h - one value of an event, from text.
 */
#ifndef FORMAT_VALUE_H
#define FORMAT_VALUE_H

#include "format/importer.h"

/* Records: "TEXT" COMPLAINT.  Returns -1. */
int value_refuse(struct failure *failure, struct cell text,
                 const char *complaint);

/* Sets a field of the event in hand from a text that is not empty. Decimals
 * may have an exponent as long as they are exact. Flags are words joined with
 * '|'.  0, or -1 with the failure set. */
int value_set(struct importer *importer, const struct schema_field *field,
              struct cell text, int64_t time);

/* A time: RFC 3339, or a number of importer->unit. */
int value_time(struct importer *importer, struct cell text, int64_t *time);

/* Copies a text to the end of the event in hand. */
int value_text(struct importer *importer, const struct schema_field *field,
               struct cell text);

/* The tail of a type that is not ours, from hexadecimal digits. */
int value_data(struct importer *importer, struct cell text);

#endif
