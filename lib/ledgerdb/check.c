/* check.c - the invariants over a whole ledger database, each as one
 * query that finds what breaks it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ledgerdb/private.h"
#include "ledgerdb/schema.h"

#define ACCOUNT "coalesce(a.name, {u64:a.account_id})"

static const struct rule {
    const char *invariant, *text;
    const char *sql; /* rows that break it, each a text that says which */
    int since;       /* the version of the schema */
} rules[] = {
    {"I2", "the postings of a transaction do not sum to zero",
     "SELECT 'transaction ' || transaction_id FROM postings"
     " GROUP BY transaction_id, instrument_id, currency"
     " HAVING {cmp:{sum:amount}|0} <> 0"},
    {"I1", "the cash of its trades is not realized - cost",
     "SELECT " ACCOUNT " || ', instrument ' || p.instrument_id"
     " FROM positions p JOIN accounts a USING (account_id) LEFT JOIN"
     "  (SELECT l.account_id, t.instrument_id, {sum:l.amount} AS cash"
     "   FROM postings l JOIN transactions t USING (transaction_id)"
     "   WHERE l.kind IN ('trade', 'bust', 'cash_in_lieu') AND l.currency IS "
     "NOT NULL"
     "   GROUP BY l.account_id, t.instrument_id) c"
     " ON c.account_id = p.account_id AND c.instrument_id = p.instrument_id"
     " WHERE {cmp:coalesce(c.cash, '0')|{sub:p.realized_pnl|p.cost}} <> 0"},
    {"I3", "an asset does not sum to zero",
     "SELECT asset FROM"
     " (SELECT currency AS asset, balance AS amount FROM balances"
     "  UNION ALL SELECT 'instrument ' || instrument_id, quantity"
     "   FROM positions){subquery}"
     " GROUP BY asset HAVING {cmp:{sum:amount}|0} <> 0"},
    {"I4", "a position is not the sum of its postings",
     "SELECT " ACCOUNT " || ', instrument ' || p.instrument_id"
     " FROM positions p JOIN accounts a USING (account_id) LEFT JOIN"
     "  (SELECT account_id, instrument_id, {sum:amount} AS total,"
     "   count(*) AS number FROM postings WHERE instrument_id IS NOT NULL"
     "   GROUP BY account_id, instrument_id) s"
     " ON s.account_id = p.account_id AND s.instrument_id = p.instrument_id"
     " WHERE s.number IS DISTINCT FROM p.version"
     "  OR {cmp:p.quantity|s.total} <> 0"},
    {"I5", "a balance is not the sum of its postings",
     "SELECT " ACCOUNT " || ', ' || b.currency"
     " FROM balances b JOIN accounts a USING (account_id) LEFT JOIN"
     "  (SELECT account_id, currency, {sum:amount} AS total,"
     "   count(*) AS number FROM postings WHERE currency IS NOT NULL"
     "   GROUP BY account_id, currency) s"
     " ON s.account_id = b.account_id AND s.currency = b.currency"
     " WHERE s.number IS DISTINCT FROM b.version"
     "  OR {cmp:b.balance|s.total} <> 0"},
    {"I5", "a posting's balance is not the one before plus its amount",
     "SELECT 'posting ' || posting_id FROM"
     " (SELECT posting_id, amount, balance_after, lag(balance_after, 1, '0')"
     "   OVER (PARTITION BY account_id, instrument_id, currency"
     "         ORDER BY posting_id) AS balance_before"
     "  FROM postings){subquery}"
     " WHERE {cmp:balance_after|{add:balance_before|amount}} <> 0"},
    {"I5", "postings of a balance or position that is not there",
     "SELECT 'posting ' || min(posting_id) FROM postings p"
     " GROUP BY account_id, instrument_id, currency"
     " HAVING NOT EXISTS (SELECT 1 FROM balances b WHERE"
     "   b.account_id = p.account_id AND b.currency = p.currency)"
     "  AND NOT EXISTS (SELECT 1 FROM positions q WHERE"
     "   q.account_id = p.account_id AND q.instrument_id = p.instrument_id)"},
    {"I11", "postings are not dense from 1, or belong to no transaction",
     "SELECT count(*) || ' postings' FROM postings"
     " LEFT JOIN transactions USING (transaction_id)"
     " HAVING count(*) <> coalesce(max(posting_id), 0)"
     "  OR count(*) <> count(seq)"},
    {"I11", "transactions are not dense, or not in the order of their stream",
     "SELECT 'transaction ' || transaction_id FROM"
     " (SELECT transaction_id, stream_id, seq,"
     "   lag(transaction_id, 1, 0) OVER (ORDER BY transaction_id) AS before,"
     "   lag(seq, 1, 0) OVER (PARTITION BY stream_id"
     "                        ORDER BY transaction_id) AS seq_before,"
     "   max(stream_id) OVER (ORDER BY transaction_id) AS stream_before"
     "  FROM transactions){subquery}"
     " WHERE before <> transaction_id - 1 OR seq <= seq_before"
     "  OR stream_before <> stream_id"},
    {"I11", "a watermark is not where its stream's transactions end",
     "SELECT stream FROM watermarks w WHERE last_transaction <>"
     "  (SELECT coalesce(max(transaction_id), w.first_transaction - 1)"
     "   FROM transactions t WHERE t.stream_id = w.stream_id)"
     " OR in_seq < (SELECT coalesce(max(seq), 0)"
     "   FROM transactions t WHERE t.stream_id = w.stream_id)"},
    {"I12", "a flat position has a cost",
     "SELECT " ACCOUNT " || ', instrument ' || instrument_id"
     " FROM positions p JOIN accounts a USING (account_id)"
     " WHERE quantity = '0' AND cost <> '0'"},
    {"file", "the database is damaged", "{integrity}"},
    {"I4", "a position is not the sum of its lots",
     "SELECT " ACCOUNT " || ', instrument ' || p.instrument_id"
     " FROM positions p JOIN accounts a USING (account_id) JOIN"
     "  (SELECT account_id, instrument_id, {sum:quantity} AS quantity,"
     "   {sum:cost} AS cost FROM lots GROUP BY account_id, instrument_id) l"
     " ON l.account_id = p.account_id AND l.instrument_id = p.instrument_id"
     " WHERE {cmp:p.quantity|l.quantity} <> 0 OR {cmp:p.cost|l.cost} <> 0",
     LEDGERDB_WITH_LOTS},
    {"I12", "a lot of nothing has a cost",
     "SELECT " ACCOUNT " || ', instrument ' || instrument_id || ', lot ' || lot"
     " FROM lots l JOIN accounts a USING (account_id)"
     " WHERE quantity = '0' AND cost <> '0'",
     LEDGERDB_WITH_LOTS},
};

