#include "app/import_formats.h"

#define ROW(name)  &name##_import,
#define WORD(name) #name,

const struct import_format *const import_formats[] = {IMPORT_FORMATS(ROW) NULL};
const char *const import_format_words[] = {IMPORT_FORMATS(WORD) NULL};
