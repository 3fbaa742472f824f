#include "archive/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/directory.h"
#include "io/move.h"
#include "sql/database.h"

static const char schema_sql[] =
    "CREATE TABLE tape ("
    " name TEXT PRIMARY KEY, stream TEXT NOT NULL, status TEXT NOT NULL,"
    " tape_last_seq INTEGER NOT NULL, events INTEGER NOT NULL);"
    "CREATE TABLE part ("
    " path TEXT PRIMARY KEY, tape TEXT NOT NULL REFERENCES tape (name),"
    " type TEXT NOT NULL, date TEXT, tier TEXT NOT NULL,"
    " rows INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,"
    " time_min TEXT, time_max TEXT, sha256 TEXT NOT NULL);"
    "CREATE TABLE part_symbol ("
    " path TEXT NOT NULL REFERENCES part (path), exchange TEXT NOT NULL,"
    " symbol TEXT NOT NULL, PRIMARY KEY (path, exchange, symbol));"
    "CREATE INDEX part_by_type ON part (type, date);"
    "CREATE INDEX part_by_symbol ON part_symbol (symbol)";

struct catalog {
    const struct archive *archive;
    struct database *database;
    struct statement *tape, *part, *symbol;
};

#define CATALOG_NEW ".catalog.db.tmp" /* one that is being made */

static char *
catalog_path(const struct archive *archive, const char *name,
             struct failure *failure)
{
    char *path = path_join(archive->directory, name);

    if (!path)
        fail_memory(failure);
    return path;
}

/* ---- a manifest's rows --------------------------------------------------- */

static void
bind_name(struct statement *statement, int number, const char *text)
{
    bind_text(statement, number, text, strlen(text));
}

/* RFC 3339 into room, which lasts as long as the binding. */
static void
bind_time(struct statement *statement, int number, int64_t time,
          char room[TIME_TEXT_MAX])
{
    if (time == INT64_MAX || time == INT64_MIN)
        bind_null(statement, number);
    else
        bind_text(statement, number, room, time_format(time, room));
}

/* The lines of "xtape.instruments": id, exchange, symbol. */
static int
add_symbols(struct catalog *catalog, const char *path, const char *line,
            struct failure *failure)
{
    while (line && *line) {
        const char *exchange = strchr(line, '\t');
        const char *symbol = exchange ? strchr(exchange + 1, '\t') : NULL;
        const char *end = symbol ? strchr(symbol + 1, '\n') : NULL;

        if (!end)
            return fail(failure, FAILURE_DATA,
                        "%s: its list of instruments is damaged", path);
        bind_name(catalog->symbol, 1, path);
        bind_text(catalog->symbol, 2, exchange + 1,
                  (size_t)(symbol - exchange - 1));
        bind_text(catalog->symbol, 3, symbol + 1, (size_t)(end - symbol - 1));
        if (statement_run(catalog->symbol, failure) < 0)
            return -1;
        line = end + 1;
    }
    return 0;
}

/* The symbols of a part are in its footer. */
static int
read_symbols(struct catalog *catalog, const struct part_facts *part,
             struct failure *failure)
{
    char *path = archive_part_path(catalog->archive, part, failure);
    struct parquet_reader reader = {0};
    int result = -1;

    if (path && parquet_reader_open(&reader, path, failure) == 0)
        result = add_symbols(
            catalog, part->path,
            parquet_footer_get(&reader.footer, "xtape.instruments"), failure);
    parquet_reader_close(&reader);
    free(path);
    return result;
}

static int
add_part(struct catalog *catalog, const char *tape,
         const struct part_facts *part, struct failure *failure)
{
    const char *type = part->path + strlen("type=");
    size_t type_size = strcspn(type, "/");
    const char *date = type + type_size + strlen("/date=");
    char min[TIME_TEXT_MAX], max[TIME_TEXT_MAX];
    struct statement *row = catalog->part;

    if (type[type_size] != '/' || strlen(type + type_size) < 7)
        return fail(failure, FAILURE_DATA, "%s: no path of a part", part->path);
    bind_name(row, 1, part->path);
    bind_name(row, 2, tape);
    bind_text(row, 3, type, type_size);
    if (*date == '_') /* events without a time */
        bind_null(row, 4);
    else
        bind_text(row, 4, date, strcspn(date, "/"));
    bind_integer(row, 5, (int64_t)part->rows);
    bind_integer(row, 6, (int64_t)part->size);
    bind_integer(row, 7, (int64_t)part->first_seq);
    bind_integer(row, 8, (int64_t)part->last_seq);
    bind_time(row, 9, part->time_min, min);
    bind_time(row, 10, part->time_max, max);
    bind_name(row, 11, part->sha256);
    if (statement_run(row, failure) < 0)
        return -1;
    return read_symbols(catalog, part, failure);
}

static int
add_tape(struct catalog *catalog, const struct manifest *manifest,
         struct failure *failure)
{
    static const char *const words[] = {
        [TAPE_COMPLETE] = "complete",
        [TAPE_LIMITED] = "limited",
        [TAPE_STOPPED] = "stopped",
    };
    uint64_t events = 0;

