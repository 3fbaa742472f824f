/* The catalog compared with the manifests and the files. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/catalog.h"
#include "archive/catalog_rows.h"
#include "archive/chain.h"

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
    int there = catalog_open(archive, CATALOG_NAME, DATABASE_READ,
                             &reading->path, &reading->database, failure);

    if (there > 0)
        there = database_has(reading->database, "tape", failure);
    return there < 0 ? fail_hint(failure, "xarchive fsck --rebuild rebuilds it")
                     : there;
}

static void
end_reading(struct reading *reading)
{
    database_close(reading->database);
    free(reading->path);
}

int
catalog_is_readable(const struct archive *archive, bool *torn,
                    struct failure *failure)
{
    struct failure ignored = {0};
    struct reading reading;
    char *journal;
    int fd = -1, there = begin_reading(&reading, archive, failure);

    end_reading(&reading);
    *torn = false;
    if (there >= 0 || failure->kind != FAILURE_ENVIRONMENT)
        return there;
    journal = archive_path(archive, CATALOG_NAME "-journal", &ignored);
    if (journal)
        *torn = root_open_file(&archive->root, journal, O_RDONLY, &fd,
                               &ignored) > 0;
    if (fd >= 0)
        close(fd);
    free(journal);
    return -1;
}

int
catalog_head_row(const struct archive *archive, struct link *head,
                 struct failure *failure)
{
    struct catalog_head row = {0};
    struct reading reading;
    int there = begin_reading(&reading, archive, failure);

    if (there > 0)
        there = catalog_read_head(reading.database, &row, failure);
    end_reading(&reading);
    *head = row.link;
    return there;
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

        if (strtab_add(paths, path ? path : "", path ? size : 0, NULL) ==
            STRTAB_NONE)
            result = fail_memory(failure);
    }
    statement_free(all);
    end_reading(&reading);
    return result;
}

/* ---- every row ----------------------------------------------------------- */

/* Rows as lines of cells, each followed by a tab, or by a vertical tab where
 * it is null. */
struct catalog_lines {
    struct strtab lines;
    bool *seen; /* owned; lines.count of them */
};

struct comparison {
    const struct archive *archive;
    struct database *database;
    take_finding *take;
    void *owner;
    int64_t wrong;
    uint64_t tapes; /* of the head, by the manifests */
    struct failure *failure;
};

static int
take_row(struct comparison *comparison, const char *name)
{
    struct archive_finding finding = {.kind = FINDING_CATALOG, .name = name};

    comparison->wrong++;
    return comparison->take(comparison->owner, &finding);
}

static void
put_cell(struct bytes *line, const char *text, size_t size)
{
    if (text)
        bytes_put(line, text, size);
    bytes_put_byte(line, text ? '\t' : '\v');
}

/* All rows of a query. */
static int
read_lines(struct comparison *comparison, const char *sql, int cells,
           struct catalog_lines *lines)
{
    struct statement *row =
        database_prepare(comparison->database, sql, comparison->failure);
    struct bytes line = {0};
    int result = row ? 1 : -1;

    while (result > 0 &&
           (result = statement_step(row, comparison->failure)) > 0) {
        bytes_clear(&line);
        for (int i = 0; i < cells; i++) {
            size_t size = 0;
            const char *text =
                column_is_null(row, i) ? NULL : column_text(row, i, &size);

            put_cell(&line, text, size);
        }
        if (line.failed || strtab_add(&lines->lines, (const char *)line.bytes,
                                      line.size, NULL) == STRTAB_NONE)
            result = fail_memory(comparison->failure);
    }
    bytes_free(&line);
    statement_free(row);
    if (result == 0)
        lines->seen = allocate(comparison->failure, lines->lines.count + 1UL,
                               sizeof *lines->seen);
    return result == 0 && lines->seen ? 0 : -1;
}

