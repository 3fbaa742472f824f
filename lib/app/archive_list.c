#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/archive_job.h"
#include "archive/chain.h"
#include "archive/column_sizes.h"
#include "base/clock.h"
#include "base/json.h"

/* ---- ls ------------------------------------------------------------------ */

struct listed {
    const struct manifest *manifest;
    const struct part *part;
};

static int
by_name(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;

    return part_name_compare(&x->part->name, &y->part->name);
}

/* All parts, by type, day, stream and range; the caller frees. */
static struct listed *
list_parts(const struct archive *archive, size_t *count,
           struct failure *failure)
{
    struct listed *list;
    size_t most = 0;

    for (uint32_t i = 0; i < archive->count; i++)
        most += archive->manifests[i].part_count;
    list = allocate(failure, most + 1, sizeof *list);
    *count = 0;
    for (uint32_t i = 0; list && i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].part_count; k++)
            list[(*count)++] = (struct listed){&archive->manifests[i],
                                               &archive->manifests[i].parts[k]};
    assert(!list || *count == most);
    if (list)
        qsort(list, *count, sizeof *list, by_name);
    return list;
}

static void
print_time(int64_t time, char text[TIME_TEXT_MAX + 1])
{
    size_t size = 1;

    if (time == INT64_MAX || time == INT64_MIN)
        text[0] = '-';
    else
        size = time_format(time, text);
    text[size] = '\0';
}

static int
print_part(struct run *run, const struct listed *listed)
{
    const struct part *part = listed->part;
    char first[TIME_TEXT_MAX + 1], last[TIME_TEXT_MAX + 1];
    char path[PART_PATH_MAX];

    print_time(part->time_min, first);
    print_time(part->time_max, last);
    part_name_path(&part->name, path);
    return run_print(run,
                     "%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
                     "\t%s\t%s\t%s\t%s\t%s\n",
                     part->rows, part->size, part->name.first, part->name.last,
                     first, last, listed->manifest->header.stream, path,
                     part_tier(part));
}

static void
json_maybe_time(struct json *json, const char *key, int64_t time)
{
    json_key(json, key);
    if (time == INT64_MAX || time == INT64_MIN)
        json_null(json);
    else
        json_time(json, time);
}

static void
json_part(struct json *json, const struct listed *listed)
{
    const struct part *part = listed->part;
    char text[PART_PATH_MAX];

    _Static_assert(DAY_TEXT_MAX <= PART_PATH_MAX, "it holds a date, too");
    json_open(json, '{');
    part_name_path(&part->name, text);
    json_key(json, "path");
    json_text(json, text);
    json_key(json, "stream");
    json_text(json, listed->manifest->header.stream);
    part_name_type(&part->name, text);
    json_key(json, "type");
    json_text(json, text);
    day_format(part->name.day, text);
    json_key(json, "date");
    json_text(json, part->name.day == DAY_NONE ? NULL : text);
    json_key(json, "rows");
    json_unsigned(json, part->rows);
    json_key(json, "bytes");
    json_unsigned(json, part->size);
    json_key(json, "first_seq");
    json_unsigned(json, part->name.first);
    json_key(json, "last_seq");
    json_unsigned(json, part->name.last);
    json_maybe_time(json, "first_time", part->time_min);
    json_maybe_time(json, "last_time", part->time_max);
    json_key(json, "sha256");
    json_text(json, part->sha256);
    json_key(json, "tier");
    json_text(json, part_tier(part));
    json_close(json, '}');
}

/* One object: the parts, and their totals. */
static int
print_json(struct run *run, const struct listed *list, size_t count)
{
    struct bytes text = {0};
    struct json json = {.out = &text};
    uint64_t rows = 0, size = 0;

    json_open(&json, '{');
    json_key(&json, "parts");
    json_open(&json, '[');
    for (size_t i = 0; i < count; i++) {
        json_part(&json, &list[i]);
        rows += list[i].part->rows;
        size += list[i].part->size;
    }
    json_close(&json, ']');
    json_key(&json, "totals");
    json_open(&json, '{');
    json_key(&json, "parts");
    json_unsigned(&json, count);
    json_key(&json, "rows");
    json_unsigned(&json, rows);
    json_key(&json, "bytes");
    json_unsigned(&json, size);
    json_close(&json, '}');
    json_close(&json, '}');
    json_newline(&json);
    return run_put_bytes(run, &text);
}

int
archive_list(void *state, struct run *run)
{
    struct archive_job *job = state;
    size_t count;
    struct listed *list = list_parts(&job->archive, &count, &run->failure);
    int result = list ? 0 : -1;

    if (result == 0 && job->json) {
        result = print_json(run, list, count);
    } else if (result == 0) {
        result = run_print(run, "rows\tbytes\tfirst_seq\tlast_seq\tfirst_time\t"
                                "last_time\tstream\tpath\ttier\n");
        for (size_t i = 0; result == 0 && i < count; i++)
            result = print_part(run, &list[i]);
    }
    free(list);
    return result;
}

/* ---- columns ------------------------------------------------------------- */

/* The names of encodings that are in use, with commas. */
static void
print_encodings(uint32_t encodings, char text[80])
{
    static const struct {
        enum parquet_encoding encoding;
        const char *name;
    } names[] = {
        {PARQUET_PLAIN, "PLAIN"},
        {PARQUET_RLE, "RLE"},
        {PARQUET_DELTA, "DELTA_BINARY_PACKED"},
        {PARQUET_RLE_DICTIONARY, "RLE_DICTIONARY"},
    };
    size_t size = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (encodings >> names[i].encoding & 1)
            size += (size_t)snprintf(text + size, 80 - size, "%s%s",
                                     size ? "," : "", names[i].name);
    assert(size < 80); /* all of them together fit */
}

/* What the columns of each type take. */
int
archive_columns(void *state, struct run *run)
{
    struct archive_job *job = state;
    struct bytes sizes = {0};
    int result = column_sizes_find(&job->archive, &sizes, &run->failure);
    const struct column_size *list = (const void *)sizes.bytes;

    assert(sizes.size % sizeof *list == 0);
    run_print(run, "type\tcolumn\trows\tnulls\tbytes\tbytes_a_row\t"
                   "bloom_bytes\tencodings\n");
    for (size_t i = 0; result == 0 && i < sizes.size / sizeof *list; i++) {
        const struct column_size *size = &list[i];
        uint64_t milli = size->rows ? size->size * 1000 / size->rows : 0;
        char encodings[80];

        print_encodings(size->encodings, encodings);
        result = run_print(run,
                           "%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
                           "\t%" PRIu64 ".%03" PRIu64 "\t%" PRIu64 "\t%s\n",
                           size->type, size->column.name, size->rows,
                           size->nulls, size->size, milli / 1000, milli % 1000,
                           size->blooms, encodings);
    }
    bytes_free(&sizes);
    return result;
}

/* ---- head ---------------------------------------------------------------- */

/* The end of the chain: what to keep elsewhere. */
int
archive_head(void *state, struct run *run)
{
    struct archive_job *job = state;
    struct link end;

    if (chain_end(&job->archive, &end, &run->failure) != 0)
        return -1;
    return run_print(run, "%" PRIu64 "\t%s\t%s\n", end.number, end.sha256,
                     end.number ? end.name : "-");
}
