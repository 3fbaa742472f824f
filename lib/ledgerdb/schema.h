/* schema.h - the tables of a ledger database; see xledger(1). */
#ifndef LEDGERDB_SCHEMA_H
#define LEDGERDB_SCHEMA_H

#include "sql/migrate.h"

extern const struct migration ledgerdb_schema[];
extern const size_t ledgerdb_schema_count;

#endif
