/* load.c - rows on their way out of the database. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hex.h"
#include "ledgerdb/private.h"
#include "tape/schema.h"

#define LEDGERDB_TRADE 8 /* bytes of a fingerprint of a trade */

/* ---- digests ------------------------------------------------------------- */

/* Sixteen digits, as they were written and in no other way. */
static bool
parse_hex(const struct sql_value *value, uint64_t *number)
{
    size_t size;
    const char *text = sql_get_text(value, &size);

    *number = 0;
    for (size_t i = 0; i < size && size == 16; i++) {
        if (hex_value(text[i]) < 0 || (text[i] >= 'A' && text[i] <= 'F'))
            return false;
        *number = *number << 4 | (unsigned)hex_value(text[i]);
    }
    return size == 16;
}

static int
fail_digests(const struct ledgerdb *db, struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "%s: its table digests is not as it was written: it was "
                "changed by hand, or is damaged",
                database_name(db->database));
}

static int
take_digest(void *owner, const struct sql_value *row, struct failure *failure)
{
    struct ledgerdb *db = owner;
    size_t size;
    const char *name = sql_get_text(&row[DIGESTS_TABLE], &size);
    struct sql_digest digest = {
        .rows = (uint64_t)sql_get_integer(&row[DIGESTS_ROWS])};

    if (parse_hex(&row[DIGESTS_SUM], &digest.sum))
        for (int i = 0; i < db->table_count; i++)
            if (name && strcmp(name, ledgerdb_tables[i].name) == 0) {
                db->stored_digests[i] = db->tables[i].digest = digest;
                db->digests.digest.rows++;
                return 0;
            }
    return fail_digests(db, failure);
}

int
ledgerdb_load_digests(struct ledgerdb *db, struct failure *failure)
{
    const struct sql_query query = {.take = take_digest, .owner = db};

    db->digests.digest.rows = 0;
    if (sql_rows_read(db->database, &ledgerdb_digests, &query, failure) != 0)
        return -1;
    return db->digests.digest.rows == (uint64_t)db->table_count
               ? 0
               : fail_digests(db, failure);
}

int
ledgerdb_verify_digest(const struct ledgerdb *db, enum ledgerdb_table table,
                       struct sql_digest digest, struct failure *failure)
{
    struct sql_digest stored = db->stored_digests[table];

    if (!db->has_digests ||
        (stored.rows == digest.rows && stored.sum == digest.sum))
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: its table %s is not as it was written: it was changed by "
                "hand, or is damaged (restore a copy of it, or post the tapes "
                "into a new one)",
                database_name(db->database), ledgerdb_tables[table].name);
}

/* ---- reading a table ----------------------------------------------------- */

/* What a function that takes rows wants to know. */
struct loading {
    struct ledgerdb *db;
    const struct ledgerdb_reader *reader;
    int64_t before; /* rows of this stream and of later ones did not exist */
    enum ledgerdb_table table;
    struct sql_digest digest;
    int (*take)(struct loading *loading, const struct sql_value *row,
                struct failure *failure);
};

static int
take_row(void *owner, const struct sql_value *row, struct failure *failure)
{
    struct loading *loading = owner;

    sql_digest_add(&loading->digest, &ledgerdb_tables[loading->table], row);
    return loading->take(loading, row, failure);
}

/* Reads all rows of a table, and compares their digest. */
static int
read_whole(struct loading *loading, struct failure *failure)
{
    const struct sql_query query = {.take = take_row, .owner = loading};

    loading->digest = (struct sql_digest){0};
    if (sql_rows_read(loading->db->database, &ledgerdb_tables[loading->table],
                      &query, failure) != 0)
        return -1;
    return ledgerdb_verify_digest(loading->db, loading->table, loading->digest,
                                  failure);
}

/* ---- instruments and names ----------------------------------------------- */

/* An instrument with the texts of its identity after it. */
struct definition {
    struct instrument event;
    char texts[1024];
};

static struct text
add_text(struct definition *definition, size_t *used, const char *bytes,
         size_t size)
{
    struct text text = {(uint16_t)(sizeof definition->event + *used),
                        (uint16_t)size, 0};

    assert(*used + size <= sizeof definition->texts);
    memcpy(definition->texts + *used, bytes, size);
    *used += size;
    return text;
}

