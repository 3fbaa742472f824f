#include "archive/catalog.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive_private.h"
#include "archive/catalog_rows.h"
#include "archive/chain.h"

static const char schema_sql[] =
    "CREATE TABLE " CATALOG_HEAD " ("
    " number INTEGER NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " tapes TEXT NOT NULL);"
    "CREATE TABLE tape ("
    " name TEXT PRIMARY KEY, stream TEXT NOT NULL, status TEXT NOT NULL,"
    " tape_last_seq INTEGER NOT NULL, events INTEGER NOT NULL,"
    " time_min TEXT, time_max TEXT, sha256 TEXT NOT NULL);"
    "CREATE TABLE part ("
    " id INTEGER PRIMARY KEY,"
    " path TEXT NOT NULL UNIQUE, tape TEXT NOT NULL REFERENCES tape (name),"
    " type TEXT NOT NULL, date TEXT, tier TEXT NOT NULL,"
    " rows INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,"
    " time_min TEXT, time_max TEXT, sha256 TEXT NOT NULL);"
    "CREATE TABLE instrument ("
    " id INTEGER PRIMARY KEY, exchange TEXT NOT NULL, symbol TEXT NOT NULL,"
    " UNIQUE (symbol, exchange));"
    "CREATE TABLE part_instrument ("
    " part INTEGER NOT NULL, instrument INTEGER NOT NULL,"
    " PRIMARY KEY (part, instrument)) WITHOUT ROWID;"
    "CREATE VIEW part_symbol AS SELECT path, exchange, symbol"
    " FROM part_instrument JOIN part ON part.id = part"
    " JOIN instrument ON instrument.id = instrument;"
    "CREATE INDEX part_by_type ON part (type, date);"
    "CREATE INDEX part_by_tape ON part (tape);"
    "CREATE INDEX part_by_instrument ON part_instrument (instrument)";

enum statement_kind {
    ADD_TAPE,
    ADD_PART,
    ADD_INSTRUMENT,
    ADD_LINK,
    DROP_LINKS,
    DROP_PARTS,
    FIND_TAPE,
    DROP_TAPE,
    DROP_HEAD,
    ADD_HEAD,
    STATEMENTS
};

static const char *const statements_sql[STATEMENTS] = {
    [ADD_TAPE] = "INSERT INTO tape (" TAPE_COLUMNS
                 ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [ADD_PART] = "INSERT INTO part (" PART_COLUMNS
                 ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    [ADD_INSTRUMENT] = "INSERT OR IGNORE INTO instrument (exchange, symbol)"
                       " VALUES ($1, $2)",
    [ADD_LINK] = "INSERT OR IGNORE INTO part_instrument"
                 " SELECT part.id, instrument.id FROM part, instrument"
                 " WHERE path = $1 AND exchange = $2 AND symbol = $3",
    [DROP_LINKS] = "DELETE FROM part_instrument WHERE part IN"
                   " (SELECT id FROM part WHERE tape = $1)",
    [DROP_PARTS] = "DELETE FROM part WHERE tape = $1",
    [FIND_TAPE] = "SELECT " TAPE_COLUMNS " FROM tape WHERE name = $1",
    [DROP_TAPE] = "DELETE FROM tape WHERE name = $1",
    [DROP_HEAD] = "DELETE FROM " CATALOG_HEAD,
    [ADD_HEAD] = "INSERT INTO " CATALOG_HEAD " (number, name, sha256, tapes)"
                 " VALUES ($1, $2, $3, $4)",
};

struct catalog {
    const struct archive *archive;
    char *path; /* owned */
    struct database *database;
    struct statement *statements[STATEMENTS];
    const char *part; /* whose instruments are added */
    uint64_t tapes;   /* of the head (catalog_rows.h) */
    struct bytes room;
    struct failure *failure;
};

#define CATALOG_NEW ".catalog.db.tmp" /* one that is being made */

static void
close_catalog(struct catalog *catalog)
{
    for (int i = 0; i < STATEMENTS; i++)
        statement_free(catalog->statements[i]);
    database_close(catalog->database);
    bytes_free(&catalog->room);
    free(catalog->path);
}

/* ---- rows ---------------------------------------------------------------- */

