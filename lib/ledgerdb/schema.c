#include "ledgerdb/schema.h"

/* Amounts are canonical decimals as TEXT: any other affinity would make
 * floating point of them.  account_id is the id of the tape, a u64 in two's
 * complement; time is in nanoseconds since 1970; first_stream is the stream
 * that a row came with. */
static const char tables[] =
    "CREATE TABLE accounts ("
    " account_id INTEGER PRIMARY KEY,"
    " name TEXT,"
    " user_id INTEGER,"
    " account_type TEXT,"
    " status TEXT,"
    " first_stream INTEGER NOT NULL) STRICT;"

    "CREATE TABLE instruments ("
    " instrument_id INTEGER PRIMARY KEY,"
    " exchange TEXT NOT NULL,"
    " symbol TEXT NOT NULL,"
    " kind TEXT,"
    " currency TEXT,"
    " multiplier TEXT,"
    " UNIQUE (exchange, symbol)) STRICT;"

    "CREATE TABLE watermarks ("
    " stream_id INTEGER PRIMARY KEY,"
    " stream TEXT NOT NULL UNIQUE,"
    " rules TEXT NOT NULL,"
    " first_seq INTEGER NOT NULL,"
    " first_transaction INTEGER NOT NULL,"
    " first_posting INTEGER NOT NULL,"
    " in_seq INTEGER NOT NULL,"
    " digest TEXT NOT NULL,"
    " last_transaction INTEGER NOT NULL,"
    " last_posting INTEGER NOT NULL) STRICT;"

    "CREATE TABLE commits ("
    " stream_id INTEGER NOT NULL REFERENCES watermarks,"
    " in_seq INTEGER NOT NULL,"
    " prints BLOB NOT NULL,"
    " PRIMARY KEY (stream_id, in_seq)) STRICT;"

    "CREATE TABLE transactions ("
    " transaction_id INTEGER PRIMARY KEY,"
    " stream_id INTEGER NOT NULL REFERENCES watermarks,"
    " seq INTEGER NOT NULL,"
    " time INTEGER,"
    " cause TEXT NOT NULL,"
    " instrument_id INTEGER REFERENCES instruments) STRICT;"

    "CREATE TABLE postings ("
    " posting_id INTEGER PRIMARY KEY,"
    " transaction_id INTEGER NOT NULL REFERENCES transactions,"
    " account_id INTEGER NOT NULL REFERENCES accounts,"
    " instrument_id INTEGER REFERENCES instruments,"
    " currency TEXT,"
    " kind TEXT NOT NULL,"
    " amount TEXT NOT NULL,"
    " balance_after TEXT NOT NULL,"
    " CHECK ((instrument_id IS NULL) <> (currency IS NULL))) STRICT;"

    "CREATE TABLE balances ("
    " account_id INTEGER NOT NULL REFERENCES accounts,"
    " currency TEXT NOT NULL,"
    " balance TEXT NOT NULL,"
    " version INTEGER NOT NULL,"
    " first_stream INTEGER NOT NULL,"
    " PRIMARY KEY (account_id, currency)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE positions ("
    " account_id INTEGER NOT NULL REFERENCES accounts,"
    " instrument_id INTEGER NOT NULL REFERENCES instruments,"
    " currency TEXT NOT NULL,"
    " quantity TEXT NOT NULL,"
    " cost TEXT NOT NULL,"
    " realized_pnl TEXT NOT NULL,"
    " fees TEXT NOT NULL,"
    " version INTEGER NOT NULL,"
    " first_stream INTEGER NOT NULL,"
    " PRIMARY KEY (account_id, instrument_id)) STRICT, WITHOUT ROWID;";

/* What each row was when a stream that changes it began: the opening
 * balances.  From them a stream is recomputed when it comes again.  A row that
 * is new in a stream has none: its first_stream says so. */