static int
fail_instrument(const struct ledgerdb *db, struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "%s: its instruments are not numbered from 1, or are "
                "malformed: it was changed by hand",
                database_name(db->database));
}

static int
take_instrument(struct loading *loading, const struct sql_value *row,
                struct failure *failure)
{
    struct ledgerdb *db = loading->db;
    uint32_t number = (uint32_t)sql_get_integer(&row[INSTRUMENTS_ID]);
    struct definition made;
    size_t used = 0, exchange_size, symbol_size;
    const char *exchange =
        sql_get_text(&row[INSTRUMENTS_EXCHANGE], &exchange_size);
    const char *symbol = sql_get_text(&row[INSTRUMENTS_SYMBOL], &symbol_size);
    uint64_t *hashes =
        array_grow(db->instrument_hashes, &db->instrument_capacity,
                   db->instrument_count + 1, sizeof *hashes, failure);

    if (!hashes)
        return -1;
    db->instrument_hashes = hashes;
    if (!exchange || !symbol ||
        exchange_size + symbol_size > sizeof made.texts - 8)
        return fail_instrument(db, failure);
    memset(&made, 0, sizeof made);
    event_init(&made.event, EVENT_INSTRUMENT);
    made.event.event.instrument = number;
    made.event.exchange = add_text(&made, &used, exchange, exchange_size);
    made.event.symbol = add_text(&made, &used, symbol, symbol_size);
    made.event.kind =
        ledgerdb_value(EVENT_INSTRUMENT, "kind", &row[INSTRUMENTS_KIND]);
    made.event.currency = ledgerdb_code_of(&row[INSTRUMENTS_CURRENCY]);
    if (row[INSTRUMENTS_MULTIPLIER].kind == SQL_AMOUNT)
        made.event.multiplier = (int64_t)row[INSTRUMENTS_MULTIPLIER].amount;
    made.event.event.words = (uint16_t)((sizeof made.event + used + 7) / 8);
    if (instruments_define(db->instruments, &made.event, failure) != number - 1)
        return fail_instrument(db, failure);
    hashes[db->instrument_count++] =
        sql_row_hash(&ledgerdb_tables[TABLE_INSTRUMENTS], row);
    return 0;
}

static int
take_name(struct loading *loading, const struct sql_value *row,
          struct failure *failure)
{
    size_t size;
    const char *text = sql_get_text(&row[ACCOUNTS_NAME], &size);

    if (!text)
        return 0;
    return names_add(loading->db->names, ID_ACCOUNT,
                     (uint64_t)sql_get_integer(&row[ACCOUNTS_ID]), text, size,
                     NULL, failure);
}

int
ledgerdb_define(struct ledgerdb *db, struct instruments *instruments,
                struct names *names, struct failure *failure)
{
    struct loading loading = {
        .db = db, .table = TABLE_INSTRUMENTS, .take = take_instrument};
    int result;

    assert(db->instrument_count == 0);
    db->instruments = instruments;
    db->names = names;
    result = read_whole(&loading, failure);
    instruments_begin(instruments); /* their local ids were of no tape */
    if (result != 0)
        return -1;
    loading.table = TABLE_ACCOUNTS;
    loading.take = take_name;
    return read_whole(&loading, failure);
}

/* ---- state --------------------------------------------------------------- */

/* A row came with stream first, or with a later one than is asked for. */
static bool
exists(const struct loading *loading, const struct sql_value *first)
{
    return sql_get_integer(first) < loading->before;
}

static struct row_mark
mark_of(const struct loading *loading, const struct sql_value *row,
        uint64_t version)
{
    const struct sql_table *table = &ledgerdb_tables[loading->table];

    return (struct row_mark){
        .stored = version,
        .hash = sql_row_hash(table, row),
        .first_stream = (uint32_t)sql_get_integer(&row[table->count - 1])};
}

/* Accounts have their columns one further to the right in opening rows. */
static int
give_account(struct loading *loading, const struct sql_value *id,
             const struct sql_value *user, struct row_mark mark,
             struct failure *failure)
{
    struct account event;

    event_init(&event, EVENT_ACCOUNT);
    event.account_id = (uint64_t)sql_get_integer(id);
    event.user_id = (uint64_t)sql_get_integer(user);
    event.account_type =
        ledgerdb_value(EVENT_ACCOUNT, "account_type", user + 1);
    event.status = ledgerdb_value(EVENT_ACCOUNT, "status", user + 2);
    return loading->reader->account(loading->reader->owner, &event, mark,
                                    failure);
}

