#include "app/import_formats.h"

#define ROW(name)  &name##_import,
#define WORD(name) #name,

const struct import_format *const import_formats[] = {IMPORT_FORMATS(ROW) NULL};
const char *const import_format_words[] = {IMPORT_FORMATS(WORD) NULL};

void
import_formats_list(struct table *table)
{
    for (size_t i = 0; import_formats[i]; i++) {
        table_put_text(table, import_formats[i]->name);
        table_put_text(table, import_formats[i]->summary);
        table_end_row(table);
    }
}
