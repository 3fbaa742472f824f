#include "ledgerdb/private.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledgerdb/schema.h"
#include "tape/frame.h"
#include "tape/schema.h"

static const char *const sql[LEDGERDB_STATEMENTS] = {
    [FIND_STREAM] =
        "SELECT stream_id, rules, first_seq, in_seq, digest,"
        " first_transaction, first_posting, last_transaction, last_posting"
        " FROM watermarks WHERE stream = $1",
    [FIND_NEWEST] = "SELECT stream_id, in_seq, last_transaction, last_posting"
                    " FROM watermarks ORDER BY stream_id DESC LIMIT 1",
    [FIRST_STREAM] =
        "INSERT INTO watermarks (stream_id, stream, rules, first_seq,"
        " first_transaction, first_posting, in_seq, digest, last_transaction,"
        " last_posting) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    [MOVE_WATERMARK] = "UPDATE watermarks SET in_seq = $1, digest = $2,"
                       " last_transaction = $3, last_posting = $4"
                       " WHERE stream_id = $5 AND in_seq = $6",
    [ADD_COMMIT] = "INSERT INTO commits (stream_id, in_seq, prints)"
                   " VALUES ($1, $2, $3)",
    [READ_COMMITS] = "SELECT prints FROM commits WHERE stream_id = $1"
                     " ORDER BY in_seq",
    [READ_POSTINGS] =
        "SELECT posting_id, transaction_id, account_id, instrument_id,"
        " currency, kind, amount, balance_after"
        " FROM postings WHERE posting_id >= $1 ORDER BY posting_id",
    [ADD_TRANSACTION] =
        "INSERT INTO transactions (transaction_id, stream_id, seq, time,"
        " cause, instrument_id) VALUES ($1, $2, $3, $4, $5, $6)",
    [ADD_POSTING] =
        "INSERT INTO postings (amount, balance_after, posting_id,"
        " transaction_id, account_id, instrument_id, currency, kind)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [PUT_INSTRUMENT] =
        "INSERT INTO instruments (multiplier, instrument_id, exchange, symbol,"
        " kind, currency) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (instrument_id) DO UPDATE SET"
        " multiplier = excluded.multiplier, kind = excluded.kind,"
        " currency = excluded.currency",
    [READ_INSTRUMENTS] =
        "SELECT instrument_id, exchange, symbol, kind, currency, multiplier"
        " FROM instruments ORDER BY instrument_id",
    [READ_NAMES] = "SELECT account_id, name FROM accounts"
                   " WHERE name IS NOT NULL",
    [READ_ACCOUNTS] = "SELECT account_id, user_id, account_type, status"
                      " FROM accounts WHERE first_stream < $1",
    [READ_BALANCES] = "SELECT account_id, currency, balance, version"
                      " FROM balances WHERE first_stream < $1",
    [READ_POSITIONS] =
        "SELECT account_id, instrument_id, currency, quantity, cost,"
        " realized_pnl, fees, version FROM positions WHERE first_stream < $1",
    [READ_ACCOUNT_STARTS] =
        "SELECT s.account_id, s.user_id, s.account_type, s.status"
        " FROM account_starts s JOIN accounts USING (account_id)"
        " WHERE stream_id >= $1 AND first_stream < $1"
        " ORDER BY stream_id DESC",
    [READ_BALANCE_STARTS] =
        "SELECT s.account_id, s.currency, s.balance, s.version"
        " FROM balance_starts s JOIN balances USING (account_id, currency)"
        " WHERE stream_id >= $1 AND first_stream < $1"
        " ORDER BY stream_id DESC",
    [READ_POSITION_STARTS] =
        "SELECT s.account_id, s.instrument_id, s.currency, s.quantity, s.cost,"
        " s.realized_pnl, s.fees, s.version FROM position_starts s"
        " JOIN positions USING (account_id, instrument_id)"
        " WHERE stream_id >= $1 AND first_stream < $1"
        " ORDER BY stream_id DESC",
    [START_ACCOUNT] =
        "INSERT INTO account_starts (stream_id, account_id, user_id,"
        " account_type, status)"
        " SELECT $1, account_id, user_id, account_type, status"
        " FROM accounts WHERE account_id = $2 ON CONFLICT DO NOTHING",
    [START_BALANCE] =
        "INSERT INTO balance_starts (stream_id, account_id, currency, balance,"
        " version) SELECT $1, account_id, currency, balance, version"
        " FROM balances WHERE account_id = $2 AND currency = $3"
        " ON CONFLICT DO NOTHING",
    [START_POSITION] =
        "INSERT INTO position_starts (stream_id, account_id, instrument_id,"
        " currency, quantity, cost, realized_pnl, fees, version)"
        " SELECT $1, account_id, instrument_id, currency, quantity, cost,"
        " realized_pnl, fees, version FROM positions"
        " WHERE account_id = $2 AND instrument_id = $3"
        " ON CONFLICT DO NOTHING",
    [PUT_ACCOUNT] =
        "INSERT INTO accounts (account_id, name, user_id, account_type,"
        " status, first_stream) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (account_id) DO UPDATE SET"
        " name = coalesce(excluded.name, accounts.name),"
        " user_id = excluded.user_id, account_type = excluded.account_type,"
        " status = excluded.status",
    [ADD_BALANCE] = "INSERT INTO balances (balance, version, account_id,"
                    " currency, first_stream) VALUES ($1, $2, $3, $4, $5)",
    [MOVE_BALANCE] = "UPDATE balances SET balance = $1, version = $2"
                     " WHERE account_id = $3 AND currency = $4"
                     " AND version = $5",
    [ADD_POSITION] =
        "INSERT INTO positions (quantity, cost, realized_pnl, fees, currency,"
        " version, account_id, instrument_id, first_stream)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    [MOVE_POSITION] =
        "UPDATE positions SET quantity = $1, cost = $2, realized_pnl = $3,"
        " fees = $4, currency = $5, version = $6"
        " WHERE account_id = $7 AND instrument_id = $8 AND version = $9",
};

