/* The ledger database: streams that begin, go on, come again; sums that SQL
 * gets exactly right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledgerdb/ledgerdb.h"
#include "ledgerdb/schema.h"
#include "sql/migrate.h"
#include "tap.h"
#include "tape/schema.h"

static char directory[] = "/tmp/ledgerdb.XXXXXX";
static char path[sizeof directory + sizeof "/l.db"];

/* What a caller of ledgerdb.h keeps: the balance of account 1. */
struct rows {
    i128 balance;
    uint64_t version;
    struct row_mark mark;
    bool first;
    unsigned loads;
};

static int
forget(void *owner, struct failure *failure)
{
    struct rows *rows = owner;

    (void)failure;
    rows->loads++;
    rows->balance = 0;
    rows->version = 0;
    rows->mark = (struct row_mark){0};
    return 0;
}

static int
take_account(void *owner, const struct account *event, struct row_mark mark,
             struct failure *failure)
{
    (void)mark;
    (void)owner;
    (void)event;
    (void)failure;
    return 0;
}

static int
take_balance(void *owner, const struct balance *event, struct row_mark mark,
             struct failure *failure)
{
    struct rows *rows = owner;

    (void)failure;
    rows->balance = amount_get(event->cash_balance);
    rows->version = event->version;
    rows->mark = mark;
    return 0;
}

static int
take_position(void *owner, const struct position *event, struct row_mark mark,
              struct failure *failure)
{
    (void)mark;
    (void)owner;
    (void)event;
    (void)failure;
    return 0;
}

static int
take_basis(void *owner, uint64_t account_id, uint8_t basis,
           struct failure *failure)
{
    (void)owner;
    (void)account_id;
    (void)basis;
    (void)failure;
    return 0;
}

static int
take_lot(void *owner, const struct lot_state *event, uint32_t first_stream,
         struct failure *failure)
{
    (void)owner;
    (void)event;
    (void)first_stream;
    (void)failure;
    return 0;
}

static int
take_trade(void *owner, uint64_t print, struct failure *failure)
{
    (void)owner;
    (void)print;
    (void)failure;
    return 0;
}

struct bench {
    struct ledgerdb *db;
    struct rows rows;
    struct ledgerdb_counts counts;
    struct instruments instruments;
    struct names names;
    struct failure failure;
};

static const struct ledgerdb_options writing = {.mode = DATABASE_WRITE};

static void
open_bench(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    bench->db = ledgerdb_open(path, &writing, &bench->failure);
    if (!bench->db || ledgerdb_define(bench->db, &bench->instruments,
                                      &bench->names, &bench->failure) != 0)
        tap_note("%s", bench->failure.text);
}

static void
close_bench(struct bench *bench)
{
    ledgerdb_close(bench->db);
    instruments_free(&bench->instruments);
    names_free(&bench->names);
}

static int
begin(struct bench *bench, const char *name, uint64_t first_seq)
{
    const struct ledgerdb_reader reader = {
        &bench->rows,  forget,     take_account, take_balance,
        take_position, take_basis, take_lot,     take_trade};
    const struct ledgerdb_stream stream = {name, first_seq, "rules", true};

    bench->failure.kind = FAILURE_NONE;
    bench->rows.first = true;
    return ledgerdb_begin(bench->db, &stream, &reader, &bench->counts,
                          &bench->failure);
}

/* All that is known was seen again: what is stored is what there is. */
static int
adopt(struct bench *bench)
{
    struct rows stored = {0};
    const struct ledgerdb_reader reader = {
        &stored,       forget,     take_account, take_balance,
        take_position, take_basis, take_lot,     take_trade};

    if (ledgerdb_read_end(bench->db, &reader, &bench->failure) != 0 ||
        stored.balance != bench->rows.balance)
        return -1;
    bench->rows.mark = stored.mark;
    bench->rows.first = false;
    return 0;
}

