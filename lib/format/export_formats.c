#include "format/export_format.h"

#define ROW(name) &name##_export,

const struct export_format *const export_formats[] = {EXPORT_FORMATS(ROW) NULL};