static int
take_account(struct loading *loading, const struct sql_value *row,
             struct failure *failure)
{
    if (!exists(loading, &row[ACCOUNTS_FIRST]))
        return 0;
    return give_account(loading, &row[ACCOUNTS_ID], &row[ACCOUNTS_USER],
                        mark_of(loading, row, 1), failure);
}

static int
take_account_start(struct loading *loading, const struct sql_value *row,
                   struct failure *failure)
{
    return give_account(loading, &row[1], &row[2], (struct row_mark){0},
                        failure);
}

/* Nobody who goes through here has written that. */
static int
fail_by_hand(const struct ledgerdb *db, const char *what,
             struct failure *failure)
{
    return fail(failure, FAILURE_DATA, "%s: %s: it was changed by hand",
                database_name(db->database), what);
}

/* row begins with the account. */
static int
give_balance(struct loading *loading, const struct sql_value *row,
             struct row_mark mark, struct failure *failure)
{
    struct balance event;

    event_init(&event, EVENT_BALANCE);
    event.account_id = (uint64_t)sql_get_integer(&row[BALANCES_ACCOUNT]);
    event.currency = ledgerdb_code_of(&row[BALANCES_CURRENCY]);
    if (!event.currency.word)
        return fail_by_hand(loading->db, "a balance in no currency", failure);
    event.cash_balance = amount_of(row[BALANCES_AMOUNT].amount);
    event.version = (uint64_t)sql_get_integer(&row[BALANCES_VERSION]);
    return loading->reader->balance(loading->reader->owner, &event, mark,
                                    failure);
}

static int
take_balance(struct loading *loading, const struct sql_value *row,
             struct failure *failure)
{
    uint64_t version = (uint64_t)sql_get_integer(&row[BALANCES_VERSION]);

    if (!exists(loading, &row[BALANCES_FIRST]))
        return 0;
    return give_balance(loading, row, mark_of(loading, row, version), failure);
}

static int
take_balance_start(struct loading *loading, const struct sql_value *row,
                   struct failure *failure)
{
    return give_balance(loading, row + 1, (struct row_mark){0}, failure);
}

static int
give_position(struct loading *loading, const struct sql_value *row,
              struct row_mark mark, struct failure *failure)
{
    const struct ledgerdb *db = loading->db;
    struct position event;
    const struct sql_value *amounts = &row[POSITIONS_AMOUNTS];
    int64_t instrument = sql_get_integer(&row[POSITIONS_INSTRUMENT]);

    if (instrument < 1 || instrument > db->instruments->count)
        return fail_by_hand(db, "a position in an unknown instrument", failure);
    event_init(&event, EVENT_POSITION);
    event.account_id = (uint64_t)sql_get_integer(&row[POSITIONS_ACCOUNT]);
    event.event.instrument = (uint32_t)instrument;
    event.currency = ledgerdb_code_of(&row[POSITIONS_CURRENCY]);
    if (!event.currency.word)
        return fail_by_hand(db, "a position in no currency", failure);
    event.quantity = amount_of(amounts[0].amount);
    event.cost = amount_of(amounts[1].amount);
    event.realized_pnl = amount_of(amounts[2].amount);
    event.fees = amount_of(amounts[3].amount);
    event.version = (uint64_t)sql_get_integer(&row[POSITIONS_VERSION]);
    return loading->reader->position(loading->reader->owner, &event, mark,
                                     failure);
}

static int
take_position(struct loading *loading, const struct sql_value *row,
              struct failure *failure)
{
    uint64_t version = (uint64_t)sql_get_integer(&row[POSITIONS_VERSION]);

    if (!exists(loading, &row[POSITIONS_FIRST]))
        return 0;
    return give_position(loading, row, mark_of(loading, row, version), failure);
}

static int
take_position_start(struct loading *loading, const struct sql_value *row,
                    struct failure *failure)
{
    return give_position(loading, row + 1, (struct row_mark){0}, failure);
}

/* ---- lots ---------------------------------------------------------------- */

