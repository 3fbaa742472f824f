/* intern.h - what ids and instruments of text are on the tape.
 *
 * An instrument in text is "SYMBOL", "EXCHANGE:SYMBOL", or ":SYMBOL" when it
 * has no exchange but a colon.  An id in text is a decimal below 2^63, or a
 * name; "#" and the 16 hexadecimal digits of an id from 2^63 on stand for
 * that id without a name.
 */
#ifndef FORMAT_INTERN_H
#define FORMAT_INTERN_H

#include "format/importer.h"

#define ID_RAW_SIZE 17 /* bytes of "#8000000000000000" */

void intern_free(struct intern *intern);

/* An instrument event in hand gets its id: that of its identity if it is
 * known, else the one it asks for if that is free, else the next one. */
int intern_definition(struct importer *importer, struct instrument *event);

/* Remembers a name event. */
int intern_name(struct importer *importer, const struct name *event);

/* The id of a kind that a text stands for; a name event with that time is
 * handed out if it is new. */
int intern_id(struct importer *importer, enum id_kind kind, struct cell text,
              int64_t time, uint64_t *id);

/* Whether a text is the raw form of an id. */
bool id_raw_parse(struct cell text, uint64_t *id);

#endif
