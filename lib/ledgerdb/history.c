#include "ledgerdb/history.h"

#include <assert.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "ledgerdb/private.h"

enum {
    HISTORY_TRANSACTION,
    HISTORY_TIME,
    HISTORY_ACCOUNT,
    HISTORY_INSTRUMENT,
    HISTORY_CURRENCY,
    HISTORY_KIND,
    HISTORY_AMOUNT,
    HISTORY_AFTER,
};

static const char postings[] =
    "SELECT p.transaction_id, t.time, p.account_id, p.instrument_id,"
    " p.currency, p.kind, p.amount, p.balance_after"
    " FROM postings p JOIN transactions t USING (transaction_id)";

/* Few accounts are named in the query: most rows then never leave the
 * database. */
static struct statement *
prepare(struct ledgerdb *db, const uint64_t *accounts, size_t count,
        struct failure *failure)
{
    struct bytes sql = {0};
    struct statement *statement = NULL;

    bytes_put_text(&sql, postings);
    for (size_t i = 0; i < count && count <= LEDGERDB_HISTORY_ACCOUNTS; i++)
        bytes_put_format(&sql, "%s%lld", i ? ", " : " WHERE p.account_id IN (",
                         (long long)accounts[i]);
    bytes_put_text(&sql, count && count <= LEDGERDB_HISTORY_ACCOUNTS
                             ? ") ORDER BY p.posting_id"
                             : " ORDER BY p.posting_id");
    bytes_put_byte(&sql, 0);
    if (bytes_ok(&sql, failure) == 0)
        statement =
            database_prepare(db->database, (const char *)sql.bytes, failure);
    bytes_free(&sql);
    return statement;
}

static int
read_movement(struct statement *statement, struct ledgerdb_movement *movement,
              struct failure *failure)
{
    struct sql_value currency, kind;

    if (column_value(statement, HISTORY_CURRENCY, SQL_TEXT, &currency,
                     failure) != 0 ||
        column_value(statement, HISTORY_KIND, SQL_TEXT, &kind, failure) != 0 ||
        column_amount(statement, HISTORY_AMOUNT, &movement->amount, failure) !=
            0 ||
        column_amount(statement, HISTORY_AFTER, &movement->after, failure) != 0)
        return -1;
    movement->transaction_id =
        (uint64_t)column_integer(statement, HISTORY_TRANSACTION);
    movement->time = column_is_null(statement, HISTORY_TIME)
                         ? TIME_NULL
                         : column_integer(statement, HISTORY_TIME);
    movement->account_id = (uint64_t)column_integer(statement, HISTORY_ACCOUNT);
    movement->instrument =
        column_is_null(statement, HISTORY_INSTRUMENT)
            ? 0
            : (uint32_t)column_integer(statement, HISTORY_INSTRUMENT);
    movement->currency = ledgerdb_code_of(&currency);
    movement->kind = ledgerdb_value(EVENT_POSTING, "kind", &kind);
    return 0;
}

int
ledgerdb_history(struct ledgerdb *db, const uint64_t *accounts, size_t count,
                 int (*take)(void *owner,
                             const struct ledgerdb_movement *movement,
                             struct failure *failure),
                 void *owner, struct failure *failure)
{
    struct statement *statement = prepare(db, accounts, count, failure);
    struct ledgerdb_movement movement;
    int result = statement ? 1 : -1;

    assert(accounts || count == 0);
    while (result == 1) {
        result = statement_step(statement, failure);
        if (result == 1 && (read_movement(statement, &movement, failure) != 0 ||
                            take(owner, &movement, failure) != 0))
            result = -1;
    }
    statement_free(statement);
    return result;
}