/* An event that adds its amount to the balance of account 1. */
static int
add(struct bench *bench, uint64_t seq, int64_t amount)
{
    struct cash cause;
    struct posting posting;

    event_init(&cause, EVENT_CASH);
    cause.event.time = 5;
    cause.amount = amount_of(amount);
    if (ledgerdb_event(bench->db, seq, &cause.event, &bench->failure) != 0)
        return -1;
    bench->rows.balance += amount;
    bench->rows.version++;
    event_init(&posting, EVENT_POSTING);
    posting.kind = POSTING_DEPOSIT;
    posting.transaction_id = ++bench->counts.transactions;
    posting.posting_id = ++bench->counts.postings;
    posting.account_id = 1;
    posting.amount = amount_of(amount);
    posting.balance_after = amount_of(bench->rows.balance);
    posting.currency = code_from_text("USD", 3);
    if (ledgerdb_transaction(bench->db, posting.transaction_id, &cause.event, 0,
                             &bench->failure) != 0 ||
        ledgerdb_posting(bench->db, &posting, 0, &bench->failure) != 0)
        return -1;
    switch (ledgerdb_accept(bench->db, &bench->failure)) {
    case 0: return 0;
    case 1: return adopt(bench);
    default: return -1;
    }
}

static int
commit(struct bench *bench)
{
    struct balance row;

    event_init(&row, EVENT_BALANCE);
    row.account_id = 1;
    row.currency = code_from_text("USD", 3);
    row.cash_balance = amount_of(bench->rows.balance);
    row.version = bench->rows.version;
    if (ledgerdb_lock(bench->db, &bench->failure) != 0 ||
        ledgerdb_save_balance(bench->db, &row, &bench->rows.mark,
                              bench->rows.first, &bench->failure) != 0 ||
        ledgerdb_commit(bench->db, &bench->failure) != 0)
        return -1;
    bench->rows.first = false;
    return 0;
}

static bool
complains(struct bench *bench, const char *words)
{
    if (strstr(bench->failure.text, words) &&
        bench->failure.kind == FAILURE_DATA)
        return true;
    tap_note("%s", bench->failure.text);
    return false;
}

/* ---- streams ------------------------------------------------------------- */

static void
test_streams(void)
{
    struct bench b;

    open_bench(&b);
    OK("a new stream starts from nothing",
       begin(&b, "monday", 1) == 1 && b.counts.postings == 0);
    OK("events are added and committed",
       add(&b, 1, 10) == 0 && add(&b, 2, 20) == 0 && commit(&b) == 0 &&
           add(&b, 3, 30) == 0 && ledgerdb_pending(b.db) == 1 &&
           commit(&b) == 0 && ledgerdb_pending(b.db) == 0);
    OK("the next stream needs no reading: the caller has its start",
       begin(&b, "tuesday", 1) == 0 && b.rows.balance == 60);
    OK("and is added", add(&b, 1, 100) == 0 && commit(&b) == 0);
    close_bench(&b);

    open_bench(&b);
    OK("a stream that comes again starts where it started",
       begin(&b, "tuesday", 1) == 1 && b.rows.balance == 60 &&
           b.rows.version == 3 && b.counts.postings == 3);
    OK("what is known is not written again",
       add(&b, 1, 100) == 0 && ledgerdb_pending(b.db) == 0);
    OK("beyond, it goes on", add(&b, 2, 200) == 0 && commit(&b) == 0);
    OK("one before it starts where it started",
       begin(&b, "monday", 1) == 1 && b.rows.balance == 0);
    OK("and cannot go on", add(&b, 1, 10) == 0 && add(&b, 2, 20) == 0 &&
                               add(&b, 3, 30) == 0 && add(&b, 4, 40) != 0 &&
                               complains(&b, "another one followed it"));
    close_bench(&b);
}