/* One row that has to be there. */
static int
want(struct comparison *comparison, struct catalog_lines *lines,
     const char *const *cells, int count)
{
    struct bytes line = {0};
    uint32_t place;

    assert(count > 0 && cells[0]); /* a row that differs is named after it */
    for (int i = 0; i < count; i++)
        put_cell(&line, cells[i], cells[i] ? strlen(cells[i]) : 0);
    if (bytes_ok(&line, comparison->failure) != 0)
        return -1;
    place = strtab_find(&lines->lines, (const char *)line.bytes, line.size);
    bytes_free(&line);
    if (place == STRTAB_NONE)
        return take_row(comparison, cells[0]);
    assert(place < lines->lines.count);
    lines->seen[place] = true;
    return 0;
}

/* Takes the rows that were not asked for, and frees all. */
static int
end_lines(struct comparison *comparison, struct catalog_lines *lines,
          int result)
{
    assert(result != 0 || lines->seen);
    for (uint32_t i = 0; result == 0 && i < lines->lines.count; i++) {
        const char *line = lines->lines.entries[i].bytes;

        if (!lines->seen[i]) {
            char *name = strndup(line, strcspn(line, "\t\v"));

            result = name ? take_row(comparison, name)
                          : fail_memory(comparison->failure);
            free(name);
        }
    }
    strtab_free(&lines->lines);
    free(lines->seen);
    return result;
}

static int
compare_tapes(struct comparison *comparison)
{
    const struct archive *archive = comparison->archive;
    struct catalog_lines lines = {0};
    struct bytes room = {0};
    int result = read_lines(comparison, "SELECT " TAPE_COLUMNS " FROM tape",
                            TAPE_CELLS, &lines);

    for (uint32_t i = 0; result == 0 && i < archive->count; i++) {
        struct catalog_row row;

        tape_row(&archive->manifests[i], &row);
        comparison->tapes ^= tape_row_hash(row.cells, &room);
        result = want(comparison, &lines, row.cells, TAPE_CELLS);
    }
    bytes_free(&room);
    return end_lines(comparison, &lines, result);
}

static int
compare_parts(struct comparison *comparison)
{
    const struct archive *archive = comparison->archive;
    struct catalog_lines lines = {0};
    int result = read_lines(comparison, "SELECT " PART_COLUMNS " FROM part",
                            PART_CELLS, &lines);

    for (uint32_t i = 0; result == 0 && i < archive->count; i++)
        for (uint32_t k = 0;
             result == 0 && k < archive->manifests[i].part_count; k++) {
            struct catalog_row row;

            part_row(&archive->manifests[i], &archive->manifests[i].parts[k],
                     &row);
            result = want(comparison, &lines, row.cells, PART_CELLS);
        }
    return end_lines(comparison, &lines, result);
}

/* ---- symbols ------------------------------------------------------------- */

struct wanted_symbols {
    struct comparison *comparison;
    struct catalog_lines *lines;
    const char *path;
};

static int
want_symbol(void *owner, const char *exchange, size_t exchange_size,
            const char *symbol, size_t symbol_size)
{
    struct wanted_symbols *wanted = owner;
    struct comparison *comparison = wanted->comparison;
    struct bytes line = {0};
    uint32_t place;

    put_cell(&line, wanted->path, strlen(wanted->path));
    put_cell(&line, exchange, exchange_size);
    put_cell(&line, symbol, symbol_size);
    if (bytes_ok(&line, comparison->failure) != 0)
        return -1;
    place =
        strtab_find(&wanted->lines->lines, (const char *)line.bytes, line.size);
    bytes_free(&line);
    if (place == STRTAB_NONE)
        return take_row(comparison, wanted->path);
    assert(place < wanted->lines->lines.count);
    wanted->lines->seen[place] = true;
    return 0;
}

/* Takes the symbols of a part for wanted, whatever they are. */
static void
pass_over(struct catalog_lines *lines, const char *path)
{
    size_t size = strlen(path);

    for (uint32_t i = 0; i < lines->lines.count; i++)
        if (strncmp(lines->lines.entries[i].bytes, path, size) == 0)
            lines->seen[i] = true;
}

