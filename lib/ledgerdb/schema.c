#include "ledgerdb/schema.h"

/* Words in braces are of the database: sql/dialect.h.  In SQLite amounts are
 * canonical decimals as TEXT: any other affinity would make floating point of
 * them.  account_id is the id of the tape, a u64 in two's
 * complement; time is in nanoseconds since 1970; first_stream is the stream
 * that a row came with. */
static const char tables[] =
    "CREATE TABLE accounts ("
    " account_id {integer} PRIMARY KEY,"
    " name TEXT,"
    " user_id {integer},"
    " account_type TEXT,"
    " status TEXT,"
    " first_stream {integer} NOT NULL){strict};"

    "CREATE TABLE instruments ("
    " instrument_id {integer} PRIMARY KEY,"
    " exchange TEXT NOT NULL,"
    " symbol TEXT NOT NULL,"
    " kind TEXT,"
    " currency TEXT,"
    " multiplier {amount},"
    " UNIQUE (exchange, symbol)){strict};"

    "CREATE TABLE watermarks ("
    " stream_id {integer} PRIMARY KEY,"
    " stream TEXT NOT NULL UNIQUE,"
    " rules TEXT NOT NULL,"
    " first_seq {integer} NOT NULL,"
    " first_transaction {integer} NOT NULL,"
    " first_posting {integer} NOT NULL,"
    " in_seq {integer} NOT NULL,"
    " digest TEXT NOT NULL,"
    " last_transaction {integer} NOT NULL,"
    " last_posting {integer} NOT NULL){strict};"

    "CREATE TABLE commits ("
    " stream_id {integer} NOT NULL{refers:watermarks},"
    " in_seq {integer} NOT NULL,"
    " prints {bytes} NOT NULL,"
    " PRIMARY KEY (stream_id, in_seq)){strict};"

    "CREATE TABLE transactions ("
    " transaction_id {integer} PRIMARY KEY,"
    " stream_id {integer} NOT NULL{refers:watermarks},"
    " seq {integer} NOT NULL,"
    " time {integer},"
    " cause TEXT NOT NULL,"
    " instrument_id {integer}{refers:instruments}){strict};"

    "CREATE TABLE postings ("
    " posting_id {integer} PRIMARY KEY,"
    " transaction_id {integer} NOT NULL{refers:transactions},"
    " account_id {integer} NOT NULL{refers:accounts},"
    " instrument_id {integer}{refers:instruments},"
    " currency TEXT,"
    " kind TEXT NOT NULL,"
    " amount {amount} NOT NULL,"
    " balance_after {amount} NOT NULL,"
    " CHECK ((instrument_id IS NULL) <> (currency IS NULL))){strict};"

    "CREATE TABLE balances ("
    " account_id {integer} NOT NULL{refers:accounts},"
    " currency TEXT NOT NULL,"
    " balance {amount} NOT NULL,"
    " version {integer} NOT NULL,"
    " first_stream {integer} NOT NULL,"
    " PRIMARY KEY (account_id, currency)){keyed};"

    "CREATE TABLE positions ("
    " account_id {integer} NOT NULL{refers:accounts},"
    " instrument_id {integer} NOT NULL{refers:instruments},"
    " currency TEXT NOT NULL,"
    " quantity {amount} NOT NULL,"
    " cost {amount} NOT NULL,"
    " realized_pnl {amount} NOT NULL,"
    " fees {amount} NOT NULL,"
    " version {integer} NOT NULL,"
    " first_stream {integer} NOT NULL,"
    " PRIMARY KEY (account_id, instrument_id)){keyed};";

/* What each row was when a stream that changes it began: the opening
 * balances.  From them a stream is recomputed when it comes again.  A row that
 * is new in a stream has none: its first_stream says so. */
static const char starts[] =
    "CREATE TABLE account_starts ("
    " stream_id {integer} NOT NULL{refers:watermarks},"
    " account_id {integer} NOT NULL,"
    " user_id {integer},"
    " account_type TEXT,"
    " status TEXT,"
    " PRIMARY KEY (stream_id, account_id)){keyed};"

    "CREATE TABLE balance_starts ("
    " stream_id {integer} NOT NULL{refers:watermarks},"
    " account_id {integer} NOT NULL,"
    " currency TEXT NOT NULL,"
    " balance {amount} NOT NULL,"
    " version {integer} NOT NULL,"
    " PRIMARY KEY (stream_id, account_id, currency)){keyed};"

    "CREATE TABLE position_starts ("
    " stream_id {integer} NOT NULL{refers:watermarks},"
    " account_id {integer} NOT NULL,"
    " instrument_id {integer} NOT NULL,"
    " currency TEXT NOT NULL,"
    " quantity {amount} NOT NULL,"
    " cost {amount} NOT NULL,"
    " realized_pnl {amount} NOT NULL,"
    " fees {amount} NOT NULL,"
    " version {integer} NOT NULL,"
    " PRIMARY KEY (stream_id, account_id, instrument_id)"
    "){keyed};";

#define ACCOUNT    "coalesce(a.name, {u64:a.account_id})"
#define INSTRUMENT "ltrim(i.exchange || ':' || i.symbol, ':')"

/* For people: names instead of ids, and a number that sorts (_real), which is
 * rounded. */