/* 1 when nothing breaks the rule; 0 with the text of what does; -1. */
static int
check_rule(struct database *database, const struct rule *rule, char *text,
           size_t size, struct failure *failure)
{
    struct statement *statement =
        database_prepare(database, rule->sql, failure);
    size_t length;
    int row;

    if (!statement)
        return -1;
    row = statement_step(statement, failure);
    if (row == 1)
        snprintf(text, size, "%s: %s: %s", rule->invariant, rule->text,
                 column_text(statement, 0, &length));
    statement_free(statement);
    return row < 0 ? -1 : !row;
}

static int
check_rules(struct database *database, int version, char *text, size_t size,
            struct failure *failure)
{
    int holds = 1;

    for (size_t i = 0; i < sizeof rules / sizeof *rules && holds == 1; i++)
        if (rules[i].since <= version)
            holds = check_rule(database, &rules[i], text, size, failure);
    return holds;
}

/* ---- digests ------------------------------------------------------------- */

/* Every table is what was written, to the last byte. */
static int
check_digests(struct ledgerdb *db, struct failure *failure)
{
    struct sql_digest digest;

    for (int i = 0; i < db->table_count && db->has_digests; i++)
        if (sql_rows_digest(db->database, &ledgerdb_tables[i], &digest,
                            failure) != 0 ||
            ledgerdb_verify_digest(db, (enum ledgerdb_table)i, digest,
                                   failure) != 0)
            return -1;
    return 0;
}

static int
set_digest(struct sql_rows *digests, const struct sql_table *table,
           struct failure *failure)
{
    struct sql_digest digest;
    char text[17];
    struct sql_value row[3];

    if (sql_rows_digest(digests->database, table, &digest, failure) != 0)
        return -1;
    snprintf(text, sizeof text, "%016" PRIx64, digest.sum);
    row[DIGESTS_TABLE] = sql_text(table->name, strlen(table->name));
    row[DIGESTS_ROWS] = sql_integer((int64_t)digest.rows);
    row[DIGESTS_SUM] = sql_text(text, 16);
    return sql_rows_update(digests, row, 0, 0, failure);
}

int
ledgerdb_convert_digests(struct database *database, struct failure *failure)
{
    struct sql_rows digests;
    char text[400];
    int result = check_rules(database, LEDGERDB_WITH_DIGESTS, text, sizeof text,
                             failure);

    if (result == 0)
        return fail(failure, FAILURE_DATA, "%s: %s", database_name(database),
                    text);
    sql_rows_open(&digests, database, &ledgerdb_digests);
    result = result < 0 ? -1 : 0;
    for (int i = 0; i < TABLE_BASES && result == 0; i++)
        result = set_digest(&digests, &ledgerdb_tables[i], failure);
    sql_rows_close(&digests);
    return result;
}

int
ledgerdb_check(struct ledgerdb *db, char *text, size_t size,
               struct failure *failure)
{
    int version = db->table_count == LEDGERDB_TABLES ? LEDGERDB_WITH_LOTS
                                                     : LEDGERDB_WITH_DIGESTS;
    int holds = check_rules(db->database, version, text, size, failure);

    if (holds == 1 && check_digests(db, failure) != 0)
        return -1;
    return holds;
}