    for (uint32_t i = 0; i < manifest->part_count; i++)
        events += manifest->parts[i].rows;
    bind_name(catalog->tape, 1, manifest->name);
    bind_name(catalog->tape, 2, manifest->header.stream);
    bind_name(catalog->tape, 3, words[manifest->status]);
    bind_integer(catalog->tape, 4, (int64_t)manifest->tape_last);
    bind_integer(catalog->tape, 5, (int64_t)events);
    if (statement_run(catalog->tape, failure) < 0)
        return -1;
    for (uint32_t i = 0; i < manifest->part_count; i++)
        if (add_part(catalog, manifest->name, &manifest->parts[i], failure) !=
            0)
            return -1;
    return 0;
}

/* ---- what the catalog has ------------------------------------------------ */

static bool
has_manifest(const struct archive *archive, const char *name, size_t size)
{
    for (uint32_t i = 0; i < archive->count; i++)
        if (strlen(archive->manifests[i].name) == size &&
            memcmp(archive->manifests[i].name, name, size) == 0)
            return true;
    return false;
}

/* Marks the manifests that the catalog has; counts its other tapes. */
static int64_t
read_tapes(struct database *database, const struct archive *archive,
           bool *known, struct failure *failure)
{
    struct statement *all =
        database_prepare(database, "SELECT name FROM tape", failure);
    int64_t strangers = 0;
    int result = all ? 1 : -1;

    while (result > 0 && (result = statement_step(all, failure)) > 0) {
        size_t size;
        const char *name = column_text(all, 0, &size);

        strangers += !has_manifest(archive, name, size);
        for (uint32_t i = 0; i < archive->count; i++)
            known[i] |= strlen(archive->manifests[i].name) == size &&
                        memcmp(archive->manifests[i].name, name, size) == 0;
    }
    statement_free(all);
    return result < 0 ? -1 : strangers;
}

/* A compaction has taken tapes away: all is told anew. */
static int
forget(struct database *database, bool *known, uint32_t count,
       struct failure *failure)
{
    memset(known, 0, count * sizeof *known);
    return database_execute(database,
                            "DELETE FROM part_symbol; DELETE FROM part;"
                            "DELETE FROM tape",
                            failure);
}

static int
add_missing(struct catalog *catalog, bool *known, struct failure *failure)
{
    const struct archive *archive = catalog->archive;
    struct database *database = catalog->database;
    int has = database_has(database, "tape", failure);
    int64_t strangers = 0;

    if (has < 0 ||
        (has == 0 && database_execute(database, schema_sql, failure) != 0))
        return -1;
    strangers = read_tapes(database, archive, known, failure);
    if (strangers < 0 ||
        (strangers > 0 &&
         forget(database, known, archive->count, failure) != 0))
        return -1;
    catalog->tape = database_prepare(
        database, "INSERT INTO tape VALUES ($1, $2, $3, $4, $5)", failure);
    catalog->part = database_prepare(
        database,
        "INSERT INTO part VALUES ($1, $2, $3, $4, 'hot', $5, $6, $7, $8, $9,"
        " $10, $11)",
        failure);
    catalog->symbol = database_prepare(
        database, "INSERT INTO part_symbol VALUES ($1, $2, $3)", failure);
    if (!catalog->tape || !catalog->part || !catalog->symbol)
        return -1;
    for (uint32_t i = 0; i < archive->count; i++)
        if (!known[i] &&
            add_tape(catalog, &archive->manifests[i], failure) != 0)
            return -1;
    return 0;
}

/* Makes the database of that name say what the manifests say. */
static int
update(const struct archive *archive, const char *name, struct failure *failure)
{
    struct catalog catalog = {.archive = archive};
    bool *known = allocate(failure, archive->count, sizeof *known);
    char *path = catalog_path(archive, name, failure);
    int result = -1;

    if (known && path)
        catalog.database = database_open(path, DATABASE_WRITE, failure);
    if (catalog.database && database_begin(catalog.database, failure) == 0) {
        result = add_missing(&catalog, known, failure);
        if (result == 0)
            result = database_commit(catalog.database, failure);
        else
            database_rollback(catalog.database);
    }
    statement_free(catalog.tape);
    statement_free(catalog.part);
    statement_free(catalog.symbol);
    database_close(catalog.database);
    free(path);
    free(known);
    return result;
}

int
catalog_update(const struct archive *archive, struct failure *failure)
{
    if (update(archive, CATALOG_NAME, failure) == 0)
        return 0;
    return fail_at(failure, "the tapes are stored, but not the catalog "
                            "(xarchive fsck --rebuild makes it anew)");
}

static int
remove_files(const struct archive *archive, const char *const *names,
             struct failure *failure)
{
    for (; *names; names++) {
        char *path = catalog_path(archive, *names, failure);
        int result = path ? directory_remove(path, failure) : -1;

        free(path);
        if (result != 0)
            return -1;
    }
    return 0;
}

