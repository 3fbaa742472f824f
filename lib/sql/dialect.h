/* dialect.h - SQL that is written once, for every driver.
 *
 * What databases say differently is written {word} or {word:arguments}, with
 * "|" between arguments, and replaced by what the driver's dialect has for the
 * word: the texts before, between and after the arguments.
 *
 *      "balance {amount} NOT NULL"     balance TEXT NOT NULL
 *                                      balance NUMERIC NOT NULL
 *      "{sum:l.amount}"                decimal_sum(l.amount)
 *                                      sum(l.amount)
 */
#ifndef SQL_DIALECT_H
#define SQL_DIALECT_H

#include "base/bytes.h"

struct sql_dialect {
    const char *words[40][4]; /* word, before, between, after; NULL ends */
};

/* Appends the SQL in that dialect, and a NUL.  A word that the dialect does not
 * have is a programming error. */
void sql_translate(const struct sql_dialect *dialect, const char *sql,
                   struct bytes *out);

#endif
