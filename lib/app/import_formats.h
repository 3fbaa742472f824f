/* import_formats.h - the formats of all rooms that ximport reads.
 */
#ifndef APP_IMPORT_FORMATS_H
#define APP_IMPORT_FORMATS_H

#include "format/import_format.h"

extern const struct import_format *const import_formats[]; /* NULL-ended */
extern const char *const import_format_words[]; /* of each; NULL-ended */

#endif
