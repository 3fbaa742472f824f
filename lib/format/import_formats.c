#include "format/import_format.h"

const struct import_format *const import_formats[] = {
    &csv_import,      &json_import,    &lobster_import,
    &calendar_import, &parquet_import, &itch_import,
    &dbn_import,      &iex_import,     NULL,
};