/* ---- opening ------------------------------------------------------------- */

static int
prepare(struct ledgerdb *books, struct failure *failure)
{
    for (int i = 0; i < LEDGERDB_STATEMENTS; i++) {
        books->statements[i] =
            database_prepare(books->database, sql[i], failure);
        if (!books->statements[i])
            return -1;
    }
    return 0;
}

struct ledgerdb *
ledgerdb_open(const char *path, enum database_mode mode,
              struct failure *failure)
{
    struct ledgerdb *books = allocate(failure, 1, sizeof *books);

    if (!books)
        return NULL;
    books->database = database_open(path, mode, failure);
    if (!books->database ||
        migrate(books->database, ledgerdb_schema, ledgerdb_schema_count,
                mode == DATABASE_READ, failure) != 0 ||
        prepare(books, failure) != 0) {
        ledgerdb_close(books);
        return NULL;
    }
    return books;
}

void
ledgerdb_close(struct ledgerdb *books)
{
    if (!books)
        return;
    for (int i = 0; i < LEDGERDB_STATEMENTS; i++)
        statement_free(books->statements[i]);
    database_close(books->database);
    free(books->prints);
    free(books);
}

/* ---- streams ------------------------------------------------------------- */

/* Reads which stream is the newest; true in *same when it is where this
 * program left it. */
static int
look_at_newest(struct ledgerdb *books, bool *same, struct failure *failure)
{
    struct statement *statement = books->statements[FIND_NEWEST];
    int row = statement_step(statement, failure);
    int64_t stream = 0;
    uint64_t seq = 0;
    struct ledgerdb_counts counts = {0, 0};

    if (row < 0)
        return -1;
    if (row) {
        stream = column_integer(statement, 0);
        seq = (uint64_t)column_integer(statement, 1);
        counts.transactions = (uint64_t)column_integer(statement, 2);
        counts.postings = (uint64_t)column_integer(statement, 3);
        statement_reset(statement);
    }
    *same = stream == books->newest && seq == books->newest_seq;
    books->newest = stream;
    books->newest_seq = seq;
    books->newest_counts = counts;
    return 0;
}

static uint64_t
digest_of_text(const char *text, size_t size)
{
    char copy[17] = "";

    memcpy(copy, text, size < 16 ? size : 16);
    return strtoull(copy, NULL, 16);
}

/* Finds the stream by its name: 1 when it is known, 0, -1. */
static int
find_stream(struct ledgerdb *books, const struct ledgerdb_stream *stream,
            struct failure *failure)
{
    struct statement *statement = books->statements[FIND_STREAM];
    const char *text;
    size_t size;
    int row;

