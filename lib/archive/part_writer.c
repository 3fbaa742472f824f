#include "archive/part_writer.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

int
part_shared_init(struct part_shared *shared, const struct archive *archive,
                 struct sync *sync, struct failure *failure)
{
    memset(shared, 0, sizeof *shared);
    shared->archive = archive;
    shared->sync = sync;
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
    strtab_free(&shared->directories);
}

/* Makes the directories of a part, and removes what killed writers left in the
 * inner one; once for each. */
static int
make_directories(struct part_shared *shared, const char *path,
                 struct failure *failure)
{
    const struct archive *archive = shared->archive;
    size_t outer = strcspn(path, "/");
    char *whole, *slash;
    bool added;
    int result;

    if (strtab_add(&shared->directories, path, strlen(path), &added) ==
        STRTAB_NONE)
        return fail_memory(failure);
    if (!added)
        return 0;
    whole = archive_path(archive, path, failure);
    if (!whole)
        return -1;
    assert(path[outer] == '/'); /* type=.../date=... */
    slash = whole + strlen(whole) - strlen(path) + outer;
    *slash = '\0';
    result = root_make(&archive->root, whole, failure);
    *slash = '/';
    if (result == 0)
        result = root_make(&archive->root, whole, failure);
    if (result == 0)
        result = root_sweep(&archive->root, whole, ".*part-*.tmp", failure);
    free(whole);
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

/* Opens the file that the part is written to. */
static int
open_output(struct part_writer *writer, const char *directory,
            struct failure *failure)
{
    struct part_shared *shared = writer->shared;
    char temporary[PART_PATH_MAX * 2];
    int size = snprintf(temporary, sizeof temporary,
                        "%s/.part-%016" PRIx64 "-%" PRIu64 ".tmp", directory,
                        shared->stream_hash, ++shared->opened);

    assert(size > 0 && (size_t)size < sizeof temporary);
    writer->temporary = archive_path(shared->archive, temporary, failure);
    if (!writer->temporary)
        return -1;
    return output_open_below(&writer->output, &shared->archive->root,
                             writer->temporary, failure);
}

int
part_writer_open(struct part_writer *writer, struct part_shared *shared,
                 const struct part_name *name, uint16_t written,
                 struct failure *failure)
{
    char directory[PART_PATH_MAX];
    int64_t day = name->day;

    assert(shared->stream_hash == manifest_stream_hash(shared->stream));
    memset(writer, 0, sizeof *writer);
    writer->output.fd = -1;
    writer->shared = shared;
    writer->part.name = *name;
    writer->part.name.stream = shared->stream_hash;
    writer->part.name.numbered = !schema_find(name->type);
    /* the first and the last day there is are not whole: their times are left
     * to day_of */
    if (day != DAY_NONE && day > INT64_MIN / NS_PER_DAY &&
        day < INT64_MAX / NS_PER_DAY) {
        writer->from = day * NS_PER_DAY;
        writer->to = writer->from + NS_PER_DAY;
    }
    writer->part.time_min = INT64_MAX;
    writer->part.time_max = INT64_MIN;
    if (event_rows_init(&writer->rows, name->type, written, &shared->identities,
                        &shared->rows, failure) != 0)
        return -1;
    writer->rows.by_ids = true;
    mark_blooms(&writer->rows.layout, shared->blooms);
    part_name_directory(&writer->part.name, directory);
    if (make_directories(shared, directory, failure) != 0 ||
        open_output(writer, directory, failure) != 0)
        return -1;
    return parquet_writer_init(&writer->parquet, &writer->output,
                               &shared->parquet, writer->rows.layout.columns,
                               writer->rows.layout.column_count, failure);
}

void
part_writer_free(struct part_writer *writer)
{
    output_abandon(&writer->output);
    event_rows_free(&writer->rows);
    parquet_writer_free(&writer->parquet);
    free(writer->temporary);
    memset(writer, 0, sizeof *writer);
    writer->output.fd = -1;
}

static int
flush(struct part_writer *writer, struct failure *failure)
{
    if (writer->rows.count == 0)
        return 0;
    if (event_rows_settle(&writer->rows, failure) != 0 ||
        parquet_writer_group(&writer->parquet, writer->rows.count,
                             event_rows_fill, &writer->rows, failure) != 0)
        return -1;
    event_rows_clear(&writer->rows);
    return 0;
}

/* How many events from the first, which is taken whatever it is, go into the
 * current row group; notes their times. */
static uint32_t
take_run(struct part_writer *writer, const struct event **event,
         const struct event *end)
{
    struct part *part = &writer->part;
    int64_t least = part->time_min, most = part->time_max;
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
    } while (at < end && part_writer_takes(writer, at) &&
             !event_rows_full(&writer->rows, count, size, at));
    part->time_min = least;
    part->time_max = most;
    *event = at;
    return count;
}

