#include "ledgerdb/ledgerdb.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledgerdb/private.h"
#include "ledgerdb/schema.h"

/* ---- open and close ------------------------------------------------------ */

static int
connect(struct ledgerdb *db, const char *path,
        const struct ledgerdb_options *options, struct failure *failure)
{
    const struct database_options connection = {
        .mode = options->mode,
        .application = LEDGERDB_APPLICATION,
        .wait_ns = options->wait_ns,
        .stopped = options->stopped,
        .owner = options->owner,
    };
    int version;

    db->database = database_open_as(path, &connection, failure);
    if (!db->database)
        return -1;
    version = migrate(db->database, ledgerdb_schema, ledgerdb_schema_count,
                      LEDGERDB_LEAST, failure);
    if (version < 0)
        return -1;
    db->has_digests = version >= LEDGERDB_WITH_DIGESTS;
    db->table_count =
        version >= LEDGERDB_WITH_LOTS ? LEDGERDB_TABLES : TABLE_BASES;
    for (int i = 0; i < LEDGERDB_TABLES; i++)
        sql_rows_open(&db->tables[i], db->database, &ledgerdb_tables[i]);
    sql_rows_open(&db->digests, db->database, &ledgerdb_digests);
    return db->has_digests ? ledgerdb_load_digests(db, failure) : 0;
}

struct ledgerdb *
ledgerdb_open(const char *path, const struct ledgerdb_options *options,
              struct failure *failure)
{
    struct ledgerdb *db = allocate(failure, 1, sizeof *db);

    if (!db)
        return NULL;
    db->first_booked = SIZE_MAX;
    if (connect(db, path, options, failure) == 0)
        return db;
    ledgerdb_close(db);
    return NULL;
}

void
ledgerdb_close(struct ledgerdb *db)
{
    if (!db)
        return;
    for (int i = 0; i < LEDGERDB_TABLES; i++)
        sql_rows_close(&db->tables[i]);
    sql_rows_close(&db->digests);
    sql_cursor_close(&db->commits);
    sql_cursor_close(&db->postings);
    database_close(db->database);
    bytes_free(&db->prints);
    bytes_free(&db->trades);
    free(db->instrument_hashes);
    free(db);
}

/* ---- watermarks ---------------------------------------------------------- */

/* What is looked for among the watermarks, and found. */
struct watermarks {
    const char *name; /* NULL: none */
    struct ledgerdb_watermark newest, named;
    struct sql_digest digest;
    bool wrong;
};

static int
take_watermark(void *owner, const struct sql_value *row,
               struct failure *failure)
{
    struct watermarks *found = owner;
    struct ledgerdb_watermark mark;

    (void)failure;
    sql_digest_add(&found->digest, &ledgerdb_tables[TABLE_WATERMARKS], row);
    if (ledgerdb_read_watermark(row, &mark) != 0) {
        found->wrong = true;
        return 0;
    }
    if (mark.id > found->newest.id)
        found->newest = mark;
    if (found->name && strcmp(found->name, mark.name) == 0)
        found->named = mark;
    return 0;
}

int
ledgerdb_newest(struct ledgerdb *db, struct ledgerdb_watermark *mark,
                struct failure *failure)
{
    struct watermarks found = {.name = NULL};
    const struct sql_query query = {.take = take_watermark, .owner = &found};
    int result = sql_rows_read(db->database, &ledgerdb_tables[TABLE_WATERMARKS],
                               &query, failure);

    *mark = found.newest;
    return result;
}

/* Both watermarks also are to know how their streams ended. */
static int
take_ending(void *owner, const struct sql_value *row, struct failure *failure)
{
    struct watermarks *found = owner;
    int64_t stream = sql_get_integer(&row[ENDINGS_STREAM]);
    uint64_t seq = (uint64_t)sql_get_integer(&row[ENDINGS_SEQ]);

    (void)failure;
    sql_digest_add(&found->digest, &ledgerdb_tables[TABLE_ENDINGS], row);
    if (stream == found->newest.id)
        found->newest.ended = seq;
    if (stream == found->named.id)
        found->named.ended = seq;
    return 0;
}

static int
read_watermarks(struct ledgerdb *db, struct watermarks *found,
                struct failure *failure)
{
    struct sql_query query = {.take = take_watermark, .owner = found};