static int
take_basis(struct loading *loading, const struct sql_value *row,
           struct failure *failure)
{
    uint8_t basis = ledgerdb_value(EVENT_ACCOUNT, "basis", &row[BASES_BASIS]);

    if (!exists(loading, &row[BASES_FIRST]))
        return 0;
    if (basis == 0)
        return fail(failure, FAILURE_DATA,
                    "%s: an account of unknown basis: it was changed by hand",
                    database_name(loading->db->database));
    return loading->reader->basis(
        loading->reader->owner, (uint64_t)sql_get_integer(&row[BASES_ACCOUNT]),
        basis, failure);
}

/* row begins with the account. */
static int
give_lot(struct loading *loading, const struct sql_value *row, int64_t first,
         struct failure *failure)
{
    struct lot_state event;

    event_init(&event, EVENT_LOT);
    event.account_id = (uint64_t)sql_get_integer(&row[LOTS_ACCOUNT]);
    event.event.instrument = (uint32_t)sql_get_integer(&row[LOTS_INSTRUMENT]);
    event.lot = (uint64_t)sql_get_integer(&row[LOTS_NUMBER]);
    event.transaction_id = (uint64_t)sql_get_integer(&row[LOTS_TRANSACTION]);
    event.quantity = amount_of(row[LOTS_QUANTITY].amount);
    event.cost = amount_of(row[LOTS_COST].amount);
    if (event.event.instrument < 1 ||
        event.event.instrument > loading->db->instruments->count ||
        event.lot < 1 || event.lot > UINT32_MAX)
        return fail(failure, FAILURE_DATA,
                    "%s: a lot that cannot be: it was changed by hand",
                    database_name(loading->db->database));
    return loading->reader->lot(loading->reader->owner, &event, (uint32_t)first,
                                failure);
}

static int
take_lot(struct loading *loading, const struct sql_value *row,
         struct failure *failure)
{
    if (!exists(loading, &row[LOTS_FIRST]))
        return 0;
    return give_lot(loading, row, sql_get_integer(&row[LOTS_FIRST]), failure);
}

static int
take_lot_start(struct loading *loading, const struct sql_value *row,
               struct failure *failure)
{
    return give_lot(loading, row + 1, 0, failure);
}

/* ---- trades -------------------------------------------------------------- */

/* Fingerprints of trades, from the latest batch back. */
struct trades {
    const struct ledgerdb_reader *reader;
    uint64_t prints[LEDGERDB_TRADES]; /* filled from the end */
    size_t count;
};

static int
take_trades(void *owner, const struct sql_value *row, struct failure *failure)
{
    struct trades *trades = owner;
    size_t size, count;
    const char *bytes = sql_get_text(&row[COMMITS_PRINTS], &size);
    size_t room = LEDGERDB_TRADES - trades->count;

    (void)failure;
    count = size / LEDGERDB_TRADE;
    count = count < room ? count : room;
    trades->count += count;
    assert(trades->count <= LEDGERDB_TRADES);
    if (count)
        memcpy(&trades->prints[LEDGERDB_TRADES - trades->count],
               bytes + size - count * LEDGERDB_TRADE, count * LEDGERDB_TRADE);
    return 0;
}

static int
load_trades(struct ledgerdb *db, int64_t stream,
            const struct ledgerdb_reader *reader, struct failure *failure)
{
    struct trades *trades;
    const struct sql_table *table = &ledgerdb_tables[TABLE_TRADE_PRINTS];
    struct sql_cursor cursor = {.statement = NULL};
    const int64_t before[2] = {stream, 0};
    int result = 1;

    if (!db->has_digests)
        return 0;
    trades = allocate(failure, 1, sizeof *trades);
    if (!trades ||
        sql_cursor_open(&cursor, db->database, table,
                        "WHERE stream_id < $1 ORDER BY stream_id DESC, "
                        "in_seq DESC",
                        before, failure) != 0)
        result = -1;
    while (result == 1 && trades->count < LEDGERDB_TRADES) {
        result = sql_cursor_next(&cursor, failure);
        if (result == 1)
            take_trades(trades, cursor.row, failure);
    }
    sql_cursor_close(&cursor);
    for (size_t i = 0; result >= 0 && i < trades->count; i++)
        if (reader->trade(reader->owner,
                          trades->prints[LEDGERDB_TRADES - trades->count + i],
                          failure) != 0)
            result = -1;
    free(trades);
    return result < 0 ? -1 : 0;
}