static void
test_parts(void)
{
    struct bench b;

    open_bench(&b);
    OK("a stream may start right after the watermark",
       begin(&b, "tuesday", 3) == 1 && b.rows.balance == 360 &&
           b.counts.postings == 5);
    b.rows.first = false;
    OK("and goes on there", add(&b, 3, 300) == 0 && commit(&b) == 0);
    OK("not after a gap",
       begin(&b, "tuesday", 5) < 0 &&
           complains(&b, "known from seq 1 to seq 3, but the tape begins at "
                         "seq 5"));
    OK("nor from the middle",
       begin(&b, "tuesday", 2) < 0 && complains(&b, "begins at seq 2"));
    OK("the whole of it again is what was added in parts",
       begin(&b, "tuesday", 1) == 1 && add(&b, 1, 100) == 0 &&
           add(&b, 2, 200) == 0 && add(&b, 3, 300) == 0 &&
           b.rows.balance == 660);
    OK("a stream may begin at any seq",
       begin(&b, "rest", 1000) == 0 && add(&b, 1000, 1) == 0 &&
           commit(&b) == 0 && begin(&b, "rest", 1000) == 1 &&
           add(&b, 1000, 1) == 0 &&
           ledgerdb_end(b.db, LEDGERDB_COMPLETE, &b.failure) == 0);
    OK("events that differ are reported",
       begin(&b, "tuesday", 1) == 1 && add(&b, 1, 100) == 0 &&
           add(&b, 2, 201) != 0 && complains(&b, "differs from seq 2 on"));
    OK("a stream that ends early is refused when it is whole",
       begin(&b, "tuesday", 1) == 1 && add(&b, 1, 100) == 0 &&
           ledgerdb_end(b.db, LEDGERDB_BROKEN, &b.failure) == 0 &&
           ledgerdb_end(b.db, LEDGERDB_COMPLETE, &b.failure) < 0 &&
           complains(&b, "ends at seq 1, but"));
    close_bench(&b);
}

/* A batch that fails leaves nothing, and nothing follows it. */
static void
test_failure(void)
{
    struct bench b;
    char text[256];

    open_bench(&b);
    begin(&b, "wednesday", 1);
    add(&b, 1, 1);
    b.rows.mark.stored = 99;
    OK("a row that is not what was written stops the batch",
       commit(&b) < 0 && complains(&b, "changed by hand"));
    b.failure.kind = FAILURE_NONE;
    OK("and every later one", ledgerdb_commit(b.db, &b.failure) < 0);
    close_bench(&b);
    open_bench(&b);
    OK("nothing of it is there",
       begin(&b, "wednesday", 1) == 1 && b.rows.balance == 661);
    OK("the sums are wrong, as one side alone was posted",
       ledgerdb_check(b.db, text, sizeof text, &b.failure) == 0 &&
           strncmp(text, "I2: ", 4) == 0);
    close_bench(&b);
}

static int
gives(struct database *database, const char *sql, const char *expected)
{
    struct failure failure = {0};
    struct statement *statement = database_prepare(database, sql, &failure);
    const char *text = NULL;
    size_t size;
    int same;

    if (statement && statement_step(statement, &failure) == 1)
        text = column_text(statement, 0, &size);
    same = text && strcmp(text, expected) == 0;
    if (!same)
        tap_note("%s gives %s %s", sql, text ? text : "no row", failure.text);
    statement_free(statement);
    return same;
}

/* ---- rows ---------------------------------------------------------------- */

static int
define(struct bench *bench, int64_t multiplier)
{
    struct {
        struct instrument event;
        char symbol[8];
    } made = {.symbol = "ACME"};

    event_init(&made.event, EVENT_INSTRUMENT);
    made.event.event.words = sizeof made / 8;
    made.event.event.instrument = 1;
    made.event.multiplier = multiplier;
    made.event.symbol = (struct text){.offset = sizeof made.event, .length = 4};
    return ledgerdb_instrument(bench->db, 1, &made.event, &bench->failure);
}

/* What the database says in SQL. */
static int
says(const char *sql, const char *expected)
{
    struct failure failure = {0};
    const struct database_options options = {
        .mode = DATABASE_WRITE, .application = LEDGERDB_APPLICATION};
    struct database *database = database_open_as(path, &options, &failure);
    int same = database && gives(database, sql, expected);

    database_close(database);
    return same;
}

static void
test_rows(void)
{
    struct bench b;

    OK("a transaction names the event that caused it",
       says("SELECT group_concat(t.seq) FROM transactions t"
            " JOIN watermarks w USING (stream_id) WHERE stream = 'tuesday'",
            "1,2,3"));
    open_bench(&b);
    OK("an instrument is what the last definition says",
       begin(&b, "thursday", 1) == 1 && define(&b, 10 * DECIMAL_ONE) == 0 &&
           add(&b, 1, 1) == 0 && define(&b, 100 * DECIMAL_ONE) == 0 &&
           add(&b, 2, 1) == 0 && commit(&b) == 0);
    close_bench(&b);
    OK("and is looked up as that",
       says("SELECT symbol || ' ' || multiplier FROM instruments", "ACME 100"));
    open_bench(&b);
    OK("an earlier one that comes again does not change it",
       begin(&b, "thursday", 1) == 1 && define(&b, 10 * DECIMAL_ONE) == 0 &&
           add(&b, 1, 1) == 0 && define(&b, 100 * DECIMAL_ONE) == 0 &&
           add(&b, 2, 1) == 0 &&
           ledgerdb_end(b.db, LEDGERDB_COMPLETE, &b.failure) == 0);
    if (b.failure.kind)
        tap_note("%s", b.failure.text);
    close_bench(&b);
    OK("nor what is looked up",
       says("SELECT symbol || ' ' || multiplier FROM instruments", "ACME 100"));
}