static int
compare_symbols(struct comparison *comparison)
{
    const struct archive *archive = comparison->archive;
    struct catalog_lines lines = {0};
    int result =
        read_lines(comparison, "SELECT path, exchange, symbol FROM part_symbol",
                   3, &lines);

    for (uint32_t i = 0; result == 0 && i < archive->count; i++)
        for (uint32_t k = 0;
             result == 0 && k < archive->manifests[i].part_count; k++) {
            const struct part *part = &archive->manifests[i].parts[k];
            char path[PART_PATH_MAX];
            struct wanted_symbols wanted = {comparison, &lines, path};

            part_name_path(&part->name, path);
            result = part_symbols(archive, part, want_symbol, &wanted,
                                  comparison->failure);
            if (result == 0) /* it is missing: of that others complain */
                pass_over(&lines, path);
            result = result < 0 ? -1 : 0;
        }
    return end_lines(comparison, &lines, result);
}

/* The end of the chain. */
static int
compare_head(struct comparison *comparison)
{
    struct catalog_head head;
    struct link end;
    int there =
        catalog_read_head(comparison->database, &head, comparison->failure);

    if (there < 0 ||
        chain_end(comparison->archive, &end, comparison->failure) != 0)
        return -1;
    return there > 0 && head.link.number == end.number &&
                   strcmp(head.link.name, end.name) == 0 &&
                   strcmp(head.link.sha256, end.sha256) == 0 &&
                   head.tapes == comparison->tapes
               ? 0
               : take_row(comparison, CATALOG_HEAD);
}

/* A catalog of an older version is made anew by the next put. */
int64_t
catalog_compare(const struct archive *archive, take_finding *take, void *owner,
                struct failure *failure)
{
    struct comparison comparison = {
        .archive = archive, .take = take, .owner = owner, .failure = failure};
    struct reading reading;
    int there = begin_reading(&reading, archive, failure);

    comparison.database = reading.database;
    if (there == 0) {
        there = take_row(&comparison, CATALOG_NAME) == 0 ? 0 : -1;
    } else if (there > 0) {
        there = database_has(reading.database, CATALOG_HEAD, failure);
        if (there > 0 && (compare_tapes(&comparison) != 0 ||
                          compare_head(&comparison) != 0 ||
                          compare_parts(&comparison) != 0 ||
                          compare_symbols(&comparison) != 0))
            there = -1;
    }
    end_reading(&reading);
    return there < 0 ? -1 : comparison.wrong;
}

/* ---- what is lost -------------------------------------------------------- */

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

static bool
has_name(const struct archive *archive, const char *name)
{
    for (uint32_t i = 0; i < archive->count; i++)
        if (strcmp(archive->manifests[i].name, name) == 0)
            return true;
    return false;
}

/* A tape of the catalog: its manifest is there, or another that has its
 * events; or it is taken. */
static int
take_tape(const struct archive *archive, struct statement *row,
          take_finding *take, void *owner)
{
    char path[sizeof MANIFEST_DIRECTORY + MANIFEST_NAME_MAX];
    struct archive_finding finding = {FINDING_MISSING, path, 0, 0};
    struct manifest_name parsed;
    size_t size;
    const char *name = column_text(row, 0, &size);
    const char *stream = column_text(row, 1, &size);

    if (!name || !stream || !manifest_name_parse(&parsed, name))
        return 0;                             /* of that fsck complains */
    assert(strlen(name) < MANIFEST_NAME_MAX); /* or it would not parse */
    snprintf(path, sizeof path, MANIFEST_DIRECTORY "/%s", name);
    if (!has_name(archive, name) &&
        !has_event(archive, stream, (uint64_t)column_integer(row, 2)))
        return take(owner, &finding);
    return 0;
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
        if (take_tape(archive, all, take, owner) != 0)
            result = -1;
    statement_free(all);
    end_reading(&reading);
    return result;
}
