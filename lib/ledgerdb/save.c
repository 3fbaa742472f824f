/* save.c - rows on their way into the database, and postings compared with
 * those that are there. */
#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "ledgerdb/private.h"
#include "tape/schema.h"

static bool
verifies(const struct ledgerdb *db)
{
    return db->state == LEDGERDB_VERIFY;
}

static bool
forgets(const struct ledgerdb *db)
{
    return db->state == LEDGERDB_MEMORY;
}

/* ---- instruments --------------------------------------------------------- */

static int
make_hash_room(struct ledgerdb *db, size_t count, struct failure *failure)
{
    uint64_t *hashes =
        array_grow(db->instrument_hashes, &db->instrument_capacity, count,
                   sizeof *hashes, failure);

    if (!hashes)
        return -1;
    db->instrument_hashes = hashes;
    return 0;
}

/* Its row: as little as the ledger looks at.  Flushed at once, for the texts
 * are those of the event. */
int
ledgerdb_instrument(struct ledgerdb *db, uint32_t number,
                    const struct instrument *event, struct failure *failure)
{
    struct sql_rows *rows = &db->tables[TABLE_INSTRUMENTS];
    int64_t multiplier = event->multiplier;
    const struct sql_value row[] = {
        sql_integer(number),
        sql_text(event_text(event, event->exchange), event->exchange.length),
        sql_text(event_text(event, event->symbol), event->symbol.length),
        ledgerdb_word(EVENT_INSTRUMENT, "kind", event->kind),
        ledgerdb_code(event->currency),
        sql_amount(multiplier == DECIMAL_NULL ? AMOUNT_NULL : multiplier),
    };
    uint64_t hash = sql_row_hash(rows->table, row);
    bool known = number <= db->instrument_count;

    assert(number > 0);
    if (verifies(db) || forgets(db) ||
        (known && db->instrument_hashes[number - 1] == hash))
        return 0;
    if (make_hash_room(db, number, failure) != 0 ||
        ledgerdb_lock(db, failure) != 0)
        return -1;
    if (known) {
        if (ledgerdb_update(db, TABLE_INSTRUMENTS, row, 0,
                            db->instrument_hashes[number - 1], failure) != 0)
            return -1;
        if (database_flush(db->database, failure) != 0) /* once a batch */
            return ledgerdb_give_up(db, failure);
    } else {
        assert(number == db->instrument_count + 1);
        if (ledgerdb_append(db, TABLE_INSTRUMENTS, row, failure) != 0)
            return -1;
        if (sql_rows_flush(rows, failure) != 0)
            return ledgerdb_give_up(db, failure);
        db->instrument_count = number;
    }
    db->instrument_hashes[number - 1] = hash;
    return 0;
}

/* ---- postings ------------------------------------------------------------ */

int
ledgerdb_transaction(struct ledgerdb *db, uint64_t transaction_id,
                     const struct event *cause, uint32_t instrument,
                     struct failure *failure)
{
    const struct sql_value row[] = {
        sql_integer((int64_t)transaction_id),
        sql_integer(db->stream.id),
        sql_integer((int64_t)db->seq + 1),
        cause->time == INT64_MIN ? sql_null() : sql_integer(cause->time),
        ledgerdb_label(schema_find(cause->type)->name),
        ledgerdb_id(instrument),
    };

    assert(transaction_id == db->counts.transactions + 1);
    db->counts.transactions = transaction_id;
    if (verifies(db) || forgets(db))
        return 0;
    if (db->first_booked == SIZE_MAX)
        db->first_booked = ledgerdb_pending(db);
    if (ledgerdb_lock(db, failure) != 0)
        return -1;
    return ledgerdb_append(db, TABLE_TRANSACTIONS, row, failure);
}

static int
compare_posting(struct ledgerdb *db, const struct sql_value *row,
                struct failure *failure)
{
    const struct sql_table *table = &ledgerdb_tables[TABLE_POSTINGS];
    int found = sql_cursor_next(&db->postings, failure);