static const char views[] =
    "CREATE VIEW v_balance AS"
    " SELECT " ACCOUNT " AS account, b.currency, b.balance,"
    "  {real:b.balance} AS balance_real, b.version"
    " FROM balances b JOIN accounts a USING (account_id);"

    "CREATE VIEW v_position AS"
    " SELECT " ACCOUNT " AS account, " INSTRUMENT " AS instrument,"
    "  p.currency, p.quantity, p.cost,"
    "  {real:p.cost} / nullif({real:p.quantity}, 0)"
    "   AS average_real,"
    "  p.realized_pnl, p.fees, p.version"
    " FROM positions p JOIN accounts a USING (account_id)"
    "  JOIN instruments i USING (instrument_id);"

    "CREATE VIEW v_trial_balance AS"
    " SELECT asset, account,"
    "  CASE WHEN {positive:amount} THEN amount END AS debit,"
    "  CASE WHEN {negative:amount} THEN {magnitude:amount} END AS credit"
    " FROM (SELECT currency AS asset, account, balance AS amount"
    "        FROM v_balance"
    "       UNION ALL SELECT instrument, account, quantity FROM "
    "v_position){subquery}"
    " WHERE amount <> '0';"

    "CREATE VIEW v_posting AS"
    " SELECT p.posting_id, p.transaction_id, w.stream, t.seq,"
    "  {time:t.time|t.time} AS time, t.cause,"
    "  " ACCOUNT " AS account, coalesce(p.currency, " INSTRUMENT ") AS asset,"
    "  p.kind, p.amount, p.balance_after"
    " FROM postings p JOIN transactions t USING (transaction_id)"
    "  JOIN watermarks w USING (stream_id)"
    "  JOIN accounts a ON a.account_id = p.account_id"
    "  LEFT JOIN instruments i ON i.instrument_id = p.instrument_id;";

/* What nothing else could check is under a digest.  An ending says where the
 * tape of a stream ended; a stream without one, or that went on since, is
 * posted in part.  trade_prints has eight bytes for each trade of a batch, by
 * which one that comes twice is found out. */
static const char trust[] =
    "CREATE TABLE endings ("
    " stream_id {integer} PRIMARY KEY{refers:watermarks},"
    " in_seq {integer} NOT NULL,"
    " status TEXT NOT NULL){strict};"

    "CREATE TABLE trade_prints ("
    " stream_id {integer} NOT NULL{refers:watermarks},"
    " in_seq {integer} NOT NULL,"
    " prints {bytes} NOT NULL,"
    " PRIMARY KEY (stream_id, in_seq)){strict};"

    "CREATE TABLE digests ("
    " table_name TEXT PRIMARY KEY,"
    " row_count {integer} NOT NULL,"
    " digest TEXT NOT NULL){strict};"

    "INSERT INTO endings (stream_id, in_seq, status)"
    " SELECT stream_id, in_seq, 'unknown' FROM watermarks;"

    "INSERT INTO digests (table_name, row_count, digest)"
    " VALUES ('instruments', 0, '0000000000000000'),"
    " ('accounts', 0, '0000000000000000'),"
    " ('balances', 0, '0000000000000000'),"
    " ('positions', 0, '0000000000000000'),"
    " ('watermarks', 0, '0000000000000000'),"
    " ('endings', 0, '0000000000000000'),"
    " ('commits', 0, '0000000000000000'),"
    " ('transactions', 0, '0000000000000000'),"
    " ('postings', 0, '0000000000000000'),"
    " ('account_starts', 0, '0000000000000000'),"
    " ('balance_starts', 0, '0000000000000000'),"
    " ('position_starts', 0, '0000000000000000'),"
    " ('trade_prints', 0, '0000000000000000');";

/* How accounts cost what they sell, where it is not at average; and their
 * lots, those of which nothing is left included.  transaction_id is what
 * opened a lot. */
static const char lots[] =
    "CREATE TABLE bases ("
    " account_id {integer} PRIMARY KEY{refers:accounts},"
    " basis TEXT NOT NULL,"
    " first_stream {integer} NOT NULL){strict};"

    "CREATE TABLE lots ("
    " account_id {integer} NOT NULL{refers:accounts},"
    " instrument_id {integer} NOT NULL{refers:instruments},"
    " lot {integer} NOT NULL,"
    " transaction_id {integer} NOT NULL,"
    " quantity {amount} NOT NULL,"
    " cost {amount} NOT NULL,"
    " first_stream {integer} NOT NULL,"
    " PRIMARY KEY (account_id, instrument_id, lot)){keyed};"

    "CREATE TABLE lot_starts ("
    " stream_id {integer} NOT NULL{refers:watermarks},"
    " account_id {integer} NOT NULL,"
    " instrument_id {integer} NOT NULL,"
    " lot {integer} NOT NULL,"
    " transaction_id {integer} NOT NULL,"
    " quantity {amount} NOT NULL,"
    " cost {amount} NOT NULL,"
    " PRIMARY KEY (stream_id, account_id, instrument_id, lot)){keyed};"

    "CREATE VIEW v_lot AS"
    " SELECT " ACCOUNT " AS account, " INSTRUMENT " AS instrument,"
    "  l.lot, l.quantity, l.cost,"
    "  {real:l.cost} / nullif({real:l.quantity}, 0)"
    "   AS average_real, l.transaction_id"
    " FROM lots l JOIN accounts a USING (account_id)"
    "  JOIN instruments i USING (instrument_id)"
    " WHERE l.quantity <> '0';"

    "INSERT INTO digests (table_name, row_count, digest)"
    " VALUES ('bases', 0, '0000000000000000'),"
    " ('lots', 0, '0000000000000000'),"
    " ('lot_starts', 0, '0000000000000000');";

const struct migration ledgerdb_schema[] = {
    {1, "accounts, instruments, watermarks, transactions, postings", tables,
     NULL},
    {2, "opening balances of each stream", starts, NULL},
    {3, "views for people", views, NULL},
    {4, "digests of tables, endings of streams, fingerprints of trades", trust,
     ledgerdb_convert_digests},
    {5, "lots, and how accounts cost what they sell", lots, NULL},
};
const size_t ledgerdb_schema_count =
    sizeof ledgerdb_schema / sizeof *ledgerdb_schema;
