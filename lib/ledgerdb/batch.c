/* batch.c - a batch: one transaction with rows, watermark and digests. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ledgerdb/private.h"

bool
ledgerdb_is_new(const struct ledgerdb *db)
{
    return db->stream.id > db->newest.id;
}

/* Rows that are not what they should be have been changed by hand, unless
 * another program posted meanwhile. */
static void
blame(struct ledgerdb *db, struct failure *failure)
{
    struct failure ignored = {.kind = FAILURE_NONE};
    struct ledgerdb_watermark newest;

    if (failure->kind != FAILURE_DATA ||
        ledgerdb_newest(db, &newest, &ignored) != 0 ||
        ledgerdb_same_mark(&newest, &db->newest))
        return;
    fail(failure, FAILURE_ENVIRONMENT,
         "%s: another program posted to it meanwhile: run it again",
         database_name(db->database));
}

int
ledgerdb_give_up(struct ledgerdb *db, struct failure *failure)
{
    database_rollback(db->database);
    blame(db, failure);
    db->state = LEDGERDB_FAILED;
    return -1;
}

int
ledgerdb_append(struct ledgerdb *db, enum ledgerdb_table table,
                const struct sql_value *row, struct failure *failure)
{
    assert(db->state == LEDGERDB_BATCH);
    if (sql_rows_append(&db->tables[table], row, failure) == 0)
        return 0;
    return ledgerdb_give_up(db, failure);
}

int
ledgerdb_update(struct ledgerdb *db, enum ledgerdb_table table,
                const struct sql_value *row, uint64_t guard, uint64_t old,
                struct failure *failure)
{
    assert(db->state == LEDGERDB_BATCH);
    if (sql_rows_update(&db->tables[table], row, (int64_t)guard, old,
                        failure) == 0)
        return 0;
    return ledgerdb_give_up(db, failure);
}

int
ledgerdb_lock(struct ledgerdb *db, struct failure *failure)
{
    if (db->state == LEDGERDB_BATCH)
        return 0;
    if (db->state == LEDGERDB_FAILED)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s: the events since the last commit are missing",
                    database_name(db->database));
    assert(db->state == LEDGERDB_CURRENT);
    if (database_begin(db->database, failure) != 0)
        return ledgerdb_give_up(db, failure);
    db->state = LEDGERDB_BATCH;
    return 0;
}

/* ---- commit -------------------------------------------------------------- */

/* digest is where the text of the digest goes. */
static void
watermark_row(const struct ledgerdb_watermark *mark, char digest[17],
              struct sql_value *row)
{
    assert(mark->id > 0);
    snprintf(digest, 17, "%016" PRIx64, mark->digest);
    row[WATERMARKS_ID] = sql_integer(mark->id);
    row[WATERMARKS_STREAM] = sql_text(mark->name, strlen(mark->name));
    row[WATERMARKS_RULES] = sql_text(mark->rules, strlen(mark->rules));
    row[WATERMARKS_FIRST_SEQ] = sql_integer((int64_t)mark->first_seq);
    row[WATERMARKS_FIRST_TRANSACTION] =
        sql_integer((int64_t)mark->first.transactions + 1);
    row[WATERMARKS_FIRST_POSTING] =
        sql_integer((int64_t)mark->first.postings + 1);
    row[WATERMARKS_SEQ] = sql_integer((int64_t)mark->seq);
    row[WATERMARKS_DIGEST] = sql_text(digest, 16);
    row[WATERMARKS_LAST_TRANSACTION] =
        sql_integer((int64_t)mark->last.transactions);
    row[WATERMARKS_LAST_POSTING] = sql_integer((int64_t)mark->last.postings);
}

/* From the watermark that is stored to the next one. */
static int
move_watermark(struct ledgerdb *db, const struct ledgerdb_watermark *next,
               struct failure *failure)
{
    const struct sql_table *table = &ledgerdb_tables[TABLE_WATERMARKS];
    struct sql_value row[SQL_COLUMNS_MAX];
    char digest[17];
    uint64_t old;

    watermark_row(&db->stream, digest, row);
    old = sql_row_hash(table, row);
    watermark_row(next, digest, row);
    if (!ledgerdb_is_new(db))
        return ledgerdb_update(db, TABLE_WATERMARKS, row, db->stream.seq, old,
                               failure);
    if (ledgerdb_append(db, TABLE_WATERMARKS, row, failure) != 0)
        return -1;
    if (sql_rows_flush(&db->tables[TABLE_WATERMARKS], failure) != 0)
        return ledgerdb_give_up(db, failure);
    return 0;
}

/* What is appended last: one row of fingerprints for the batch. */
static int
add_prints(struct ledgerdb *db, enum ledgerdb_table table,
           const struct bytes *prints, struct failure *failure)
{
    const struct sql_value row[] = {
        sql_integer(db->stream.id),
        sql_integer((int64_t)db->seq),
        sql_bytes(prints->bytes, prints->size),
    };

    return prints->size ? ledgerdb_append(db, table, row, failure) : 0;
}

static int
write_digest(struct ledgerdb *db, enum ledgerdb_table table,
             struct failure *failure)
{
    const char *name = ledgerdb_tables[table].name;
    struct sql_digest digest = db->tables[table].digest;
    char text[17];
    struct sql_value row[3] = {sql_text(name, strlen(name)),
                               sql_integer((int64_t)digest.rows),
                               sql_text(text, 16)};

    snprintf(text, sizeof text, "%016" PRIx64, digest.sum);
    return sql_rows_update(&db->digests, row, 0, 0, failure);
}

