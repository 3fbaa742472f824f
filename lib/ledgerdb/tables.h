/* tables.h - the tables of the ledger database and their columns, in order.
 *
 * Statements, digests and checks follow from this list (sql/rows.h); schema.c
 * has the SQL that makes the tables.  The opening balances of a stream have
 * the columns of the table that they are about, so that both hash alike. */
#ifndef LEDGERDB_TABLES_H
#define LEDGERDB_TABLES_H

#include "sql/rows.h"
#include "tape/event.h"

enum ledgerdb_table {
    TABLE_INSTRUMENTS,
    TABLE_ACCOUNTS,
    TABLE_BALANCES,
    TABLE_POSITIONS,
    TABLE_WATERMARKS,
    TABLE_ENDINGS,
    TABLE_COMMITS,
    TABLE_TRANSACTIONS,
    TABLE_POSTINGS,
    TABLE_ACCOUNT_STARTS,
    TABLE_BALANCE_STARTS,
    TABLE_POSITION_STARTS,
    TABLE_TRADE_PRINTS,
    TABLE_BASES, /* from here on: since version 5 */
    TABLE_LOTS,
    TABLE_LOT_STARTS,
    LEDGERDB_TABLES,
};
extern const struct sql_table ledgerdb_tables[LEDGERDB_TABLES];

/* The digest of each of them; that of this table is in none. */
extern const struct sql_table ledgerdb_digests;

/* Columns by number, where they are read. */
enum {
    INSTRUMENTS_ID,
    INSTRUMENTS_EXCHANGE,
    INSTRUMENTS_SYMBOL,
    INSTRUMENTS_KIND,
    INSTRUMENTS_CURRENCY,
    INSTRUMENTS_MULTIPLIER,
};
enum {
    ACCOUNTS_ID,
    ACCOUNTS_NAME,
    ACCOUNTS_USER,
    ACCOUNTS_TYPE,
    ACCOUNTS_STATUS,
    ACCOUNTS_FIRST,
};
enum {
    BALANCES_ACCOUNT,
    BALANCES_CURRENCY,
    BALANCES_AMOUNT,
    BALANCES_VERSION,
    BALANCES_FIRST,
};
enum {
    POSITIONS_ACCOUNT,
    POSITIONS_INSTRUMENT,
    POSITIONS_CURRENCY,
    POSITIONS_AMOUNTS, /* quantity, cost, realized_pnl, fees */
    POSITIONS_VERSION = POSITIONS_AMOUNTS + 4,
    POSITIONS_FIRST,
};
enum {
    WATERMARKS_ID,
    WATERMARKS_STREAM,
    WATERMARKS_RULES,
    WATERMARKS_FIRST_SEQ,
    WATERMARKS_FIRST_TRANSACTION,
    WATERMARKS_FIRST_POSTING,
    WATERMARKS_SEQ,
    WATERMARKS_DIGEST,
    WATERMARKS_LAST_TRANSACTION,
    WATERMARKS_LAST_POSTING,
};
enum { ENDINGS_STREAM, ENDINGS_SEQ, ENDINGS_STATUS };
enum { COMMITS_STREAM, COMMITS_SEQ, COMMITS_PRINTS };
enum {
    POSTINGS_ID,
    POSTINGS_TRANSACTION,
    POSTINGS_ACCOUNT,
    POSTINGS_INSTRUMENT,
    POSTINGS_CURRENCY,
    POSTINGS_KIND,
    POSTINGS_AMOUNT,
    POSTINGS_AFTER,
};
enum { BASES_ACCOUNT, BASES_BASIS, BASES_FIRST };
enum {
    LOTS_ACCOUNT,
    LOTS_INSTRUMENT,
    LOTS_NUMBER,
    LOTS_TRANSACTION,
    LOTS_QUANTITY,
    LOTS_COST,
    LOTS_FIRST,
};
enum { DIGESTS_TABLE, DIGESTS_ROWS, DIGESTS_SUM };

/* A constant text; NULL: null. */
struct sql_value ledgerdb_label(const char *word);

/* Words of enumerations, as the schema of tapes has them; null for 0, and 0
 * for what is not a word. */
struct sql_value ledgerdb_word(enum event_type type, const char *field,
                               unsigned value);
uint8_t ledgerdb_value(enum event_type type, const char *field,
                       const struct sql_value *word);

/* Codes of currencies. */
struct sql_value ledgerdb_code(struct code code);
struct code ledgerdb_code_of(const struct sql_value *value);

/* An id, null for 0. */
struct sql_value ledgerdb_id(uint64_t id);

#endif