/* ---- all of it ----------------------------------------------------------- */

/* Opening rows of a stream and of later ones, the oldest last, of what was
 * there when the stream began. */
#define STARTS(table, same)                                                    \
    "WHERE stream_id >= $1 AND EXISTS (SELECT 1 FROM " table " t WHERE " same  \
    " AND t.first_stream < $1) ORDER BY stream_id DESC"

/* The newest rows first; then, from the newest stream back to the one that is
 * asked for, what each stream found: the last word is the oldest. */
int
ledgerdb_load(struct ledgerdb *db, int64_t stream,
              const struct ledgerdb_reader *reader, struct failure *failure)
{
    static const struct {
        enum ledgerdb_table table;
        int (*take)(struct loading *, const struct sql_value *,
                    struct failure *);
        const char *where; /* of opening rows */
    } steps[] = {
        {TABLE_ACCOUNTS, take_account, NULL},
        {TABLE_BALANCES, take_balance, NULL},
        {TABLE_POSITIONS, take_position, NULL},
        {TABLE_ACCOUNT_STARTS, take_account_start,
         STARTS("accounts", "t.account_id = r.account_id")},
        {TABLE_BALANCE_STARTS, take_balance_start,
         STARTS("balances", "t.account_id = r.account_id AND "
                            "t.currency = r.currency")},
        {TABLE_POSITION_STARTS, take_position_start,
         STARTS("positions", "t.account_id = r.account_id AND "
                             "t.instrument_id = r.instrument_id")},
        {TABLE_BASES, take_basis, NULL},
        {TABLE_LOTS, take_lot, NULL},
        {TABLE_LOT_STARTS, take_lot_start,
         STARTS("lots", "t.account_id = r.account_id AND "
                        "t.instrument_id = r.instrument_id AND "
                        "t.lot = r.lot")},
    };
    struct loading loading = {.db = db, .reader = reader, .before = stream};
    int result = reader->forget(reader->owner, failure);

    assert(stream > 0);
    assert(db->instruments);

    for (size_t i = 0; i < sizeof steps / sizeof *steps && result == 0; i++) {
        struct sql_query query = {.where = steps[i].where,
                                  .parameters = {stream, 0},
                                  .take = take_row,
                                  .owner = &loading};

        loading.table = steps[i].table;
        loading.take = steps[i].take;
        if ((int)loading.table >= db->table_count)
            break;
        if (!steps[i].where)
            result = read_whole(&loading, failure);
        else if (stream != LEDGERDB_NEWEST)
            result = sql_rows_read(
                db->database, &ledgerdb_tables[loading.table], &query, failure);
    }
    return result == 0 ? load_trades(db, stream, reader, failure) : -1;
}

/* ---- watermarks ---------------------------------------------------------- */

int
ledgerdb_read_watermark(const struct sql_value *row,
                        struct ledgerdb_watermark *mark)
{
    size_t name_size, rules_size;
    const char *name = sql_get_text(&row[WATERMARKS_STREAM], &name_size);
    const char *rules = sql_get_text(&row[WATERMARKS_RULES], &rules_size);

    if (!name || name_size >= sizeof mark->name || !rules ||
        rules_size >= sizeof mark->rules)
        return -1;
    *mark = (struct ledgerdb_watermark){
        .id = sql_get_integer(&row[WATERMARKS_ID]),
        .first_seq = (uint64_t)sql_get_integer(&row[WATERMARKS_FIRST_SEQ]),
        .seq = (uint64_t)sql_get_integer(&row[WATERMARKS_SEQ]),
        .first =
            {(uint64_t)sql_get_integer(&row[WATERMARKS_FIRST_TRANSACTION]) - 1,
             (uint64_t)sql_get_integer(&row[WATERMARKS_FIRST_POSTING]) - 1},
        .last = {(uint64_t)sql_get_integer(&row[WATERMARKS_LAST_TRANSACTION]),
                 (uint64_t)sql_get_integer(&row[WATERMARKS_LAST_POSTING])},
    };
    (void)parse_hex(&row[WATERMARKS_DIGEST], &mark->digest);
    memcpy(mark->name, name, name_size);
    memcpy(mark->rules, rules, rules_size);
    return 0;
}
