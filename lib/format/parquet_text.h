/* parquet_text.h - a value of a Parquet file as the text that CSV would have.
 *
 * Decimals are exact, times RFC 3339, fractions the shortest decimal of their
 * bits, texts their bytes, dates and times of day as ISO 8601 has them.
 */
#ifndef FORMAT_PARQUET_TEXT_H
#define FORMAT_PARQUET_TEXT_H

#include "base/failure.h"
#include "format/cell.h"
#include "parquet/reader.h"

#define PARQUET_TEXT_MAX 64 /* bytes that a number may take */

/* Whether the values of a column can be text; -1 with a failure that does not
 * name it. */
int parquet_text_check(const struct parquet_column *column,
                       struct failure *failure);

/* The text of row's value, in room or in values themselves; one that is null is
 * empty. 0, or -1 with the failure set. */
int parquet_text(const struct parquet_column *column,
                 const struct parquet_values *values, uint32_t row,
                 char room[PARQUET_TEXT_MAX], struct cell *cell,
                 struct failure *failure);

#endif
