#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/part.h"
#include "base/clock.h"
#include "io/directory.h"

#define NO_DATE "__HIVE_DEFAULT_PARTITION__" /* as Hive names null */

int
part_shared_init(struct part_shared *shared, const char *archive,
                 struct failure *failure)
{
    memset(shared, 0, sizeof *shared);
    shared->archive = archive;
    if (event_rows_scratch_init(&shared->rows, failure) != 0)
        return -1;
    return parquet_scratch_init(&shared->parquet, failure);
}

void
part_shared_free(struct part_shared *shared)
{
    identities_free(&shared->identities);
    event_rows_scratch_free(&shared->rows);
    parquet_scratch_free(&shared->parquet);
}

int64_t
day_of(int64_t time)
{
    if (time == TIME_NULL)
        return DAY_NONE;
    return time / NS_PER_DAY - (time % NS_PER_DAY < 0);
}

char *
path_join(const char *directory, const char *path)
{
    char *joined = NULL;

    return asprintf(&joined, "%s/%s", directory, path) < 0 ? NULL : joined;
}

char *
part_hidden(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    char *hidden = NULL;

    if (asprintf(&hidden, "%.*s.%s.new", (int)(base - path), path, base) < 0)
        return NULL;
    return hidden;
}

/* "type=trade/date=2026-01-08" */
static char *
partition(uint16_t type, int64_t day)
{
    const struct schema_type *schema = schema_find(type);
    char name[16], date[sizeof NO_DATE];
    char *path = NULL;
    int year, month, of_month;

    snprintf(name, sizeof name, "%u", type);
    if (day == DAY_NONE) {
        snprintf(date, sizeof date, NO_DATE);
    } else {
        civil_from_days(day, &year, &month, &of_month);
        snprintf(date, sizeof date, "%04d-%02d-%02d", year, month, of_month);
    }
    if (asprintf(&path, "type=%s/date=%s", schema ? schema->name : name, date) <
        0)
        return NULL;
    return path;
}

/* Makes them, and removes what killed writers left in the inner one. */
static int
make_directories(const char *archive, char *path, struct failure *failure)
{
    char *slash = strchr(path, '/'), *directory;
    int result = 0;

    for (int i = 0; result == 0 && i < 2; i++) {
        if (slash)
            *slash = i == 0 ? '\0' : '/';
        directory = path_join(archive, path);
        result = directory ? directory_make(directory, failure)
                           : fail_memory(failure);
        if (result == 0 && i == 1)
            result = directory_sweep(directory, ".*part-*.tmp", failure);
        free(directory);
    }
    return result;
}

static void
mark_blooms(struct layout *layout, const struct strtab *blooms)
{
    for (unsigned i = 0; blooms && i < layout->column_count; i++) {
        struct parquet_column *column = &layout->columns[i];

        column->bloom = layout->roles[i] == COLUMN_FIELD &&
                        strtab_find(blooms, column->name,
                                    strlen(column->name)) != STRTAB_NONE;
    }
}

int
part_writer_open(struct part_writer *part, struct part_shared *shared,
                 uint16_t type, int64_t day, uint16_t written,
                 struct failure *failure)
{
    char *directory = partition(type, day);

    memset(part, 0, sizeof *part);
    part->output.fd = -1;
    part->shared = shared;
    part->day = day;
    /* the first and the last day there is are not whole: their times are left
     * to day_of */
    if (day != DAY_NONE && day > INT64_MIN / NS_PER_DAY &&
        day < INT64_MAX / NS_PER_DAY) {
        part->from = day * NS_PER_DAY;
        part->to = part->from + NS_PER_DAY;
    }
    part->facts.time_min = INT64_MAX;
    part->facts.time_max = INT64_MIN;
    if (event_rows_init(&part->rows, type, written, &shared->identities,
                        &shared->rows, failure) != 0 ||
        !directory) {
        free(directory);
        return fail_memory(failure);
    }
    mark_blooms(&part->rows.layout, shared->blooms);
    if (make_directories(shared->archive, directory, failure) != 0) {
        free(directory);
        return -1;
    }
    part->facts.path = directory; /* the directory until the seqs are known */
    if (asprintf(&part->temporary, "%s/%s/.part-%016" PRIx64 "-%" PRIu64 ".tmp",
                 shared->archive, directory, shared->stream_hash,
                 ++shared->opened) < 0) {
        part->temporary = NULL;
        return fail_memory(failure);
    }
    if (output_open(&part->output, part->temporary, failure) != 0)
        return -1;
    return parquet_writer_init(&part->parquet, &part->output, &shared->parquet,
                               part->rows.layout.columns,
                               part->rows.layout.column_count, failure);
}

void
part_writer_free(struct part_writer *part)
{
    output_abandon(&part->output);
    event_rows_free(&part->rows);
    parquet_writer_free(&part->parquet);
    free(part->temporary);
    free(part->facts.path);
    memset(part, 0, sizeof *part);
    part->output.fd = -1;
}