    bind_text(statement, 1, stream->name, strlen(stream->name));
    row = statement_step(statement, failure);
    if (row <= 0)
        return row;
    books->stream = column_integer(statement, 0);
    text = column_text(statement, 1, &size);
    snprintf(books->rules, sizeof books->rules, "%.*s", (int)size, text);
    books->first_seq = (uint64_t)column_integer(statement, 2);
    books->in_seq = (uint64_t)column_integer(statement, 3);
    text = column_text(statement, 4, &size);
    books->stored_digest = digest_of_text(text, size);
    books->first.transactions = (uint64_t)column_integer(statement, 5) - 1;
    books->first.postings = (uint64_t)column_integer(statement, 6) - 1;
    books->stored.transactions = (uint64_t)column_integer(statement, 7);
    books->stored.postings = (uint64_t)column_integer(statement, 8);
    statement_reset(statement);
    return 1;
}

static void
start_stream(struct ledgerdb *books, const struct ledgerdb_stream *stream)
{
    books->stream = books->newest + 1;
    books->is_new = true;
    snprintf(books->rules, sizeof books->rules, "%s", stream->rules);
    books->first_seq = stream->first_seq;
    books->in_seq = books->seq = stream->first_seq - 1;
    books->digest = 0;
    books->first = books->stored = books->counts = books->newest_counts;
}

/* The stream comes again from its first event. */
static void
repeat_stream(struct ledgerdb *books)
{
    books->verifying = true;
    books->caught_up = false;
    books->seq = books->first_seq - 1;
    books->digest = 0;
    books->counts = books->first;
    bind_integer(books->statements[READ_COMMITS], 1, books->stream);
    bind_integer(books->statements[READ_POSTINGS], 1,
                 (int64_t)books->first.postings + 1);
}

/* The stream goes on right behind the watermark. */
static void
continue_stream(struct ledgerdb *books)
{
    books->seq = books->in_seq;
    books->digest = books->stored_digest;
    books->counts = books->stored;
}

static int
resume_stream(struct ledgerdb *books, const struct ledgerdb_stream *stream,
              struct failure *failure)
{
    const char *where = database_name(books->database);

    if (strcmp(books->rules, stream->rules) != 0)
        return fail(failure, FAILURE_USAGE,
                    "%s: stream \"%s\" was posted with %s, not with %s: use "
                    "the same options",
                    where, stream->name, books->rules, stream->rules);
    if (stream->first_seq == books->first_seq)
        repeat_stream(books);
    else if (stream->first_seq == books->in_seq + 1)
        continue_stream(books);
    else
        return fail(failure, FAILURE_DATA,
                    "%s: stream \"%s\" is known from seq %" PRIu64
                    " to seq %" PRIu64 ", but the tape begins at seq %" PRIu64
                    ": give it from its first event, or from the one after "
                    "the last known",
                    where, stream->name, books->first_seq, books->in_seq,
                    stream->first_seq);
    return 0;
}

/* Statements that a tape before this one left in the middle. */
static void
end_reading(struct ledgerdb *books)
{
    statement_reset(books->statements[READ_COMMITS]);
    statement_reset(books->statements[READ_POSTINGS]);
    books->known_count = books->known_used = 0;
    books->verifying = false;
    books->is_new = false;
}

int
ledgerdb_begin(struct ledgerdb *books, const struct ledgerdb_stream *stream,
               const struct ledgerdb_reader *reader,
               struct ledgerdb_counts *counts, struct failure *failure)
{
    int64_t from;
    bool same;
    int known;

    assert(books->print_count == 0 && !books->locked);
    end_reading(books);
    if (look_at_newest(books, &same, failure) != 0)
        return -1;
    books->caught_up = books->caught_up && same;
    known = find_stream(books, stream, failure);
    if (known < 0)
        return -1;
    snprintf(books->name, sizeof books->name, "%s", stream->name);
    if (!known)
        start_stream(books, stream);
    else if (resume_stream(books, stream, failure) != 0)
        return -1;
    if (books->caught_up && books->stream >= books->newest)
        return 0;
    *counts = books->counts;
    /* the end of a stream is the start of the next */
    from = known ? books->stream + 1 : LEDGERDB_NEWEST;
    if (books->verifying)
        from = books->stream;
    else
        books->caught_up = books->stream >= books->newest;
    return ledgerdb_load(books, from, reader, failure) == 0 ? 1 : -1;
}

