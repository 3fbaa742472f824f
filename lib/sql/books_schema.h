/* books_schema.h - the tables of a ledger database; see xledger(1). */
#ifndef SQL_BOOKS_SCHEMA_H
#define SQL_BOOKS_SCHEMA_H

#include "sql/migrate.h"

extern const struct migration books_schema[];
extern const size_t books_schema_count;

#endif