static const char starts[] =
    "CREATE TABLE account_starts ("
    " stream_id INTEGER NOT NULL REFERENCES watermarks,"
    " account_id INTEGER NOT NULL,"
    " user_id INTEGER,"
    " account_type TEXT,"
    " status TEXT,"
    " PRIMARY KEY (stream_id, account_id)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE balance_starts ("
    " stream_id INTEGER NOT NULL REFERENCES watermarks,"
    " account_id INTEGER NOT NULL,"
    " currency TEXT NOT NULL,"
    " balance TEXT NOT NULL,"
    " version INTEGER NOT NULL,"
    " PRIMARY KEY (stream_id, account_id, currency)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE position_starts ("
    " stream_id INTEGER NOT NULL REFERENCES watermarks,"
    " account_id INTEGER NOT NULL,"
    " instrument_id INTEGER NOT NULL,"
    " currency TEXT NOT NULL,"
    " quantity TEXT NOT NULL,"
    " cost TEXT NOT NULL,"
    " realized_pnl TEXT NOT NULL,"
    " fees TEXT NOT NULL,"
    " version INTEGER NOT NULL,"
    " PRIMARY KEY (stream_id, account_id, instrument_id)"
    ") STRICT, WITHOUT ROWID;";

#define ACCOUNT    "coalesce(a.name, printf('%llu', a.account_id))"
#define INSTRUMENT "ltrim(i.exchange || ':' || i.symbol, ':')"

/* For people: names instead of ids, and a number that sorts (_real), which is
 * rounded. */
static const char views[] =
    "CREATE VIEW v_balance AS"
    " SELECT " ACCOUNT " AS account, b.currency, b.balance,"
    "  CAST(b.balance AS REAL) AS balance_real, b.version"
    " FROM balances b JOIN accounts a USING (account_id);"

    "CREATE VIEW v_position AS"
    " SELECT " ACCOUNT " AS account, " INSTRUMENT " AS instrument,"
    "  p.currency, p.quantity, p.cost,"
    "  CAST(p.cost AS REAL) / nullif(CAST(p.quantity AS REAL), 0)"
    "   AS average_real,"
    "  p.realized_pnl, p.fees, p.version"
    " FROM positions p JOIN accounts a USING (account_id)"
    "  JOIN instruments i USING (instrument_id);"

    "CREATE VIEW v_trial_balance AS"
    " SELECT asset, account,"
    "  CASE WHEN amount NOT LIKE '-%' THEN amount END AS debit,"
    "  CASE WHEN amount LIKE '-%' THEN substr(amount, 2) END AS credit"
    " FROM (SELECT currency AS asset, account, balance AS amount"
    "        FROM v_balance"
    "       UNION ALL SELECT instrument, account, quantity FROM v_position)"
    " WHERE amount <> '0';"

    "CREATE VIEW v_posting AS"
    " SELECT p.posting_id, p.transaction_id, w.stream, t.seq,"
    "  strftime('%Y-%m-%dT%H:%M:%S', t.time / 1000000000, 'unixepoch')"
    "   || printf('.%09dZ', t.time % 1000000000) AS time, t.cause,"
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
    " stream_id INTEGER PRIMARY KEY REFERENCES watermarks,"
    " in_seq INTEGER NOT NULL,"
    " status TEXT NOT NULL) STRICT;"

    "CREATE TABLE trade_prints ("
    " stream_id INTEGER NOT NULL REFERENCES watermarks,"
    " in_seq INTEGER NOT NULL,"
    " prints BLOB NOT NULL,"
    " PRIMARY KEY (stream_id, in_seq)) STRICT;"

    "CREATE TABLE digests ("
    " table_name TEXT PRIMARY KEY,"
    " row_count INTEGER NOT NULL,"
    " digest TEXT NOT NULL) STRICT;"

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

const struct migration ledgerdb_schema[] = {
    {1, "accounts, instruments, watermarks, transactions, postings", tables,
     NULL},
    {2, "opening balances of each stream", starts, NULL},
    {3, "views for people", views, NULL},
    {4, "digests of tables, endings of streams, fingerprints of trades", trust,
     ledgerdb_convert_digests},
};
const size_t ledgerdb_schema_count =
    sizeof ledgerdb_schema / sizeof *ledgerdb_schema;