    if (db->has_digests && ledgerdb_load_digests(db, failure) != 0)
        return -1;
    if (sql_rows_read(db->database, &ledgerdb_tables[TABLE_WATERMARKS], &query,
                      failure) != 0 ||
        ledgerdb_verify_digest(db, TABLE_WATERMARKS, found->digest, failure) !=
            0)
        return -1;
    if (found->wrong)
        return fail(failure, FAILURE_DATA,
                    "%s: a watermark is malformed: it was changed by hand",
                    database_name(db->database));
    if (!db->has_digests)
        return 0;
    query.take = take_ending;
    found->digest = (struct sql_digest){0};
    if (sql_rows_read(db->database, &ledgerdb_tables[TABLE_ENDINGS], &query,
                      failure) != 0)
        return -1;
    return ledgerdb_verify_digest(db, TABLE_ENDINGS, found->digest, failure);
}

bool
ledgerdb_same_mark(const struct ledgerdb_watermark *a,
                   const struct ledgerdb_watermark *b)
{
    return a->id == b->id && a->seq == b->seq && a->digest == b->digest &&
           a->last.postings == b->last.postings;
}

struct ledgerdb_counts
ledgerdb_counts(const struct ledgerdb *db)
{
    return db->newest.last;
}

const char *
ledgerdb_unfinished(const struct ledgerdb *db, uint64_t *seq)
{
    *seq = db->newest.seq;
    return db->has_digests && db->newest.id > 0 &&
                   db->newest.ended != db->newest.seq
               ? db->newest.name
               : NULL;
}

/* ---- streams ------------------------------------------------------------- */

/* True when the caller has the newest state in its rows, and perhaps more
 * that was read but not stored. */
static bool
caller_is_current(const struct ledgerdb *db)
{
    return db->state == LEDGERDB_CURRENT ||
           (db->state == LEDGERDB_MEMORY && db->stream.id >= db->newest.id);
}

static int
start_stream(struct ledgerdb *db, const struct ledgerdb_stream *stream,
             struct failure *failure)
{
    uint64_t seq;
    const char *unfinished = ledgerdb_unfinished(db, &seq);
    bool writes = database_opened(db->database) == DATABASE_WRITE;

    if (!stream->as_new && ledgerdb_check_name(db, stream->name, failure) != 0)
        return -1;
    if (writes && unfinished && !stream->as_new)
        return fail(failure, FAILURE_DATA,
                    "%s: stream \"%s\" is only partly posted, up to seq "
                    "%" PRIu64 ": post all of it before \"%s\", or it can "
                    "never be finished (--as-new abandons it)",
                    database_name(db->database), unfinished, seq, stream->name);
    db->stream = (struct ledgerdb_watermark){
        .id = db->newest.id + 1,
        .first_seq = stream->first_seq,
        .seq = stream->first_seq - 1,
        .first = db->newest.last,
        .last = db->newest.last,
    };
    snprintf(db->stream.name, sizeof db->stream.name, "%s", stream->name);
    snprintf(db->stream.rules, sizeof db->stream.rules, "%s", stream->rules);
    return 0;
}

static int
begin_verifying(struct ledgerdb *db, struct failure *failure)
{
    const int64_t stream[2] = {db->stream.id, 0};
    const int64_t postings[2] = {(int64_t)db->stream.first.postings + 1, 0};

    assert(!db->commits.statement && !db->postings.statement);
    db->state = LEDGERDB_VERIFY;
    db->seq = db->stream.first_seq - 1;
    db->digest = 0;
    db->counts = db->stream.first;
    if (sql_cursor_open(
            &db->commits, db->database, &ledgerdb_tables[TABLE_COMMITS],
            "WHERE stream_id = $1 ORDER BY in_seq", stream, failure) != 0)
        return -1;
    return sql_cursor_open(
        &db->postings, db->database, &ledgerdb_tables[TABLE_POSTINGS],
        "WHERE posting_id >= $1 ORDER BY posting_id", postings, failure);
}

/* The stream is known: it comes from its first event, or goes on after the
 * last. */
static int
resume_stream(struct ledgerdb *db, const struct ledgerdb_stream *stream,
              struct failure *failure)
{
    const struct ledgerdb_watermark *known = &db->stream;
    const char *where = database_name(db->database);

