/* Which streams can have events of some times, by the catalog. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive_private.h"
#include "archive/catalog.h"
#include "archive/catalog_rows.h"
#include "base/array.h"

/* The hashes of streams, ascending as long as rows come by name. */
struct found {
    uint64_t *hashes; /* owned */
    size_t count, capacity;
};

/* A time of the catalog; what is none, or null, is as given. */
static int64_t
time_of(const char *text, int64_t otherwise)
{
    int64_t time;

    return text && time_parse(text, strlen(text), &time) ? time : otherwise;
}

/* Whether a tape can have events that a selection takes. */
static bool
may_want(const struct selection *selection, const char *const *cells)
{
    int64_t first = time_of(cells[5], INT64_MIN);
    int64_t last = time_of(cells[6], INT64_MAX);

    return (selection->from == TIME_NULL || last >= selection->from) &&
           (selection->to == TIME_NULL || first < selection->to);
}

static int
add(struct found *found, uint64_t hash, struct failure *failure)
{
    uint64_t *grown;

    if (found->count > 0 && found->hashes[found->count - 1] == hash)
        return 0;
    grown = array_grow(found->hashes, &found->capacity, found->count + 1,
                       sizeof *grown, failure);
    if (!grown)
        return -1;
    found->hashes = grown;
    grown[found->count++] = hash;
    return 0;
}

/* The next manifest in the archive's list from *at on; NULL: no more. */
static const char *
next_manifest(const struct archive *archive, size_t *at,
              struct manifest_name *name)
{
    while (*at < archive->list.count) {
        const char *file = archive->list.names[(*at)++];

        if (manifest_name_parse(name, file))
            return file;
    }
    return NULL;
}

/* Goes over all tapes, which have to be those of the directory, and as head
 * says: 1, 0, -1. */
static int
read_tapes(const struct archive *archive, const struct selection *selection,
           struct database *database, uint64_t head, struct found *found,
           struct failure *failure)
{
    struct statement *row = database_prepare(
        database, "SELECT " TAPE_COLUMNS " FROM tape ORDER BY name", failure);
    int step = -1, result = row ? 1 : -1;
    struct bytes line = {0}, room = {0};
    struct manifest_name name;
    uint64_t tapes = 0;
    size_t at = 0;

    while (result > 0 && (step = statement_step(row, failure)) > 0) {
        const char *file = next_manifest(archive, &at, &name);
        const char *cells[TAPE_CELLS];

        tape_row_read(row, cells, &line);
        tapes ^= tape_row_hash(cells, &room);
        if (bytes_ok(&line, failure) != 0 || bytes_ok(&room, failure) != 0)
            result = -1;
        else if (!file || !cells[0] || strcmp(cells[0], file) != 0)
            result = 0;
        else if (may_want(selection, cells))
            result = add(found, name.stream, failure) == 0 ? 1 : -1;
    }
    if (result > 0)
        result = step < 0
                     ? -1
                     : tapes == head && !next_manifest(archive, &at, &name);
    bytes_free(&line);
    bytes_free(&room);
    statement_free(row);
    return result;
}

/* 1; 0 when the catalog is not to be gone by; -1. */
static int
find(const struct archive *archive, const struct selection *selection,
     struct found *found, struct failure *failure)
{
    struct catalog_head head = {0};
    struct database *database;
    char *path;
    int there = catalog_open(archive, CATALOG_NAME, DATABASE_READ, &path,
                             &database, failure);

    if (there > 0)
        there = catalog_read_head(database, &head, failure);
    if (there > 0)
        there = read_tapes(archive, selection, database, head.tapes, found,
                           failure);
    if (there > 0)
        there = catalog_fits(archive, &head.link, failure);
    database_close(database);
    free(path);
    return there;
}

int
catalog_load(struct archive *archive, const struct selection *selection,
             struct failure *failure)
{
    struct failure ignored = {0};
    struct found found = {0};
    int there = find(archive, selection, &found, &ignored), result = 0;

    assert(selection->from != TIME_NULL || selection->to != TIME_NULL);
    if (there > 0 && found.count > 0)
        for (size_t i = 0; result == 0 && i < found.count; i++)
            result = archive_load_hash(archive, &found.hashes[i], failure);
    else
        result = archive_load(archive, NULL, failure);
    free(found.hashes);
    return result;
}