static int
flush(struct part_writer *part, struct failure *failure)
{
    if (part->rows.count == 0)
        return 0;
    if (event_rows_settle(&part->rows, failure) != 0 ||
        parquet_writer_group(&part->parquet, part->rows.count, event_rows_fill,
                             &part->rows, failure) != 0)
        return -1;
    event_rows_clear(&part->rows);
    return 0;
}

/* How many events from the first, which is taken whatever it is, go into the
 * row group in hand; notes their times. */
static uint32_t
take_run(struct part_writer *part, const struct event **event,
         const struct event *end)
{
    struct part_facts *facts = &part->facts;
    int64_t least = facts->time_min, most = facts->time_max;
    const struct event *at = *event;
    uint32_t count = 0;
    size_t size = 0;

    do {
        if (at->time != TIME_NULL) {
            least = at->time < least ? at->time : least;
            most = at->time > most ? at->time : most;
        }
        count++;
        size += at->words * 8UL;
        at = event_next(at);
    } while (at < end && part_writer_takes(part, at) &&
             !event_rows_full(&part->rows, count, size, at));
    facts->time_min = least;
    facts->time_max = most;
    *event = at;
    return count;
}

int
part_writer_add(struct part_writer *part, const struct event **event,
                const struct event *end, uint64_t *seq, struct failure *failure)
{
    struct part_facts *facts = &part->facts;

    do {
        const struct event *first = *event;
        uint32_t count;

        if (event_rows_full(&part->rows, 0, 0, first) &&
            flush(part, failure) != 0)
            return -1;
        count = take_run(part, event, end);
        if (event_rows_add(&part->rows, first, count, *seq, failure) != 0)
            return -1;
        if (facts->rows == 0)
            facts->first_seq = *seq;
        facts->rows += count;
        *seq += count;
        facts->last_seq = *seq - 1;
    } while (*event < end && part_writer_takes(part, *event));
    return 0;
}

static int
add_number(struct parquet_footer *footer, const char *key, uint64_t value,
           struct failure *failure)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, value);
    return parquet_footer_add(footer, key, text, failure);
}

/* The metadata of the file. */
static int
add_metadata(struct part_writer *part, struct failure *failure)
{
    struct parquet_footer *footer = &part->parquet.footer;
    const struct part_facts *facts = &part->facts;
    struct bytes *list = &part->shared->parquet.plain;
    char digest[24];

    bytes_clear(list);
    event_rows_instruments(&part->rows, list);
    bytes_put_byte(list, 0);
    snprintf(digest, sizeof digest, "%016" PRIx64, facts->digest);
    if (bytes_ok(list, failure) != 0 ||
        add_number(footer, "xtape.archive", 1, failure) != 0 ||
        add_number(footer, "xtape.type", part->rows.layout.type, failure) !=
            0 ||
        add_number(footer, "xtape.fixed", part->rows.layout.fixed, failure) !=
            0 ||
        parquet_footer_add(footer, "xtape.stream", part->shared->stream,
                           failure) != 0 ||
        add_number(footer, "xtape.first_seq", facts->first_seq, failure) != 0 ||
        add_number(footer, "xtape.last_seq", facts->last_seq, failure) != 0 ||
        parquet_footer_add(footer, "xtape.digest", digest, failure) != 0)
        return -1;
    if (parquet_footer_add(footer, "xtape.instruments",
                           (const char *)list->bytes, failure) != 0)
        return -1;
    return parquet_footer_add(footer, PARQUET_CHECK, PARQUET_NO_CHECK, failure);
}

/* Gives the part its name, now that its seqs are known. */
static int
name_part(struct part_writer *part, struct failure *failure)
{
    char *path = NULL, generation[16] = "";

    if (part->shared->generation)
        snprintf(generation, sizeof generation, "-c%u",
                 part->shared->generation);
    if (asprintf(&path,
                 "%s/part-%016" PRIx64 "-%" PRIu64 "-%" PRIu64 "%s.parquet",
                 part->facts.path, part->shared->stream_hash,
                 part->facts.first_seq, part->facts.last_seq, generation) < 0)
        return fail_memory(failure);
    free(part->facts.path);
    part->facts.path = path;
    return 0;
}

int
part_writer_end(struct part_writer *part, struct part_facts *facts,
                struct failure *failure)
{
    struct quick_value written;
    char *path, *hidden;
    int result;

    if (flush(part, failure) != 0)
        return -1;
    part->facts.digest = digest_value(&part->rows.digest);
    if (add_metadata(part, failure) != 0 ||
        parquet_writer_end(&part->parquet, &written, failure) != 0 ||
        name_part(part, failure) != 0)
        return -1;
    part->facts.size = part->parquet.size;
    path = path_join(part->shared->archive, part->facts.path);
    hidden = path ? part_hidden(path) : NULL;
    free(path);
    if (!hidden)
        return fail_memory(failure);
    part->output.path = hidden; /* in the same directory */
    result = output_commit(&part->output);
    if (result == 0)
        result = part_read_back(hidden, &part->facts, written, failure);
    free(hidden);
    part->output.path = NULL;
    if (result != 0)
        return -1;
    *facts = part->facts;
    part->facts.path = NULL;
    return 0;
}