int
ledgerdb_read(struct ledgerdb *books, const struct ledgerdb_reader *reader,
              struct ledgerdb_counts *counts, struct failure *failure)
{
    bool same;

    if (look_at_newest(books, &same, failure) != 0)
        return -1;
    *counts = books->newest_counts;
    return ledgerdb_load(books, LEDGERDB_NEWEST, reader, failure);
}

int
ledgerdb_end(struct ledgerdb *books, bool whole, struct failure *failure)
{
    if (!books->verifying || !whole)
        return 0;
    return fail(failure, FAILURE_DATA,
                "stream \"%s\" ends at seq %" PRIu64 ", but %s knows it up to "
                "seq %" PRIu64 " (is it another stream? give it a name of its "
                "own)",
                books->name, books->seq, database_name(books->database),
                books->in_seq);
}

/* ---- events -------------------------------------------------------------- */

/* The running hash of a stream: unlike a tape's digest it can be continued
 * from any event. */
static uint64_t
chain(uint64_t digest, const struct event *event)
{
    uint64_t words[2] = {digest, frame_hash(event, (size_t)event->words * 8)};

    return frame_hash(words, sizeof words);
}

/* The fingerprint stored for the event in hand; NULL with the failure set
 * when there is none. */
static const unsigned char *
next_print(struct ledgerdb *books, struct failure *failure)
{
    struct statement *statement = books->statements[READ_COMMITS];
    size_t size = 0;
    int row;

    if (books->known_used == books->known_count) {
        row = statement_step(statement, failure);
        if (row == 1)
            books->known = column_blob(statement, 0, &size);
        if (row < 0)
            return NULL;
        if (row == 0 || size < PRINT_SIZE) {
            fail(failure, FAILURE_DATA,
                 "%s: its commits of stream \"%s\" are not whole: it was "
                 "changed by hand",
                 database_name(books->database), books->name);
            return NULL;
        }
        books->known_count = size / PRINT_SIZE;
        books->known_used = 0;
    }
    return books->known + PRINT_SIZE * books->known_used++;
}

int
ledgerdb_event(struct ledgerdb *books, uint64_t seq, const struct event *event,
               struct failure *failure)
{
    const unsigned char *print;

    assert(seq == books->seq + 1);
    books->next_digest = chain(books->digest, event);
    if (books->verifying) {
        print = next_print(books, failure);
        if (!print)
            return -1;
        if (memcmp(print, &books->next_digest, PRINT_SIZE) != 0)
            return fail(failure, FAILURE_DATA,
                        "stream \"%s\" differs from seq %" PRIu64
                        " on from what %s knows of it (is it another stream? "
                        "give it a name of its own)",
                        books->name, seq, database_name(books->database));
    } else if (books->stream < books->newest) {
        return fail(failure, FAILURE_DATA,
                    "stream \"%s\" is known in %s up to seq %" PRIu64
                    " and another one followed it: it cannot go on (post "
                    "the rest as a stream of its own)",
                    books->name, database_name(books->database), books->in_seq);
    }
    return 0;
}

bool
ledgerdb_writing(const struct ledgerdb *books)
{
    return !books->verifying;
}

/* The watermark is reached: all that is known was seen again. */
static int
catch_up(struct ledgerdb *books, struct failure *failure)
{
    end_reading(books);
    books->caught_up = books->stream == books->newest;
    if (books->digest != books->stored_digest ||
        books->counts.transactions != books->stored.transactions ||
        books->counts.postings != books->stored.postings)
        return fail(failure, FAILURE_DATA,
                    "stream \"%s\" up to seq %" PRIu64 " does not give what "
                    "%s holds: it was changed by hand, or posted by another "
                    "version",
                    books->name, books->seq, database_name(books->database));
    return 1;
}

static int
add_print(struct ledgerdb *books, struct failure *failure)
{
    unsigned char *grown;

    if (books->print_count == books->print_room) {
        books->print_room = books->print_room ? books->print_room * 2 : 4096;
        grown = realloc(books->prints, books->print_room * PRINT_SIZE);
        if (!grown) {
            books->failed = true;
            return fail_memory(failure);
        }
        books->prints = grown;
    }
    memcpy(books->prints + PRINT_SIZE * books->print_count++, &books->digest,
           PRINT_SIZE);
    return 0;
}