/* A statement with those cells, to be run; NULL on failure. */
static struct statement *
bind(struct catalog *catalog, enum statement_kind kind,
     const char *const *cells, int count)
{
    struct statement **statement = &catalog->statements[kind];

    assert(kind < STATEMENTS && count <= PART_CELLS);
    if (!*statement)
        *statement = database_prepare(catalog->database, statements_sql[kind],
                                      catalog->failure);
    for (int i = 0; *statement && i < count; i++) /* numbers by the column */
        bind_text(*statement, i + 1, cells[i], cells[i] ? strlen(cells[i]) : 0);
    return *statement;
}

/* Runs a statement with those cells. */
static int
run(struct catalog *catalog, enum statement_kind kind, const char *const *cells,
    int count)
{
    struct statement *statement = bind(catalog, kind, cells, count);

    if (!statement)
        return -1;
    return statement_run(statement, catalog->failure) < 0 ? -1 : 0;
}

static int
add_instrument(void *owner, const char *exchange, size_t exchange_size,
               const char *symbol, size_t symbol_size)
{
    struct catalog *catalog = owner;
    char *texts[2] = {strndup(exchange, exchange_size),
                      strndup(symbol, symbol_size)};
    int result = -1;

    assert(catalog->part); /* its row is there, to be linked to */
    if (!texts[0] || !texts[1]) {
        fail_memory(catalog->failure);
    } else {
        const char *const cells[] = {catalog->part, texts[0], texts[1]};

        result = run(catalog, ADD_INSTRUMENT, cells + 1, 2);
        if (result == 0)
            result = run(catalog, ADD_LINK, cells, 3);
    }
    free(texts[0]);
    free(texts[1]);
    return result;
}

static int
add_part(struct catalog *catalog, const struct manifest *manifest,
         const struct part *part)
{
    struct catalog_row row;

    part_row(manifest, part, &row);
    if (run(catalog, ADD_PART, row.cells, PART_CELLS) != 0)
        return -1;
    catalog->part = row.path;
    return part_symbols(catalog->archive, part, add_instrument, catalog,
                        catalog->failure) < 0
               ? -1
               : 0;
}

static int
drop_tape(struct catalog *catalog, const char *name)
{
    struct statement *row = bind(catalog, FIND_TAPE, &name, 1);
    const char *cells[TAPE_CELLS];
    struct bytes line = {0};
    int found = row ? statement_step(row, catalog->failure) : -1;

    if (found > 0) {
        tape_row_read(row, cells, &line);
        catalog->tapes ^= tape_row_hash(cells, &catalog->room);
        statement_reset(row);
    }
    if (bytes_ok(&line, catalog->failure) != 0)
        found = -1;
    bytes_free(&line);
    return found < 0 || run(catalog, DROP_LINKS, &name, 1) != 0 ||
                   run(catalog, DROP_PARTS, &name, 1) != 0 ||
                   run(catalog, DROP_TAPE, &name, 1) != 0
               ? -1
               : 0;
}

/* Adds a manifest in place of those that it replaces. */
static int
add_tape(struct catalog *catalog, const struct manifest *manifest)
{
    struct catalog_row row;

    for (uint32_t i = 0; i < manifest->replaces_count; i++)
        if (drop_tape(catalog, manifest->replaces[i]) != 0)
            return -1;
    tape_row(manifest, &row);
    catalog->tapes ^= tape_row_hash(row.cells, &catalog->room);
    if (run(catalog, ADD_TAPE, row.cells, TAPE_CELLS) != 0)
        return -1;
    for (uint32_t i = 0; i < manifest->part_count; i++)
        if (add_part(catalog, manifest, &manifest->parts[i]) != 0)
            return -1;
    return 0;
}

static int
set_head(struct catalog *catalog, const struct link *head)
{
    char number[24], tapes[24];
    const char *const cells[] = {number, head->name, head->sha256, tapes};

    /* without a chain there is no name, but still what the first link names */
    assert(head->sha256[0] && (head->number == 0 || head->name[0]));
    snprintf(number, sizeof number, "%" PRIu64, head->number);
    snprintf(tapes, sizeof tapes, "%016" PRIx64, catalog->tapes);
    return bytes_ok(&catalog->room, catalog->failure) == 0 &&
                   run(catalog, DROP_HEAD, NULL, 0) == 0
               ? run(catalog, ADD_HEAD, cells, 4)
               : -1;
}

/* ---- making it ----------------------------------------------------------- */