int
catalog_rebuild(const struct archive *archive, struct failure *failure)
{
#define LOGS(name) name "-journal", name "-wal", name "-shm"
    static const char *const unfinished[] = {CATALOG_NEW, LOGS(CATALOG_NEW),
                                             NULL};
    static const char *const logs[] = {LOGS(CATALOG_NAME), NULL};
    char *from, *to;
    int result;

    if (remove_files(archive, unfinished, failure) != 0)
        return -1;
    if (update(archive, CATALOG_NEW, failure) != 0) {
        struct failure ignored = {0};

        remove_files(archive, unfinished, &ignored);
        return fail_at(failure, "the catalog was left as it is");
    }
    if (remove_files(archive, logs, failure) != 0) /* of the old one */
        return -1;
    from = catalog_path(archive, CATALOG_NEW, failure);
    to = catalog_path(archive, CATALOG_NAME, failure);
    result = from && to ? file_move(from, to, failure) : -1;
    free(from);
    free(to);
    return result < 0 ? -1 : 0;
}

/* ---- comparing ----------------------------------------------------------- */

/* The catalog, open to read. */
struct reading {
    char *path; /* owned */
    struct database *database;
};

/* 1; 0 when there is none, or one without tables; -1.  End it in any case. */
static int
begin_reading(struct reading *reading, const struct archive *archive,
              struct failure *failure)
{
    int result = 0;

    reading->database = NULL;
    reading->path = catalog_path(archive, CATALOG_NAME, failure);
    if (!reading->path)
        return -1;
    if (access(reading->path, F_OK) == 0) {
        reading->database =
            database_open(reading->path, DATABASE_READ, failure);
        result = reading->database
                     ? database_has(reading->database, "tape", failure)
                     : -1;
    }
    return result < 0
               ? fail_hint(failure, "xarchive fsck --rebuild makes it anew")
               : result;
}

static void
end_reading(struct reading *reading)
{
    database_close(reading->database);
    free(reading->path);
}

int64_t
catalog_compare(const struct archive *archive, struct failure *failure)
{
    bool *known = allocate(failure, archive->count, sizeof *known);
    struct reading reading = {0};
    int there = known ? begin_reading(&reading, archive, failure) : -1;
    int64_t wrong = there;

    if (there > 0)
        wrong = read_tapes(reading.database, archive, known, failure);
    for (uint32_t i = 0; wrong >= 0 && i < archive->count; i++)
        wrong += !known[i];
    end_reading(&reading);
    free(known);
    return wrong;
}

int
catalog_parts(const struct archive *archive, struct strtab *paths,
              struct failure *failure)
{
    struct reading reading;
    struct statement *all = NULL;
    int result = begin_reading(&reading, archive, failure);

    if (result > 0)
        all = database_prepare(reading.database, "SELECT path FROM part",
                               failure);
    if (result > 0 && !all)
        result = -1;
    while (result > 0 && (result = statement_step(all, failure)) > 0) {
        size_t size;
        const char *path = column_text(all, 0, &size);

        if (strtab_add(paths, path, size, NULL) == STRTAB_NONE)
            result = fail_memory(failure);
    }
    statement_free(all);
    end_reading(&reading);
    return result;
}

/* Whether the manifests have an event. */
static bool
has_event(const struct archive *archive, const char *stream, uint64_t seq)
{
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        if (strcmp(manifest->header.stream, stream) != 0)
            continue;
        for (uint32_t k = 0; k < manifest->range_count; k++)
            if (seq >= manifest->ranges[k].first &&
                seq <= manifest->ranges[k].last)
                return true;
    }
    return false;
}

/* A tape of the catalog: its manifest is there, or another that has its
 * events; or it is told. */
static int
take_tape(const struct archive *archive, struct statement *row,
          take_finding *take, void *owner, struct failure *failure)
{
    struct finding finding = {.kind = FINDING_MISSING};
    size_t size;
    char *name = NULL, *path = NULL;
    int result = 0;

    if (asprintf(&name, MANIFEST_DIRECTORY "/%s", column_text(row, 0, &size)) <
        0)
        name = NULL;
    path = name ? path_join(archive->directory, name) : NULL;
    if (!path)
        result = fail_memory(failure);
    finding.name = name;
    if (result == 0 && access(path, F_OK) != 0 &&
        !has_event(archive, column_text(row, 1, &size),
                   (uint64_t)column_integer(row, 2)))
        result = take(owner, &finding);
    free(path);
    free(name);
    return result;
}

int
catalog_lost(const struct archive *archive, take_finding *take, void *owner,
             struct failure *failure)
{
    struct reading reading;
    struct statement *all = NULL;
    int result = begin_reading(&reading, archive, failure);

    if (result > 0)
        all = database_prepare(reading.database,
                               "SELECT tape.name, tape.stream,"
                               " min(part.first_seq) FROM tape JOIN part"
                               " ON part.tape = tape.name"
                               " GROUP BY tape.name, tape.stream"
                               " ORDER BY tape.name",
                               failure);
    if (result > 0 && !all)
        result = -1;
    while (result > 0 && (result = statement_step(all, failure)) > 0)
        if (take_tape(archive, all, take, owner, failure) != 0)
            result = -1;
    statement_free(all);
    end_reading(&reading);
    return result;
}