    if (strcmp(known->rules, stream->rules) != 0)
        return fail(failure, FAILURE_USAGE,
                    "%s: stream \"%s\" was posted with %s, not with %s: use "
                    "the same options",
                    where, stream->name, known->rules, stream->rules);
    if (stream->first_seq == known->first_seq)
        return begin_verifying(db, failure);
    if (stream->first_seq == known->seq + 1)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: stream \"%s\" is known from seq %" PRIu64
                " to seq %" PRIu64 ", but the tape begins at seq %" PRIu64
                ": give it from its first event, or from the one after the "
                "last known",
                where, stream->name, known->first_seq, known->seq,
                stream->first_seq);
}

/* Whatever a tape before this one left. */
static void
end_stream(struct ledgerdb *db)
{
    sql_cursor_close(&db->commits);
    sql_cursor_close(&db->postings);
    db->known_count = db->known_used = 0;
    if (db->state == LEDGERDB_VERIFY)
        db->state = LEDGERDB_IDLE;
}

/* Beyond what is stored: where events go. */
static enum ledgerdb_state
state_beyond(const struct ledgerdb *db)
{
    if (database_opened(db->database) == DATABASE_READ)
        return LEDGERDB_MEMORY;
    return db->stream.id >= db->newest.id ? LEDGERDB_CURRENT : LEDGERDB_PAST;
}

/* What was read was of one moment; only a look goes on with it. */
static int
release(struct ledgerdb *db, struct failure *failure)
{
    if (database_opened(db->database) == DATABASE_READ)
        return 0;
    return database_release(db->database, failure);
}

int
ledgerdb_begin(struct ledgerdb *db, const struct ledgerdb_stream *stream,
               const struct ledgerdb_reader *reader,
               struct ledgerdb_counts *counts, struct failure *failure)
{
    struct watermarks found = {.name = stream->name};
    bool current = caller_is_current(db);
    int64_t from = LEDGERDB_NEWEST;

    assert(db->state != LEDGERDB_BATCH && ledgerdb_pending(db) == 0);
    assert(strlen(stream->name) < LEDGERDB_NAME);
    assert(db->instruments && db->names);
    end_stream(db);
    if (read_watermarks(db, &found, failure) != 0)
        return -1;
    current = current && ledgerdb_same_mark(&db->newest, &found.newest);
    db->newest = found.newest;
    db->stream = found.named;
    db->as_new = stream->as_new;
    db->first_booked = SIZE_MAX;
    if (found.named.id == 0 && start_stream(db, stream, failure) != 0)
        return -1;
    db->seq = db->stream.seq;
    db->digest = db->stream.digest;
    db->counts = db->stream.last;
    if (found.named.id != 0 && resume_stream(db, stream, failure) != 0)
        return -1;
    if (db->state == LEDGERDB_VERIFY) {
        from = db->stream.id;
    } else {
        db->state = state_beyond(db);
        if (current && db->stream.id >= db->newest.id) {
            db->counts = *counts;
            return release(db, failure);
        }
        if (db->stream.id < db->newest.id)
            from = db->stream.id + 1; /* the end of one starts the next */
    }
    *counts = db->counts;
    if (ledgerdb_load(db, from, reader, failure) != 0)
        return -1;
    if (db->state != LEDGERDB_VERIFY && release(db, failure) != 0)
        return -1;
    return 1;
}

int
ledgerdb_read(struct ledgerdb *db, const struct ledgerdb_reader *reader,
              struct ledgerdb_counts *counts, struct failure *failure)
{
    struct watermarks found = {.name = NULL};

    if (read_watermarks(db, &found, failure) != 0)
        return -1;
    db->newest = found.newest;
    *counts = db->newest.last;
    return ledgerdb_load(db, LEDGERDB_NEWEST, reader, failure);
}

int
ledgerdb_read_end(struct ledgerdb *db, const struct ledgerdb_reader *reader,
                  struct failure *failure)
{
    int64_t next = db->stream.id + 1;

    assert(db->seq == db->stream.seq);
    if (ledgerdb_load(db,
                      db->stream.id < db->newest.id ? next : LEDGERDB_NEWEST,
                      reader, failure) != 0)
        return -1;
    return release(db, failure);
}