    if (found < 0)
        return -1;
    if (found == 1 &&
        sql_row_hash(table, db->postings.row) == sql_row_hash(table, row))
        return 0;
    return fail(failure, FAILURE_DATA,
                "posting %lld of stream \"%s\" is not the one that %s holds: "
                "it was changed by hand, or posted by another version",
                (long long)row[POSTINGS_ID].integer, db->stream.name,
                database_name(db->database));
}

int
ledgerdb_posting(struct ledgerdb *db, const struct posting *event,
                 uint32_t instrument, struct failure *failure)
{
    const struct sql_value row[] = {
        sql_integer((int64_t)event->posting_id),
        sql_integer((int64_t)event->transaction_id),
        sql_integer((int64_t)event->account_id),
        ledgerdb_id(instrument),
        ledgerdb_code(event->currency),
        ledgerdb_word(EVENT_POSTING, "kind", event->kind),
        sql_amount(amount_get(event->amount)),
        sql_amount(amount_get(event->balance_after)),
    };

    assert(event->posting_id == db->counts.postings + 1);
    db->counts.postings = event->posting_id;
    if (verifies(db))
        return compare_posting(db, row, failure);
    return forgets(db) ? 0 : ledgerdb_append(db, TABLE_POSTINGS, row, failure);
}

int
ledgerdb_trade(struct ledgerdb *db, uint64_t print, struct failure *failure)
{
    if (verifies(db) || forgets(db))
        return 0;
    assert(print != 0);
    bytes_put(&db->trades, &print, sizeof print);
    return bytes_ok(&db->trades, failure);
}

/* ---- rows that changed --------------------------------------------------- */

/* The row as it was when the stream began is copied, once. */
static int
keep_start(struct ledgerdb *db, enum ledgerdb_table starts,
           enum ledgerdb_table table, const struct sql_value *row,
           struct failure *failure)
{
    if (sql_rows_copy(&db->tables[starts], &ledgerdb_tables[table],
                      db->stream.id, row, failure) == 0)
        return 0;
    return ledgerdb_give_up(db, failure);
}

/* The row is there, and came with an earlier stream. */
static bool
needs_start(const struct ledgerdb *db, const struct row_mark *mark, bool first)
{
    return first && mark->stored && mark->first_stream < db->stream.id;
}

/* Writes a row, whose tag is still to be set, and brings its mark up to
 * date. */
static int
save_row(struct ledgerdb *db, enum ledgerdb_table table, struct sql_value *row,
         uint64_t version, struct row_mark *mark, struct failure *failure)
{
    const struct sql_table *shape = &ledgerdb_tables[table];
    int result;

    if (!mark->stored)
        mark->first_stream = (uint32_t)db->stream.id;
    assert(version > 0 && db->state == LEDGERDB_BATCH);
    assert(shape->columns[shape->count - 1].role == SQL_TAG);
    row[shape->count - 1] = sql_integer(mark->first_stream);
    if (mark->stored)
        result =
            ledgerdb_update(db, table, row, mark->stored, mark->hash, failure);
    else
        result = ledgerdb_append(db, table, row, failure);
    mark->hash = sql_row_hash(shape, row);
    mark->stored = version;
    return result;
}

/* It never changes.  Without a row it is average. */
static int
save_basis(struct ledgerdb *db, const struct account *event,
           struct failure *failure)
{
    const struct sql_value row[] = {
        sql_integer((int64_t)event->account_id),
        ledgerdb_word(EVENT_ACCOUNT, "basis", event->basis),
        sql_integer(db->stream.id),
    };

    if (event->basis <= BASIS_AVERAGE)
        return 0;
    return ledgerdb_append(db, TABLE_BASES, row, failure);
}

int
ledgerdb_save_account(void *owner, const struct account *event,
                      struct row_mark *mark, bool first,
                      struct failure *failure)
{
    struct ledgerdb *db = owner;
    size_t size = 0;
    const char *name =
        names_find(db->names, ID_ACCOUNT, event->account_id, &size);
    struct sql_value row[SQL_COLUMNS_MAX] = {
        sql_integer((int64_t)event->account_id),
        sql_text(name, size),
        ledgerdb_id(event->user_id),
        ledgerdb_word(EVENT_ACCOUNT, "account_type", event->account_type),
        ledgerdb_word(EVENT_ACCOUNT, "status", event->status),
    };

