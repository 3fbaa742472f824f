/* import_formats.h - the formats of all rooms that ximport reads.
 */
#ifndef APP_IMPORT_FORMATS_H
#define APP_IMPORT_FORMATS_H

#include "base/table.h"
#include "format/import_format.h"

extern const struct import_format *const import_formats[]; /* NULL-ended */
extern const char *const import_format_words[]; /* of each; NULL-ended */

/* For struct program_list: each with its summary. */
void import_formats_list(struct table *table);

#endif
