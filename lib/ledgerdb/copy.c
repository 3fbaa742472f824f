/* copy.c - is a new stream part of one that is posted already?
 *
 * A stream that was derived from another one says so in its name: filters
 * append theirs (tape(5)).  Posting both would count the same trades twice.  A
 * copy under another name shows in the fingerprints: each depends on all
 * events before it, so a batch that has those of another stream is the same
 * events. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "ledgerdb/private.h"

/* ---- by name ------------------------------------------------------------- */

/* One name is the other, with something appended. */
static bool
derived(const char *a, const char *b)
{
    size_t a_size = strlen(a), b_size = strlen(b);
    size_t least = a_size < b_size ? a_size : b_size;

    return a_size != b_size && memcmp(a, b, least) == 0 &&
           (a_size > b_size ? a[least] : b[least]) == '/';
}

struct search {
    struct ledgerdb *db;
    const char *name;
};

static int
compare_name(void *owner, const struct sql_value *row, struct failure *failure)
{
    const struct search *search = owner;
    size_t size;
    const char *name = sql_get_text(&row[WATERMARKS_STREAM], &size);

    if (!name || !derived(search->name, name))
        return 0;
    return fail(failure, FAILURE_DATA,
                "stream \"%s\" is derived from \"%s\", or that from it, and "
                "%s has the latter: posting both counts the same events twice "
                "(--as-new posts it all the same)",
                search->name, name, database_name(search->db->database));
}

int
ledgerdb_check_name(struct ledgerdb *db, const char *name,
                    struct failure *failure)
{
    struct search search = {db, name};
    const struct sql_query query = {.take = compare_name, .owner = &search};

    return sql_rows_read(db->database, &ledgerdb_tables[TABLE_WATERMARKS],
                         &query, failure);
}

/* ---- by fingerprints ----------------------------------------------------- */

static int
compare_prints(void *owner, const struct sql_value *row,
               struct failure *failure)
{
    struct ledgerdb *db = owner;
    size_t size;
    const char *prints = sql_get_text(&row[COMMITS_PRINTS], &size);

    size = size < db->prints.size ? size : db->prints.size;
    if (size / LEDGERDB_PRINT <= db->first_booked ||
        memcmp(prints, db->prints.bytes, size) != 0)
        return 0;
    return fail(failure, FAILURE_DATA,
                "the first %zu events of stream \"%s\" are those of a stream "
                "that %s has under another name (number %lld in its "
                "watermarks): posting both counts them twice (--as-new posts "
                "it all the same)",
                size / LEDGERDB_PRINT, db->stream.name,
                database_name(db->database),
                (long long)sql_get_integer(&row[COMMITS_STREAM]));
}

int
ledgerdb_check_copy(struct ledgerdb *db, struct failure *failure)
{
    const struct sql_query query = {
        .where = "WHERE in_seq = (SELECT min(c.in_seq) FROM commits c"
                 " WHERE c.stream_id = r.stream_id)",
        .take = compare_prints,
        .owner = db,
    };

    assert(ledgerdb_is_new(db));
    if (db->first_booked == SIZE_MAX)
        return 0;
    return sql_rows_read(db->database, &ledgerdb_tables[TABLE_COMMITS], &query,
                         failure);
}