int
ledgerdb_accept(struct ledgerdb *books, struct failure *failure)
{
    books->seq++;
    books->digest = books->next_digest;
    if (!books->verifying)
        return add_print(books, failure);
    return books->seq == books->in_seq ? catch_up(books, failure) : 0;
}

size_t
ledgerdb_pending(const struct ledgerdb *books)
{
    return books->print_count;
}

/* ---- batches ------------------------------------------------------------- */

/* What was written of the batch is taken back; nothing more is committed. */
static int
give_up(struct ledgerdb *books)
{
    database_rollback(books->database);
    books->locked = false;
    books->failed = true;
    return -1;
}

int
ledgerdb_lock(struct ledgerdb *books, struct failure *failure)
{
    bool same;

    if (books->locked)
        return 0;
    if (books->failed)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s: the events since the last commit are not in it",
                    database_name(books->database));
    if (database_begin(books->database, failure) != 0)
        return give_up(books);
    books->locked = true;
    if (look_at_newest(books, &same, failure) != 0)
        return give_up(books);
    if (same)
        return 0;
    fail(failure, FAILURE_ENVIRONMENT,
         "%s: another program posted to it meanwhile; run it again",
         database_name(books->database));
    return give_up(books);
}

int
ledgerdb_run(struct ledgerdb *books, enum ledgerdb_statement which, bool any,
             struct failure *failure)
{
    int64_t changed = statement_run(books->statements[which], failure);

    if (changed >= 0 && (any || changed == 1))
        return 0;
    if (changed >= 0)
        fail(failure, FAILURE_DATA,
             "%s: a row is not what was last written: it was changed by hand",
             database_name(books->database));
    return give_up(books);
}

static int
move_watermark(struct ledgerdb *books, struct failure *failure)
{
    struct statement *statement = books->statements[MOVE_WATERMARK];
    char digest[17];

    snprintf(digest, sizeof digest, "%016" PRIx64, books->digest);
    if (!books->is_new) {
        bind_integer(statement, 1, (int64_t)books->seq);
        bind_text(statement, 2, digest, 16);
        bind_integer(statement, 3, (int64_t)books->counts.transactions);
        bind_integer(statement, 4, (int64_t)books->counts.postings);
        bind_integer(statement, 5, books->stream);
        bind_integer(statement, 6, (int64_t)books->in_seq);
        return ledgerdb_run(books, MOVE_WATERMARK, false, failure);
    }
    statement = books->statements[FIRST_STREAM];
    bind_integer(statement, 1, books->stream);
    bind_text(statement, 2, books->name, strlen(books->name));
    bind_text(statement, 3, books->rules, strlen(books->rules));
    bind_integer(statement, 4, (int64_t)books->first_seq);
    bind_integer(statement, 5, (int64_t)books->first.transactions + 1);
    bind_integer(statement, 6, (int64_t)books->first.postings + 1);
    bind_integer(statement, 7, (int64_t)books->seq);
    bind_text(statement, 8, digest, 16);
    bind_integer(statement, 9, (int64_t)books->counts.transactions);
    bind_integer(statement, 10, (int64_t)books->counts.postings);
    return ledgerdb_run(books, FIRST_STREAM, false, failure);
}

int
ledgerdb_commit(struct ledgerdb *books, struct failure *failure)
{
    struct statement *statement = books->statements[ADD_COMMIT];

    if (ledgerdb_lock(books, failure) != 0 ||
        move_watermark(books, failure) != 0)
        return -1;
    bind_integer(statement, 1, books->stream);
    bind_integer(statement, 2, (int64_t)books->seq);
    bind_blob(statement, 3, books->prints, books->print_count * PRINT_SIZE);
    if (ledgerdb_run(books, ADD_COMMIT, false, failure) != 0)
        return -1;
    if (database_commit(books->database, failure) != 0)
        return give_up(books);
    books->locked = false;
    books->is_new = false;
    books->print_count = 0;
    books->in_seq = books->newest_seq = books->seq;
    books->newest = books->stream;
    books->newest_counts = books->stored = books->counts;
    books->caught_up = true;
    return 0;
}