/* ---- SQL ----------------------------------------------------------------- */

static void
test_sql(void)
{
    struct failure failure = {0};
    struct database *database =
        database_open(":memory:", DATABASE_WRITE, &failure);

    OK("sums are exact where floating point is not",
       gives(database,
             "SELECT decimal_sum(x) FROM (SELECT '12345678901234567.12345678'"
             " AS x UNION ALL SELECT '0.00000001' UNION ALL"
             " SELECT '-12345678901234567.12345678')",
             "0.00000001"));
    OK("sums may pass the range on the way",
       gives(database,
             "SELECT decimal_sum(x) FROM (SELECT "
             "'999999999999999999999999999999' AS x UNION ALL SELECT '1'"
             " UNION ALL SELECT '-2')",
             "999999999999999999999999999998"));
    OK("differences and comparisons are exact",
       gives(database, "SELECT decimal_sub('0.3', '0.1')", "0.2") &&
           gives(database, "SELECT decimal_add('0.1', '-0.1')", "0") &&
           gives(database, "SELECT decimal_cmp('9', '10')", "-1") &&
           gives(database, "SELECT decimal_cmp('-0.5', '-0.50')", "0"));
    OK("the sum of nothing is 0",
       gives(database, "SELECT decimal_sum(name) FROM sqlite_schema", "0"));
    OK("what is no amount is an error",
       database_execute(database, "SELECT decimal_add('1', 'x')", &failure) <
               0 &&
           database_execute(database,
                            "SELECT decimal_sum(x) FROM (SELECT 'x' AS x)",
                            &failure) < 0);
    database_close(database);
}

/* Changes by whoever has the file, in SQL; whether it can be used then. */
static bool
bears(const char *sql)
{
    const struct database_options options = {
        .mode = DATABASE_WRITE, .application = LEDGERDB_APPLICATION};
    struct failure failure = {0};
    struct database *database = database_open_as(path, &options, &failure);
    bool done = database && database_execute(database, sql, &failure) >= 0;
    struct ledgerdb *db;

    database_close(database);
    db = ledgerdb_open(path, &writing, &failure);
    ledgerdb_close(db);
    if (!done)
        tap_note("%s", failure.text);
    return done && db;
}

static void
test_additions(void)
{
    OK("tables and indexes may be added",
       bears("CREATE TABLE mine (x)") &&
           bears("CREATE INDEX my_index ON postings (amount)"));
    OK("but nothing that acts by itself",
       !bears("CREATE TRIGGER mine_too AFTER INSERT ON postings BEGIN"
              " DELETE FROM mine; END") &&
           bears("DROP TRIGGER mine_too"));
}

static void
test_versions(void)
{
    const struct database_options options = {
        .mode = DATABASE_WRITE, .application = LEDGERDB_APPLICATION};
    struct failure failure = {0};
    struct database *database = database_open_as(path, &options, &failure);

    if (!database)
        return;
    database_execute(database,
                     "INSERT INTO schema_migrations VALUES (99, 'to come')",
                     &failure);
    database_close(database);
    OK("a database of a newer version is left alone",
       ledgerdb_open(path, &writing, &failure) == NULL &&
           strstr(failure.text, "schema is version 99") &&
           failure.kind == FAILURE_DATA);
}

int
main(void)
{
    if (!mkdtemp(directory))
        return 1;
    snprintf(path, sizeof path, "%s/l.db", directory);
    test_streams();
    test_parts();
    test_failure();
    test_rows();
    test_sql();
    test_additions();
    test_versions();
    unlink(path);
    rmdir(directory);
    return tap_done();
}
