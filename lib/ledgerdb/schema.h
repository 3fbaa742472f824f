/* schema.h - how the ledger database is made, step by step. */
#ifndef LEDGERDB_SCHEMA_H
#define LEDGERDB_SCHEMA_H

#include "sql/migrate.h"

#define LEDGERDB_APPLICATION  0x78746c67 /* "xtlg", in the file's header */
#define LEDGERDB_LEAST        3          /* the oldest that can be read */
#define LEDGERDB_WITH_DIGESTS 4          /* digests, endings, trade_prints */
#define LEDGERDB_WITH_LOTS    5          /* bases, lots, lot_starts */

extern const struct migration ledgerdb_schema[];
extern const size_t ledgerdb_schema_count;

/* Gives a database without digests those of its rows, if they hold.  It is
 * what a step of the schema calls (check.c). */
int ledgerdb_convert_digests(struct database *database,
                             struct failure *failure);

#endif
