/* import_symbol.h - the symbol that the name of a file has in it.
 *
 * A pattern is text, with {} where the symbol is and * for any text:
 * "{}-trades-*.csv" fits BTCUSDT-trades-2024-01.csv.
 */
#ifndef APP_IMPORT_SYMBOL_H
#define APP_IMPORT_SYMBOL_H

#include "base/failure.h"
#include "format/cell.h"

/* 0, or -1 with a failure of class usage: it must have one {}. */
int symbol_pattern_check(const char *pattern, struct failure *failure);

/* The symbol in the base name of path, the shortest that fits; it points into
 * path.  0, or -1 with a failure of class usage. */
int symbol_from_name(const char *pattern, const char *path, struct cell *symbol,
                     struct failure *failure);

#endif
