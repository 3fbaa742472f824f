#include "format/export_format.h"

const struct export_format *const export_formats[] = {
    &csv_export, &json_export, &table_export, &candles_export, NULL,
};