    if (!mark->stored && save_basis(db, event, failure) != 0)
        return -1;
    if (needs_start(db, mark, first) &&
        keep_start(db, TABLE_ACCOUNT_STARTS, TABLE_ACCOUNTS, row, failure) != 0)
        return -1;
    return save_row(db, TABLE_ACCOUNTS, row, 1, mark, failure);
}

int
ledgerdb_save_balance(void *owner, const struct balance *event,
                      struct row_mark *mark, bool first,
                      struct failure *failure)
{
    struct ledgerdb *db = owner;
    struct sql_value row[SQL_COLUMNS_MAX] = {
        sql_integer((int64_t)event->account_id),
        ledgerdb_code(event->currency),
        sql_amount(amount_get(event->cash_balance)),
        sql_integer((int64_t)event->version),
    };

    if (needs_start(db, mark, first) &&
        keep_start(db, TABLE_BALANCE_STARTS, TABLE_BALANCES, row, failure) != 0)
        return -1;
    return save_row(db, TABLE_BALANCES, row, event->version, mark, failure);
}

int
ledgerdb_save_position(void *owner, const struct position *event,
                       struct row_mark *mark, bool first,
                       struct failure *failure)
{
    struct ledgerdb *db = owner;
    struct sql_value row[SQL_COLUMNS_MAX] = {
        sql_integer((int64_t)event->account_id),
        sql_integer(event->event.instrument),
        ledgerdb_code(event->currency),
        sql_amount(amount_get(event->quantity)),
        sql_amount(amount_get(event->cost)),
        sql_amount(amount_get(event->realized_pnl)),
        sql_amount(amount_get(event->fees)),
        sql_integer((int64_t)event->version),
    };

    if (needs_start(db, mark, first) &&
        keep_start(db, TABLE_POSITION_STARTS, TABLE_POSITIONS, row, failure) !=
            0)
        return -1;
    return save_row(db, TABLE_POSITIONS, row, event->version, mark, failure);
}

/* ---- lots ---------------------------------------------------------------- */

static void
lot_row(const struct lot_state *event, int64_t first, struct sql_value *row)
{
    row[LOTS_ACCOUNT] = sql_integer((int64_t)event->account_id);
    row[LOTS_INSTRUMENT] = sql_integer(event->event.instrument);
    row[LOTS_NUMBER] = sql_integer((int64_t)event->lot);
    row[LOTS_TRANSACTION] = sql_integer((int64_t)event->transaction_id);
    row[LOTS_QUANTITY] = sql_amount(amount_get(event->quantity));
    row[LOTS_COST] = sql_amount(amount_get(event->cost));
    row[LOTS_FIRST] = sql_integer(first);
}

int
ledgerdb_save_lot(void *owner, const struct lot_state *before,
                  const struct lot_state *after, uint32_t *first_stream,
                  struct failure *failure)
{
    struct ledgerdb *db = owner;
    struct sql_value row[SQL_COLUMNS_MAX];
    uint64_t old;

    assert(db->state == LEDGERDB_BATCH && after->lot > 0);
    assert(before->lot == 0 || before->lot == after->lot);
    if (*first_stream == 0)
        *first_stream = (uint32_t)db->stream.id;
    if (before->lot == 0) {
        lot_row(after, *first_stream, row);
        return ledgerdb_append(db, TABLE_LOTS, row, failure);
    }
    lot_row(before, *first_stream, row);
    old = sql_row_hash(&ledgerdb_tables[TABLE_LOTS], row);
    lot_row(after, *first_stream, row);
    if (*first_stream < db->stream.id &&
        keep_start(db, TABLE_LOT_STARTS, TABLE_LOTS, row, failure) != 0)
        return -1;
    return ledgerdb_update(db, TABLE_LOTS, row, 0, old, failure);
}