static int
by_number(const void *a, const void *b)
{
    const struct manifest *x = *(const struct manifest *const *)a;
    const struct manifest *y = *(const struct manifest *const *)b;

    if (x->link.number != y->link.number)
        return x->link.number < y->link.number ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* The loaded manifests after that number of the chain, in its order, for the
 * caller to free; NULL on failure. */
static const struct manifest **
manifests_after(const struct archive *archive, bool all, uint64_t number,
                uint32_t *count, struct failure *failure)
{
    const struct manifest **list =
        allocate(failure, archive->count + 1UL, sizeof *list);

    *count = 0;
    for (uint32_t i = 0; list && i < archive->count; i++)
        if (all || archive->manifests[i].link.number > number)
            list[(*count)++] = &archive->manifests[i];
    if (list)
        qsort(list, *count, sizeof *list, by_number);
    return list;
}

/* Adds manifests and sets the head, in one transaction. */
static int
add_all(struct catalog *catalog, const struct manifest *const *list,
        uint32_t count, const struct link *head)
{
    int result = database_begin(catalog->database, catalog->failure);

    if (result != 0)
        return -1;
    if (database_has(catalog->database, "tape", catalog->failure) == 0)
        result =
            database_execute(catalog->database, schema_sql, catalog->failure);
    for (uint32_t i = 0; result == 0 && i < count; i++)
        result = add_tape(catalog, list[i]);
    if (result == 0)
        result = set_head(catalog, head);
    if (result == 0)
        return database_commit(catalog->database, catalog->failure);
    database_rollback(catalog->database);
    return -1;
}

/* Makes the database of that name of all manifests. */
static int
make(struct archive *archive, const char *name, struct failure *failure)
{
    struct catalog catalog = {.archive = archive, .failure = failure};
    const struct manifest **list = NULL;
    struct link head;
    uint32_t count;
    int result = archive_load(archive, NULL, failure);

    if (result == 0)
        result = chain_end(archive, &head, failure);
    if (result == 0)
        list = manifests_after(archive, true, 0, &count, failure);
    result = list && catalog_open(archive, name, DATABASE_WRITE, &catalog.path,
                                  &catalog.database, failure) > 0
                 ? add_all(&catalog, list, count, &head)
                 : -1;
    if (result == 0) /* its log would stay under the old name */
        result = database_rest(catalog.database, failure);
    close_catalog(&catalog);
    free(list);
    return result;
}

/* Whether those that were loaded follow the catalog's head without a hole. */
static bool
follow(const struct manifest *const *list, uint32_t count,
       const struct link *head)
{
    const char *previous = head->sha256;

    for (uint32_t i = 0; i < count; i++) {
        if (list[i]->link.number != head->number + 1 + i ||
            strcmp(list[i]->link.previous, previous) != 0)
            return false;
        previous = list[i]->link.sha256;
    }
    return true;
}

/* Adds what the catalog does not have yet: 1; 0 when it is to be made anew;
 * -1. */
static int
add_new(struct archive *archive, struct failure *failure)
{
    struct catalog catalog = {.archive = archive, .failure = failure};
    const struct manifest **list = NULL;
    struct catalog_head head;
    uint32_t count = 0;
    int there = catalog_open(archive, CATALOG_NAME, DATABASE_READ,
                             &catalog.path, &catalog.database, failure);

    if (there > 0) /* the write-ahead log of a killed program is read, too */
        there = catalog_read_head(catalog.database, &head, failure);
    close_catalog(&catalog);
    catalog = (struct catalog){
        .archive = archive, .failure = failure, .tapes = head.tapes};
    if (there > 0) {
        list =
            manifests_after(archive, false, head.link.number, &count, failure);
        there = list ? follow(list, count, &head.link) : -1;
    }
    if (there > 0 && count > 0)
        there = catalog_open(archive, CATALOG_NAME, DATABASE_WRITE,
                             &catalog.path, &catalog.database, failure);
    if (there > 0 && count > 0 &&
        add_all(&catalog, list, count, &list[count - 1]->link) != 0)
        there = -1;
    close_catalog(&catalog);
    free(list);
    return there;
}

int
catalog_update(struct archive *archive, struct failure *failure)
{
    int done = add_new(archive, failure);

    assert(archive->writes);
    if (done == 0)
        done = catalog_rebuild(archive, failure) == 0 ? 1 : -1;
    if (done > 0)
        return 0;
    return fail_at(failure, "the tapes are stored, but not the catalog "
                            "(xarchive fsck --rebuild rebuilds it)");
}

static int
remove_files(const struct archive *archive, const char *const *names,
             struct failure *failure)
{
    for (; *names; names++) {
        char *path = archive_path(archive, *names, failure);
        int result = path ? root_remove(&archive->root, path, failure) : -1;

        free(path);
        if (result != 0)
            return -1;
    }
    return 0;
}

int
catalog_rebuild(struct archive *archive, struct failure *failure)
{
#define LOGS(name) name "-journal", name "-wal", name "-shm"
    static const char *const unfinished[] = {CATALOG_NEW, LOGS(CATALOG_NEW),
                                             NULL};
    static const char *const logs[] = {LOGS(CATALOG_NAME), NULL};
    char *from, *to;
    int result;

    assert(archive->writes);
    if (remove_files(archive, unfinished, failure) != 0)
        return -1;
    if (make(archive, CATALOG_NEW, failure) != 0) {
        struct failure ignored = {0};

        remove_files(archive, unfinished, &ignored);
        return fail_at(failure, "the catalog was left unchanged");
    }
    if (remove_files(archive, logs, failure) != 0) /* of the old one */
        return -1;
    from = archive_path(archive, CATALOG_NEW, failure);
    to = archive_path(archive, CATALOG_NAME, failure);
    result = from && to ? root_move(&archive->root, from, to, failure) : -1;
    free(from);
    free(to);
    return result < 0 ? -1 : 0;
}

/* ---- the head ------------------------------------------------------------ */

/* The number in a manifest's line "link", which is among the first; 0: none. */
static uint64_t
link_number(const char *text)
{
    static const char before[] = "\nlink ";
    const char *line = strstr(text, before);

    return line ? strtoull(line + strlen(before), NULL, 10) : 0;
}

int
catalog_fits(const struct archive *archive, const struct link *head,
             struct failure *failure)
{
    char relative[sizeof MANIFEST_DIRECTORY + MANIFEST_NAME_MAX];
    struct sha256 hash = {0};
    char found[SHA256_TEXT] = "", *path, *text = NULL;
    struct manifest_name parsed;
    size_t size = 0;
    int there;

    /* number 0: of an archive that had no chain yet */
    if (head->number == 0 || !manifest_name_parse(&parsed, head->name))
        return 0;
    snprintf(relative, sizeof relative, MANIFEST_DIRECTORY "/%s", head->name);
    path = archive_path(archive, relative, failure);
    there = path ? archive_read_text(archive, path, &text, &size, failure) : -1;
    if (there > 0 && sha256_begin(&hash, failure) != 0)
        there = -1;
    if (there > 0) {
        sha256_add(&hash, text, size);
        sha256_end(&hash, found);
        there = strcmp(found, head->sha256) == 0 &&
                link_number(text) == head->number;
    }
    free(text);
    free(path);
    return there;
}

/* Whether the directory has no manifest more than the catalog and those that
 * were loaded and come after its head: 1; 0: it is an older copy; -1. */
static int
has_all(const struct archive *archive, struct database *database,
        const struct link *head, struct failure *failure)
{
    struct statement *row =
        database_prepare(database, "SELECT count(*) FROM tape", failure);
    int there = row ? statement_step(row, failure) : -1;
    uint64_t known = there > 0 ? (uint64_t)column_integer(row, 0) : 0;
    struct manifest_name name;

    statement_free(row);
    for (uint32_t i = 0; i < archive->count; i++)
        known += archive->manifests[i].link.number > head->number;
    for (size_t i = 0; there > 0 && i < archive->list.count; i++)
        if (manifest_name_parse(&name, archive->list.names[i]))
            there = known-- > 0;
    return there;
}

int
catalog_head(const struct archive *archive, struct link *head,
             struct failure *failure)
{
    struct failure reason = {0};
    struct catalog_head row = {0};
    struct database *database;
    char *path;
    int there = catalog_open(archive, CATALOG_NAME, DATABASE_READ, &path,
                             &database, &reason);

    if (there > 0)
        there = catalog_read_head(database, &row, &reason);
    if (there > 0)
        there = has_all(archive, database, &row.link, &reason);
    database_close(database);
    free(path);
    *head = row.link;
    if (there < 0 && reason.kind == FAILURE_DATA)
        there = 0; /* by the manifests, then */
    if (there < 0)
        *failure = reason;
    return there > 0 ? catalog_fits(archive, head, failure) : there;
}
