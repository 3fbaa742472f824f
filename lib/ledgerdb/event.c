/* event.c - the events of a stream: compared as far as they are known, added
 * beyond. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "ledgerdb/private.h"
#include "tape/frame.h"

/* The running hash of a stream: unlike a tape's digest it can be continued
 * from any event. */
static uint64_t
chain(uint64_t digest, const struct event *event)
{
    uint64_t words[2] = {digest, frame_hash(event, (size_t)event->words * 8)};

    return frame_hash(words, sizeof words);
}

/* The fingerprint stored for the current event; NULL with the failure set
 * when there is none. */
static const unsigned char *
next_print(struct ledgerdb *db, struct failure *failure)
{
    size_t size = 0;
    int row;

    if (db->known_used == db->known_count) {
        row = sql_cursor_next(&db->commits, failure);
        if (row < 0)
            return NULL;
        if (row == 1)
            db->known = (const unsigned char *)sql_get_text(
                &db->commits.row[COMMITS_PRINTS], &size);
        if (size < LEDGERDB_PRINT) {
            fail(failure, FAILURE_DATA,
                 "%s: its commits of stream \"%s\" are not whole: it was "
                 "changed by hand",
                 database_name(db->database), db->stream.name);
            return NULL;
        }
        db->known_count = size / LEDGERDB_PRINT;
        db->known_used = 0;
    }
    return db->known + LEDGERDB_PRINT * db->known_used++;
}

static int
verify_event(struct ledgerdb *db, uint64_t seq, struct failure *failure)
{
    const unsigned char *print = next_print(db, failure);

    if (!print)
        return -1;
    if (memcmp(print, &db->next_digest, LEDGERDB_PRINT) == 0)
        return 0;
    return fail(failure, FAILURE_DATA,
                "stream \"%s\" differs from seq %" PRIu64
                " on from what %s has of it (is it another stream? give it "
                "another name)",
                db->stream.name, seq, database_name(db->database));
}

int
ledgerdb_event(struct ledgerdb *db, uint64_t seq, const struct event *event,
               struct failure *failure)
{
    assert(seq == db->seq + 1);
    assert(db->state != LEDGERDB_IDLE);
    db->next_digest = chain(db->digest, event);
    if (db->state == LEDGERDB_VERIFY)
        return verify_event(db, seq, failure);
    if (db->state == LEDGERDB_PAST)
        return fail(
            failure, FAILURE_DATA,
            "stream \"%s\" is in %s up to seq %" PRIu64
            " and another one followed it: it cannot continue (post the "
            "rest as a stream with another name)",
            db->stream.name, database_name(db->database), db->stream.seq);
    return 0;
}

/* The watermark is reached: all that is known was seen again. */
static int
catch_up(struct ledgerdb *db, struct failure *failure)
{
    const struct ledgerdb_watermark *stored = &db->stream;

    assert(db->state == LEDGERDB_VERIFY && db->seq == stored->seq);
    sql_cursor_close(&db->commits);
    sql_cursor_close(&db->postings);
    db->known_count = db->known_used = 0;
    if (database_opened(db->database) == DATABASE_READ)
        db->state = LEDGERDB_MEMORY;
    else
        db->state =
            db->stream.id == db->newest.id ? LEDGERDB_CURRENT : LEDGERDB_PAST;
    if (db->digest != stored->digest ||
        db->counts.transactions != stored->last.transactions ||
        db->counts.postings != stored->last.postings)
        return fail(failure, FAILURE_DATA,
                    "stream \"%s\" up to seq %" PRIu64
                    " does not give what %s holds: it was changed by hand, or "
                    "posted by another version",
                    db->stream.name, db->seq, database_name(db->database));
    return 1;
}

int
ledgerdb_accept(struct ledgerdb *db, struct failure *failure)
{
    assert(db->state != LEDGERDB_IDLE && db->state != LEDGERDB_PAST);
    db->seq++;
    db->digest = db->next_digest;
    if (db->state == LEDGERDB_CURRENT || db->state == LEDGERDB_BATCH)
        bytes_put(&db->prints, &db->digest, LEDGERDB_PRINT);
    if (db->state == LEDGERDB_VERIFY && db->seq == db->stream.seq)
        return catch_up(db, failure);
    return 0;
}

bool
ledgerdb_continues(const struct ledgerdb *db)
{
    return db->state != LEDGERDB_VERIFY && db->seq >= db->stream.first_seq;
}

bool
ledgerdb_grows(const struct ledgerdb *db)
{
    return db->state == LEDGERDB_CURRENT || db->state == LEDGERDB_BATCH;
}

size_t
ledgerdb_pending(const struct ledgerdb *db)
{
    return db->prints.size / LEDGERDB_PRINT;
}