int
part_writer_add(struct part_writer *writer, const struct event **event,
                const struct event *end, uint64_t *seq, struct failure *failure)
{
    struct part *part = &writer->part;

    assert(*event < end && (*event)->type == writer->rows.layout.type);
    do {
        const struct event *first = *event;
        uint32_t count;

        if (event_rows_full(&writer->rows, 0, 0, first) &&
            flush(writer, failure) != 0)
            return -1;
        count = take_run(writer, event, end);
        if (event_rows_add(&writer->rows, first, count, *seq, failure) != 0)
            return -1;
        if (part->rows == 0)
            part->name.first = *seq;
        part->rows += count;
        *seq += count;
        part->name.last = *seq - 1;
    } while (*event < end && part_writer_takes(writer, *event));
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
add_metadata(struct part_writer *writer, struct failure *failure)
{
    struct parquet_footer *footer = &writer->parquet.footer;
    const struct part *part = &writer->part;
    struct bytes *list = &writer->shared->parquet.plain;
    uint64_t unlisted;
    char digest[24];

    bytes_clear(list);
    unlisted = event_rows_instruments(&writer->rows, list);
    bytes_put_byte(list, 0);
    snprintf(digest, sizeof digest, "%016" PRIx64, part->digest);
    if (bytes_ok(list, failure) != 0 ||
        add_number(footer, "xtape.archive", LAYOUT_VERSION, failure) != 0 ||
        add_number(footer, "xtape.type", writer->rows.layout.type, failure) !=
            0 ||
        add_number(footer, "xtape.fixed", writer->rows.layout.fixed, failure) !=
            0 ||
        parquet_footer_add(footer, "xtape.stream", writer->shared->stream,
                           failure) != 0 ||
        add_number(footer, "xtape.first_seq", part->name.first, failure) != 0 ||
        add_number(footer, "xtape.last_seq", part->name.last, failure) != 0 ||
        parquet_footer_add(footer, "xtape.digest", digest, failure) != 0)
        return -1;
    if (parquet_footer_add(footer, "xtape.instruments",
                           (const char *)list->bytes, failure) != 0 ||
        (unlisted > 0 &&
         add_number(footer, "xtape.unlisted", unlisted, failure) != 0))
        return -1;
    return parquet_footer_add(footer, PARQUET_CHECK, PARQUET_NO_CHECK, failure);
}

int
part_writer_end(struct part_writer *writer, struct part *part,
                struct failure *failure)
{
    const struct archive *archive = writer->shared->archive;
    struct quick_value written;
    char hidden[PART_PATH_MAX], *path;
    int result;

    assert(writer->part.rows > 0);
    if (flush(writer, failure) != 0)
        return -1;
    writer->part.digest = digest_value(&writer->rows.digest);
    if (add_metadata(writer, failure) != 0 ||
        parquet_writer_end(&writer->parquet, &written, failure) != 0)
        return -1;
    writer->part.size = writer->parquet.size;
    part_name_hidden(&writer->part.name, hidden);
    path = archive_path(archive, hidden, failure);
    if (!path)
        return -1;
    writer->output.path = path; /* in the same directory */
    result = sync_add(writer->shared->sync, &writer->output, failure);
    if (result == 0) {
        *strrchr(path, '/') = '\0';
        result = sync_add_directory(writer->shared->sync, path, failure);
    }
    if (result == 0)
        result = part_read_back(archive, &writer->part, written, failure);
    free(path);
    writer->output.path = NULL;
    if (result == 0)
        *part = writer->part;
    return result;
}