/* Everything that waits, the digests last. */
static int
write_all(struct ledgerdb *db, struct failure *failure)
{
    int result = 0;

    for (int i = 0; i < LEDGERDB_TABLES && result == 0; i++)
        result = sql_rows_flush(&db->tables[i], failure);
    if (result == 0)
        result = database_flush(db->database, failure);
    for (int i = 0; i < LEDGERDB_TABLES && result == 0; i++) {
        const struct sql_digest *now = &db->tables[i].digest;
        struct sql_digest *stored = &db->stored_digests[i];

        if (now->rows == stored->rows && now->sum == stored->sum)
            continue;
        result = write_digest(db, (enum ledgerdb_table)i, failure);
        *stored = *now;
    }
    return result;
}

/* The connection was lost while the transaction was committed: the watermark
 * says whether it was.  Nobody else writes until the lost connection's
 * transaction is over.  0 when it was; -1, with the failure that was or with
 * another one. */
static int
find_out(struct ledgerdb *db, const struct ledgerdb_watermark *next,
         struct failure *failure)
{
    struct failure trial = {.kind = FAILURE_NONE};
    struct ledgerdb_watermark newest = {.id = 0};
    int result;

    if (database_reopen(db->database, &trial) != 0 ||
        database_begin(db->database, &trial) != 0)
        return -1;
    result = ledgerdb_newest(db, &newest, &trial);
    database_rollback(db->database);
    if (result != 0 || !ledgerdb_same_mark(&newest, next))
        return -1;
    *failure = (struct failure){.kind = FAILURE_NONE};
    return 0;
}

static int
commit(struct ledgerdb *db, const struct ledgerdb_watermark *next,
       struct failure *failure)
{
    int result;

    assert(next->id == db->stream.id && next->seq >= db->stream.seq);
    result = write_all(db, failure);
    if (result == 0)
        result = database_commit(db->database, failure);
    if (result == 1)
        result = find_out(db, next, failure);
    if (result != 0)
        return ledgerdb_give_up(db, failure);
    db->state = LEDGERDB_CURRENT;
    db->stream = db->newest = *next;
    return 0;
}

int
ledgerdb_commit(struct ledgerdb *db, struct failure *failure)
{
    struct ledgerdb_watermark next = db->stream;

    next.seq = db->seq;
    next.digest = db->digest;
    next.last = db->counts;
    assert(db->state != LEDGERDB_VERIFY && db->state != LEDGERDB_MEMORY);
    assert(db->seq >= db->stream.seq);
    if (ledgerdb_is_new(db) && !db->as_new &&
        ledgerdb_check_copy(db, failure) != 0)
        return ledgerdb_give_up(db, failure);
    if (bytes_ok(&db->prints, failure) != 0 ||
        bytes_ok(&db->trades, failure) != 0)
        return ledgerdb_give_up(db, failure);
    if (ledgerdb_lock(db, failure) != 0 ||
        move_watermark(db, &next, failure) != 0 ||
        add_prints(db, TABLE_COMMITS, &db->prints, failure) != 0 ||
        add_prints(db, TABLE_TRADE_PRINTS, &db->trades, failure) != 0 ||
        commit(db, &next, failure) != 0)
        return -1;
    bytes_clear(&db->prints);
    bytes_clear(&db->trades);
    db->first_booked = SIZE_MAX;
    return 0;
}

/* ---- the end of a stream ------------------------------------------------- */

/* An ending is stored, or the one that was is moved. */
static int
write_ending(struct ledgerdb *db, const char *status, struct failure *failure)
{
    const struct sql_table *table = &ledgerdb_tables[TABLE_ENDINGS];
    struct sql_cursor cursor = {.statement = NULL};
    int64_t id[2] = {db->stream.id};
    struct sql_value row[] = {sql_integer(db->stream.id),
                              sql_integer((int64_t)db->seq),
                              sql_text(status, strlen(status))};
    uint64_t old = 0, guard = 0;
    int known = sql_cursor_open(&cursor, db->database, table,
                                "WHERE stream_id = $1", id, failure);

    if (known == 0)
        known = sql_cursor_next(&cursor, failure);
    if (known == 1) {
        old = sql_row_hash(table, cursor.row);
        guard = (uint64_t)sql_get_integer(&cursor.row[ENDINGS_SEQ]);
    }
    sql_cursor_close(&cursor);
    if (known < 0)
        return ledgerdb_give_up(db, failure);
    return known ? ledgerdb_update(db, TABLE_ENDINGS, row, guard, old, failure)
                 : ledgerdb_append(db, TABLE_ENDINGS, row, failure);
}

int
ledgerdb_end(struct ledgerdb *db, enum ledgerdb_ending ending,
             struct failure *failure)
{
    struct ledgerdb_watermark next = db->stream;

    if (db->state == LEDGERDB_VERIFY && ending == LEDGERDB_COMPLETE)
        return fail(failure, FAILURE_DATA,
                    "stream \"%s\" ends at seq %" PRIu64
                    ", but %s knows it up to seq %" PRIu64
                    " (is it another stream? give it another name)",
                    db->stream.name, db->seq, database_name(db->database),
                    db->stream.seq);
    if (db->state != LEDGERDB_CURRENT || ending == LEDGERDB_BROKEN ||
        database_opened(db->database) == DATABASE_READ || ledgerdb_is_new(db) ||
        db->stream.ended == db->seq)
        return 0;
    next.ended = db->seq;
    if (ledgerdb_lock(db, failure) != 0 ||
        write_ending(db, ending == LEDGERDB_COMPLETE ? "complete" : "limited",
                     failure) != 0)
        return -1;
    return commit(db, &next, failure);
}
